"""Touches: what a card or link of a campaign carries, so that a visit is known for its own.

A delivery's touch names one recipient. A mass task's is the same for all of its recipients, since
WeCom sends all of them the same words.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_MARK: Final = "cp-"
LONGEST: Final = 17
"""Characters: the mark, a letter, and thirteen digits of 36 for 64 bits."""


class TouchKind(StrEnum):
    """What a touch names."""

    DELIVERY = "d"
    TASK = "t"


@dataclass(frozen=True, slots=True)
class Touch:
    """A delivery, or a mass task, by its number."""

    kind: TouchKind
    id: int


def touch_of_delivery(delivery_id: int) -> str:
    """The source that a card for one recipient carries.

    >>> touch_of_delivery(1296)
    'cp-d100'
    """
    return _written(TouchKind.DELIVERY, delivery_id)


def touch_of_task(task_id: int) -> str:
    """The source that the cards of a mass task carry."""
    return _written(TouchKind.TASK, task_id)


def read_touch(source: str) -> Touch | None:
    """What a card's source names; None for a source that is no campaign's."""
    if not source.startswith(_MARK) or len(source) > LONGEST:
        return None
    kind, digits = source[len(_MARK) : len(_MARK) + 1], source[len(_MARK) + 1 :]
    if kind not in set(TouchKind) or not digits or set(digits) - set(_DIGITS):
        return None
    number = int(digits, len(_DIGITS))
    return Touch(TouchKind(kind), number) if 0 < number < 1 << 63 else None


def _written(kind: TouchKind, number: int) -> str:
    if number <= 0:
        raise ValueError("only what was written has a number")
    digits = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return f"{_MARK}{kind}{digits}"
