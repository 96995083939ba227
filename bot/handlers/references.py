"""Messages that only point: 第一个和第三个, 便宜那个来两件, 除了第二个都要, 这俩, 就它了."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from bot.handlers.answers import plain
from bot.handlers.goods_names import bears_names, names
from bot.handlers.picking import (
    Picking,
    at_positions,
    described_product,
    part_of_title,
    seen_earlier,
)
from bot.handlers.pointing_words import (
    BESTSELLER,
    BOTTOM,
    CHEAPEST,
    DEAREST,
    EARLIER,
    MIDDLE,
    THIS,
    TOP,
)
from bot.turn import Turn
from nlu.normalise import normalise
from nlu.text import fold
from nlu.understanding import Intent

Act = Literal["take", "ask", "compare", "refuse"]
type Finder = Callable[[Turn, str], Picking | None]

A_PAIR: Final = 2
_NUMBER: Final = r"[0-9一二两三四五六七八九十]{1,3}"
_PIECE: Final = r"(?:个|款|号|件|条|双|只|种|样|支|瓶|盒|箱|包|袋|台|套|份|笔|单)"
_PLACE: Final = (
    rf"(?:(?:倒数)?第{_NUMBER}{_PIECE}?|最后(?:面)?的?那?[一1]?{_PIECE}?"
    rf"|[前后][两二三四五2-5]{_PIECE}|{_NUMBER}号(?!码))"
)
_AND: Final = r"(?:和|跟|与|、|还有|以及)"
_PLACES: Final = re.compile(rf"{_PLACE}(?:{_AND}?{_PLACE}|{_AND}{_NUMBER}{_PIECE}?)*")
_DESCRIBED: Final = re.compile("|".join((CHEAPEST, DEAREST, BESTSELLER, MIDDLE, BOTTOM, TOP)))
_EARLIER: Final = re.compile(EARLIER)
_THIS: Final = re.compile(THIS)
_SEVERAL: Final = re.compile(
    rf"(?:[这那][两俩三仨几23]{_PIECE}?|它们)(?:全?都|全部?)?|[这那]些(?:全?都|全部?|我?要)"
    rf"|[两俩三仨23]{_PIECE}?(?:全?都|全)|全部都?|全?都|每{_PIECE}|一样(?=[来要拿一])|各"
)
_PAIR: Final = re.compile(rf"[这那]?[两俩2]{_PIECE}?")
_EXCEPT: Final = re.compile(
    r"(?:除了?|除开)(?P<but>.+?)(?:以外|之外|外)?(?:的|其[他它余]的?|另外的?)?(?=都|全)"
)
_COUNT: Final = re.compile(rf"(?:{_NUMBER}|俩|仨){_PIECE}?")
_COMPARE: Final = re.compile(r"(?:对比|比较|比一?比|比)(?:一?下|看看)?")
_ASK: Final = re.compile(r"(?:怎么样|咋样|如何|呢|好不好|好吗)$")
_LOOK: Final = re.compile(r"看")
_TAKE: Final = re.compile(r"[要来买拿加拍订选]|下单")
_AT_ONCE: Final = re.compile(r"就|来|拿|加|拍|订|下单")
_SEEKING: Final = frozenset({Intent.SEARCH_PRODUCT, Intent.REFINE_SEARCH})
_REFUSE: Final = re.compile(
    r"(?:[这那](?:几|些|两|三)[个款件]?)?(?:我)?(?:都|全)"
    r"(?:不(?:想)?要|不喜欢|不行|不好看|不合适|没看中|不满意)(?:了|啊|呀|吧)?"
)
_FILLING: Final = re.compile(
    r"(?:给我|帮我|我|您|你|就|想|要|买|来|拿|选|看|加|再|也|还是|还|那|能|会|把|放|进|入|到|去|购物车|车|里"
    r"|拍|订|下|吧|了|呀|啊|哦|呗|嘛|呢|的|好|行|可以|请|麻烦|先|和|跟|与|以及|一起|一共|色|款)*"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """The goods that a message points at, and what is wanted of them.

    `picking` says which, or why that is not clear; `quantity` is the pieces of each, 0 if unsaid;
    `is_all` when it speaks of several at once, `is_named` when a place or a trait tells which.
    """

    act: Act
    picking: Picking = field(default_factory=Picking)
    quantity: int = 0
    is_all: bool = False
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Pointer:
    """Words that point, the goods they mean, and whether by themselves they ask for them."""

    words: str
    picking: Picking
    takes: bool
    seeks: bool = False
    """Whether the words may just as well narrow the list."""


def read_reference(turn: Turn) -> Reference | None:
    """What a message points at, if it does nothing else; None leaves it to its intent."""
    words = plain(turn.text)
    if _REFUSE.fullmatch(words):
        return Reference("refuse")
    if turn.understanding.first("quantity") == 0:
        return None
    excepted = _EXCEPT.search(words)
    pointer = _pointer(turn, excepted["but"] if excepted else words)
    if pointer is None:
        return None
    rest = words.replace(excepted[0] if excepted else pointer.words, "", 1)
    is_all = _SEVERAL.fullmatch(pointer.words) is not None
    rest = _SEVERAL.sub("", _without_names(turn, rest, pointer.picking), count=1)
    if not excepted:
        return _wanted(pointer, rest, is_all=is_all)
    but = _without_names(turn, excepted["but"].replace(pointer.words, "", 1), pointer.picking)
    if not _FILLING.fullmatch(but) or pointer.picking.problem:
        return None
    others = tuple(each for each in turn.memory.shown if each not in pointer.picking.products)
    return _wanted(Pointer("", Picking(others), takes=False), rest, is_all=True)


def _wanted(pointer: Pointer, rest: str, *, is_all: bool) -> Reference | None:
    """What is wanted of the goods, when nothing but that is said beside them."""
    compares, asks, count = (each.search(rest) for each in (_COMPARE, _ASK, _COUNT))
    for found in (compares, asks, count):
        rest = rest.replace(found[0], "", 1) if found else rest
    if not _FILLING.fullmatch(rest):
        return None
    if compares:
        return Reference("compare", pointer.picking, is_all=is_all)
    takes = count is not None or _TAKE.search(rest) is not None
    if asks or (_LOOK.search(rest) and not takes):
        return Reference("ask", pointer.picking)
    quantity = _pieces(count[0]) if count else 0
    if takes and pointer.seeks and not count and not _AT_ONCE.search(rest):
        return Reference("ask", pointer.picking)  # 想要低脂的 looks for it, 就要低脂的 takes it.
    if takes or pointer.takes:
        return Reference("take", pointer.picking, quantity, is_all, is_named=pointer.takes)
    is_one = len(pointer.picking.products) == 1 and not is_all
    return Reference("take" if "就" in rest else "ask", pointer.picking) if is_one else None


def _pointer(turn: Turn, words: str) -> Pointer | None:
    """The first words that point at something, by the surest way of pointing."""
    colors = "|".join(re.escape(fold(each)) for each in turn.understanding.strings("color"))
    colored = re.compile(rf"(?:{colors})的?[那这]{_PIECE}") if colors else None
    titled, pointed = _titled(turn)
    ways: Sequence[tuple[re.Pattern[str] | None, Finder, bool]] = (
        (_PLACES, _at_places, True),
        (_DESCRIBED, _described, True),
        (colored, _described, True),
        (pointed, _described, True),
        (titled, _described, False),
        (_DESCRIBED, _seen, False),
        (_EARLIER, _seen, False),
        (_THIS, _focus, False),
        (_SEVERAL, _several, False),
    )
    for pattern, find, takes in ways:
        found = pattern.search(words) if pattern else None
        picking = find(turn, found[0]) if found and found[0] else None
        if found and picking is not None:
            seeks = pattern is titled and turn.understanding.intent in _SEEKING
            return Pointer(found[0], picking, takes, seeks)
    return None


def _titled(turn: Turn) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Where words stand that one title of the list has, alone and with 那个 behind them."""
    told = part_of_title(turn, turn.memory.shown) if turn.memory.in_view == "list" else None
    if told is None:
        return None, None
    words = rf"{re.escape(told[1])}(?:的|款)?"
    # 想买连衣裙 looks for more of them, 连衣裙那件 is the one of the list.
    titled = None if names(turn) else re.compile(words)
    return titled, re.compile(rf"{words}[那这]一?{_PIECE}")


