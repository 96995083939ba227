"""The wish that a message expresses, and how the next message changes it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from bot.memory import Wish
from nlu.text import fold
from nlu.understanding import Understanding

_ASKING: Final = re.compile(r"(?<=..)[呢吗啊呀嘛?!。~ ]+$")
LONGEST_QUERY: Final = 60
"""Characters of a message that are searched for when nothing in it was recognised."""
CHEAPER: Final = 0.8
"""便宜点的 means below four fifths of a single product's price; of a list, its lower half."""
SORTS: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (re.compile(r"便宜到贵|从低到高|由低到高|价格低|最便宜|价格升|低价"), "cheapest"),
    (re.compile(r"贵到便宜|从高到低|由高到低|最贵|价格降|价格高"), "dearest"),
    (re.compile(r"销量|卖得(?:最)?好|热销|最火|人气|买的人(?:最)?多|爆款"), "sales"),
)
CHEAPER_WORDS: Final = re.compile(r"便宜(?:一)?(?:点|些|的)|再低|太贵|贵了|实惠|平价|预算不够")
DEARER_WORDS: Final = re.compile(
    r"(?<!便宜)(?<!太)贵(?:一)?(?:点|些)|高档|(?:好|高端)(?:一)?点的|上档次|档次高"
)
GENERAL_WISH: Final = re.compile(
    r"(?:那|嗯)?(?:我|你们|店里|这里)?(?:想|要|随便|先)*(?:买|找|看|逛|推荐)*(?:一?下|点|些|几[款个])?"
    r"(?:都|全部)?(?:有|卖)?(?:啥|什么|哪些|分类|商品分类)?(?:好)?(?:商品|东西|货|卖的|吗|呢|分类)*[?？。!！]*"
)
NO_MATTER: Final = re.compile(r"无所谓|不限|都行|都可以|随便|不管|不挑")
_NO_MATTER_WHAT: Final = {
    "颜色": ("color",),
    "尺码": ("size",),
    "码": ("size",),
    "牌子": ("brand",),
    "品牌": ("brand",),
    "价": ("price_min", "price_max"),
    "钱": ("price_min", "price_max"),
    "预算": ("price_min", "price_max"),
}
_REFUSED: Final = re.compile(r"(?:不(?:想)?要|不(?:想)?[看买]|别看)了?(?:[这那]?[个款双件])?$")
_REFUSED_AFTER: Final = re.compile(r"(?:就|我|也|都)?(?:不(?:想)?要|不[看买])了")
NOT_THIS: Final = re.compile(r"(?:不(?:想)?要|不喜欢|别(?:给我)?(?:看)?|除了|不是)[^，,。]{0,4}$")


def wish_of(said: Understanding) -> Wish:
    """The wish that a message expresses: what was recognised in it, or else all its words."""
    wish = said_wish(said)
    text = said.text.strip()
    if wish.is_empty() and text and not is_general_wish(text):
        wish.product = [_ASKING.sub("", simplified(text))[:LONGEST_QUERY]]
    return wish


def said_wish(said: Understanding) -> Wish:
    """What was recognised of a wish; it may be empty."""

    def strings(entity: str) -> list[str]:
        return [simplified(word) for word in said.strings(entity)]

    product = [word for word in said.strings("product") if not _is_refused(word, said.text)]
    return Wish(
        product=[simplified(word) for word in product or said.strings("product")],
        brand=strings("brand"),
        color=strings("color"),
        size=strings("size"),
        attribute=strings("attribute"),
        price_min=said.first("price_min"),
        price_max=said.first("price_max"),
    )


def _is_refused(word: str, text: str) -> bool:
    """The shoes of 不要鞋了，看看瑜伽垫."""
    before, found, behind = text.partition(word)
    return bool(found and (_REFUSED.search(before) or _REFUSED_AFTER.match(behind)))


def simplified(text: str) -> str:
    """A text in simplified, half-width characters, in which the catalogue is written."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(letter if letter.isascii() else fold(letter) for letter in plain)


def narrowed(old: Wish, said: Understanding, prices: Sequence[int]) -> Wish:
    """The wish with what was said added; a new colour or bound replaces the old.

    `prices` are those of the list that it is said of, in fen.
    """
    kept: dict[str, Any] = old.model_dump()
    new = said_wish(said)
    for name, value in new.model_dump().items():
        if value not in (None, []):
            kept[name] = [*kept[name], *value] if name == "attribute" else value
    kept["attribute"] = list(dict.fromkeys(kept["attribute"]))
    if prices and new.price_max is None and wants_cheaper(said.text):
        kept["price_min"], kept["price_max"] = None, cheaper_than(prices) / 100
    elif prices and new.price_min is None and wants_dearer(said.text):
        kept["price_min"], kept["price_max"] = (max(prices) + 1) / 100, None
    elif _crossed(kept) and (new.price_min is None or new.price_max is None):
        kept["price_max" if new.price_max is None else "price_min"] = None
    for name in no_matter(said.text):
        kept[name] = None if name.startswith("price") else []
    return Wish.model_validate(kept)


def cheaper_than(prices: Sequence[int]) -> int:
    """Fen below which a list counts as cheaper: less than its upper half, never nothing."""
    lowest, median = min(prices), sorted(prices)[(len(prices) - 1) // 2]
    return max(1, round(lowest * CHEAPER) if median == max(prices) else median)


def wants_cheaper(text: str) -> bool:
    """Whether somebody asks for what costs less."""
    return CHEAPER_WORDS.search(fold(text)) is not None and sort_order(text) is None


def wants_dearer(text: str) -> bool:
    """Whether somebody asks for what costs more."""
    return DEARER_WORDS.search(fold(text)) is not None and sort_order(text) is None


def sort_order(text: str) -> str | None:
    """How the customer wants the list sorted, if they said so."""
    return next((order for words, order in SORTS if words.search(fold(text))), None)


def no_matter(text: str) -> list[str]:
    """The parts of the wish that do not matter any more: 颜色无所谓, 不限牌子."""
    if NO_MATTER.search(text) is None:
        return []
    return [part for word, parts in _NO_MATTER_WHAT.items() if word in text for part in parts]


def unwanted_colors(said: Understanding) -> list[str]:
    """The colours that a message turns down: 不要红色的."""
    starts = [span.start for span in said.spans if span.entity == "color"]
    if not any(NOT_THIS.search(said.text[:start]) for start in starts):
        return []
    return [simplified(color) for color in said.strings("color")]


def is_general_wish(text: str) -> bool:
    """Whether somebody wants to look around without naming anything."""
    return GENERAL_WISH.fullmatch(simplified(text)) is not None


def _crossed(wish: dict[str, Any]) -> bool:
    low, high = wish["price_min"], wish["price_max"]
    return low is not None and high is not None and low > high
