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
from commerce.ordering.placing import SHANGHAI
from commerce.ordering.states import STATE_NAMES
from commerce.ordering.tables import Order, OrderLine, OrderState
from miniprogram_cards.cards import order_card

MOST_GOODS: Final = 3


def order_in_words(turn: Turn, order: Order) -> str:
    """One order: what it holds, what it costs, where it is and what comes next."""
    ending = texts.NEXT_FOR_ORDER[order.state].format(until=clock_time(order.expires_at))
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


def _goods(line: OrderLine) -> str:
    title = texts.short(line.title)
    return f"{title}（{short_label(line.label)}）" if line.label else title


def _lines(turn: Turn, order: Order) -> list[str]:
    lines = orders.list_lines(turn.session, order)
    goods = "、".join(f"{_goods(each)}×{each.quantity}" for each in lines[:MOST_GOODS])
    more = f"等{len(lines)}种" if len(lines) > MOST_GOODS else ""
    state = STATE_NAMES[OrderState(order.state)]
    return [f"订单 {order.order_no}", f"{goods}{more}", f"{yuan(order.payable)} · {state}"]
