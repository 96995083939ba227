"""Where is my parcel: what the carrier said last, and a fresh question when that is a while ago."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import parcel_words as words
from bot.handlers.answers import plain
from bot.handlers.order_choice import show
from bot.handlers.orders import tell_status
from bot.handlers.picking import at_positions
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.states import STATE_NAMES
from commerce.ordering.tables import Order, OrderState
from commerce.parcels import tracking
from commerce.parcels.carriers import CARRIERS, clean
from commerce.parcels.shipping import count_waiting
from commerce.parcels.tables import Parcel, ParcelState
from commerce.parcels.viewing import find_last_sent
from nlu.understanding import Intent

router = Router()

UNDER_WAY: Final = (OrderState.SHIPPED, OrderState.RECEIVED, OrderState.FINISHED)
MISSING_WORDS: Final = re.compile(r"没(?:有)?(?:收|拿|见)到|不在家|谁签|没收|被.{0,4}签")
CONTACT_WORDS: Final = re.compile(r"电话|联系|客服|派送员|快递员|快递小哥")
MOST_PARCELS: Final = 3
_LOOK_UP: Final = re.compile(
    r"(?:你好|您好|麻烦|请|帮我|帮忙|给我|我想|我要|再|查询|查下|查|看下|看|这个|这单|我的|一下)*"
    r"(?:订单|快递|物流|包裹|运单|单子|单号|号码?|编号)*(?:是|为|[:：])?"
    r"(?P<number>[a-z]{0,4}[-_]?\d{8,24}(?:-\d+){0,3})"
    r"(?:这个|这单|的|订单|快递|物流|包裹|单号|帮我|帮忙|查下|查|看下|看|一下|呢|谢谢|吗)*"
)


@router.anywhere
def hear_number(turn: Turn) -> Sequence[Reply] | None:
    """A message that is nothing but the number of an order or a parcel asks where that is."""
    said = _LOOK_UP.fullmatch(plain(turn.text))
    if said is None or turn.understanding.first("phone"):
        return None
    written, named = said["number"].upper(), turn.understanding
    if orders.find_order(turn.session, turn.customer_id, written) is not None:
        turn.take_as(turn.text, Intent.ORDER_STATUS, {"order_no": [written]})
        return tell_status(turn)
    cleaned = clean(written)
    is_parcel = cleaned is not None and tracking.find_own_parcel(
        turn.session, turn.customer_id, cleaned
    )
    if is_parcel or named.first("tracking_no"):
        return _by_number(turn, str(named.first("tracking_no") or written))
    return [Text(texts.ORDER_NOT_FOUND)] if named.first("order_no") else None


@router.intent(Intent.TRACK_SHIPMENT)
def tell_parcels(turn: Turn) -> Sequence[Reply]:
    """The parcels of the order meant, or of the last one that left. Only the customer's own."""
    number = turn.understanding.first("tracking_no")
    if number is not None:
        return _by_number(turn, str(number))
    if turn.understanding.first("order_no") or turn.understanding.ordinals:
        order = _order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _tell(turn, order)
    last = find_last_sent(turn.session, turn.customer_id)
    if last is not None:
        return _tell(turn, last)
    sent = orders.list_orders(turn.session, turn.customer_id, states=UNDER_WAY, limit=1)
    if sent:
        return _tell(turn, sent[0])
    latest = orders.list_orders(turn.session, turn.customer_id, limit=1)
    return _tell(turn, latest[0]) if latest else [Text(texts.ORDERS_NONE)]


def _by_number(turn: Turn, number: str) -> Sequence[Reply]:
    cleaned = clean(number)
    parcel = (
        None
        if cleaned is None
        else tracking.find_own_parcel(turn.session, turn.customer_id, cleaned)
    )
    if parcel is None:
        return [Text(words.NO_SUCH_NUMBER.format(tracking_no=texts.repeated(number)))]
    order = turn.session.get_one(Order, parcel.order_id)
    return [_in_words(turn, order, [parcel])]


def _order_meant(turn: Turn) -> Order | None:
    order_no = turn.understanding.first("order_no")
    if order_no is None:
        shown = at_positions(turn.understanding.ordinals, turn.memory.orders)
        order_no = shown[0] if shown else ""
    return orders.find_order(turn.session, turn.customer_id, str(order_no))


def _tell(turn: Turn, order: Order) -> Sequence[Reply]:
    show(turn, [order])
    state = STATE_NAMES[OrderState(order.state)]
    parcels = tracking.list_parcels(turn.session, [id_of(order)])
    match order.state:
        case OrderState.UNPAID:
            return [Text(words.NOT_PAID.format(order_no=order.order_no))]
        case OrderState.PAID if order.awaits_group:
            return [Text(words.AWAITS_GROUP.format(order_no=order.order_no))]
        case OrderState.PAID | OrderState.PACKED if not parcels:
            return [Text(words.NOT_SHIPPED.format(order_no=order.order_no, state=state))]
        case OrderState.CLOSED:
            return [Text(words.CLOSED.format(order_no=order.order_no))]
    if not parcels:
        return [Text(words.NO_PARCEL.format(order_no=order.order_no, state=state))]
    return [_in_words(turn, order, parcels)]


def _in_words(turn: Turn, order: Order, parcels: Sequence[Parcel]) -> Text:
    shown = parcels[-MOST_PARCELS:]
    lines = [words.WHOSE.format(order_no=order.order_no)]
    for place, parcel in enumerate(shown, 1):
        head = words.head_of(parcel)
        lines.append(words.ONE_OF.format(place=place, head=head) if len(shown) > 1 else head)
        most = words.LATEST if len(shown) == 1 else 1
        scans = tracking.list_scans(turn.session, turn.shop.sealer, parcel, most)
        lines += words.parcel_in_words(parcel, scans)
    left = count_waiting(turn.session, order) if order.state == OrderState.PACKED else 0
    if left:
        lines.append(words.TO_FOLLOW.format(left=left))
    return Text(texts.fitting(lines, _ending(turn, shown)))


def _ending(turn: Turn, parcels: Sequence[Parcel]) -> str:
    """What may help beside the timeline; carriers are asked again unless they just were."""
    is_asked = [
        turn.shop.may_track(parcel.carrier) and tracking.ask_soon(turn.session, parcel, turn.now)
        for parcel in parcels
    ]
    newest = parcels[-1]
    if newest.state == ParcelState.DELIVERED and MISSING_WORDS.search(turn.text):
        return words.NOT_MINE
    carrier = CARRIERS[newest.carrier]
    if CONTACT_WORDS.search(turn.text) and carrier.hotline:
        return words.HOTLINE.format(carrier=carrier.name, hotline=carrier.hotline)
    return words.ASKING if any(is_asked) else ""
