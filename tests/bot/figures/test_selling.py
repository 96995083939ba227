"""What the shop sells, every number counted by hand."""

from datetime import date

import pytest
from sqlmodel import Session

from bot.figures import selling
from bot.figures.selling import SoldGoods, SoldOn
from bot.figures.span import Span
from tests.bot.figures.rows import DAY, NOON, Rows

pytestmark = pytest.mark.database
MONDAY = Span(date(2026, 11, 23), date(2026, 11, 23))
TWO_DAYS = Span(date(2026, 11, 22), date(2026, 11, 23))


def test_an_order_counts_when_placed_and_its_money_when_paid(session: Session, rows: Rows) -> None:
    customer = rows.customer()
    rows.order(customer, 1000, NOON - DAY, paid_at=NOON)
    rows.order(customer, 250, NOON, paid_at=NOON)
    rows.order(customer, 99_999, NOON)  # Never paid.

    assert selling.sold_by_day(session, TWO_DAYS) == [
        SoldOn("2026-11-22", placed=1),
        SoldOn("2026-11-23", placed=2, paid=2, sales=1250),
    ]


def test_refunds_count_on_the_day_the_money_has_gone(session: Session, rows: Rows) -> None:
    order = rows.order(rows.customer(), 1000, NOON - DAY, paid_at=NOON - DAY)
    rows.refund(order, 300, NOON)
    rows.refund(order, 200, NOON)
    rows.refund(order, 100, None)  # Still on its way.

    assert selling.sold_by_day(session, TWO_DAYS) == [
        SoldOn("2026-11-22", placed=1, paid=1, sales=1000),
        SoldOn("2026-11-23", refunded=500),
    ]


def test_the_best_goods_are_those_that_brought_most(session: Session, rows: Rows) -> None:
    cheap, dear, idle = rows.variant("袜子"), rows.variant("外套"), rows.variant("帽子")
    first = rows.order(rows.customer(), 1300, paid_at=NOON)
    rows.ordered(first, cheap, quantity=3, total=300)
    rows.ordered(first, dear, quantity=1, total=1000)
    rows.ordered(rows.order(rows.customer(), 200, paid_at=NOON), cheap, quantity=2, total=200)
    rows.ordered(rows.order(rows.customer(), 5000), idle, quantity=9, total=5000)  # Unpaid.
    rows.ordered(rows.order(rows.customer(), 1, paid_at=NOON - DAY), idle, quantity=1, total=1)

    assert selling.top_goods(session, MONDAY) == [
        SoldGoods(dear.product_id, "外套", pieces=1, sales=1000),
        SoldGoods(cheap.product_id, "袜子", pieces=5, sales=500),
    ]
    assert [each.title for each in selling.top_goods(session, MONDAY, limit=1)] == ["外套"]
