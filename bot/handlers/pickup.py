"""Fetching at a store: where one may, the code of one's own order, and another time to come."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot import texts
from bot.handlers import pickup_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.order_choice import (
    RECENT,
    in_view,
    names_order,
    order_answered,
    order_meant,
    show,
)
from bot.handlers.order_words import clock_time, orders_in_words
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.states import AWAITS_PICKUP, state_name
from commerce.ordering.tables import Order, OrderState
from commerce.pickup.codes import list_codes, read_code
from commerce.pickup.slots import FreeSlot, book, booked_times, list_free_slots
from commerce.pickup.stores import get_store, list_open_stores
from nlu.extractors.dates import find_dates
from nlu.text import fold

router = Router()

MOST_WAITING: Final = 50
"""Orders among which those that are fetched are looked for."""
_BOOKED_FOR: Final = (OrderState.UNPAID, *AWAITS_PICKUP)


@router.anywhere
def hear_pickup(turn: Turn) -> Sequence[Reply] | None:
    """取货码, 改自提时间, 可以自提吗: what only these words mean."""
    said = plain(turn.text)
    if words.ASKS_TIME.search(said):
        return change_time(turn)
    if words.ASKS_CODE.search(said):
        return tell_codes(turn)
    return tell_stores(turn) if words.ASKS_WHETHER.fullmatch(said) else None


def tell_stores(turn: Turn) -> Sequence[Reply]:
    """Where orders may be fetched at this moment."""
    stores = list_open_stores(turn.session)
    if not stores:
        return [Text(words.NO_STORE)]
    return [Text(f"{words.MAY_FETCH}\n{words.stores_in_words(stores)}")]


def tell_codes(turn: Turn) -> Sequence[Reply]:
    """The codes of the customer's own orders that wait for them."""
    if names_order(turn):
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND if order is None else code_in_words(turn, order))]
    waiting = _waiting(turn, (*AWAITS_PICKUP, OrderState.UNPAID))[:RECENT]
    if not waiting:
        return [Text(words.NONE_WAITING)]
    show(turn, waiting)
    return [Text(texts.fitting([code_in_words(turn, each) for each in waiting]))]


def code_in_words(turn: Turn, order: Order) -> str:
    """The code of an order of the customer's, or why there is none."""
    order_no, order_id = order.order_no, id_of(order)
    if order.pickup_store_id is None:
        return words.NOT_FETCHED.format(order_no=order_no)
    if order.state == OrderState.UNPAID:
        return words.NOT_PAID.format(order_no=order_no, until=clock_time(order.expires_at))
    given = list_codes(turn.session, [order_id]).get(order_id)
    if given is not None and given.redeemed_at is not None:
        return words.TAKEN_ALREADY.format(order_no=order_no)
    if order.state not in AWAITS_PICKUP:
        return words.NO_MORE_CODE.format(order_no=order_no, state=state_name(order))
    if given is None:
        sentence = words.CODE_AFTER_GROUP if order.awaits_group else words.CODE_COMING
        return sentence.format(order_no=order_no)
    store = get_store(turn.session, order.pickup_store_id)
    when = booked_times(turn.session, [order_id]).get(order_id)
    told = words.CODE.format(
        order_no=order_no,
        code=read_code(turn.shop.sealer, given),
        store=store.name,
        address=f"{store.region} {store.address}",
        hours=store.opening_hours,
    )
    booked = words.BOOKED_FOR.format(when=words.when_in_words(when)) if when else ""
    return "\n".join(filter(None, (told, booked)))


def change_time(turn: Turn) -> Sequence[Reply]:
    """Find the order, and ask when the customer will come."""
    if names_order(turn):
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _ask_when(turn, order)
    seen = in_view(turn)
    if seen is not None and seen.pickup_store_id is not None and seen.state in _BOOKED_FOR:
        return _ask_when(turn, seen)
    waiting = _waiting(turn, _BOOKED_FOR)[:RECENT]
    if len(waiting) > 1:
        show(turn, waiting)
        question = turn.ask("pickup_order", words.WHICH.format(count=len(waiting)))
        return [Text(orders_in_words(turn, waiting, question.content))]
    return _ask_when(turn, waiting[0]) if waiting else [Text(words.NOTHING_TO_BOOK)]


