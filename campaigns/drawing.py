"""Who is left out of a campaign, and which variant each one gets: drawn by a hash.

A customer's lot follows from the campaign's salt and their id alone: it is the same in every run,
after a restart, in Python and in SQL. The hash is Carter and Wegman's ((id·a + b) mod p) mod m,
with a and b from the salt: pairwise independent, and no database needs over 64 bits for it.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, cast, literal

from campaigns.shapes import Arm

PRIME: Final = 2**31 - 1
"""A product of two numbers below it fits into 63 bits; ids are below it as well."""
HOLDOUT: Final = "holdout"
ARM: Final = "arm"
"""What is drawn. Each has an a and b of its own: being held out says nothing about the variant."""


def lot(salt: str, what: str, number: int, lots: int = 100) -> int:
    """The lot of a customer or a customer group, by its id: 0 … `lots` - 1."""
    a, b = _factors(salt, what)
    return (number * a + b) % PRIME % lots


def lot_of(salt: str, what: str, number: ColumnElement[int], lots: int = 100) -> ColumnElement[int]:
    """The same as SQL."""
    a, b = _factors(salt, what)
    wide = cast(number, BigInteger)
    return (wide * literal(a, BigInteger) + literal(b, BigInteger)) % PRIME % lots


def is_held_out(salt: str, percent: int, customer_id: int) -> bool:
    """Whether a customer is left out, to compare with."""
    return lot(salt, HOLDOUT, customer_id) < percent


def held_out(salt: str, percent: int, customer_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The same as SQL."""
    return lot_of(salt, HOLDOUT, customer_id) < percent


def arm_of(salt: str, arms: Sequence[Arm], number: int) -> Arm:
    """The variant that a customer or a customer group gets, by the arms' weights."""
    drawn = lot(salt, ARM, number, _whole(arms))
    for arm, end in zip(arms, _ends(arms), strict=True):
        if drawn < end:
            return arm
    return arms[0]


def _factors(salt: str, what: str) -> tuple[int, int]:
    digest = hashlib.sha256(f"{salt}|{what}".encode()).digest()
    a = int.from_bytes(digest[:8]) % (PRIME - 1) + 1
    b = int.from_bytes(digest[8:16]) % PRIME
    return a, b


def _whole(arms: Sequence[Arm]) -> int:
    return sum(arm.weight for arm in arms) or 1


def _ends(arms: Sequence[Arm]) -> list[int]:
    """Where each arm's lots end."""
    ends: list[int] = []
    for arm in arms:
        ends.append((ends[-1] if ends else 0) + arm.weight)
    return ends
