"""Fetching at a store, for the mini-program: where, when, and the code of one's own order."""

from sqlmodel import Session

from bot.api import answers
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.ordering import show_one
from bot.api.pickup_answers import PickupSlot, PickupSlots, Stores
from bot.api.pickup_requests import PickupTime, StorePath
from bot.api.pickup_shown import show_store
from bot.api.requests import OrderPath
from bot.api.shopfront import Shopfront
from commerce.inserting import id_of
from commerce.ordering.orders import get_order
from commerce.pickup.slots import book, list_free_slots
from commerce.pickup.stores import get_store, list_open_stores


async def list_stores(shop: Shopfront, call: Call[NoParameters, NoBody]) -> Stores:
    """Stores where an order may be fetched now."""
    del call

    def show(session: Session) -> Stores:
        return Stores(items=[show_store(store) for store in list_open_stores(session)])

    return await shop.database.read(show)


async def list_slots(shop: Shopfront, call: Call[StorePath, NoBody]) -> PickupSlots:
    """When a customer may still say that they come."""

    def show(session: Session) -> PickupSlots:
        store = get_store(session, call.parameters.store_id)
        free = list_free_slots(session, store, call.now) if store.is_open else ()
        return PickupSlots(items=[PickupSlot.model_validate(slot) for slot in free])

    return await shop.database.read(show)


async def set_time(shop: Shopfront, call: Call[OrderPath, PickupTime]) -> answers.Order:
    """The caller will come then; the slot they had is free again."""

    def move(session: Session) -> answers.Order:
        customer_id = call.caller.present_id(session)
        order = get_order(session, customer_id, call.parameters.order_no)
        book(session, id_of(order), call.body.starts_at, call.now)
        return show_one(session, shop, order)

    return await shop.database.write(move)
