"""Which products the customer means: by position, by name, or the one spoken of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot import texts
from bot.handlers.answers import plain
from bot.handlers.listing import echo, list_in_words
from bot.handlers.pointing_words import (
    BESTSELLER,
    BEYOND,
    BOTTOM,
    CHEAPEST,
    DEAREST,
    EARLIER,
    MIDDLE,
    THIS,
    TOP,
)
from bot.handlers.title_words import bears_noun, noun_behind, told_by_title, unnamed_words
from bot.handlers.wishes import said_wish, simplified
from bot.messages import Reply, Text
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.catalogue.words import fold, segments
from commerce.ordering import cart
from nlu.understanding import Intent

_CLASSIFIER: Final = "(?:个|款|号|件|条|双|只|种|样|笔|单)?"
_PLACE: Final = (
    rf"(?:第?[0-9一二两三四五六七八九十]{{1,3}}+{_CLASSIFIER}|(?:倒数)?第?最后[一1]?{_CLASSIFIER})"
)
BARE_POSITION: Final = re.compile(
    r"(?:我?(?:就|想|要|选|买|来|拿|看)|给我|那|帮我|拍)*"
    rf"{_PLACE}(?:(?:和|跟|与|、|还有|以及)?{_PLACE})*"
    r"(?:都)?(?:要|来|买)?(?:吧|呀|啊|呢|的|了|好了|就行|可以)*"
)
LONG_ENOUGH: Final = 4
"""Characters of a title that name one product, such as 低脂高钙."""
A_FEW: Final = 5
HEAD: Final = 2
"""Characters at the end of a name that say what the thing is: 收纳袋 is some 纳袋."""

Problem = Literal["", "outside", "which", "several", "unknown", "nothing"]


@dataclass(frozen=True, slots=True)
class Picking:
    """The products that are meant, or why that is not clear.

    `outside`: no such position; `which`: one of the list; `several`: these all bear the name;
    `unknown`: nothing bears it; `nothing`: nothing was named or shown.
    """

    products: tuple[int, ...] = ()
    problem: Problem = ""


def bare_positions(turn: Turn) -> list[int]:
    """The places of a message that names nothing else, such as 第二个吧.

    A bare 2 is a place; 来两件 is an amount, of which nothing says where it stands.
    """
    is_bare = BARE_POSITION.fullmatch(plain(turn.text)) is not None
    return turn.understanding.ordinals if is_bare else []


def at_positions[Item](positions: Sequence[int], shown: Sequence[Item]) -> list[Item] | None:
    """The items at these positions, from 1, or from -1 at the end; None if one is not there."""
    places = [n - 1 if n > 0 else len(shown) + n for n in positions]
    if not positions or 0 in positions or not all(0 <= place < len(shown) for place in places):
        return None
    return [shown[place] for place in dict.fromkeys(places)]


def pick(turn: Turn) -> Picking:
    """The products that the customer means.

    A position means what was shown last; words mean one of what was shown, or what the search
    finds; with neither it is the product spoken of last.
    """
    shown = products_in_view(turn)
    if BEYOND.search(turn.text):
        return Picking(problem="outside" if shown else "nothing")
    if turn.understanding.ordinals:
        if not shown:
            return Picking(problem="nothing")
        chosen = at_positions(turn.understanding.ordinals, shown)
        return Picking(tuple(dict.fromkeys(chosen))) if chosen else Picking(problem="outside")
    described = described_product(turn, shown)
    if described is not None:
        return Picking((described,))
    earlier = seen_earlier(turn)
    if earlier is not None:
        return Picking((earlier,))
    if names(turn):
        return _named(turn, shown)
    return _unnamed(turn) or _spoken_of(turn, shown)


def products_in_view(turn: Turn) -> list[int]:
    """Product ids by the positions that the customer sees: of the list, or of the cart."""
    if turn.memory.in_view != "cart":
        return turn.memory.shown
    view = cart.view(turn.session, turn.customer_id)
    product_of = {line.variant_id: line.product_id for line in view.lines}
    return [product_of[each] for each in turn.memory.cart if each in product_of]


def names(turn: Turn) -> list[str]:
    """The words of a message that name goods."""
    said = turn.understanding
    return [simplified(word) for word in (*said.strings("brand"), *said.strings("product"))]


def ask_which(turn: Turn, picking: Picking) -> Sequence[Reply]:
    """Ask for what is missing; a position said next completes the request."""
    said = turn.understanding
    kept = {name: value for name, value in said.entities.items() if name != "ordinal"}
    if BEYOND.search(turn.text):
        kept.pop("quantity", None)  # The hundred of 第一百个 is no amount.
    text = BEYOND.sub("", turn.text)
    request = {"text": text, "intent": said.intent, "entities": kept}
    shown = products_in_view(turn)
    match picking.problem:
        case "several":
            turn.memory.shown, turn.memory.in_view = list(picking.products), "list"
            turn.memory.wish, turn.memory.said, turn.memory.offset = said_wish(said), "", 0
            words = f"{list_in_words(turn, picking.products)}\n{texts.WHICH_ONE}"
        case "outside":
            words = texts.WHICH_OF_LIST.format(count=len(shown))
        case "which":
            words = texts.WHICH_ONE
        case "unknown":
            return [Text(texts.NOTHING_FOUND.format(wish=echo(said_wish(said))))]
        case _:
            return [Text(texts.NOTHING_SHOWN)]
    return [turn.ask("pick", words, request=request)]


def described_product(turn: Turn, shown: Sequence[int]) -> int | None:
    """The one of the list that is told by price, sales, place or colour: 最便宜的那个, 红的那个."""
    words = fold(turn.text)
    if len(shown) < 2:
        return None
    ranked = _ranked(turn, shown, words)
    if ranked:
        return ranked[0].id
    if re.search(MIDDLE, words) and len(shown) % 2:
        return shown[len(shown) // 2]
    if re.search(BOTTOM, words):
        return shown[-1]
    if re.search(TOP, words) and turn.memory.focus is None:
        return shown[0]
    told = part_of_title(turn, shown)
    return _of_that_color(turn, shown, words) if told is None else told[0]


def part_of_title(turn: Turn, shown: Sequence[int]) -> tuple[int, str] | None:
    """The one of the list whose title alone holds words that were said, with these: 骨传导那个.

    这个适合学生吗 is about the product spoken of, whatever titles say of 学生.
    """
    if len(shown) < 2:
        return None
    told = told_by_title(turn, queries.list_products(turn.session, shown))
    if told is None:
        return None
    (product, part), words = told, fold(simplified(turn.text))
    points_elsewhere = re.search(THIS, words) or re.search(EARLIER, words)
    if points_elsewhere and not re.search(rf"{re.escape(part)}[^，,。]{{0,4}}(?:{THIS})", words):
        return None
    return (product.id, part) if _bears(product, turn) else None


def seen_earlier(turn: Turn) -> int | None:
    """刚才那个, 前面看的那条裙子: the last one spoken of, that bears the name if one is said.

    上面那个 of a conversation about one product is that product.
    """
    words, memory = fold(turn.text), turn.memory
    if not re.search(EARLIER, words) and not re.search(TOP, words):
        return None
    seen = queries.list_products(turn.session, memory.seen)
    fitting = [each for each in seen if all(_is_a(each, name) for name in names(turn))]
    noun = noun_behind(words, EARLIER) if re.search(EARLIER, words) else ""
    if noun and not names(turn):
        fitting = [each for each in seen if bears_noun(each, noun)] or fitting
    return fitting[0].id if fitting else None


def bears_names(turn: Turn, product_ids: Sequence[int]) -> bool:
    """Whether all of these may be called what the message calls them: 裙子 for a 连衣裙."""
    products = queries.list_products(turn.session, product_ids)
    return all(_is_a(each, name) for each in products for name in names(turn))


def _ranked(turn: Turn, shown: Sequence[int], words: str) -> list[ProductView]:
    by_price = re.search(CHEAPEST, words) or re.search(DEAREST, words)
    if not by_price and not re.search(BESTSELLER, words):
        return []
    products = queries.list_products(turn.session, shown)
    if not by_price:
        return sorted(products, key=lambda product: -product.sales)
    sign = 1 if re.search(CHEAPEST, words) else -1
    return sorted(products, key=lambda product: sign * product.lowest_price)


def _of_that_color(turn: Turn, shown: Sequence[int], words: str) -> int | None:
    """红的那个, when one alone of the list can be had in that colour."""
    colors = [simplified(color) for color in turn.understanding.strings("color")]
    pointed = [
        each
        for each in colors
        if re.search(rf"{re.escape(fold(each))}的?[那这][个款件条双]", words)
    ]
    if not pointed:
        return None
    products = queries.list_products(turn.session, shown)
    having = [each.id for each in products if queries.find_variants(each, pointed)]
    return having[0] if len(having) == 1 else None


def _is_a(product: ProductView, name: str) -> bool:
    """Whether it bears a name loosely: 裙子 for a 连衣裙."""
    kind = fold(f"{product.brand} {product.title} {product.category}")
    return fold(name) in kind or fold(name).removesuffix("子")[-1:] in kind


def _named(turn: Turn, shown: Sequence[int]) -> Picking:
    said = fold(turn.text)
    among_shown = [
        product for product in queries.list_products(turn.session, shown) if _bears(product, turn)
    ]
    best = _told_apart(among_shown, said)
    if len(best) == 1:
        return Picking((best[0].id,))
    focus = _focus_meant(turn, said)
    if focus is not None:
        return Picking((focus.id,))
    if best and turn.memory.in_view == "list":
        return Picking(problem="which")
    wish = turn.shop.search.wish_from(said_wish(turn.understanding).model_dump(), turn.text)
    page = turn.shop.search.search(turn.session, wish, limit=A_FEW)
    if not page.products:
        return Picking(problem="unknown")
    found = queries.list_products(turn.session, [product.id for product in page.products])
    bearing = [product for product in found if _bears(product, turn)]
    told_apart = _told_apart(bearing or found, said)  # Who bears the very name stands alone.
    problem: Problem = "" if len(told_apart) == 1 else "several"
    return Picking(tuple(product.id for product in told_apart), problem)


def _focus_meant(turn: Turn, said: str) -> ProductView | None:
    """这个裙子 is the one spoken of last, if that is one."""
    if turn.memory.focus is None or not re.search(THIS, said):
        return None
    focus = queries.find_product(turn.session, turn.memory.focus)
    is_one = focus is not None and all(_is_a(focus, name) for name in names(turn))
    return focus if is_one else None


def _bears(product: ProductView, turn: Turn) -> bool:
    title = fold(f"{product.brand} {product.title} {product.category}")
    return all(fold(name) in title for name in names(turn))


def _told_apart(products: Sequence[ProductView], said: str) -> Sequence[ProductView]:
    """Those of which a whole stretch of the title was said, if that tells some from the rest."""
    spoken = [
        product
        for product in products
        if any(len(part) >= LONG_ENOUGH and part in said for part in segments(fold(product.title)))
    ]
    return spoken or products


def _unnamed(turn: Turn) -> Picking | None:
    """行李收纳袋来一套: a thing that no name was recognised of, if the search finds just that."""
    if turn.understanding.intent != Intent.ADD_TO_CART:
        return None
    for words in unnamed_words(turn):
        wish = turn.shop.search.wish_from({"product": [words]}, turn.text)
        page = turn.shop.search.search(turn.session, wish, limit=A_FEW)
        found = [each.id for each in page.products if words[-HEAD:] in fold(each.title)]
        if page.is_strict and found and turn.memory.focus not in found:
            return Picking(tuple(found), "" if len(found) == 1 else "several")
    return None


def _spoken_of(turn: Turn, shown: Sequence[int]) -> Picking:
    if turn.memory.focus is not None:
        return Picking((turn.memory.focus,))
    if len(shown) == 1:
        return Picking((shown[0],))
    return Picking(problem="which" if shown else "nothing")
