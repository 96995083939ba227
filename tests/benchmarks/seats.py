"""Seats and orders a second, on SQLite and PostgreSQL, beside the raw driver's guarded update.

The raw driver does in one statement and one commit what decides a seat or a piece of stock; ours
does the whole business around it: quote, order, lines, history, events; payment, books, seat. Both
run on the same database in the same run, with as many connections as the shop has writers.
"""

import asyncio
import contextlib
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy.engine import make_url
from sqlmodel import Session, select

from bot import migrations
from bot.database import Database
from commerce.catalogue.tables import Variant
from commerce.customers.tables import Customer
from commerce.deals.choices import GroupDeal
from commerce.group_buys.tables import BuyingGroup, GroupActivity, GroupPrice, GroupTier
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from tests.commerce.shop import NOW, begin_to_pay, pay, place, put_on_sale
from tools.postgres import throw_away_postgres

WRITERS: Final = 8
PRICE: Final = 1900
SEAT: Final = (
    "UPDATE buying_group SET paid = paid + 1 WHERE id = {0} AND state = 'open' AND paid < size"
)
PIECE: Final = "UPDATE variant SET stock = stock - 1 WHERE id = {0} AND stock >= 1"


def run(orders: int) -> dict[str, object]:
    """Rates and ratios for both databases, with so many orders each."""
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'shop.db'}"
        result |= {f"SQLite {name}": value for name, value in measure(url, orders).items()}
    with throw_away_postgres() as server:
        result |= {f"PostgreSQL {name}": value for name, value in measure(server, orders).items()}
    return result


def measure(url: str, orders: int) -> dict[str, object]:
    """One database: ours, then the raw driver on the rows that ours has made."""
    migrations.upgrade(url)
    database = Database(url)
    try:
        ours = asyncio.run(_ours(database, orders))
        variant, group = ours.pop("variant"), ours.pop("group")
    finally:
        database.close()
    raw_pieces = raw(url, PIECE.format(variant), orders)
    raw_seats = raw(url, SEAT.format(group), orders)
    return {
        "orders/s": round(ours["orders"]),
        "seats/s": round(ours["seats"]),
        "raw piece/s": round(raw_pieces),
        "raw seat/s": round(raw_seats),
        "orders / raw": round(ours["orders"] / raw_pieces, 3),
        "seats / raw": round(ours["seats"] / raw_seats, 3),
    }


async def _ours(database: Database, orders: int) -> dict[str, Any]:
    activity, variant, customers = await database.write(_open_shop, orders)
    leader = await database.write(_order, customers[0], variant, GroupDeal(activity))
    await database.write(_pay, leader)
    group_no, group = await database.read(_group)
    deal = GroupDeal(activity, group_no)
    began = time.perf_counter()
    placed = await _all(database, [(_order, each, variant, deal) for each in customers[1:]])
    ordered = time.perf_counter()
    await _all(database, [(_pay, each) for each in placed])
    seated = time.perf_counter()
    assert await database.read(_taken, group) == len(customers)
    return {
        "orders": len(placed) / (ordered - began),
        "seats": len(placed) / (seated - ordered),
        "variant": variant,
        "group": group,
    }


async def _all(database: Database, calls: list[Any]) -> list[Any]:
    """Run the calls, a fixed number in flight, as a busy shop does."""
    waiting, results = iter(calls), []

    async def work() -> None:
        # No comprehension: it would empty the iterator that all workers share.
        while (call := next(waiting, None)) is not None:
            results.append(await database.write(*call))

    await asyncio.gather(*(work() for _ in range(WRITERS * 4)))
    return results


def _open_shop(session: Session, orders: int) -> tuple[int, int, list[int]]:
    variant = put_on_sale(session, pieces=10 * orders, price=3900)
    product = session.exec(select(Variant.product_id).where(Variant.id == variant)).one()
    activity = GroupActivity(
        key="bench",
        product_id=product,
        name="压力团",
        lifetime_seconds=86400,
        orders_per_customer=1,
        is_on=True,
        updated_at=NOW,
    )
    session.add(activity)
    session.flush()
    ids = {"activity_id": id_of(activity), "heads": 3 * orders}
    session.add(GroupTier(**ids))
    session.flush()
    session.add(GroupPrice(**ids, variant_id=variant, price=PRICE))
    people = [Customer(created_at=NOW, last_seen_at=NOW) for _ in range(orders + 1)]
    session.add_all(people)
    session.flush()
    return id_of(activity), variant, [id_of(each) for each in people]


def _order(session: Session, customer: int, variant: int, deal: GroupDeal) -> int:
    return id_of(place(session, customer, {variant: 1}, expected_payable=PRICE, deal=deal))


def _pay(session: Session, order_id: int) -> None:
    pay(session, begin_to_pay(session, session.get_one(Order, order_id)))


def _group(session: Session) -> tuple[str, int]:
    group = session.exec(select(BuyingGroup)).one()
    return group.group_no, id_of(group)


def _taken(session: Session, group: int) -> int:
    return session.get_one(BuyingGroup, group).paid


def raw(url: str, statement: str, times: int) -> float:
    """How often a second the raw driver runs and commits one guarded update."""
    if url.startswith("sqlite"):
        return _raw_sqlite(url.removeprefix("sqlite:///"), statement, times)
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    turns = count()

    def work() -> None:
        with psycopg.connect(plain) as connection:
            while next(turns) < times:
                assert connection.execute(statement.encode()).rowcount == 1
                connection.commit()

    return times / _seconds(lambda: _in_threads(work))


def _raw_sqlite(file: str, statement: str, times: int) -> float:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

        def work() -> None:
            for _ in range(times):
                connection.execute("BEGIN IMMEDIATE")
                assert connection.execute(statement).rowcount == 1
                connection.execute("COMMIT")

        return times / _seconds(work)


def _in_threads(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
