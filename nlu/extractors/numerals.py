"""An exact reader of numerals as shoppers write them: 200, 1,299, 一百五, 1万2, 2k.

cn2an reads what is written in Chinese, and is asked only for what is one numeral: 八八千五 it would
take for 16500.
"""

import re
from decimal import Decimal
from typing import Final

from cn2an import cn2an

_PLAIN: Final = str.maketrans("〇壹贰叁肆伍陆柒捌玖拾佰仟幺", "零一二三四五六七八九十百千一")
_DIGITS: Final = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {
    "两": "2"
}
_UNITS: Final = {
    "十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10**4, "w": 10**4, "亿": 10**8,
}  # fmt: skip

ARABIC: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
DIGIT: Final = r"[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖]"
UNIT: Final = r"[十拾百佰千仟万亿]"
# Latin k and w count only right behind Arabic digits and before no other letter or digit.
NUMERAL: Final = (
    rf"(?:{ARABIC}(?:[kw](?![a-z0-9])|[百千万亿](?:{DIGIT}|\d|{UNIT})*)?|(?:{DIGIT}|{UNIT})+)"
)

_ARABIC_ONLY: Final = re.compile(ARABIC)
_ARABIC_AND_UNIT: Final = re.compile(rf"({ARABIC})([十百千kw万亿])(.*)")
_ONE: Final = "[一二两三四五六七八九]"
_BELOW_MYRIAD: Final = rf"(?:{_ONE}?千)?(?:零?{_ONE}?百)?(?:零?{_ONE}?十)?(?:零?{_ONE})?"
_CHINESE: Final = re.compile(rf"(?:{_BELOW_MYRIAD}亿)?(?:零?{_BELOW_MYRIAD}万)?零?{_BELOW_MYRIAD}")
_UNSAID_ONE: Final = re.compile(rf"(?<![{_ONE[1:-1]}十百千])(?=[百千万])|(?<![{_ONE[1:-1]}])(?=十)")
"""百 is 一百 and 千二 一千二, as cn2an wants them written."""


def read_number(numeral: str) -> Decimal | None:
    """The value of one numeral of folded text, or None when it is not one.

    A lone last digit takes the place below the unit before it, as in speech:
    一百五 is 150 and 1万2 is 12,000, but 一百零五 is 105. A row of bare digits is read
    digit by digit: 二〇二六 is 2026.

    >>> read_number("一千二")
    Decimal('1200')
    """
    plainly = numeral.translate(_PLAIN)
    if _ARABIC_ONLY.fullmatch(plainly):
        return Decimal(plainly.replace(",", ""))
    digits = [_DIGITS.get(character, character) for character in plainly]
    if "".join(digits).isdecimal():
        return Decimal("".join(digits))
    mixed = _ARABIC_AND_UNIT.fullmatch(plainly)
    if mixed is not None:
        return _read_mixed(Decimal(mixed[1].replace(",", "")), _UNITS[mixed[2]], mixed[3])
    return _read_chinese(plainly) if plainly and _CHINESE.fullmatch(plainly) else None


def read_whole(numeral: str) -> int | None:
    """Like `read_number`, for counts and positions; None when there is a fraction."""
    number = read_number(numeral)
    return int(number) if number is not None and number == number.to_integral_value() else None


def plain(number: Decimal) -> int | float:
    """An int where nothing is lost, else a float of at most two places (a price in yuan)."""
    rounded = round(number, 2)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _read_mixed(times: Decimal, unit: int, rest: str) -> Decimal | None:
    """1万2 and 3千零五: an Arabic number, a unit, and what is smaller."""
    smaller = read_number(rest) if rest else Decimal(0)
    if smaller is None or smaller >= unit:
        return None
    is_next_place = len(rest) == 1 and smaller < 10
    return times * unit + (smaller * (unit // 10) if is_next_place else smaller)


def _read_chinese(numeral: str) -> Decimal | None:
    try:
        return Decimal(cn2an(_UNSAID_ONE.sub("一", numeral), "normal"))
    except ValueError:
        return None
