"""Phone, order and tracking numbers: told apart by form, then by the word before them."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.findings import Finding

# Mainland mobile numbers have 11 digits from 13 to 19; people group them 3-4-4.
_PHONE: Final = re.compile(
    r"(?<![\da-z])(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-\d{7,8})(?![\da-z])"
)
# Leading letters of the large carriers' waybills, longest first.
_CARRIER: Final = (
    r"jdvb|jdva|jdv|jdx|jdk|jdaz|jda|jd|dpk|zto|sto|yto|ems|sf|yt|jt|zt|st|yd|ht|db|tt|uc|an|qy|zjs"
)
_WAYBILL: Final = re.compile(
    rf"(?<![\da-z])(?:(?:{_CARRIER})[- ]?\d{{9,18}}(?:-\d+){{0,3}}|[a-z]{{2}}\d{{9}}cn)(?![\da-z])"
)
_ORDER: Final = re.compile(r"(?<![\da-z])(?:[a-z]{1,4}[-_]?\d{8,24}|\d{16,22})(?![\da-z])")
_PLAIN: Final = re.compile(r"(?<![\da-z.¥])\d{8,22}(?![\da-z.])")
_CUE: Final = re.compile(
    r"(?P<order>订单|单子|下单|order)|(?P<parcel>快递|物流|运单|包裹|面单|单号)"
)
_CUE_DISTANCE: Final = 12


def compact(identifier: str) -> str:
    """An identifier of folded text without its blanks and hyphens, letters upper case."""
    return re.sub(r"[\s_-]", "", identifier).upper()


def find_identifiers(text: str, folded: str) -> Iterator[Finding]:
    """Every phone, order_no and tracking_no; the value is the surface, as written."""
    taken: list[tuple[int, int]] = []
    for entity, start, end in _candidates(folded):
        if all(end <= before or start >= after for before, after in taken):
            taken.append((start, end))
            yield Finding(start, end, entity, text[start:end])


def _candidates(folded: str) -> Iterator[tuple[str, int, int]]:
    for match in _PHONE.finditer(folded):
        yield ("phone", *match.span())
    for match in _WAYBILL.finditer(folded):
        yield ("tracking_no", *match.span())
    for match in _ORDER.finditer(folded):
        named = _named_before(folded, match.start())
        yield ("tracking_no" if named == "parcel" else "order_no", *match.span())
    for match in _PLAIN.finditer(folded):
        named, digits = _named_before(folded, match.start()), len(match.group())
        if named == "order":
            yield ("order_no", *match.span())
        elif (named == "parcel" and digits >= 10) or 12 <= digits <= 15:
            yield ("tracking_no", *match.span())


def _named_before(folded: str, start: int) -> str | None:
    """What the nearest word before a number calls it; in 订单号 the 单号 is part of 订单."""
    named = None
    for cue in _CUE.finditer(folded[max(0, start - _CUE_DISTANCE) : start]):
        named = cue.lastgroup
    return named
