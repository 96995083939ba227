"""What an order that is fetched shows its buyer: store, code and time."""

from collections.abc import Sequence

from sqlmodel import Session

from bot.api import answers
from commerce.inserting import id_of
from commerce.ordering.states import AWAITS_PICKUP
from commerce.ordering.tables import Order
from commerce.pickup.codes import list_codes, read_code
from commerce.pickup.slots import booked_times
from commerce.pickup.stores import get_store
from commerce.pickup.tables import PickupCode, Store
from commerce.sealing import Sealer


def show_pickups(
    session: Session, sealer: Sealer, orders: Sequence[Order]
) -> dict[int, answers.Pickup]:
    """By the order's id; those that are sent are left out."""
    fetched = [order for order in orders if order.pickup_store_id is not None]
    if not fetched:
        return {}
    ids = [id_of(order) for order in fetched]
    codes, times = list_codes(session, ids), booked_times(session, ids)
    return {
        id_of(order): answers.Pickup(
            store=show_store(get_store(session, order.pickup_store_id or 0)),
            code=_code(sealer, order, codes.get(id_of(order))),
            booked_for=times.get(id_of(order)),
            fetched_at=given.redeemed_at if (given := codes.get(id_of(order))) else None,
        )
        for order in fetched
    }


def show_store(store: Store) -> answers.Store:
    """A store as customers see it."""
    return answers.Store(
        id=id_of(store),
        name=store.name,
        region=store.region,
        address=store.address,
        phone=store.phone,
        opening_hours=store.opening_hours,
        takes_appointments=store.slot_capacity > 0,
    )


def _code(sealer: Sealer, order: Order, given: PickupCode | None) -> str | None:
    if given is None or given.redeemed_at is not None or order.state not in AWAITS_PICKUP:
        return None
    return read_code(sealer, given)
