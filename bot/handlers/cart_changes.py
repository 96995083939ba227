"""Changes to the cart by chat: quantity, kind, taking out."""

from collections.abc import Sequence

from bot import texts
from bot.handlers.answers import is_yes, plain
from bot.handlers.cart import MORE_WORDS, put_into_cart, put_products
from bot.handlers.cart_change_words import (
    ASKS,
    BUY_WORDS,
    DOUBLE_WORDS,
    DROP_IT,
    EXCEPT_WORDS,
    LESS_WORDS,
    PART_OF_IT,
    REMOVE_WORDS,
    SET_IT,
    SWAP_IT,
    SWAP_WORDS,
)
from bot.handlers.cart_clearing import CLEAR_WORDS, REFUSE_ALL, ask_to_clear
from bot.handlers.cart_lines import all_but, lines_meant
from bot.handlers.cart_swaps import swap_kind
from bot.handlers.cart_words import look_at, named, show_cart_page, turn_cart_page
from bot.handlers.picking import at_positions, bare_positions
from bot.handlers.product_search import is_refinement, refine
from bot.handlers.variants import Traits, traits_said
from bot.handlers.wishes import said_wish, wants_cheaper
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.errors import ShopError
from commerce.ordering import cart
from commerce.ordering.cart import CartView
from commerce.ordering.lines import PricedLine
from nlu.extractors.numerals import read_whole
from nlu.text import fold
from nlu.understanding import Intent

router = Router()


@router.anywhere
def hear_about_line(turn: Turn) -> Sequence[Reply] | None:
    """就要俩 and 还是小一码 of the line just put in or changed mean that line."""
    swaps = swaps_it(turn)
    quantity = turn.understanding.first("quantity")
    is_amount = quantity is not None and SET_IT.fullmatch(fold(plain(turn.text))) is not None
    if not swaps and (not is_amount or names_goods(turn) or _names_traits(turn)):
        return None  # Told by its words alone: most messages need no look into the cart.
    line = _line_spoken_of(turn)
    if line is None or line.product_id != turn.memory.focus:
        return None
    return _swap(turn, line, 0) if swaps else _set_quantities(turn, [line], int(quantity or 0))


@router.view("cart")
def hear_about_cart(turn: Turn) -> Sequence[Reply] | None:
    """While the cart is in view, positions are lines of it, and pages are pages of it."""
    if drops_it(turn):
        return update_cart(turn)
    if REFUSE_ALL.fullmatch(plain(turn.text)):
        return ask_to_clear(turn, cart.view(turn.session, turn.customer_id))
    said = turn.understanding
    if wants_cheaper(turn.text) and is_refinement(turn.text) and not turn.memory.wish.is_empty():
        return refine(turn)  # 换便宜点的 is a wish for other goods, not for a smaller line.
    if said.intent == Intent.REFINE_SEARCH and said_wish(said).is_empty():
        return turn_cart_page(turn)
    positions = bare_positions(turn)
    if positions:
        return _point_at(turn, positions)
    changes = REMOVE_WORDS.search(turn.text) or said.first("quantity") is not None
    is_change = changes or (SWAP_WORDS.search(turn.text) and _names_traits(turn))
    return update_cart(turn) if said.ordinals and is_change else None


@router.intent(Intent.ADD_TO_CART)
def add_to_cart(turn: Turn) -> Sequence[Reply]:
    """Put something in; 少五件 and 第一件不要了 are changes, whatever they sound like."""
    view = cart.view(turn.session, turn.customer_id)
    removes = REMOVE_WORDS.search(turn.text)
    if removes and not BUY_WORDS.search(turn.text, removes.end()):
        return update_cart(turn)
    is_less = LESS_WORDS.search(turn.text) is not None
    return update_cart(turn) if view.lines and is_less else put_into_cart(turn)


