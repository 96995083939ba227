"""The endpoints for distribution, as rows of `bot.api.table`."""

from typing import Any, Final

from bot.api import distribution, distribution_answers, distribution_requests
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode

DISTRIBUTION: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/distribution",
        "The caller as a promoter, with the terms",
        distribution.show_distribution,
        distribution_answers.Distribution,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/distribution",
        "Become a promoter",
        distribution.become_promoter,
        distribution_answers.Distribution,
        NoParameters,
        NoBody,
        errors=(ErrorCode.ILLEGAL_MOVE,),
    ),
    Endpoint(
        "GET",
        "/distribution/statement",
        "How the caller's commission came and went, page by page",
        distribution.show_lines,
        distribution_answers.CommissionStatement,
        distribution_requests.LinesPage,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/distribution/withdrawals",
        "The caller's withdrawals",
        distribution.list_withdrawals,
        distribution_answers.Withdrawals,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/distribution/withdrawals",
        "Ask for commission to be paid out, once after each withdrawal that was shown",
        distribution.ask_for_withdrawal,
        distribution_answers.Withdrawal,
        NoParameters,
        distribution_requests.Asking,
        status=201,
        errors=(ErrorCode.ILLEGAL_MOVE,),
    ),
)
