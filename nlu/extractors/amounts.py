"""Sums of money, each with the range that its own words leave open (两百来块, 一两百)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from nlu.extractors.classifiers import OTHER_UNITS, PIECES, alternatives
from nlu.extractors.numerals import DIGIT, NUMERAL, read_number

CURRENCY: Final = r"(?:块钱|元钱|块|元|圆|rmb|人民币|大洋|软妹币|r(?![a-z0-9]))"
_TENTHS: Final = r"(?:毛|角)"
_NEXT: Final = (
    "一二 二三 两三 三四 四五 五六 六七 七八 八九 三五 一两 "
    "1、2 2、3 3、4 3、5 一、二 两、三 三、四 三、五"
)
_FOREIGN: Final = re.compile(rf"\s?(?:{alternatives(PIECES.replace('块', ''), OTHER_UNITS)})")

_FIXED: Final[dict[str, tuple[int, int]]] = {
    "百八十": (80, 100), "百儿八十": (80, 100),
    "千儿八百": (800, 1000), "千八百": (800, 1000),
    "万儿八千": (8000, 10000), "几十": (20, 99), "好几十": (20, 99),
    "几百": (200, 999), "好几百": (200, 999),
    "几千": (2000, 9999), "好几千": (2000, 9999),
    "十几": (11, 19), "十来": (8, 12), "百来": (80, 120),
    "千来": (800, 1200), "百十来": (80, 120), "百十": (80, 120), "几块": (2, 9),
}  # fmt: skip

_AMOUNT: Final = re.compile(
    rf"(?P<sign>¥\s?)?(?:"
    rf"(?P<fixed>{'|'.join(sorted(_FIXED, key=len, reverse=True))})(?P<fixed_unit>块)?|"
    rf"(?P<stem>[一二两三四五六七八九]?[十百千万]|[二三四五六七八九]十|[一二两三四五六七八九]百[二三四五六七八九]十)?"
    rf"(?P<pair>{'|'.join(_NEXT.split())})(?P<pair_unit>[十百千万]?)(?!{DIGIT}|[十百千万\d])|"
    rf"(?P<numeral>{NUMERAL}))"
    rf"(?P<loose>来|多|几|好几|出头)?"
    rf"(?:(?P<currency>{CURRENCY})(?P<tail>{DIGIT}|\d{{1,2}})?(?P<tenths>{_TENTHS})?)?"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """Yuan. `low == high` unless the words themselves are loose."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    has_currency: bool
    surface: str

    @property
    def is_loose(self) -> bool:
        return self.low != self.high


def find_amounts(folded: str) -> list[Amount]:
    """Every number that may be money, in order; numbers with another unit are left out."""
    return [amount for match in _AMOUNT.finditer(folded) for amount in _amounts(folded, match)]


def _amounts(folded: str, match: re.Match[str]) -> Iterator[Amount]:
    start, end = match.span()
    before = folded[start - 1] if start else ""
    if (before.isascii() and before.isalnum()) or before in ("第", ".", "几"):
        return
    has_currency = bool(match["currency"] or match["sign"] or match["fixed_unit"])
    if not has_currency and _FOREIGN.match(folded, end) and not folded.startswith("价", end):
        return
    bounds = _bounds(match)
    if bounds is None:
        return
    tail = match["tail"]
    if tail and not match["tenths"] and _FOREIGN.match(folded, end):
        end, tail = match.start("tail"), None  # 十块三个: the three counts pieces.
    cents = _tail(tail)
    yield Amount(start, end, bounds[0] + cents, bounds[1] + cents, has_currency, folded[start:end])


def _tail(tail: str | None) -> Decimal:
    """块 9 and 块 九 are tenths, 块 90 hundredths."""
    value = read_number(tail) if tail else None
    return Decimal(0) if value is None else value / (100 if len(tail or "") == 2 else 10)


def _bounds(match: re.Match[str]) -> tuple[Decimal, Decimal] | None:
    if match["fixed"]:
        low, high = _FIXED[match["fixed"]]
        return Decimal(low), Decimal(high)
    if match["pair"]:
        return _pair_bounds(
            match["stem"] or "", match["pair"].replace("、", ""), match["pair_unit"]
        )
    value = read_number(match["numeral"])
    if value is None:
        return None
    match match["loose"]:
        case None:
            return value, value
        case "来":
            return around(value)
        case _:  # 三百多 and 三百几 stay below the next full step of the last unit said.
            return value, value + _last_step(value)


def _pair_bounds(stem: str, pair: str, unit: str) -> tuple[Decimal, Decimal] | None:
    """一两百 is 100 to 200, 三五十 30 to 50, 一百二三十 120 to 130, 十五六 15 to 16."""
    low, high = read_number(stem + pair[0] + unit), read_number(stem + pair[1] + unit)
    if low is None or high is None or low >= high:
        return None
    return low, high


def around(value: Decimal) -> tuple[Decimal, Decimal]:
    """What 左右 leaves open: a fifth on both sides."""
    fifth = value / 5
    return value - fifth, value + fifth


def _last_step(value: Decimal) -> Decimal:
    step = Decimal(1)
    while value % (step * 10) == 0 and step * 10 <= value:
        step *= 10
    return step
