"""What a customer hears of their requests when the shop's people have decided."""

from collections.abc import Mapping
from typing import Final

from sqlmodel import select

from bot.evidence import want_picture
from bot.handlers import aftersale_words as words
from bot.handlers import privacy_words
from bot.reactions.heard import Heard, tell
from commerce.aftersale.tables import AfterSale, RequestKind
from commerce.privacy.tables import PrivacyKind, PrivacyRequest

_SENTENCES: Final[Mapping[str, str]] = {
    "after_sale_agreed": words.AGREED,
    "after_sale_refused": words.REFUSED,
    "after_sale_done": words.DONE,
    "after_sale_picture_lost": words.PICTURE_LOST,
}


def picture_sent(heard: Heard) -> None:
    """Fetch a picture while the platform still has it."""
    want_picture(heard.session, heard.sealer, heard.about["picture"], heard.now)


def after_sale_moved(heard: Heard) -> None:
    """Tell the customer what became of a request after buying."""
    number = heard.about["request_no"]
    request = heard.session.exec(select(AfterSale).where(AfterSale.request_no == number)).one()
    note = str(heard.about.get("note", "")).strip()
    sentence = _SENTENCES[heard.event.kind].format(
        kind=words.KIND_NAMES[RequestKind(request.kind)],
        request_no=number,
        note=note if not note or note.endswith(("。", "！", "？")) else f"{note}。",
    )
    tell(heard, request, sentence)


def privacy_done(heard: Heard) -> None:
    """Tell the customer that what they asked about their data is done."""
    number = heard.about["request_no"]
    statement = select(PrivacyRequest).where(PrivacyRequest.request_no == number)
    request = heard.session.exec(statement).one()
    what = privacy_words.KIND_NAMES[PrivacyKind(request.kind)]
    tell(heard, request, privacy_words.DONE.format(what=what, request_no=number))
