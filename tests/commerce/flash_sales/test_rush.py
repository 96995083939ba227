"""Five hundred at once for thirty pieces."""

import asyncio
import random

import pytest
from sqlmodel import Session, func, select

from bot.database import Database
from commerce.errors import IllegalMove, OutOfStock
from commerce.flash_sales.planning import call_off, list_over
from commerce.flash_sales.tables import FlashHolding, FlashItem
from commerce.inserting import id_of
from commerce.ordering.settlement import close_unpaid
from commerce.ordering.tables import Order
from tests.commerce.flash_sales.sales import LASTS, buy, left_of, running_sale
from tests.commerce.shop import (
    NOW,
    assert_stock_adds_up,
    new_customer,
    put_on_sale,
    stock_of,
)

pytestmark = [pytest.mark.database, pytest.mark.slow]

BUYERS, PIECES, LIMIT = 400, 30, 2
CALLED_OFF_AT = 100


def open_rush(database: Database) -> tuple[int, int, list[int]]:
    """The variant, the item, and who comes; a hundred of them twice."""
    with database.writing() as session:
        variant = put_on_sale(session, pieces=PIECES + 7)
        item = running_sale(session, variant, pieces=PIECES, per_customer=LIMIT)
        people = [new_customer(session) for _ in range(BUYERS)]
        rush = people + people[:100]
        random.Random(7).shuffle(rush)
        return variant, item, rush


async def try_to_buy(database: Database, item: int, customer: int, pieces: int = 1) -> int | None:
    """The id of the order; None when it was refused."""

    def order(session: Session) -> int:
        return id_of(buy(session, customer, item, pieces))

    try:
        return await database.write(order)
    except (IllegalMove, OutOfStock):
        return None


def holdings(session: Session, item: int) -> list[int]:
    statement = select(FlashHolding.pieces).where(FlashHolding.item_id == item)
    return list(session.exec(statement).all())


async def test_five_hundred_at_once_for_thirty_pieces_buy_exactly_thirty(
    database: Database,
) -> None:
    variant, item, rush = open_rush(database)

    orders = await asyncio.gather(*(try_to_buy(database, item, each) for each in rush))

    with database.reading() as session:
        assert len(rush) == 500
        assert sum(each is not None for each in orders) == PIECES
        assert (left_of(session, item), stock_of(session, variant)) == (0, 7)
        assert sum(holdings(session, item)) == PIECES
        assert max(holdings(session, item)) <= LIMIT
        assert session.exec(select(func.count()).select_from(Order)).one() == PIECES
        assert_stock_adds_up(session)


async def test_pieces_that_come_back_in_the_rush_are_sold_again_and_the_end_loses_none(
    database: Database,
) -> None:
    """Some buy, some close unpaid, some come again, and somebody calls the sale off meanwhile."""
    variant, item, rush = open_rush(database)
    (sale,) = await database.read(list_over, NOW + LASTS)

    def close(session: Session, order: int) -> None:
        close_unpaid(session, order, actor="clock", reason="超时", now=NOW)

    async def come(number: int, customer: int) -> int:
        if number == CALLED_OFF_AT:
            await database.write(lambda session: call_off(session, sale, actor="test", now=NOW))
        order = await try_to_buy(database, item, customer, 1 + number % LIMIT)
        if order is not None and number % 3:
            await database.write(close, order)
        return order or 0

    orders = await asyncio.gather(*(come(*each) for each in enumerate(rush[:150])))

    with database.reading() as session:
        assert any(orders)
        assert session.get_one(FlashItem, item).left == 0
        assert stock_of(session, variant) == PIECES + 7 - sum(holdings(session, item))
        assert max(holdings(session, item)) <= LIMIT
        assert_stock_adds_up(session)
