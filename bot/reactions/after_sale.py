"""What a customer hears of their requests when the shop's people have decided."""

from sqlmodel import select

from bot.evidence import want_picture
from bot.handlers import aftersale_news_words as news
from bot.handlers import privacy_words
from bot.reactions.heard import Heard, tell
from commerce.aftersale.queries import view_requests
from commerce.aftersale.tables import AfterSale, RequestState
from commerce.privacy.tables import PrivacyKind, PrivacyRequest


def picture_sent(heard: Heard) -> None:
    """Fetch a picture while the platform still has it."""
    want_picture(heard.session, heard.sealer, heard.about["picture"], heard.now)


def after_sale_moved(heard: Heard) -> None:
    """Tell the customer what became of a request after buying."""
    request = _request_of(heard)
    (view,) = view_requests(heard.session, [request])
    words = news.in_words(heard.event.kind, heard.about, view)
    if words:
        tell(heard, request, words)


def after_sale_arrived(heard: Heard) -> None:
    """Tell the customer that their parcel is there, unless more than that is to be told already."""
    if _request_of(heard).state == RequestState.ARRIVED:
        after_sale_moved(heard)


def privacy_done(heard: Heard) -> None:
    """Tell the customer that what they asked about their data is done."""
    number = heard.about["request_no"]
    statement = select(PrivacyRequest).where(PrivacyRequest.request_no == number)
    request = heard.session.exec(statement).one()
    what = privacy_words.KIND_NAMES[PrivacyKind(request.kind)]
    tell(heard, request, privacy_words.DONE.format(what=what, request_no=number))


def _request_of(heard: Heard) -> AfterSale:
    number = heard.about["request_no"]
    return heard.session.exec(select(AfterSale).where(AfterSale.request_no == number)).one()
