"""The endpoints for live streams, coming by a code and notices, as rows of `bot.api.table`."""

from typing import Any, Final

from bot.api import (
    live,
    live_answers,
    notice_answers,
    notices,
    visit_answers,
    visit_requests,
    visits,
)
from bot.api.endpoint import Endpoint, NoBody, NoParameters

LIVE: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/live",
        "Live streams, the running one first, with what they show",
        live.list_streams,
        live_answers.Streams,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/notices",
        "Notices that the customer may allow, by template",
        notices.list_notices,
        notice_answers.NoticeTemplates,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/visits",
        "Say by which scene of a code the mini-program was opened",
        visits.note_visit,
        visit_answers.Visit,
        NoParameters,
        visit_requests.Scene,
    ),
    Endpoint(
        "POST",
        "/card-visits",
        "Say by which card the mini-program was opened",
        visits.note_card,
        visit_answers.CardVisit,
        NoParameters,
        visit_requests.CardOpened,
    ),
)