@router.step("pickup_order")
def hear_order(turn: Turn) -> Sequence[Reply] | None:
    """Which of several orders it is."""
    order = order_answered(turn)
    if order is None:
        return [Text(words.KEPT)] if is_yes(turn) is False else None
    return _ask_when(turn, order)


@router.step("pickup_time", lasting=True)
def hear_time(turn: Turn) -> Sequence[Reply] | None:
    """A day, a time, or both; a no leaves everything as it was."""
    kept = turn.memory.question
    order = orders.find_order(turn.session, turn.customer_id, str(kept["order_no"]))
    day, hour = _day_said(turn), words.time_said(fold(turn.text))
    if order is None or (day is None and hour is None):
        return [Text(words.KEPT)] if is_yes(turn) is False else None
    return _ask_when(turn, order, known_day=str(kept.get("day", "")))


def _ask_when(turn: Turn, order: Order, known_day: str = "") -> Sequence[Reply]:
    """Book the time that was said, or ask for what is missing of it."""
    if order.pickup_store_id is None:
        return [Text(words.SENT_INSTEAD.format(order_no=order.order_no))]
    if order.state not in _BOOKED_FOR:
        return [Text(code_in_words(turn, order))]
    show(turn, [order])
    store = get_store(turn.session, order.pickup_store_id)
    slots = list_free_slots(turn.session, store, turn.now)
    if store.slot_capacity == 0:
        return [Text(words.NO_NEED.format(store=store.name, hours=store.opening_hours))]
    if not slots:
        return [Text(words.ALL_FULL.format(store=store.name, phone=store.phone))]
    day = _day_said(turn) or (date.fromisoformat(known_day) if known_day else None)
    if day is None:
        asked = words.WHICH_DAY.format(order_no=order.order_no, store=store.name)
        return _offer_days(turn, order, slots, asked)
    of_day = [slot for slot in slots if words.day_of(slot) == day]
    name = words.day_in_words(day, words.today_of(turn.now))
    if not of_day:
        return _offer_days(turn, order, slots, words.DAY_FULL.format(day=name))
    hour = words.time_said(fold(turn.text))
    if hour is None:
        return _offer_hours(turn, order, of_day, words.WHICH_TIME.format(day=name))
    meant = next((slot for slot in of_day if words.begins_at(slot, day, hour)), None)
    if meant is None:
        refused = words.TIME_FULL.format(when=f"{name} {hour:%H:%M}")
        return _offer_hours(turn, order, of_day, refused)
    return _book(turn, order, meant)


def _book(turn: Turn, order: Order, slot: FreeSlot) -> Sequence[Reply]:
    store = get_store(turn.session, order.pickup_store_id or 0)
    try:
        book(turn.session, id_of(order), slot.starts_at, turn.now)
    except (IllegalMove, InvalidInput) as refusal:  # Somebody else was quicker.
        return [Text(f"{refusal}。")]
    told = words.BOOKED.format(
        order_no=order.order_no,
        when=f"{words.when_in_words(slot.starts_at)}–{clock_time(slot.ends_at)}",
        store=store.name,
        address=f"{store.region} {store.address}",
    )
    return [Text(told)]


def _offer_days(turn: Turn, order: Order, slots: Sequence[FreeSlot], asked: str) -> Sequence[Reply]:
    turn.ask("pickup_time", asked, order_no=order.order_no)
    today = words.today_of(turn.now)
    days = dict.fromkeys(words.day_in_words(words.day_of(slot), today) for slot in slots)
    return [Choices(asked, tuple(days))]


def _offer_hours(
    turn: Turn, order: Order, slots: Sequence[FreeSlot], asked: str
) -> Sequence[Reply]:
    day = words.day_of(slots[0]).isoformat()
    turn.ask("pickup_time", asked, order_no=order.order_no, day=day)
    return [Choices(asked, tuple(words.slot_in_words(slot) for slot in slots))]


def _day_said(turn: Turn) -> date | None:
    if words.CANNOT_COME.search(turn.text):
        return None  # That is the day they had.
    today = words.today_of(turn.now)
    single = [when.first for when in find_dates(turn.text, today) if when.first == when.last]
    return single[0] if single else None


def _waiting(turn: Turn, states: Sequence[OrderState]) -> list[Order]:
    """The customer's own orders in these states that are fetched, newest first."""
    found = orders.list_orders(turn.session, turn.customer_id, states=states, limit=MOST_WAITING)
    return [order for order in found if order.pickup_store_id is not None]
