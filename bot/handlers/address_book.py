"""A customer's own addresses in chat: told, removed after a yes, and which is the default."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from bot import texts
from bot.handlers import address_book_words as words
from bot.handlers.address_adding import begin_adding
from bot.handlers.address_parts import AddressParts, parts_in
from bot.handlers.address_words import MY_ADDRESSES, masked
from bot.handlers.answers import is_yes, plain
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.customers import address_book
from commerce.customers.address_book import BookAddress
from commerce.errors import NotFound
from nlu.extractors.ordinals import find_bare_number, find_ordinals
from nlu.text import fold
from nlu.understanding import Intent

router = Router()

MOST_TOLD: Final = 8


@router.anywhere
def hear_of_book(turn: Turn) -> Sequence[Reply] | None:
    """What is said of one's own addresses; those of orders are somebody else's business."""
    said = plain(turn.text)
    sees_book = turn.memory.in_view == "addresses"
    if MY_ADDRESSES.fullmatch(said) and not words.asks_for_default(said):
        return tell_addresses(turn)
    if sees_book and words.adds_one(said):
        return begin_adding(turn, AddressParts())
    begins = words.wish_to_add(fold(turn.text))
    if begins is not None:
        return begin_adding(turn, parts_in(turn.text[begins:]))
    if words.asks_for_default(said):
        return _tell_default(turn)
    if words.is_wish_for_other_default(said, sees_book=sees_book):
        return _other_default(turn)
    if words.is_wish_to_remove(said, points_into_book=sees_book and _position(turn) is not None):
        return _remove(turn)
    if turn.understanding.intent == Intent.CHANGE_ADDRESS and words.asks_what_is_kept(said):
        return tell_addresses(turn)
    if words.may_be_address(turn.text) and turn.understanding.intent != Intent.CHANGE_ADDRESS:
        parts = parts_in(turn.text)
        return begin_adding(turn, parts) if parts.is_whole else None
    return None


def tell_addresses(turn: Turn) -> Sequence[Reply]:
    """The customer's own addresses, masked and numbered."""
    book = _book(turn)
    turn.memory.in_view = "addresses"
    if not book:
        return [Text(words.NONE_YET)]
    return [Text(_listed(turn, book, words.HINT if len(book) > 1 else words.FIRST_HINT))]


def _tell_default(turn: Turn) -> Sequence[Reply]:
    book = _book(turn)
    if not book:
        return [Text(words.NONE_YET)]
    first, turn.memory.in_view = book[0], "addresses"
    if len(book) == 1:
        return [Text(words.ONLY_ONE.format(address=masked(first.address)))]
    sentence = words.DEFAULT_IS if first.is_default else words.NO_DEFAULT
    return [Text(f"{sentence.format(address=masked(first.address))}\n{words.DEFAULT_HINT}")]


def _other_default(turn: Turn) -> Sequence[Reply]:
    book = _book(turn)
    if len(book) <= 1:
        return _tell_default(turn)
    position = _position(turn) or _place_named(turn, book)
    if position is None:
        told = _listed(turn, book, words.WHICH_DEFAULT)
        turn.ask("book_which_default", words.WHICH_DEFAULT, ids=[each.id for each in book])
        return [Text(told)]
    return _set_default(turn, book, position)


@router.step("book_which_default")
def hear_which_default(turn: Turn) -> Sequence[Reply] | None:
    """The number of the new default, among those that were told."""
    position = _position(turn) or _place_named(turn, _told(turn))
    if position is None:
        return [Text(words.DEFAULT_KEPT)] if is_yes(turn) is False else None
    return _set_default(turn, _told(turn), position)


def _set_default(turn: Turn, book: Sequence[BookAddress], position: int) -> Sequence[Reply]:
    chosen = _at(book, position)
    if chosen is None:
        return [Text(words.NO_SUCH.format(count=len(book), number=position))]
    address_book.make_default(turn.session, turn.customer_id, chosen.id)
    turn.memory.in_view = "addresses"
    return [Text(words.DEFAULT_SET.format(address=masked(chosen.address)))]


