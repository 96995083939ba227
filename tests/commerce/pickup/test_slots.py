"""When customers come: by the store's hours, one slot an order, never too many."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select, update

from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import affected_rows, id_of
from commerce.pickup.slots import DAYS_AHEAD, book, booked_times, give_up, list_free_slots
from commerce.pickup.stores import get_store
from commerce.pickup.tables import PickupSlot
from commerce.shanghai import SHANGHAI
from tests.commerce.pickup.stores import SLOT, open_store, paid_to_fetch, place_to_fetch, shows
from tests.commerce.shop import NOW, new_customer, place, put_on_sale


def left_at(session: Session, store_id: int, moment: Any = SLOT) -> int:
    found = list_free_slots(session, get_store(session, store_id), NOW)
    return next((slot.left for slot in found if slot.starts_at == moment), 0)


def test_slots_follow_the_stores_hours_from_half_an_hour_on(session: Session) -> None:
    store = get_store(session, open_store(session, slot_minutes=90))

    slots = list_free_slots(session, store, NOW + timedelta(hours=1))

    starts = [slot.starts_at.astimezone(SHANGHAI) for slot in slots]
    today = [f"{each:%H:%M}" for each in starts if each.date() == starts[0].date()]
    assert today == ["13:30", "15:00", "16:30", "18:00", "19:30"]
    assert len({each.date() for each in starts}) == DAYS_AHEAD
    assert {slot.ends_at - slot.starts_at for slot in slots} == {timedelta(minutes=90)}


def test_a_store_without_appointments_has_no_slots(session: Session) -> None:
    store = open_store(session, slot_capacity=0)
    order = place_to_fetch(session, store)

    assert list_free_slots(session, get_store(session, store), NOW) == []
    with pytest.raises(InvalidInput):
        book(session, id_of(order), SLOT, NOW)


def test_a_slot_takes_so_many_and_no_more(session: Session) -> None:
    store = open_store(session, slot_capacity=2)
    orders = [place_to_fetch(session, store) for _ in range(3)]

    for order in orders[:2]:
        book(session, id_of(order), SLOT, NOW)

    assert left_at(session, store) == 0
    with pytest.raises(IllegalMove, match="约满"):
        book(session, id_of(orders[2]), SLOT, NOW)
    assert booked_times(session, [id_of(each) for each in orders]) == {
        id_of(each): SLOT for each in orders[:2]
    }


def test_another_time_frees_the_first_one_and_the_same_one_changes_nothing(
    session: Session,
) -> None:
    store = open_store(session)
    order, _ = paid_to_fetch(session, store)
    later = SLOT + timedelta(hours=2)

    for moment in (SLOT, later, later):
        book(session, id_of(order), moment, NOW)

    assert (left_at(session, store), left_at(session, store, later)) == (2, 1)
    assert booked_times(session, [id_of(order)]) == {id_of(order): later}


def test_a_full_slot_leaves_the_earlier_one_as_it_was(session: Session) -> None:
    store = open_store(session, slot_capacity=1)
    order, other = place_to_fetch(session, store), place_to_fetch(session, store)
    later = SLOT + timedelta(hours=1)
    book(session, id_of(order), SLOT, NOW)
    book(session, id_of(other), later, NOW)

    with pytest.raises(IllegalMove):
        book(session, id_of(order), later, NOW)

    assert booked_times(session, [id_of(order)]) == {id_of(order): SLOT}
    assert (left_at(session, store), left_at(session, store, later)) == (0, 0)


@pytest.mark.parametrize("minutes", [-60 * 3, 10, 60 * 10, 60 * 24 * 9])
def test_only_a_slot_of_the_store_that_is_to_come_can_be_booked(
    session: Session, minutes: int
) -> None:
    order = place_to_fetch(session, open_store(session))

    with pytest.raises(InvalidInput):
        book(session, id_of(order), SLOT + timedelta(minutes=minutes), NOW)


def test_an_order_that_is_sent_or_fetched_has_no_time(session: Session) -> None:
    store = open_store(session)
    fetched, code = paid_to_fetch(session, store)
    shows(session, code, store)
    sent = place(session, new_customer(session), {put_on_sale(session): 1})

    for order in (fetched, sent):
        with pytest.raises(IllegalMove):
            book(session, id_of(order), SLOT, NOW)


def test_who_does_not_come_any_more_frees_their_slot_once(session: Session) -> None:
    store = open_store(session)
    order = place_to_fetch(session, store)
    book(session, id_of(order), SLOT, NOW)

    assert [give_up(session, id_of(order)) for _ in range(2)] == [True, False]
    assert left_at(session, store) == 2


@pytest.mark.database
def test_the_database_itself_refuses_an_overbooked_slot(session: Session) -> None:
    order = place_to_fetch(session, open_store(session, slot_capacity=1))
    book(session, id_of(order), SLOT, NOW)

    with pytest.raises(IntegrityError):
        affected_rows(session, update(PickupSlot).values(taken=2))
    session.rollback()
    assert session.exec(select(PickupSlot)).all() == []
