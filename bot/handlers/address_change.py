"""Another address for an order not packed yet: collected, read back, changed after a yes."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from bot import texts
from bot.handlers import address_words as words
from bot.handlers.address_adding import begin_adding
from bot.handlers.address_parts import (
    AddressParts,
    begins_with_surname,
    foreign_district,
    name_in,
    parts_in,
    place_in,
)
from bot.handlers.answers import is_yes
from bot.handlers.errands import calls_away, is_errand
from bot.handlers.order_choice import (
    RECENT,
    in_view,
    names_order,
    order_answered,
    order_meant,
    show,
)
from bot.handlers.order_words import orders_in_words
from bot.handlers.pickup_words import NO_PLACE_TO_CHANGE
from bot.handlers.sealed_draft import ask_with_draft, kept_draft
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.aftersale.address_changes import (
    MAY_CHANGE,
    NotSentThere,
    change_address,
    refuse_dearer,
)
from commerce.customers.addresses import AddressInput, check_address
from commerce.errors import IllegalMove, InvalidInput
from commerce.events import announce
from commerce.ordering import orders
from commerce.ordering.orders import read_address
from commerce.ordering.tables import Order, OrderState
from nlu.understanding import Intent

router = Router()

LABELLED: Final = (OrderState.PACKED, OrderState.SHIPPED)
MOST_TOLD_OF: Final = 5
STEP_OF: Final = {
    "recipient": "address_recipient",
    "phone": "address_phone",
    "place": "address_place",
}
QUESTION_OF: Final = {"recipient": words.RECIPIENT, "phone": words.PHONE, "place": words.PLACE}


@router.intent(Intent.CHANGE_ADDRESS)
def change(turn: Turn) -> Sequence[Reply]:
    """Find the order, take what the message tells already, and ask for the rest."""
    parts = AddressParts() if words.means_part_of_street(turn.text) else parts_in(turn.text)
    draft = {"parts": asdict(parts), "wanted": words.wanted_parts(turn.text)}
    if names_order(turn):
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _go_on(turn, order, draft)
    open_ones = orders.list_orders(turn.session, turn.customer_id, states=MAY_CHANGE)
    seen = in_view(turn)
    if seen is not None and (seen.state in (*MAY_CHANGE, *LABELLED)):
        return _go_on(turn, seen, draft)
    if len(open_ones) > 1:
        shown = open_ones[:RECENT]
        show(turn, shown)
        question = ask_with_draft(turn, "address_order", words.WHICH_ORDER, draft)
        return [Text(orders_in_words(turn, shown, question.content))]
    if open_ones:
        return _go_on(turn, open_ones[0], draft)
    sent = orders.list_orders(turn.session, turn.customer_id, states=LABELLED, limit=1)
    if not sent and parts.is_whole:
        return begin_adding(turn, parts)
    return _go_on(turn, sent[0], draft) if sent else [Text(words.NO_ORDERS)]


@router.step("address_order", lasting=True)
def hear_order(turn: Turn) -> Sequence[Reply] | None:
    """Which of the orders it is."""
    order = order_answered(turn)
    return _kept(turn) if order is None else _go_on(turn, order, kept_draft(turn))


@router.step("address_what", lasting=True)
def hear_what(turn: Turn) -> Sequence[Reply] | None:
    """Any parts of the new address, or the name of the part that is to change."""
    if calls_away(turn):
        return None
    told, draft = parts_in(turn.text), kept_draft(turn)
    wanted = words.wanted_parts(turn.text)
    if told.is_empty and not wanted:
        return _kept(turn)
    return _hear(turn, draft, told, wanted)


@router.step("address_recipient", lasting=True)
def hear_recipient(turn: Turn) -> Sequence[Reply] | None:
    """The new recipient, and whatever else was written with the name."""
    told = replace(parts_in(turn.text), recipient=name_in(turn.text))
    if calls_away(turn) or (is_errand(turn) and not begins_with_surname(told.recipient)):
        return None
    if told.recipient:
        return _hear(turn, kept_draft(turn), told)
    return _kept_or_again(turn, "address_recipient", words.RECIPIENT)


@router.step("address_phone", lasting=True)
def hear_phone(turn: Turn) -> Sequence[Reply] | None:
    """The new phone."""
    told = parts_in(turn.text)
    if told.phone:
        return _hear(turn, kept_draft(turn), told)
    if sum(character.isdigit() for character in turn.text) < 5:
        return _kept(turn)
    return [ask_with_draft(turn, "address_phone", words.NOT_A_PHONE, kept_draft(turn))]


@router.step("address_place", lasting=True)
def hear_place(turn: Turn) -> Sequence[Reply] | None:
    """The new region and street; the street may come by itself after the region."""
    told = AddressParts() if calls_away(turn) else place_in(turn.text)
    if not (told.region or told.detail):
        return _kept_or_again(turn, "address_place", words.NO_STREET)
    draft = kept_draft(turn)
    if not told.detail:  # The region of a street that was told before.
        told = replace(told, detail=draft["parts"]["detail"])
    return _hear(turn, draft, told)


@router.step("address_confirm")
def hear_confirmation(turn: Turn) -> Sequence[Reply] | None:
    """Only a clear yes changes it; another part said now is read back first."""
    draft = kept_draft(turn)
    told = parts_in(turn.text)
    if not told.is_empty:
        return _hear(turn, draft, told)
    match is_yes(turn):
        case True:
            return _change(turn, draft)
        case False:
            return [Text(words.KEPT)]
    wanted = words.wanted_parts(turn.text)
    return _hear(turn, draft, told, wanted, again=True) if wanted else None


def _hear(
    turn: Turn,
    draft: dict[str, Any],
    told: AddressParts,
    wanted: Sequence[str] = (),
    *,
    again: bool = False,
) -> Sequence[Reply]:
    known = AddressParts(**draft["parts"])
    if again:  # 电话不对: what was told of it is forgotten.
        forget = {"place": ("region", "detail")}
        gone = [name for part in wanted for name in forget.get(part, (part,))]
        known = replace(known, **dict.fromkeys(gone, ""))
    draft = {
        **draft,
        "parts": asdict(told.over(known)),
        "wanted": list(dict.fromkeys([*draft["wanted"], *wanted])),
    }
    order = orders.get_order(turn.session, turn.customer_id, str(draft["order_no"]))
    return _go_on(turn, order, draft)


def _go_on(turn: Turn, order: Order, draft: dict[str, Any]) -> Sequence[Reply]:
    """Ask for what is missing; with nothing missing, read the whole address back."""
    if order.pickup_store_id is not None:
        return [Text(NO_PLACE_TO_CHANGE.format(order_no=order.order_no))]
    if order.state not in MAY_CHANGE:
        return _too_late(turn, order)
    show(turn, [order])
    parts = AddressParts(**draft["parts"])
    draft = {**draft, "order_no": order.order_no}
    missing = _missing(draft["wanted"], parts)
    if parts.is_empty and not missing:
        return [ask_with_draft(turn, "address_what", words.WHAT, draft)]
    if missing:
        question = words.STREET if missing == "place" and parts.region else QUESTION_OF[missing]
        if missing == "place" and words.means_part_of_street(turn.text):
            question = words.WHOLE_STREET
        return [ask_with_draft(turn, STEP_OF[missing], question, draft)]
    current = read_address(turn.shop.sealer, order)
    district = "" if parts.region else foreign_district(parts.detail, current.region)
    if district:
        question = words.REGION.format(district=district)
        return [ask_with_draft(turn, "address_place", question, draft)]
    return _read_back(turn, order, draft, current)


def _missing(wanted: Sequence[str], parts: AddressParts) -> str:
    """What is to become another and was not told: a region alone lacks its street."""
    if "recipient" in wanted and not parts.recipient:
        return "recipient"
    if "phone" in wanted and not parts.phone:
        return "phone"
    lacks_street = ("place" in wanted or parts.region) and not parts.detail
    return "place" if lacks_street else ""


def _read_back(
    turn: Turn, order: Order, draft: dict[str, Any], current: AddressInput
) -> Sequence[Reply]:
    parts = AddressParts(**draft["parts"])
    try:
        address = check_address(parts.put_into(current))
    except InvalidInput as refusal:
        draft = {**draft, "parts": asdict(AddressParts())}
        return [ask_with_draft(turn, "address_what", f"{refusal}。{words.WHAT}", draft)]
    if address == current:
        return [Text(words.SAME)]
    try:
        refuse_dearer(turn.session, order, current, address)
    except NotSentThere as refusal:
        return [Text(words.NOT_THERE.format(order_no=order.order_no, reason=refusal))]
    draft = {**draft, "read_back": asdict(address)}
    ask_with_draft(turn, "address_confirm", words.CONFIRM, draft)
    told = words.in_full(address, is_new_phone=bool(parts.phone))
    head = words.PREVIEW.format(order_no=order.order_no)
    return [Text(f"{head}\n{told}\n{words.CONFIRM}")]


def _change(turn: Turn, draft: dict[str, Any]) -> Sequence[Reply]:
    order = orders.get_order(turn.session, turn.customer_id, str(draft["order_no"]))
    parts = AddressParts(**draft["parts"])
    current = read_address(turn.shop.sealer, order)
    address = check_address(parts.put_into(current))
    if order.state in MAY_CHANGE and asdict(address) != draft["read_back"]:
        return _read_back(turn, order, draft, current)  # It was changed elsewhere meanwhile.
    try:
        change_address(
            turn.session,
            turn.shop.sealer,
            turn.customer_id,
            order.order_no,
            address,
            actor=f"customer:{turn.customer_id}",
            now=turn.now,
        )
    except NotSentThere as refusal:  # The shop's freight changed while the question stood.
        return [Text(words.NOT_THERE.format(order_no=order.order_no, reason=refusal))]
    except IllegalMove:  # It was packed while the question stood.
        return _too_late(turn, order)
    told = words.in_full(address, is_new_phone=bool(parts.phone))
    return [Text(f"{words.CHANGED.format(order_no=order.order_no)}\n{told}")]


def _too_late(turn: Turn, order: Order) -> Sequence[Reply]:
    """Say why not; a person, told once, may still stop the parcel."""
    over = words.OVER.get(OrderState(order.state))
    if over is not None:
        return [Text(over.format(order_no=order.order_no))]
    if order.order_no not in turn.memory.told_of:
        turn.memory.told_of = [*turn.memory.told_of, order.order_no][-MOST_TOLD_OF:]
        announce(
            turn.session,
            "person_wanted",
            now=turn.now,
            conversation_id=turn.conversation_id,
            order_no=order.order_no,
            reason=Intent.CHANGE_ADDRESS.value,
        )
    is_packed = order.state == OrderState.PACKED
    sentence = words.TOO_LATE_PACKED if is_packed else words.TOO_LATE_SHIPPED
    return [Text(sentence.format(order_no=order.order_no))]


def _kept_or_again(turn: Turn, step: str, question: str) -> Sequence[Reply] | None:
    """A no keeps the address; what nobody understands is asked for again."""
    kept = None if calls_away(turn) else _kept(turn)
    if kept is not None or turn.understanding.intent != Intent.NLU_FALLBACK or is_errand(turn):
        return kept
    return [ask_with_draft(turn, step, question, kept_draft(turn))]


def _kept(turn: Turn) -> Sequence[Reply] | None:
    return [Text(words.KEPT)] if is_yes(turn) is False else None
