"""Two or three products side by side, in rows that read well on a phone, what differs first."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.detail_words import kind_lines
from bot.handlers.goods_names import names
from bot.handlers.picking import ask_which, at_positions, pick, products_in_view
from bot.handlers.variants import offer
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.money import yuan
from nlu.understanding import Intent

router = Router()

A_PAIR: Final = 2
MOST_COMPARED: Final = 3
MOST_ROWS: Final = 10
MOST_ALIKE: Final = 6
LONGEST_CELL: Final = 45
"""Bytes: fifteen characters, about what one line of a phone holds beside a label."""
CHEAPER: Final = re.compile(r"便宜|贵|划算|价格|省钱")
ONE_LINE: Final = 15
"""Characters of cells that stand beside a label; more take a line each."""
LONGEST_LABEL: Final = 4
_WIDE_SPACE: Final = "\u3000"
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_NOT_STATED: Final = "未注明"


@router.intent(Intent.COMPARE_PRODUCTS)
def compare(turn: Turn) -> Sequence[Reply]:
    """Two or three products side by side."""
    shown = products_in_view(turn)
    chosen = at_positions(turn.understanding.ordinals, shown) or []
    if turn.understanding.ordinals and not chosen:
        return [turn.ask("pick", texts.WHICH_OF_LIST.format(count=len(shown)), request=_said(turn))]
    if len(chosen) < A_PAIR:
        chosen = _meant(turn, shown, chosen)
    if len(chosen) < A_PAIR:
        return _kinds_of_one(turn, shown) or _ask_which_two(turn, shown)
    return compare_these(turn, chosen[:MOST_COMPARED])


def compare_these(turn: Turn, chosen: Sequence[int]) -> Sequence[Reply]:
    """These side by side; positions spoken next are those that they are numbered by."""
    products = queries.list_products(turn.session, chosen)
    if len(products) < A_PAIR:
        # Of two that were chosen one has gone; a single one was never a pair.
        gone = len(products) < len(chosen)
        return [Text(texts.GONE)] if gone else _ask_which_two(turn, products_in_view(turn))
    memory = turn.memory
    ids = [product.id for product in products]
    if memory.in_view != "list" or not set(ids) <= set(memory.shown):
        memory.shown, memory.in_view, memory.offset = ids, "list", 0
    memory.together, memory.focus = ids, None
    places = [memory.shown.index(each) + 1 for each in ids]
    return [Text(compared(products, places, turn.text))]


def compared(products: Sequence[ProductView], places: Sequence[int], question: str) -> str:
    """The products by their places in the list, each row a trait and every product's value."""
    rows = _rows(products)
    lines = [
        f"{_mark(place)} {texts.brief(product.title)}"
        for place, product in zip(places, products, strict=True)
    ]
    differing = [(name, values) for name, values in rows if len(set(values)) > 1]
    width = max((len(name) for name, _ in differing), default=0)
    for name, values in differing[:MOST_ROWS]:
        cells = [
            f"{_mark(place)}{texts.short(value, LONGEST_CELL)}"
            for place, value in zip(places, values, strict=True)
        ]
        if sum(map(len, cells)) <= ONE_LINE:
            cells = ["  ".join(cells)]
        label = name.ljust(min(width, LONGEST_LABEL), _WIDE_SPACE)
        indented = f"\n{_WIDE_SPACE * len(label)} ".join(cells)
        lines.append(f"{label} {indented}")
    alike = [
        f"{name} {texts.short(values[0], LONGEST_CELL)}"
        for name, values in rows
        if len(set(values)) == 1
    ]
    if alike:
        lines.append(f"都一样：{'；'.join(alike[:MOST_ALIKE])}")
    return texts.fitting(lines, "\n".join([*_verdict(products, places, question), texts.COMPARED]))


