"""Many members at once, through the real bridge, on both databases."""

import asyncio
from collections import Counter
from collections.abc import Awaitable

import pytest
from sqlmodel import Session, func, select

from bot.database import Database
from commerce.inserting import id_of
from commerce.membership.birthdays import serve_birthdays, set_birthday
from commerce.membership.points import points_of
from commerce.membership.signing_in import sign_in
from commerce.membership.tables import MallItem, Redemption
from tests.commerce.ledger.books import assert_books_balance
from tests.commerce.membership.members import buys, new_member, put_into_mall
from tests.commerce.shop import NOW

pytestmark = pytest.mark.database


async def outcomes(*calls: Awaitable[object]) -> Counter[str]:
    """How often each call ended in which way, all begun at once."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    return Counter(type(result).__name__ for result in results)


def redeem_one(session: Session, customer: int, item_id: int, key: str) -> Redemption:
    return buys(session, customer, session.get_one(MallItem, item_id), key)


def left(session: Session, item_id: int) -> int:
    return session.get_one(MallItem, item_id).stock


async def test_thirty_customers_and_ten_pieces_are_ten_redemptions(database: Database) -> None:
    def open_mall(session: Session) -> tuple[int, list[int]]:
        item = put_into_mall(session, stock=10)
        return id_of(item), [new_member(session, 150) for _ in range(30)]

    item, customers = await database.write(open_mall)

    ended = await outcomes(*(database.write(redeem_one, each, item, "k") for each in customers))

    assert ended == {"Redemption": 10, "OutOfStock": 20}
    assert await database.read(left, item) == 0
    kept = [await database.read(points_of, each) for each in customers]
    assert Counter(kept) == {50: 10, 150: 20}
    await database.read(assert_books_balance)


async def test_one_customer_who_redeems_ten_times_at_once_pays_for_what_they_can(
    database: Database,
) -> None:
    def open_mall(session: Session) -> tuple[int, int]:
        return id_of(put_into_mall(session)), new_member(session, 350)

    item, customer = await database.write(open_mall)

    ended = await outcomes(
        *(database.write(redeem_one, customer, item, f"{number}") for number in range(10))
    )

    assert ended == {"Redemption": 3, "Insufficient": 7}
    assert await database.read(left, item) == 2
    assert await database.read(points_of, customer) == 50
    await database.read(assert_books_balance)


async def test_one_request_sent_ten_times_at_once_is_one_redemption(database: Database) -> None:
    def open_mall(session: Session) -> tuple[int, int]:
        return id_of(put_into_mall(session)), new_member(session, 350)

    item, customer = await database.write(open_mall)

    ended = await outcomes(*(database.write(redeem_one, customer, item, "same") for _ in range(10)))

    assert ended == {"Redemption": 10}
    count = select(func.count()).select_from(Redemption)
    assert await database.read(lambda session: session.exec(count).one()) == 1
    assert await database.read(points_of, customer) == 250


async def test_signing_in_and_birthdays_at_once_give_once(database: Database) -> None:
    def make_member(session: Session) -> int:
        customer = new_member(session)
        set_birthday(session, customer, 11, 11, NOW)
        return customer

    customer = await database.write(make_member)

    await asyncio.gather(
        *(database.write(sign_in, customer, NOW) for _ in range(8)),
        *(database.write(serve_birthdays, NOW) for _ in range(8)),
    )

    assert await database.read(points_of, customer) == 5 + 200
    await database.read(assert_books_balance)
