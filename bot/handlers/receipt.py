"""确认收货: the customer says that an order has come; nothing is confirmed without a yes."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import receipt_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.order_choice import (
    RECENT,
    in_view,
    names_order,
    order_answered,
    order_meant,
    show,
)
from bot.handlers.order_words import orders_in_words
from bot.handlers.parcel_words import goods_of
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.aftersale.queries import list_live
from commerce.aftersale.refunded import kept_of
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.policy import get_policy
from commerce.ordering.receipt import RECEIVED_ALREADY, receive_own
from commerce.ordering.states import STATE_NAMES
from commerce.ordering.tables import Order, OrderState
from commerce.parcels.shipping import count_waiting
from commerce.parcels.tables import ParcelState
from commerce.parcels.tracking import list_parcels

router = Router()

_BEFORE: Final = (
    r"(?:第[一二三四五1-5][个笔单])?(?:好的|嗯|你好|亲|我|要|想|请|帮|麻烦|已经|都|全|刚|今天)*"
)
_GOODS: Final = r"(?:货物|货|包裹|快递|东西|商品|宝贝|订单)"
_AFTER: Final = r"(?:了|啦|咯|吧|哈|哦|一下|谢谢|很好|不错)*"
CONFIRMS: Final = re.compile(
    rf"{_BEFORE}(?:确认(?:一下)?收(?:到)?货|{_GOODS}(?:已经|都|全|刚)*收到|收到{_GOODS}){_AFTER}"
)
"""Says outright that goods have come."""
SAYS_SO: Final = re.compile(rf"{_BEFORE}收到(?:了|啦|咯){_AFTER}")
"""May as well say that a message was read: it counts once the carrier says so, too."""
GOODS_CAME: Final = re.compile(
    rf"(?!.*(?:没|未|怎么|吗|退|券|短信|发票|钱|积分|坏|破|错|少)).{{1,8}}收到(?:了|啦|咯){_AFTER}"
    r"|(?!.*(?:没|未|怎么|吗|退|坏|破|错|少)).{1,8}收到(?:了|啦|咯).{0,4}(?:好|不错|喜欢|满意)"
)
"""椅子收到啦 挺好: it counts once the carrier says so, too."""
NOT_HERE: Final = re.compile(r"(?:还|都|我)*(?:没|未).{0,6}")
_NUMBER: Final = re.compile(r"\d{18}")
_ARRIVED: Final = (ParcelState.DELIVERED, ParcelState.WAITING)


@router.anywhere
def hear_receipt(turn: Turn) -> Sequence[Reply] | None:
    """A message that says nothing but that an order has come."""
    said = _NUMBER.sub("", plain(turn.text))
    may_mean = SAYS_SO.fullmatch(said) or GOODS_CAME.fullmatch(said)
    is_meant = CONFIRMS.fullmatch(said) or (may_mean and _has_arrived(turn))
    if not is_meant:
        return None
    if names_order(turn):
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _ask(turn, order)
    seen = in_view(turn)
    if seen is not None and seen.state == OrderState.SHIPPED:
        return _ask(turn, seen)
    return _ask_about_one(turn)


@router.step("which_received")
def hear_which_received(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which of several orders has come."""
    order = order_answered(turn)
    if order is None:
        return [Text(words.KEPT)] if is_yes(turn) is False else None
    return _ask(turn, order)


@router.step("confirm_receipt")
def hear_confirmation(turn: Turn) -> Sequence[Reply] | None:
    """Yes confirms; anything that is neither yes nor no leaves the order as it is."""
    said = plain(turn.text)
    if NOT_HERE.fullmatch(said):
        return [Text(words.KEPT)]
    answer = True if CONFIRMS.fullmatch(said) or SAYS_SO.fullmatch(said) else is_yes(turn)
    if answer is None:
        return None
    return _confirm(turn, str(turn.memory.question["order_no"])) if answer else [Text(words.KEPT)]


def _ask_about_one(turn: Turn) -> Sequence[Reply]:
    """Ask about the only order on its way, or which of them; say so when there is none."""
    states = [OrderState.SHIPPED]
    shipped = orders.list_orders(turn.session, turn.customer_id, states=states, limit=RECENT)
    if len(shipped) > 1:
        show(turn, shipped)
        question = turn.ask("which_received", words.WHICH.format(count=len(shipped)))
        return [Text(orders_in_words(turn, shipped, question.content))]
    latest = shipped or orders.list_orders(turn.session, turn.customer_id, limit=1)
    return _ask(turn, latest[0]) if latest else [Text(words.NOTHING)]


def _ask(turn: Turn, order: Order) -> Sequence[Reply]:
    """Ask before an order counts as received; or say why it cannot be."""
    show(turn, [order])
    order_no, state = order.order_no, OrderState(order.state)
    if state in RECEIVED_ALREADY:
        return [Text(words.DONE_BEFORE.format(order_no=order_no))]
    if state == OrderState.PACKED and list_parcels(turn.session, [id_of(order)]):
        waiting = count_waiting(turn.session, order)
        return [Text(words.SOME_TO_COME.format(order_no=order_no, waiting=waiting))]
    if state != OrderState.SHIPPED:
        return [Text(words.NOT_YET.format(order_no=order_no, state=STATE_NAMES[state]))]
    if list_live(turn.session, turn.customer_id, order_id=id_of(order)):
        return [Text(words.ASKED_AFTER.format(order_no=order_no))]
    lines = orders.list_lines(turn.session, order)
    goods = goods_of([(line, line.quantity) for line in lines])
    asked = words.ASK.format(order_no=order_no, goods=goods)
    return [turn.ask("confirm_receipt", asked, order_no=order_no)]


def _confirm(turn: Turn, order_no: str) -> Sequence[Reply]:
    try:
        order = receive_own(turn.session, turn.customer_id, order_no, turn.now)
    except NotFound:
        return [Text(texts.ORDER_NOT_FOUND)]
    except IllegalMove:  # It has moved since it was asked.
        return _ask(turn, orders.get_order(turn.session, turn.customer_id, order_no))
    points = kept_of(turn.session, order).points_given
    told = words.DONE.format(
        order_no=order_no,
        points=words.POINTS.format(points=points) if points else "",
        days=get_policy(turn.session).finish_after_days,
    )
    return [Text(told)]


def _has_arrived(turn: Turn) -> bool:
    """Whether a carrier says that an order of the customer's has come."""
    states = [OrderState.SHIPPED]
    shipped = orders.list_orders(turn.session, turn.customer_id, states=states, limit=RECENT)
    parcels = list_parcels(turn.session, [id_of(order) for order in shipped])
    return any(parcel.state in _ARRIVED for parcel in parcels)
