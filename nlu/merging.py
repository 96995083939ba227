"""One list of findings out of three sources that may claim the same characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from nlu.findings import POSITIONS, SCALARS, Finding, without_overlaps

_IDENTIFIERS: Final = frozenset({"phone", "order_no", "tracking_no"})
_NUMBERS: Final = SCALARS | POSITIONS | _IDENTIFIERS


def merge(
    exact: Sequence[Finding], words: Iterable[Finding], learned: Sequence[Finding] = ()
) -> list[Finding]:
    """What our rules read, what the dictionary knows, and what a model learned.

    Numbers stand, unless a longer word of the dictionary holds them (a brand 三只松鼠
    counts nothing). Among strings the longest wins; between equals the rules, then the dictionary.
    """
    numbers = [each for each in exact if each.entity in _NUMBERS]
    words = [word for word in words if not _belongs_to_a_number(word, numbers)]
    numbers = [each for each in numbers if not any(each.overlaps(word) for word in words)]
    strings = [each for each in exact if each.entity not in _NUMBERS]
    learned = [each for each in learned if not any(each.overlaps(one) for one in numbers)]
    return sorted([*numbers, *without_overlaps([*strings, *words, *learned])])


def _belongs_to_a_number(word: Finding, numbers: Iterable[Finding]) -> bool:
    return any(
        word.overlaps(number)
        and (number.entity in _IDENTIFIERS or word.end - word.start <= number.end - number.start)
        for number in numbers
    )
