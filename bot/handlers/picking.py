"""Which products the customer means: by position, by name, or the one spoken of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot import texts
from bot.handlers.answers import plain
from bot.handlers.goods_names import bears, has_kinds, having_kind, is_a, name_said_of, names
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
from bot.handlers.sought_goods import (
    A_FEW,
    found_by_noun,
    found_without_a_name,
    having_kind_sought,
    on_another_page,
)
from bot.handlers.title_words import bears_noun, noun_behind, told_by_title
from bot.handlers.wishes import said_wish, simplified
from bot.messages import Reply, Text
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.catalogue.words import fold
from commerce.ordering import cart

_CLASSIFIER: Final = "(?:个|款|号|件|条|双|只|种|样|笔|单)?"
_PLACE: Final = (
    rf"(?:第?[0-9一二两三四五六七八九十]{{1,3}}+{_CLASSIFIER}|(?:倒数)?第?最后[一1]?{_CLASSIFIER})"
)
BARE_POSITION: Final = re.compile(
    r"(?:我?(?:就|想|要|选|买|来|拿|看)|给我|那|帮我|拍)*"
    rf"{_PLACE}(?:(?:和|跟|与|、|还有|以及)?{_PLACE})*"
    r"(?:都)?(?:要|来|买)?(?:吧|呀|啊|呢|的|了|好了|就行|可以)*"
)
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
    noun = noun_behind(fold(turn.text), EARLIER)
    found = found_by_noun(turn, noun) if noun else found_without_a_name(turn)
    if found:
        return Picking(tuple(found), "" if len(found) == 1 else "several")
    return _spoken_of(turn, shown) or _of_the_list(turn, shown)


def products_in_view(turn: Turn) -> list[int]:
    """Product ids by the positions that the customer sees: of the list, or of the cart."""
    if turn.memory.in_view != "cart":
        return turn.memory.shown
    view = cart.view(turn.session, turn.customer_id)
    product_of = {line.variant_id: line.product_id for line in view.lines}
    return [product_of[each] for each in turn.memory.cart if each in product_of]


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
    asked = turn.ask("pick", words, request=request)
    turn.memory.question["words"] = words.rpartition("\n")[2]  # The list is not told twice.
    return [asked]


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
    return (product.id, part) if bears(product, turn) else None


def seen_earlier(turn: Turn) -> int | None:
    """刚才那个, 前面看的那条裙子: the last one spoken of, that bears the name if one is said.

    上面那个 of a conversation about one product is that product.
    """
    words, memory = fold(turn.text), turn.memory
    if not re.search(EARLIER, words) and not re.search(TOP, words):
        return None
    seen = queries.list_products(turn.session, memory.seen)
    fitting = [each for each in seen if all(is_a(each, name) for name in names(turn))]
    noun = noun_behind(words, EARLIER)
    if noun and not names(turn):
        fitting = [each for each in seen if bears_noun(each, noun)]
    return fitting[0].id if fitting else None


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


def _named(turn: Turn, shown: Sequence[int]) -> Picking:
    said = fold(turn.text)
    among_shown = [
        product for product in queries.list_products(turn.session, shown) if bears(product, turn)
    ]
    best = name_said_of(among_shown, said)
    kinds = having_kind(turn, best)
    best = kinds if len(kinds) == 1 else best
    focus = _focus_meant(turn, said)
    if focus is not None and len(best) != 1:
        return Picking((focus.id,))
    if len(best) == 1:
        return Picking((best[0].id,))
    if best and turn.memory.in_view == "list":
        return Picking(problem="which")
    wish = turn.shop.search.wish_from(said_wish(turn.understanding).model_dump(), turn.text)
    page = turn.shop.search.search(turn.session, wish, limit=A_FEW)
    if not page.products:
        return Picking(problem="unknown")
    found = queries.list_products(turn.session, [product.id for product in page.products])
    bearing = [product for product in found if bears(product, turn)]
    told_apart = name_said_of(bearing or found, said)  # Who bears the very name stands alone.
    kinds = having_kind(turn, told_apart)
    told_apart = kinds if len(kinds) == 1 else told_apart
    problem: Problem = "" if len(told_apart) == 1 else "several"
    return Picking(tuple(product.id for product in told_apart), problem)


def _focus_meant(turn: Turn, said: str) -> ProductView | None:
    """这个裙子, 这裙子: the one spoken of last, if that is one; 三文鱼的: if it has such a kind."""
    if turn.memory.focus is None:
        return None
    focus = queries.find_product(turn.session, turn.memory.focus)
    are_kinds = all(re.search(rf"{re.escape(fold(name))}味?的", said) for name in names(turn))
    if focus is not None and are_kinds and has_kinds(focus, names(turn)):
        return focus
    is_this = re.search(THIS, said) or any(f"这{fold(name)}" in said for name in names(turn))
    if not is_this:
        return None
    is_one = focus is not None and all(is_a(focus, name) for name in names(turn))
    return focus if is_one else None


def _of_the_list(turn: Turn, shown: Sequence[int]) -> Picking:
    """The one of the list, or of its other pages, that has what was said; else it is unclear."""
    products = queries.list_products(turn.session, shown)
    for having in (having_kind(turn, products), having_kind_sought(turn, products)):
        if len(having) == 1:
            return Picking((having[0].id,))
    told = on_another_page(turn)
    return Picking((told,)) if told else Picking(problem="which" if shown else "nothing")


def _spoken_of(turn: Turn, shown: Sequence[int]) -> Picking | None:
    if turn.memory.focus is not None:
        return Picking((turn.memory.focus,))
    if len(shown) == 1:
        return Picking((shown[0],))
    return None
