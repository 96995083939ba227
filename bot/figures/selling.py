"""What the shop sells. Amounts are fen; a sale counts on the day it was paid."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Integer, cast, func, literal, select, union_all
from sqlmodel import Session, col

from bot.figures.span import Span, shanghai_day
from commerce.catalogue.tables import Product
from commerce.inserting import core
from commerce.ordering.tables import Order, OrderLine
from commerce.payments.tables import Refund

TOP: Final = 10


@dataclass(frozen=True, slots=True)
class SoldOn:
    """One day: orders placed and paid on it, and money that came and that had gone back."""

    day: str
    placed: int = 0
    paid: int = 0
    sales: int = 0
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class SoldGoods:
    """A product with what was paid for on these days; `sales` after every discount."""

    product_id: int
    title: str
    pieces: int
    sales: int


def sold_by_day(session: Session, span: Span) -> list[SoldOn]:
    """Orders, sales and refunds by day; days on which nothing happened are left out."""
    nothing = literal(0)
    happened = union_all(
        select(
            shanghai_day(col(Order.created_at)).label("day"),
            literal(1).label("placed"),
            nothing.label("paid"),
            nothing.label("sales"),
            nothing.label("refunded"),
        ).where(span.holds(col(Order.created_at))),
        select(
            shanghai_day(col(Order.paid_at)), nothing, literal(1), col(Order.payable), nothing
        ).where(span.holds(col(Order.paid_at))),
        select(
            shanghai_day(col(Refund.succeeded_at)), nothing, nothing, nothing, col(Refund.amount)
        ).where(span.holds(col(Refund.succeeded_at))),
    ).subquery()
    names = ("placed", "paid", "sales", "refunded")
    sums = [cast(func.sum(happened.c[name]), Integer) for name in names]
    statement = select(happened.c.day, *sums).group_by(happened.c.day).order_by(happened.c.day)
    return [SoldOn(*row) for row in core(session).execute(statement)]


def top_goods(session: Session, span: Span, limit: int = TOP) -> list[SoldGoods]:
    """What brought most, under its present title."""
    pieces, sales = func.sum(OrderLine.quantity), func.sum(OrderLine.total)
    statement = (
        select(
            col(OrderLine.product_id),
            col(Product.title),
            cast(pieces, Integer),
            cast(sales, Integer),
        )
        .join_from(Order, OrderLine, col(OrderLine.order_id) == col(Order.id))
        .join(Product, col(Product.id) == col(OrderLine.product_id))
        .where(span.holds(col(Order.paid_at)))
        .group_by(col(OrderLine.product_id), col(Product.title))
        .order_by(sales.desc(), col(OrderLine.product_id))
        .limit(limit)
    )
    return [SoldGoods(*row) for row in core(session).execute(statement)]
