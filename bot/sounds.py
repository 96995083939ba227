"""What Chinese characters sound like."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

KEPT = 65_536


@lru_cache(KEPT)
def pronounce(word: str) -> Sequence[str]:
    """The toneless syllable of each character, by its word; what is not Chinese stands for itself.

    >>> pronounce("长裤"), pronounce("绿t")
    (('chang', 'ku'), ('lv', 't'))
    """
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionary takes half a second

    return tuple(lazy_pinyin(word, errors=_characters))


def _characters(other: str) -> Any:
    return list(other)
