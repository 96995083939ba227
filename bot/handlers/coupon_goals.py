"""What a whole sentence about coupons and deals asks for, once it is known to be about them."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.handlers.answers import plain


class CouponGoal(StrEnum):
    """What a customer wants to know of their coupons, or to have."""

    MISSING = "missing"
    WHY_NOT = "why_not"
    BEST = "best"
    OWN = "own"
    OFFERED = "offered"


_NO_USE: Final = r"(?:不能用|不可用|用不了|用不上|没法用|无法使用|不能使用|不让用|不好使|没生效)"
_MAY_USE: Final = r"(?:能用|可以用|用得了|好使)了?(?:吧|吗|么|不|没)"
_GOALS: Final[Mapping[CouponGoal, re.Pattern[str]]] = {
    CouponGoal.MISSING: re.compile(
        r"(?=.*(?:[券卷]|满减|满\d|优惠|减))"
        r".*(?:差多少|差几[块元]|(?:再|还要?|得)(?:要|买|凑|加|花)+多少|凑单|凑(?:多少|够))"
    ),
    CouponGoal.WHY_NOT: re.compile(
        rf"[券卷].{{0,8}}(?:{_NO_USE}|没.{{0,3}}[减抵]|{_MAY_USE})"
        rf"|{_NO_USE}.{{0,6}}[券卷]|满\d+.{{0,6}}{_NO_USE}|{_MAY_USE}.{{0,2}}[这那]?张?[券卷]"
    ),
    CouponGoal.BEST: re.compile(
        r"(?:哪|什么|啥)一?[个张种]?[券卷].{0,8}(?:划算|合算|合适|省|便宜|最?好|减得?多)"
        r"|用(?:哪|什么)[个张].{0,6}(?:划算|合算|省|好)"
    ),
    CouponGoal.OWN: re.compile(
        r"(?:我的?|手[里上]|刚才?|那|这).{0,4}[券卷].{0,4}(?:呢|还在|在不在|到了|到账|退|还|回)"
        r"|[券卷].{0,3}(?:到了?[没吗]|还在|回来|退回|还我|退我)|手[里上].{0,4}[券卷]"
        r"|我有(?:啥|什么|哪些|几张).{0,2}[券卷]"
    ),
    CouponGoal.OFFERED: re.compile(
        r"有(?!用|效|没用).{0,8}[券卷]|[券卷].{0,4}(?:有[没吗么不]|领)|(?:给|送|发|来|领|拿).{0,6}[券卷]"
    ),
}
"""In this order: the first that fits is what is meant."""
_MARKS: Final = re.compile(r"满\d+|\d+折|减\d+")
_WANTS: Final = re.compile(r"领|要|给我|来一?张|拿")


def goal_of(text: str) -> CouponGoal | None:
    """What the words ask for; None when they do not say."""
    said = plain(text)
    return next((goal for goal, pattern in _GOALS.items() if pattern.search(said)), None)


def wants_one(text: str) -> bool:
    """Whether the words may ask for a coupon that they name."""
    return _WANTS.search(plain(text)) is not None


def names_coupon(name: str, text: str) -> bool:
    """Whether a coupon is meant: 满200那张 is 满200减15, 女装那个88折的 is 女装88折券."""
    said, known = plain(text), plain(name)
    if not known:
        return False
    rest = iter(said)
    is_spelt = all(letter in rest for letter in known)
    return is_spelt or any(mark in said for mark in _MARKS.findall(known))
