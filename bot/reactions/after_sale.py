"""What a customer hears of their requests when the shop's people have decided."""

from sqlmodel import select

from bot.evidence import want_picture
from bot.handlers import aftersale_news_words as news
from bot.handlers import privacy_words
from bot.handlers.group_buy_news_words import GIVEN_BACK
from bot.notices import news as notices
from bot.reactions.heard import Heard, order_of, tell
from commerce.aftersale.queries import view_requests
from commerce.aftersale.tables import AfterSale, Reason, RequestState
from commerce.ordering.tables import Order
from commerce.privacy.tables import PrivacyKind, PrivacyRequest


def picture_sent(heard: Heard) -> None:
    """Fetch a picture while the platform still has it."""
    want_picture(heard.session, heard.sealer, heard.about["picture"], heard.now)


def after_sale_moved(heard: Heard) -> None:
    """Tell the customer what became of a request after buying."""
    request = _request_of(heard)
    if request.reason == Reason.CALLED_OFF:
        _called_off(heard, request)
        return
    (view,) = view_requests(heard.session, [request])
    words = news.in_words(heard.event.kind, heard.about, view)
    if words:
        order = heard.session.get_one(Order, request.order_id)
        notice = notices.after_sale_moved(request, order, heard.event.kind)
        tell(heard, request, words, notice=notice)


def _called_off(heard: Heard, request: AfterSale) -> None:
    """Of money that the shop gives back by itself its customer hears when it is there."""
    if heard.event.kind == "after_sale_done":
        back = news.what_is_back(heard.about)
        order_no = order_of(heard).order_no
        told = GIVEN_BACK.format(order_no=order_no, what=back, request_no=request.request_no)
        tell(heard, request, told)


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
