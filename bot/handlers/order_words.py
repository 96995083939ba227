"""Orders in words, and as cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot import texts
from bot.handlers.variants import short_label
from bot.messages import Card
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.money import yuan
from commerce.ordering import orders
from commerce.ordering.states import AWAITS_PICKUP, state_name
from commerce.ordering.tables import Order, OrderLine
from commerce.shanghai import SHANGHAI
from miniprogram_cards.cards import order_card

MOST_GOODS: Final = 3
URGED: Final = (
    "订单 {order_no} 是{paid_at}付的款，现在{state}。"
    "已经帮您催了，店里的同事会看到；发货后我马上告诉您。"
)
URGED_BEFORE: Final = (
    "订单 {order_no} 是{paid_at}付的款，现在{state}。{at}已经帮您催过了，店里的同事会看到；"
    "发货后我马上告诉您。"
)
WHICH_TO_URGE: Final = "您有{count}笔订单还没发货，要催第几笔？"
NOT_TO_URGE: Final = "这笔订单不用催发货。"
NOTHING_TO_URGE: Final = "您没有已付款、还没发货的订单。"
NEXT_FOR_GROUP: Final = "成团后就发货；到期没成团，全额自动原路退回。差几个人说“拼团进度”。"
NOT_SENT_YET: Final = "这笔订单还在拼团，成团后才发货。"
NEXT_FOR_FETCHED: Final = "到店给店员看取货码就能取，取货码说“我的取货码”。"
CANCEL_PAID: Final = "您有{count}笔付了款、还没发货的订单，要退哪一笔？"


def order_in_words(turn: Turn, order: Order) -> str:
    """One order: what it holds, what it costs, where it is and what comes next."""
    ending = texts.NEXT_FOR_ORDER[order.state].format(until=clock_time(order.expires_at))
    if order.awaits_group:
        ending = NEXT_FOR_GROUP
    elif order.pickup_store_id is not None and order.state in AWAITS_PICKUP:
        ending = NEXT_FOR_FETCHED
    return texts.fitting([*_lines(turn, order), *([ending] if ending else [])])


def orders_in_words(turn: Turn, found: Sequence[Order], ending: str = "") -> str:
    """Some orders, numbered."""
    parts = [f"{n}. " + "\n".join(_lines(turn, order)) for n, order in enumerate(found, 1)]
    return texts.fitting([texts.ORDERS_LISTED.format(count=len(found)), *parts], ending)


def card_of(turn: Turn, order: Order) -> Card:
    """The card that opens an order's page."""
    lines = orders.list_lines(turn.session, order)
    variants = [line.variant_id for line in lines]
    known = queries.list_products_of_variants(turn.session, variants).values()
    picture = next((variant.picture for _, variant in known), "")
    content = order_card(order, lines, picture, turn.source)
    return Card(content.title, content.path, content.picture)


def clock_time(moment: datetime) -> str:
    """A time of day as the customer's clock shows it."""
    return f"{moment.astimezone(SHANGHAI):%H:%M}"


def moment_in_words(moment: datetime) -> str:
    """A day and time as the customer's clock shows it: `11月23日 12:05`."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def goods_in_words(line: OrderLine) -> str:
    """A line of an order by its title and kind."""
    title = texts.short(line.title)
    return f"{title}（{short_label(line.label)}）" if line.label else title


def _lines(turn: Turn, order: Order) -> list[str]:
    lines = orders.list_lines(turn.session, order)
    goods = "、".join(f"{goods_in_words(each)}×{each.quantity}" for each in lines[:MOST_GOODS])
    more = f"等{len(lines)}种" if len(lines) > MOST_GOODS else ""
    state = state_name(order)
    return [f"订单 {order.order_no}", f"{goods}{more}", f"{yuan(order.payable)} · {state}"]
