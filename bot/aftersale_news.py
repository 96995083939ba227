"""What a customer is told of their requests when the shop's people have decided."""

from collections.abc import Mapping
from typing import Final

from sqlmodel import Session, select

from bot.handlers import aftersale_words as words
from bot.handlers import privacy_words
from commerce.aftersale.tables import AfterSale, RequestKind
from commerce.events import ShopEvent
from commerce.privacy.tables import PrivacyKind, PrivacyRequest

_SENTENCES: Final[Mapping[str, str]] = {
    "after_sale_agreed": words.AGREED,
    "after_sale_refused": words.REFUSED,
    "after_sale_done": words.DONE,
    "after_sale_picture_lost": words.PICTURE_LOST,
}


def news_of_request(session: Session, event: ShopEvent) -> tuple[AfterSale, str]:
    """The request that an event is about, and what its customer is told."""
    number = event.subject["request_no"]
    request = session.exec(select(AfterSale).where(AfterSale.request_no == number)).one()
    note = str(event.subject.get("note", "")).strip()
    sentence = _SENTENCES[event.kind].format(
        kind=words.KIND_NAMES[RequestKind(request.kind)],
        request_no=number,
        note=note if not note or note.endswith(("。", "！", "？")) else f"{note}。",
    )
    return request, sentence


def news_of_privacy(session: Session, event: ShopEvent) -> tuple[PrivacyRequest, str]:
    """The request about personal data that is done, and what its customer is told."""
    number = event.subject["request_no"]
    request = session.exec(select(PrivacyRequest).where(PrivacyRequest.request_no == number)).one()
    what = privacy_words.KIND_NAMES[PrivacyKind(request.kind)]
    return request, privacy_words.DONE.format(what=what, request_no=number)
