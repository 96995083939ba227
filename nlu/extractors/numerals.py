"""An exact reader of numerals as shoppers write them: 200, 1,299, 一百五, 1万2, 2k."""

import re
from decimal import Decimal
from typing import Final

_DIGITS: Final = {
    **{digit: value for value, digit in enumerate("零一二三四五六七八九")},
    **{digit: value for value, digit in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "幺": 1,
}
_UNITS: Final = {
    "十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000,
    "万": 10**4, "w": 10**4, "亿": 10**8,
}  # fmt: skip
_ZEROS: Final = frozenset("零〇")
_MYRIAD: Final = 10**4

ARABIC: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
DIGIT: Final = r"[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖]"
UNIT: Final = r"[十拾百佰千仟万亿]"
# Latin k and w count only right behind Arabic digits and before no other letter or digit.
NUMERAL: Final = (
    rf"(?:{ARABIC}(?:[kw](?![a-z0-9])|[百千万亿](?:{DIGIT}|\d|{UNIT})*)?|(?:{DIGIT}|{UNIT})+)"
)

_TOKEN: Final = re.compile(rf"{ARABIC}|{DIGIT}|{UNIT}|[kw]")


def read_number(numeral: str) -> Decimal | None:
    """The value of one numeral of folded text, or None when it is not one.

    A lone last digit takes the place below the unit before it, as in speech:
    一百五 is 150 and 1万2 is 12,000, but 一百零五 is 105. A row of bare digits is read
    digit by digit: 二〇二六 is 2026.

    >>> read_number("一千二")
    Decimal('1200')
    """
    tokens = _TOKEN.findall(numeral)
    if not tokens or "".join(tokens) != numeral:
        return None
    if len(tokens) == 1 and tokens[0][0].isdecimal():
        return Decimal(tokens[0].replace(",", ""))
    if all(token in _DIGITS for token in tokens):
        return Decimal("".join(str(_DIGITS[token]) for token in tokens))
    return _read_by_units(tokens)


def read_whole(numeral: str) -> int | None:
    """Like `read_number`, for counts and positions; None when there is a fraction."""
    number = read_number(numeral)
    return int(number) if number is not None and number == number.to_integral_value() else None


def plain(number: Decimal) -> int | float:
    """An int where nothing is lost, else a float of at most two places (a price in yuan)."""
    rounded = round(number, 2)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _read_by_units(tokens: list[str]) -> Decimal | None:
    """The largest unit splits a numeral in two smaller ones: 两万 | 三千五."""
    unit = max((_UNITS.get(token, 0) for token in tokens), default=0)
    if not unit:
        return _read_digit(tokens)
    place, *others = (index for index, token in enumerate(tokens) if _UNITS.get(token) == unit)
    times, rest = _read_times(tokens[:place], unit), _read_rest(tokens[place + 1 :], unit)
    if others or times is None or rest is None or rest >= unit:
        return None
    return times * unit + rest


def _read_times(tokens: list[str], unit: int) -> Decimal | None:
    """What stands before a unit: one digit, or a numeral below ten thousand before 万 and 亿."""
    if not tokens:
        return Decimal(1) if unit <= _MYRIAD else None
    times = _read_by_units(tokens)
    return times if times is not None and times < (_MYRIAD if unit >= _MYRIAD else 10) else None


def _read_rest(tokens: list[str], unit: int) -> Decimal | None:
    """What stands behind a unit; a lone digit there takes the next place, unless 零 forbids it."""
    if not tokens:
        return Decimal(0)
    if tokens[0] in _ZEROS:
        return _read_by_units(tokens[1:])
    rest = _read_by_units(tokens)
    return rest * (unit // 10) if rest is not None and len(tokens) == 1 and rest < 10 else rest


def _read_digit(tokens: list[str]) -> Decimal | None:
    if len(tokens) != 1:
        return None
    word = tokens[0]
    return Decimal(_DIGITS[word]) if word in _DIGITS else Decimal(word.replace(",", ""))