@router.intent(Intent.UPDATE_CART)
def update_cart(turn: Turn) -> Sequence[Reply]:
    """Change quantity or kind, take out, or empty the cart."""
    view = cart.view(turn.session, turn.customer_id)
    if CLEAR_WORDS.search(turn.text) and not names_goods(turn):
        return ask_to_clear(turn, view)
    if _asks_for_goods(turn, view):
        return put_into_cart(turn)
    if not view.lines:
        return _nothing_to_change(turn)
    swaps = SWAP_WORDS.search(turn.text)
    removes = REMOVE_WORDS.search(turn.text) is not None
    meant = lines_meant(turn, view, before=swaps.start() if swaps and not removes else None)
    lines = meant.lines
    if not lines:
        return _buys_instead(turn) or look_at(turn, view, meant.question)
    if EXCEPT_WORDS.search(turn.text):
        return _take_out(turn, all_but(view, lines))
    turn.memory.variant = lines[-1].variant_id
    turn.memory.speak_of(lines[-1].product_id)
    if swaps and not removes and _names_kind_of(turn, lines[0], swaps.start()):
        return _swap(turn, lines[0], swaps.start())  # The numbers of 两箱48盒 are no amount.
    quantity = _quantity_said(turn)
    if removes and quantity is None:
        return _ask_to_drop(turn, lines) if ASKS.search(turn.text) else _take_out(turn, lines)
    if quantity is None and _names_traits(turn):
        return _swap(turn, lines[0], swaps.start() if swaps else 0)
    if quantity is None:
        words = texts.WHICH_QUANTITY.format(line=named(lines[0]))
        return [turn.ask("quantity", words, line=lines[0].variant_id)]
    return _set_quantities(turn, lines, quantity)


@router.step("quantity")
def hear_quantity(turn: Turn) -> Sequence[Reply] | None:
    """The answer to how many it shall be."""
    quantity = turn.understanding.first("quantity")
    view = cart.view(turn.session, turn.customer_id)
    line = [each for each in view.lines if each.variant_id == turn.memory.question["line"]]
    if quantity is None or not line or turn.understanding.strings("product"):
        return None
    return _set_quantities(turn, line, int(quantity))


@router.step("drop")
def hear_drop(turn: Turn) -> Sequence[Reply] | None:
    """Whether what was only asked about shall leave the cart."""
    wanted = set(turn.memory.question["lines"])
    match is_yes(turn):
        case True:
            view = cart.view(turn.session, turn.customer_id)
            return _take_out(turn, [line for line in view.lines if line.variant_id in wanted])
        case False:
            return [Text(texts.CART_KEPT)]
    return None


def drops_it(turn: Turn) -> bool:
    """Whether the customer says no more than 不要了 of a line that was just spoken of."""
    return DROP_IT.fullmatch(plain(turn.text)) is not None and _line_spoken_of(turn) is not None


def swaps_it(turn: Turn) -> bool:
    """Whether 换大一码 is said of a line that was just spoken of, not of the list."""
    return SWAP_IT.fullmatch(plain(turn.text)) is not None and _line_spoken_of(turn) is not None


def names_goods(turn: Turn) -> bool:
    """Whether the message says which goods it is about."""
    said = turn.understanding
    return bool(said.ordinals or said.strings("product") or said.strings("brand"))


def _line_spoken_of(turn: Turn) -> PricedLine | None:
    if turn.memory.variant is None:
        return None
    view = cart.view(turn.session, turn.customer_id)
    return next((line for line in view.lines if line.variant_id == turn.memory.variant), None)


def _asks_for_goods(turn: Turn, view: CartView) -> bool:
    """高原纯牛奶一箱 of a cart that has none is a wish to buy, whatever it was understood as."""
    said = turn.understanding
    changes = (REMOVE_WORDS, LESS_WORDS, SWAP_WORDS, EXCEPT_WORDS, DOUBLE_WORDS)
    if not said.strings("product") or not said.first("quantity") or said.ordinals:
        return False
    if any(words.search(turn.text) for words in changes):
        return False
    return not lines_meant(turn, view).lines


def _names_traits(turn: Turn) -> bool:
    said = turn.understanding
    if said.strings("color") or said.strings("size") or said.strings("attribute"):
        return True
    view = cart.view(turn.session, turn.customer_id)
    products = queries.list_products(turn.session, [line.product_id for line in view.lines])
    return any(traits_said(turn, product) for product in products)


def _names_kind_of(turn: Turn, line: PricedLine, after: int) -> bool:
    """Whether what stands behind 换成 is a kind of this very product."""
    product = queries.find_product(turn.session, line.product_id)
    return product is not None and bool(traits_said(turn, product, after).others)


def _quantity_said(turn: Turn) -> int | None:
    """How many were said; a bare 再多点 is one more."""
    quantity = turn.understanding.first("quantity")
    if quantity is not None:
        return int(quantity)
    is_change = MORE_WORDS.search(turn.text) or LESS_WORDS.search(turn.text)
    return 1 if is_change else 2 if DOUBLE_WORDS.search(turn.text) else None