def _rows(products: Sequence[ProductView]) -> list[tuple[str, list[str]]]:
    """Trait names with a value for each product: price and brand first, then what is written."""
    rows = [
        ("价格", [texts.price_range(each.lowest_price, each.highest_price) for each in products]),
        ("品牌", [each.brand or _NOT_STATED for each in products]),
    ]
    names_of_all = dict.fromkeys(name for each in products for name in each.attributes)
    rows += [
        (texts.short(name, 30), [str(each.attributes.get(name, _NOT_STATED)) for each in products])
        for name in names_of_all
    ]
    rows += [
        ("可选", [offer(each) or "只有一种" for each in products]),
        ("销量", [str(each.sales) for each in products]),
        ("库存", ["有货" if each.in_stock else "暂时缺货" for each in products]),
    ]
    # What every product states tells more than what one alone does.
    return sorted(rows, key=lambda row: row[1].count(_NOT_STATED) > 0)


def _verdict(products: Sequence[ProductView], places: Sequence[int], question: str) -> list[str]:
    """Which of them is cheaper, if that was asked, else which sells more."""
    ranked = sorted(zip(places, products, strict=True), key=lambda each: each[1].lowest_price)
    (cheapest, first), (_, second) = ranked[:2]
    if CHEAPER.search(question):
        less = second.lowest_price - first.lowest_price
        amount = yuan(less)
        return [
            texts.CHEAPER_BY.format(place=cheapest, amount=amount) if less else texts.SAME_PRICE
        ]
    best = max(range(len(products)), key=lambda each: products[each].sales)
    return [texts.SELLS_MORE.format(place=places[best])] if products[best].sales > 0 else []


def _meant(turn: Turn, shown: Sequence[int], chosen: Sequence[int]) -> list[int]:
    """Those named one by one, those spoken of together, or a short list as a whole."""
    memory = turn.memory
    named = _named_one_by_one(turn, shown)
    if len(named) >= A_PAIR:
        return named
    if chosen and memory.focus is not None and memory.focus not in chosen:
        return [memory.focus, *chosen]  # 这个和第三个比.
    if len(memory.together) >= A_PAIR and set(memory.together) <= {*shown, *memory.seen}:
        return list(memory.together)
    if A_PAIR <= len(shown) <= MOST_COMPARED:
        return list(shown)
    has_talked = memory.in_view == "list" and set(memory.seen[:A_PAIR]) <= set(shown)
    return memory.seen[:A_PAIR] if has_talked else []


def _named_one_by_one(turn: Turn, shown: Sequence[int]) -> list[int]:
    """The products of the list that bear one of the names each: 旗袍和针织裙哪个好."""
    words = [*names(turn), *turn.understanding.strings("attribute")]
    products = queries.list_products(turn.session, shown)
    by_word = [[each.id for each in products if word in each.title] for word in words]
    return list(dict.fromkeys(found[0] for found in by_word if len(found) == 1))


def _kinds_of_one(turn: Turn, shown: Sequence[int]) -> Sequence[Reply] | None:
    """两种有什么区别, of one product: its kinds, which differ in nothing but what names them."""
    only = turn.memory.focus if turn.memory.focus is not None else (*shown, None)[0]
    if only is None or names(turn) or (turn.memory.focus is None and len(shown) > 1):
        return None
    product = queries.find_product(turn.session, only)
    if product is None:
        return [Text(texts.GONE)]
    turn.memory.speak_of(product.id)
    title = texts.short(product.title)
    if len(product.variants) < A_PAIR:
        return [Text(texts.ONLY_THIS.format(title=title))]
    hint = texts.BUY_HINT.format(traits="")
    ending = texts.ALIKE_OTHERWISE.format(hint=hint)
    return [Text(texts.fitting([title, *kind_lines(product)], ending))]


def _ask_which_two(turn: Turn, shown: Sequence[int]) -> Sequence[Reply]:
    if len(shown) >= A_PAIR:
        return [turn.ask("pick", texts.WHICH_TO_COMPARE, request=_said(turn))]
    if names(turn):
        return ask_which(turn, pick(turn))
    return [Text(texts.NOTHING_SHOWN)]


def _said(turn: Turn) -> dict[str, object]:
    said = turn.understanding
    entities = {name: value for name, value in said.entities.items() if name != "ordinal"}
    return {"text": turn.text, "intent": Intent.COMPARE_PRODUCTS, "entities": entities}


def _mark(place: int) -> str:
    return _CIRCLED[place - 1] if 0 < place <= len(_CIRCLED) else f"{place}."
