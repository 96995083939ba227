"""The cart in words: numbered lines, a page at a time."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.cart_sums import sums_in_words
from bot.handlers.product_search import BACK_WORDS, NEXT_WORDS
from bot.handlers.variants import short_label
from bot.messages import Reply, Text
from bot.turn import Turn
from commerce.money import yuan
from commerce.ordering import cart
from commerce.ordering.cart import CartView
from commerce.ordering.lines import PricedLine

LINES_A_PAGE: Final = 10


def show_cart_page(turn: Turn, view: CartView, offset: int = 0) -> Sequence[Reply]:
    """A page of the cart; its numbers go on from page to page, and are what positions mean."""
    turn.memory.cart = [line.variant_id for line in view.lines]
    if not view.lines:
        turn.memory.variant = None
        return [Text(texts.CART_EMPTY)]
    turn.memory.in_view, turn.memory.cart_offset = "cart", offset
    return [Text(cart_in_words(view, sums_in_words(turn, view.lines), offset))]


def turn_cart_page(turn: Turn) -> Sequence[Reply] | None:
    """Another page of a long cart; None when none is asked for."""
    view, offset = cart.view(turn.session, turn.customer_id), turn.memory.cart_offset
    is_long = len(view.lines) > LINES_A_PAGE
    if NEXT_WORDS.search(turn.text) and "页" in turn.text and is_long:
        if offset + LINES_A_PAGE >= len(view.lines):
            return [Text(texts.CART_ENDS_HERE)]
        return show_cart_page(turn, view, offset + LINES_A_PAGE)
    if BACK_WORDS.search(turn.text) and "页" in turn.text and is_long:
        return show_cart_page(turn, view, max(0, offset - LINES_A_PAGE))
    return None


def look_at(turn: Turn, view: CartView, words: str) -> Sequence[Reply]:
    """Say something about the cart and show it, so that the customer can point at a line."""
    if not view.lines:
        return show_cart_page(turn, view)
    (shown,) = show_cart_page(turn, view)
    return [Text(f"{words}\n{shown.content}")] if isinstance(shown, Text) else [shown]


def cart_in_words(view: CartView, sums: Sequence[str], offset: int = 0) -> str:
    """A page of the cart as a numbered list, with what all of it comes to."""
    page = view.lines[offset : offset + LINES_A_PAGE]
    listed = [f"{n}. {line_in_words(line)}" for n, line in enumerate(page, offset + 1)]
    rest = len(view.lines) - offset - len(page)
    more = [texts.CART_PAGE_HINT.format(count=rest)] if rest > 0 else []
    ending = "\n".join([*sums, *more, texts.CART_HINT])
    return texts.fitting([f"购物车（{view.pieces}件）：", *listed], ending)


def line_in_words(line: PricedLine, quantity: int | None = None) -> str:
    """A line with its amount; with a warning when it can no longer be bought like this."""
    pieces = line.quantity if quantity is None else quantity
    words = f"{named(line)} ×{pieces} {yuan(line.price * pieces)}"
    if quantity is None and line.available <= 0:
        return f"{words}（已卖完，请删掉）"
    if quantity is None and line.available < line.quantity:
        return f"{words}（只剩{line.available}件）"
    return words


def named(line: PricedLine) -> str:
    """Title and kind of a line."""
    title = texts.short(line.title)
    return f"{title}（{short_label(line.label)}）" if line.label else title