def _set_quantities(turn: Turn, lines: Sequence[PricedLine], quantity: int) -> Sequence[Reply]:
    gone: list[PricedLine] = []
    for line in lines:
        wanted = quantity
        if DOUBLE_WORDS.search(turn.text):
            wanted = line.quantity * quantity
        elif MORE_WORDS.search(turn.text):
            wanted = line.quantity + quantity
        elif LESS_WORDS.search(turn.text) or REMOVE_WORDS.search(turn.text):
            wanted = max(0, line.quantity - quantity)
        try:
            cart.set_quantity(turn.session, turn.customer_id, line.variant_id, wanted, turn.now)
        except ShopError as error:
            view = cart.view(turn.session, turn.customer_id)
            return look_at(turn, view, f"{texts.short(str(error), texts.LONGEST_ERROR)}，先没改。")
        gone += [line] if wanted == 0 else []
    return _changed(turn, gone)


def _ask_to_drop(turn: Turn, lines: Sequence[PricedLine]) -> Sequence[Reply]:
    """可以不要牛奶吗 may be a question: nothing leaves the cart without a yes."""
    words = texts.ASK_DROP.format(line="、".join(named(line) for line in lines[:3]))
    return [turn.ask("drop", words, lines=[line.variant_id for line in lines])]


def _take_out(turn: Turn, lines: Sequence[PricedLine]) -> Sequence[Reply]:
    for line in lines:
        cart.remove(turn.session, turn.customer_id, line.variant_id, turn.now)
    return _changed(turn, lines)


def _changed(turn: Turn, gone: Sequence[PricedLine]) -> Sequence[Reply]:
    """Show the cart as it is now, saying first what left it."""
    view = cart.view(turn.session, turn.customer_id)
    turn.memory.added = []
    if turn.memory.variant in {line.variant_id for line in gone}:
        turn.memory.variant = None
    turn.memory.taken_out = [(line.variant_id, line.quantity) for line in gone]
    if not gone:
        return show_cart_page(turn, view)
    removed = texts.REMOVED.format(lines="、".join(named(line) for line in gone[:3]))
    return (
        look_at(turn, view, removed) if view.lines else [Text(f"{removed}{texts.CART_EMPTY_NOW}")]
    )


def _swap(turn: Turn, line: PricedLine, after: int) -> Sequence[Reply]:
    product = queries.find_product(turn.session, line.product_id)
    if product is None:
        return [Text(texts.GONE)]
    traits = traits_said(turn, product, after)
    wished = traits or Traits(sizes=tuple(turn.understanding.strings("attribute")))
    return swap_kind(turn, line.variant_id, product, wished, _part_of(turn, line, after))


def _part_of(turn: Turn, line: PricedLine, before: int) -> int:
    """其中一条换成粉的: so many of the line; 0 for all of it."""
    said = PART_OF_IT.search(fold(turn.text[:before]))
    pieces = (2 if said["number"] == "俩" else read_whole(said["number"]) or 0) if said else 0
    return pieces if pieces < line.quantity else 0


def _point_at(turn: Turn, positions: Sequence[int]) -> Sequence[Reply]:
    """A bare position in the cart: ask what to do with that line."""
    view = cart.view(turn.session, turn.customer_id)
    chosen = at_positions(positions, turn.memory.cart)
    line = next((each for each in view.lines if chosen and each.variant_id == chosen[0]), None)
    if line is None:
        return look_at(turn, view, texts.WHICH_LINE)
    turn.memory.variant = line.variant_id
    turn.memory.speak_of(line.product_id)
    return [Text(texts.WHAT_ABOUT_LINE.format(line=named(line)))]


def _nothing_to_change(turn: Turn) -> Sequence[Reply]:
    """The cart is empty: 换成白色 is then said of the list, 第二个来两件 a wish to buy."""
    memory, said = turn.memory, turn.understanding
    if memory.in_view == "list" and not REMOVE_WORDS.search(turn.text):
        if said.strings("color") or said.strings("size"):
            return refine(turn)
        bought = _buys_instead(turn)
        if bought:
            return bought
    return [Text(texts.CART_EMPTY)]


def _buys_instead(turn: Turn) -> Sequence[Reply] | None:
    """第二个来两件 while a list is in view is no change, whatever it was understood as."""
    if turn.memory.in_view != "list" or REMOVE_WORDS.search(turn.text):
        return None
    if SWAP_WORDS.search(turn.text) or not BUY_WORDS.search(turn.text):
        return None
    chosen = at_positions(turn.understanding.ordinals, turn.memory.shown)
    return put_products(turn, chosen) if chosen else None