def _at_places(turn: Turn, words: str) -> Picking | None:
    if not turn.memory.shown or turn.memory.in_view != "list":
        return None
    places = [int(each.value) for each in normalise(words) if each.entity == "ordinal"]
    chosen = at_positions(places or turn.understanding.ordinals, turn.memory.shown)
    return Picking(tuple(chosen)) if chosen else Picking(problem="outside")


def _described(turn: Turn, _words: str) -> Picking | None:
    is_list = turn.memory.in_view == "list"
    chosen = described_product(turn, turn.memory.shown) if is_list else None
    return None if chosen is None else Picking((chosen,))


def _seen(turn: Turn, _words: str) -> Picking | None:
    earlier = seen_earlier(turn)
    return None if earlier is None else Picking((earlier,))


def _focus(turn: Turn, _words: str) -> Picking | None:
    focus = turn.memory.focus
    return None if focus is None or turn.memory.in_view != "list" else Picking((focus,))


def _several(turn: Turn, words: str) -> Picking | None:
    """Those spoken of together, or the whole list; 这俩 of a longer list is not clear."""
    shown, together = turn.memory.shown, turn.memory.together
    if turn.memory.in_view != "list" or not shown:
        return None
    wants_two = _PAIR.match(words) is not None
    if len(together) > 1 and (not wants_two or len(together) == A_PAIR):
        return Picking(tuple(together))
    if wants_two and len(shown) != A_PAIR:
        return Picking(problem="which")
    return Picking(tuple(shown))


def _pieces(count: str) -> int:
    found = (each for each in normalise(f"来{count}") if each.entity == "quantity")
    return next((int(each.value) for each in found), 0)


def _without_names(turn: Turn, words: str, picking: Picking) -> str:
    """The words without colours and sizes, and without the name of what is pointed at anyway."""
    said = turn.understanding
    surfaces = [*said.strings("color"), *said.strings("size")]
    if bears_names(turn, picking.products):
        surfaces += [*said.strings("product"), *said.strings("brand")]
    for surface in surfaces:
        words = words.replace(fold(surface), "", 1)
    return words
