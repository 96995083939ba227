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
_SECTION: Final = 10**4  # 万 and 亿 multiply all that was read before them.

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
    total = section = Decimal(0)
    digit: Decimal | None = None
    last_unit, below = 0, False  # `below`: a 零 cancelled the spoken short form.
    ceiling, small_ceiling = 10**12, _SECTION
    for token in tokens:
        if token in _UNITS:
            unit = _UNITS[token]
            if unit >= _SECTION:
                if unit >= ceiling or (
                    digit is None and section == 0 and total == 0 and unit != _SECTION
                ):
                    return None
                total += (section + (digit or 0) or Decimal(1)) * unit
                section, ceiling, small_ceiling = Decimal(0), unit, _SECTION
            else:
                if unit >= small_ceiling:
                    return None
                section += (Decimal(1) if digit is None else digit) * unit
                small_ceiling = unit
            digit, last_unit, below = None, unit, False
        elif token in "零〇" and last_unit:
            below = True
        else:
            if digit is not None:
                return None
            digit = Decimal(_DIGITS[token]) if token in _DIGITS else Decimal(token.replace(",", ""))
    if digit is not None:
        spoken_short = last_unit > 10 and not below and digit < 10
        section += digit * (last_unit // 10) if spoken_short else digit
    return total + section
