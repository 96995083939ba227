"""Two customers of a flash sale prove to be one person."""

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.database import Database
from commerce import customers
from commerce.errors import IllegalMove
from commerce.flash_sales.reminding import AHEAD, claim, list_due, want
from commerce.inserting import id_of
from commerce.ordering.settlement import close_unpaid
from tests.commerce.flash_sales.sales import buy, had_by, left_of, planned_sale, running_sale
from tests.commerce.shop import NOW, assert_stock_adds_up, new_customer, put_on_sale


def test_what_both_bought_counts_as_one_persons_and_each_order_frees_its_own(
    session: Session,
) -> None:
    item = running_sale(session, put_on_sale(session), per_customer=1)
    kept, gone = new_customer(session), new_customer(session)
    orders = [buy(session, each, item) for each in (kept, gone)]

    customers.merge(session, kept, gone, NOW)

    freed = []
    for order in orders:
        with pytest.raises(IllegalMove, match="限购1件"):
            buy(session, kept, item)
        session.refresh(order)
        close_unpaid(session, id_of(order), actor="clock", reason="超时", now=NOW)
        freed.append(had_by(session, item, kept))
    assert freed == [1, 0]
    assert left_of(session, item) == 5
    buy(session, kept, item)
    assert_stock_adds_up(session)


@pytest.mark.database
async def test_an_order_that_closes_meanwhile_still_frees_its_own(database: Database) -> None:
    def open_orders(session: Session) -> tuple[int, int, int, int]:
        item = running_sale(session, put_on_sale(session), per_customer=1)
        kept, gone = new_customer(session), new_customer(session)
        order, _ = (buy(session, each, item) for each in (kept, gone))
        return item, kept, gone, id_of(order)

    item, kept, gone, order_id = await database.write(open_orders)
    has_freed = threading.Event()

    def close(session: Session) -> None:
        close_unpaid(session, order_id, actor="clock", reason="超时", now=NOW)
        has_freed.set()
        time.sleep(0.2)  # The others are at the row by now, if nothing keeps them.

    closing = asyncio.create_task(database.write(close))
    await asyncio.to_thread(has_freed.wait)
    await asyncio.gather(closing, database.write(customers.merge, kept, gone, NOW))

    assert await database.read(had_by, item, kept) == 1


def test_a_reminder_that_both_wanted_comes_once(session: Session) -> None:
    starts = NOW + timedelta(hours=8)
    sale = planned_sale(session, put_on_sale(session), starts_at=starts)
    kept, gone, other = (new_customer(session) for _ in range(3))
    for each in (kept, gone, other):
        want(session, sale, each, NOW)
    claim(session, sale, gone, starts - AHEAD)

    customers.merge(session, kept, gone, NOW)

    assert [each.customer_id for each in list_due(session, starts - AHEAD)] == [other]
