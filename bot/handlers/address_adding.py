"""Another address for the customer's book: asked for part by part, read back, kept after a yes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from bot.handlers import address_book_words as words
from bot.handlers.address_parts import (
    AddressParts,
    begins_with_surname,
    foreign_district,
    name_in,
    parts_in,
    place_in,
)
from bot.handlers.address_words import in_full, wanted_parts
from bot.handlers.answers import is_yes
from bot.handlers.errands import calls_away, is_errand
from bot.handlers.sealed_draft import ask_with_draft, kept_draft
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.customers import address_book
from commerce.customers.addresses import AddressInput, check_address
from commerce.customers.regions import read_region
from commerce.errors import IllegalMove, InvalidInput

router = Router()

QUESTION_OF: Final = {
    "recipient": words.RECIPIENT,
    "phone": words.PHONE,
    "region": words.REGION,
    "place": words.PLACE,
}
STEP_OF: Final = {
    "recipient": "book_recipient",
    "phone": "book_phone",
    "region": "book_place",
    "place": "book_place",
}
FIELDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "recipient": ("recipient",),
    "phone": ("phone",),
    "place": ("region", "detail"),
}
"""What is forgotten of an address when a part of it is called wrong."""


def begin_adding(turn: Turn, parts: AddressParts) -> Sequence[Reply]:
    """Take what was told of an address, and ask for the rest."""
    draft = {"parts": asdict(parts)}
    if parts.is_empty:
        return [ask_with_draft(turn, "book_what", words.WHAT, draft)]
    return _go_on(turn, draft)


@router.step("book_what", lasting=True)
def hear_what(turn: Turn) -> Sequence[Reply] | None:
    """Any parts of the address."""
    told = AddressParts() if calls_away(turn) else parts_in(turn.text)
    return _not_kept(turn) if told.is_empty else _hear(turn, told)


@router.step("book_recipient", lasting=True)
def hear_recipient(turn: Turn) -> Sequence[Reply] | None:
    """Whose parcels come there."""
    told = replace(parts_in(turn.text), recipient=name_in(turn.text))
    is_name = bool(told.recipient) and not calls_away(turn)
    if not is_name and is_yes(turn):
        return [ask_with_draft(turn, "book_recipient", words.RECIPIENT, kept_draft(turn))]
    if not is_name or (is_errand(turn) and not begins_with_surname(told.recipient)):
        return _not_kept(turn)
    return _hear(turn, told)


@router.step("book_phone", lasting=True)
def hear_phone(turn: Turn) -> Sequence[Reply] | None:
    """The phone of whoever takes the parcel."""
    told = parts_in(turn.text)
    if told.phone:
        return _hear(turn, told)
    if sum(character.isdigit() for character in turn.text) < len("95588"):
        return _not_kept(turn)
    return [ask_with_draft(turn, "book_phone", words.NOT_A_PHONE, kept_draft(turn))]


@router.step("book_place", lasting=True)
def hear_place(turn: Turn) -> Sequence[Reply] | None:
    """Region and street; the region of a street that was told before does not take its place."""
    told = AddressParts() if calls_away(turn) else place_in(turn.text)
    if not (told.region or told.detail):
        return _not_kept(turn)
    if told.region and not told.detail:
        told = replace(told, detail=kept_draft(turn)["parts"]["detail"])
    return _hear(turn, told)


@router.step("book_confirm")
def hear_confirmation(turn: Turn) -> Sequence[Reply] | None:
    """Only a clear yes keeps it; another part said now is read back first."""
    rest = words.corrected(turn.text)
    told = parts_in(rest)
    if rest != turn.text and told.is_empty:
        told = replace(told, recipient=name_in(rest))
    if not told.is_empty:
        return _hear(turn, told)
    if not rest and not wanted_parts(turn.text):
        return [ask_with_draft(turn, "book_confirm", words.WHICH_IS_WRONG, kept_draft(turn))]
    answer = is_yes(turn)
    if answer is not None:
        return _save(turn) if answer else [Text(words.KEPT_NOT)]
    wanted = wanted_parts(turn.text)
    if not wanted:
        return None
    gone = dict.fromkeys((name for part in wanted for name in FIELDS_OF[part]), "")
    return _go_on(turn, {"parts": {**kept_draft(turn)["parts"], **gone}})


def _hear(turn: Turn, told: AddressParts) -> Sequence[Reply]:
    known = AddressParts(**kept_draft(turn)["parts"])
    return _go_on(turn, {"parts": asdict(told.over(known))})


def _go_on(turn: Turn, draft: dict[str, Any]) -> Sequence[Reply]:
    """Ask for what is missing, one thing at a time; with nothing missing, read it all back."""
    parts = AddressParts(**draft["parts"])
    missing = _missing(parts)
    if missing:
        question = QUESTION_OF[missing]
        district = foreign_district(parts.detail, parts.region)
        if missing == "region" and district:
            question = words.WHICH_CITY.format(district=district)
        elif missing == "place" and parts.region:
            question = words.STREET.format(region=parts.region)
        return [ask_with_draft(turn, STEP_OF[missing], question, draft)]
    try:
        address = check_address(AddressInput(**draft["parts"]))
    except InvalidInput as refusal:
        return [ask_with_draft(turn, "book_what", f"{refusal}。", draft)]
    ask_with_draft(turn, "book_confirm", words.CONFIRM, {"parts": asdict(address)})
    told = in_full(address, is_new_phone=True)
    return [Text(f"{words.READ_BACK}\n{told}\n{words.CONFIRM}")]


def _missing(parts: AddressParts) -> str:
    """What is asked for next: the place, down to the prefecture, then the phone, then the name."""
    region = read_region(parts.region) if parts.region else None
    if parts.detail and (region is None or region.level == 1):
        return "region"
    if not parts.detail:
        return "place"
    if not parts.phone:
        return "phone"
    return "" if parts.recipient else "recipient"


def _save(turn: Turn) -> Sequence[Reply]:
    address = AddressInput(**kept_draft(turn)["parts"])
    known = address_book.list_book(turn.session, turn.shop.sealer, turn.customer_id)
    try:
        kept = address_book.add_to_book(
            turn.session, turn.shop.sealer, turn.customer_id, address, turn.now
        )
    except IllegalMove as refusal:
        return [Text(f"{refusal}。")]
    turn.memory.in_view = "addresses"
    if kept.address in [each.address for each in known]:
        return [Text(words.SAVED_ALREADY)]
    return [Text(words.SAVED if known else words.SAVED_DEFAULT)]


def _not_kept(turn: Turn) -> Sequence[Reply] | None:
    """A no ends it; anything else is answered as what it is."""
    return [Text(words.KEPT_NOT)] if not calls_away(turn) and is_yes(turn) is False else None
