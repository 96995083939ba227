"""A text without its disguise: 最·好, 最 好, ＮＯ．１ and 轉發 read as what they say."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

WORDS: Final = Path(__file__).with_name("words")
PAUSE: Final = "，"
STOP: Final = "。"
BLANK: Final = " "
MARKS: Final = BLANK + PAUSE + STOP

_FENCE: Final = re.compile(f"(?<![^{MARKS}])[^{MARKS}]([{MARKS}])(?=[^{MARKS}](?![^{MARKS}]))")

_AS_MARK: Final[Mapping[str, str]] = dict.fromkeys("，,、：:", PAUSE) | dict.fromkeys(
    "。！!？?；;\n\r", STOP
)
_SPOKEN: Final = frozenset(("Lu", "Ll", "Lt", "Lo", "Lm", "Nd", "Nl", "No"))
"""Unicode's categories of letters and digits; all else between them is left out."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The letters of a text, with a blank, `，` or `。` where it has one, pauses or stops."""

    letters: str
    places: tuple[int, ...]
    """Where in the text each letter stood."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From where to where in the text the letters `start` to `end` stand."""
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> Plain:
    """What a reader reads: one width, small letters, simplified characters, nothing between them.

    >>> plain("最·好 Ｖ信！").letters
    '最好 v信。'
    """
    letters: list[str] = []
    places: list[int] = []
    for place, written in enumerate(text):
        for letter in _shown(written):
            if letter == BLANK and letters[-1:] == [BLANK]:
                continue
            letters.append(letter)
            places.append(place)
    kept = _without_fences("".join(letters))
    return Plain("".join(letters[at] for at in kept), tuple(places[at] for at in kept))


def _without_fences(letters: str) -> Sequence[int]:
    """The places without marks between single letters: 转。发。有。奖 is not four sentences."""
    fences = {match.start(1) for match in _FENCE.finditer(letters)}
    return [at for at in range(len(letters)) if at not in fences]


@cache
def _shown(written: str) -> str:
    """What is left of one character: nothing, a mark, or letters."""
    if written in _AS_MARK:
        return _AS_MARK[written]
    if written.isspace():
        return BLANK
    simple = _simplified()
    same = unicodedata.normalize("NFKC", written).lower()
    return "".join(
        simple.get(letter, letter) for letter in same if unicodedata.category(letter) in _SPOKEN
    )


@cache
def _simplified() -> Mapping[str, str]:
    lines = (WORDS / "traditional.txt").read_text(encoding="utf-8").splitlines()
    pairs = (pair for line in lines if not line.startswith("#") for pair in line.split())
    return {pair[0]: pair[1] for pair in pairs}
