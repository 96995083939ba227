"""What else things are called, and what people mean who name an occasion: two kept text files.

A merchant's own file of the first form is read beside ours, and read again when it changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from commerce.catalogue.words import fold

OURS: Final = Path(__file__).with_name("synonyms.txt")
OCCASIONS: Final = Path(__file__).with_name("occasions.txt")


@dataclass(frozen=True, slots=True)
class Names:
    """Other names of one word."""

    same: tuple[str, ...] = ()
    """Of the very same thing."""
    narrower: tuple[str, ...] = ()
    """Of things that are also it: 裙子 → 连衣裙."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Somebody to give to, or a day to give on."""

    said: str
    fitting: tuple[str, ...]
    """Names of things, and words of titles, the most fitting first."""


class Synonyms:
    """Ours, and those of the file `own` if there is one. Safe to use from several threads."""

    def __init__(self, own: Path | None = None) -> None:
        self.occasions = _occasions()
        self._own = own
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._names = _names(_lines(OURS))

    def names(self) -> Mapping[str, Names]:
        """By the folded word."""
        stamp = self._stamp_of_own()
        if stamp != self._stamp:
            with self._lock:
                own = _lines(self._own) if stamp and self._own else []
                self._names, self._stamp = _names([*_lines(OURS), *own]), stamp
        return self._names

    def _stamp_of_own(self) -> tuple[int, int] | None:
        if self._own is None:
            return None
        try:
            status = self._own.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino


def _occasions() -> Sequence[Occasion]:
    """What people say, the longest first."""
    found = [
        Occasion(said, tuple(fitting.split()))
        for sayings, _, fitting in (line.partition(":") for line in _lines(OCCASIONS))
        for said in sayings.split()
    ]
    return sorted(found, key=lambda occasion: -len(occasion.said))


def _lines(file: Path) -> list[str]:
    written = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return [fold(line) for line in written if line.strip() and not line.startswith("#")]


def _names(lines: Sequence[str]) -> Mapping[str, Names]:
    same: dict[str, dict[str, None]] = {}
    narrower: dict[str, dict[str, None]] = {}
    for word, others, is_same in _by_word(lines):
        (same if is_same else narrower).setdefault(word, {}).update(dict.fromkeys(others))
    return {
        word: Names(
            tuple(other for other in same.get(word, {}) if other != word),
            tuple(other for other in narrower.get(word, {}) if other != word),
        )
        for word in same | narrower
    }


def _by_word(lines: Sequence[str]) -> Iterator[tuple[str, Sequence[str], bool]]:
    for line in lines:
        asked, directed, found = line.partition(">")
        for word in asked.split():
            yield word, (found if directed else asked).split(), not directed
