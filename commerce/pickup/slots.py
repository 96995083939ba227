"""When customers come: slots by a store's hours, never more customers in one than it takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlmodel import Session, col, select, update

from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import affected_rows, core, id_of, insert_once
from commerce.ordering.states import AWAITS_PICKUP, lock_order, state_name
from commerce.ordering.tables import Order, OrderState
from commerce.pickup.stores import get_store
from commerce.pickup.tables import PickupBooking, PickupSlot, Store
from commerce.shanghai import SHANGHAI

DAYS_AHEAD: Final = 7
"""Today is the first of them."""
NOTICE: Final = timedelta(minutes=30)
"""So long before it begins, a slot can still be booked."""
_MAY_BOOK: Final = (OrderState.UNPAID, *AWAITS_PICKUP)


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A slot in which so many more customers may come."""

    starts_at: datetime
    ends_at: datetime
    left: int


def list_free_slots(session: Session, store: Store, now: datetime) -> Sequence[FreeSlot]:
    """The slots of the next days that are not full, in time; none where nobody books."""
    starts = list(_schedule(store, now))
    if not starts:
        return []
    known = session.exec(
        select(PickupSlot).where(
            PickupSlot.store_id == store.id,
            col(PickupSlot.starts_at) >= starts[0],
            col(PickupSlot.starts_at) <= starts[-1],
        )
    )
    left = {each.starts_at: each.capacity - each.taken for each in known}
    length = timedelta(minutes=store.slot_minutes)
    return [
        FreeSlot(start, start + length, free)
        for start in starts
        if (free := left.get(start, store.slot_capacity)) > 0
    ]


def book(session: Session, order_id: int, starts_at: datetime, now: datetime) -> PickupBooking:
    """The customer will come then; an earlier slot of the order's is free again.

    Raises NotFound, InvalidInput for a time that is no slot of the order's store, and IllegalMove
    when the slot is full or there is nothing to fetch.
    """
    order = lock_order(session, order_id)
    if order.pickup_store_id is None:
        raise IllegalMove("这笔订单是快递送货，不用预约取货时间", order_no=order.order_no)
    if order.state not in _MAY_BOOK:
        raise IllegalMove(f"订单{state_name(order)}，不用预约取货时间", order_no=order.order_no)
    store = get_store(session, order.pickup_store_id)
    if starts_at not in _schedule(store, now):
        raise InvalidInput("这个时间不能预约，请换一个时段", field="starts_at")
    with session.begin_nested():  # The new slot is taken and the old one left, or neither.
        core(session)
        return _move_to(session, order, store, starts_at, now)


def booked_times(session: Session, order_ids: Sequence[int]) -> dict[int, datetime]:
    """When orders are to be fetched, by the order's id; those without a time are left out."""
    statement = (
        select(PickupBooking.order_id, PickupSlot.starts_at)
        .join(PickupSlot, col(PickupSlot.id) == col(PickupBooking.slot_id))
        .where(col(PickupBooking.order_id).in_(order_ids))
    )
    return dict(session.exec(statement).all())


def give_up(session: Session, order_id: int) -> bool:
    """Nobody comes for the order any more: its slot is free again; whether it had one."""
    lock_order(session, order_id)
    booking = session.get(PickupBooking, order_id, populate_existing=True)
    if booking is None:
        return False
    _leave(session, booking.slot_id)
    session.delete(booking)
    session.flush()
    return True


def _move_to(
    session: Session, order: Order, store: Store, starts_at: datetime, now: datetime
) -> PickupBooking:
    slot_id = _slot_id(session, store, starts_at)
    booking = session.get(PickupBooking, id_of(order), populate_existing=True)
    if booking is not None and booking.slot_id == slot_id:
        return booking
    left = [] if booking is None else [booking.slot_id]
    for each in sorted([slot_id, *left]):  # In one order: two who swap slots do not wait in a ring.
        if each != slot_id:
            _leave(session, each)
        elif not _enter(session, each):
            raise IllegalMove("这个时段已经约满了，请换一个时段")
    if booking is None:
        booking = PickupBooking(order_id=id_of(order), slot_id=slot_id, booked_at=now)
    booking.slot_id, booking.booked_at = slot_id, now
    session.add(booking)
    session.flush()
    return booking


def _slot_id(session: Session, store: Store, starts_at: datetime) -> int:
    insert_once(
        session,
        PickupSlot,
        store_id=id_of(store),
        starts_at=starts_at,
        capacity=store.slot_capacity,
        taken=0,
    )
    found = select(PickupSlot.id).where(
        PickupSlot.store_id == store.id, PickupSlot.starts_at == starts_at
    )
    return session.exec(found).one() or 0


def _enter(session: Session, slot_id: int) -> bool:
    row = PickupSlot
    guarded = update(row).where(col(row.id) == slot_id, col(row.taken) < col(row.capacity))
    return affected_rows(session, guarded.values(taken=col(row.taken) + 1)) == 1


def _leave(session: Session, slot_id: int) -> None:
    row = PickupSlot
    guarded = update(row).where(col(row.id) == slot_id, col(row.taken) > 0)
    affected_rows(session, guarded.values(taken=col(row.taken) - 1))


def _schedule(store: Store, now: datetime) -> Iterator[datetime]:
    """When slots of the next days begin that can still be booked; the last one ends in time."""
    if store.slot_capacity == 0:
        return
    today = now.astimezone(SHANGHAI).date()
    for number in range(DAYS_AHEAD):
        midnight = datetime.combine(today + timedelta(days=number), time(), SHANGHAI)
        last = store.closes_at - store.slot_minutes
        for minutes in range(store.opens_at, last + 1, store.slot_minutes):
            start = (midnight + timedelta(minutes=minutes)).astimezone(UTC)
            if start >= now + NOTICE:
                yield start
