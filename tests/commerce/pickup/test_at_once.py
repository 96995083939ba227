"""Many at one counter at once, on both databases."""

import asyncio
from collections import Counter

import pytest
from sqlmodel import Session, select

from bot.database import Database
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.ordering.tables import OrderMove, OrderState
from commerce.pickup.codes import Redeemed
from commerce.pickup.slots import book
from commerce.pickup.tables import MOST_TRIES, PickupBooking, PickupSlot
from tests.commerce.pickup.stores import SLOT, open_store, paid_to_fetch, place_to_fetch, shows
from tests.commerce.shop import NOW

pytestmark = pytest.mark.database


async def test_one_code_shown_sixteen_times_at_once_hands_over_once(database: Database) -> None:
    def open_shop(session: Session) -> tuple[int, str]:
        store = open_store(session)
        return store, paid_to_fetch(session, store)[1]

    store, code = await database.write(open_shop)

    told = await asyncio.gather(*(database.write(shows, code, store) for _ in range(16)))

    assert Counter(each.outcome for each in told) == {Redeemed.DONE: 1, Redeemed.ALREADY: 15}
    received = select(OrderMove).where(OrderMove.to_state == OrderState.RECEIVED)
    assert len(await database.read(lambda session: session.exec(received).all())) == 1


async def test_guesses_made_at_once_are_all_counted(database: Database) -> None:
    def open_shop(session: Session) -> int:
        return open_store(session)

    store = await database.write(open_shop)

    told = await asyncio.gather(*(database.write(shows, f"x{n}", store) for n in range(16)))

    assert Counter(each.outcome for each in told) == {
        Redeemed.UNKNOWN: MOST_TRIES,
        Redeemed.TOO_OFTEN: 16 - MOST_TRIES,
    }


async def test_a_slot_of_five_wanted_by_sixteen_at_once_takes_five(database: Database) -> None:
    def open_shop(session: Session) -> list[int]:
        store = open_store(session, slot_capacity=5)
        return [id_of(place_to_fetch(session, store)) for _ in range(16)]

    orders = await database.write(open_shop)

    ended = await asyncio.gather(
        *(database.write(book, order_id, SLOT, NOW) for order_id in orders), return_exceptions=True
    )

    assert Counter(type(each) for each in ended) == {PickupBooking: 5, IllegalMove: 11}
    (slot,) = await database.read(lambda session: session.exec(select(PickupSlot)).all())
    assert (slot.taken, slot.capacity) == (5, 5)
