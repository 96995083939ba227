"""The number under which a company pays taxes, as far as it can be checked by itself.

Since 2015 it is the unified social credit code (国办发〔2015〕50号), built by GB 32100-2015
法人和其他组织统一社会信用代码编码规则: 17 characters and a check character, modulo 31. The
numbers before it (税务登记管理办法; 15 digits, or 20 for some sole traders) carry no check
character of their own and are accepted by length and alphabet.
"""

import re
import unicodedata
from typing import Final

from commerce.errors import InvalidInput

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015, table 2: a character's place is its value. I, O, S, V and Z are not used."""
MODULUS: Final = 31
WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""GB 32100-2015, table 3: powers of three modulo 31."""
CREDIT_CODE: Final = 18
LEGACY: Final = (15, 20)
_NEVER_USED: Final = frozenset("IOSVZ")
_REGION: Final = slice(2, 8)
_BETWEEN: Final = re.compile(r"[\s\-—_.]+")


def check_tax_no(written: str) -> str:
    """The number in its proper form. Raises InvalidInput, whose words say what is wrong with it.

    >>> check_tax_no("9133 0106 ma27 x0a1 2t")
    Traceback (most recent call last):
    commerce.errors.InvalidInput: 税号最后一位和前面对不上，应该有一位抄错了，请核对
    """
    number = _BETWEEN.sub("", unicodedata.normalize("NFKC", written)).upper()
    if not number:
        raise InvalidInput("请填写税号（统一社会信用代码）", field="tax_no")
    if not (number.isascii() and number.isalnum()):
        raise InvalidInput("税号里只有数字和大写字母", field="tax_no")
    if len(number) in LEGACY:
        return number
    if len(number) != CREDIT_CODE:
        raise InvalidInput(f"税号是18位（旧的是15或20位），这个有{len(number)}位", field="tax_no")
    wrong = sorted(set(number) & _NEVER_USED)
    if wrong:
        raise InvalidInput(f"税号里不会有字母{'、'.join(wrong)}，请核对", field="tax_no")
    if not number[_REGION].isdecimal():
        raise InvalidInput("税号的第3到8位应该都是数字，请核对", field="tax_no")
    if check_character(number[:-1]) != number[-1]:
        raise InvalidInput("税号最后一位和前面对不上，应该有一位抄错了，请核对", field="tax_no")
    return number


def check_character(first_17: str) -> str:
    """The 18th character of a unified social credit code that begins so."""
    total = sum(
        ALPHABET.index(each) * weight for each, weight in zip(first_17, WEIGHTS, strict=True)
    )
    return ALPHABET[-total % MODULUS]