def _remove(turn: Turn) -> Sequence[Reply]:
    """Which one is asked if it was not said; nothing goes without a yes."""
    book = _book(turn)
    if not book:
        return [Text(words.NONE_YET)]
    position = 1 if len(book) == 1 else _position(turn) or _place_named(turn, book)
    if position is None:
        told = _listed(turn, book, words.WHICH_TO_REMOVE)
        turn.ask("book_which_remove", words.WHICH_TO_REMOVE, ids=[each.id for each in book])
        return [Text(told)]
    return _ask_to_remove(turn, book, position)


@router.step("book_which_remove")
def hear_which_remove(turn: Turn) -> Sequence[Reply] | None:
    """The number of the one that shall go, among those that were told."""
    position = _position(turn) or _place_named(turn, _told(turn))
    if position is None:
        return [Text(words.REMOVED_NOT)] if is_yes(turn) is False else None
    return _ask_to_remove(turn, _told(turn), position)


def _ask_to_remove(turn: Turn, book: Sequence[BookAddress], position: int) -> Sequence[Reply]:
    chosen = _at(book, position)
    if chosen is None:
        return [Text(words.NO_SUCH.format(count=len(book), number=position))]
    turn.ask("book_remove", words.ASK_REMOVE, id=chosen.id)
    return [Text(f"{masked(chosen.address)}\n{words.ASK_REMOVE}")]


@router.step("book_remove")
def hear_remove(turn: Turn) -> Sequence[Reply] | None:
    """A yes removes it."""
    answer = True if words.says_remove(plain(turn.text)) else is_yes(turn)
    match answer:
        case True:
            with suppress(NotFound):  # It was removed in the mini-program meanwhile.
                address_book.remove_from_book(
                    turn.session, turn.shop.sealer, turn.customer_id, turn.memory.question["id"]
                )
            return [Text(words.REMOVED)]
        case False:
            return [Text(words.REMOVED_NOT)]
    return None


def _book(turn: Turn) -> list[BookAddress]:
    return address_book.list_book(turn.session, turn.shop.sealer, turn.customer_id)


def _told(turn: Turn) -> list[BookAddress]:
    """The addresses that the open question numbered, in that order."""
    by_id = {each.id: each for each in _book(turn)}
    return [by_id[each] for each in turn.memory.question["ids"] if each in by_id]


def _listed(turn: Turn, book: Sequence[BookAddress], ending: str) -> str:
    turn.memory.in_view = "addresses"
    told = [
        f"{n}. {masked(each.address)}{words.DEFAULT_MARK if each.is_default else ''}"
        for n, each in enumerate(book[:MOST_TOLD], 1)
    ]
    more = [words.MORE.format(count=len(book) - MOST_TOLD)] if len(book) > MOST_TOLD else []
    return texts.fitting([words.LISTED, *told, *more], ending)


def _position(turn: Turn) -> int | None:
    """The position that the message names, from 1; -1 is the last."""
    folded = fold(turn.text)
    found = next((int(each.value) for each in find_ordinals(turn.text, folded)), None)
    return found if found is not None else find_bare_number(folded)


def _place_named(turn: Turn, book: Sequence[BookAddress]) -> int | None:
    """The position of the one address that the message names: by its place, or its recipient."""
    said = plain(turn.text)
    found = [
        place for place, each in enumerate(book, 1) if any(name in said for name in _names(each))
    ]
    return found[0] if len(found) == 1 else None


def _names(kept: BookAddress) -> list[str]:
    """What a customer may call an address: the recipient, and the places without 省 and 市."""
    places = [re.sub(r"(?<=..)[省市区县]$", "", each) for each in kept.address.region.split()]
    return [each for each in (kept.address.recipient, *places) if len(each) > 1]


def _at(book: Sequence[BookAddress], position: int) -> BookAddress | None:
    place = position - 1 if position > 0 else len(book) + position
    return book[place] if 0 <= place < len(book) else None
