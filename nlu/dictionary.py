"""Words of the shop and of the trade, matched longest first; reloaded when the file changes."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import structlog

from nlu.findings import Finding
from nlu.text import fold

LEXICON_FOLDER: Final = Path(__file__).parent / "lexicon"
DEFAULT_CATALOGUE: Final = Path("var/lexicon/catalogue.txt")
KINDS: Final = frozenset({"product", "brand", "attribute", "color", "size", "region", "coupon"})

log = structlog.get_logger(__name__)


def catalogue_file() -> Path:
    """Where the bot writes the catalogue's words: SHOP_LEXICON_FILE, or under var/."""
    return Path(os.environ.get("SHOP_LEXICON_FILE") or DEFAULT_CATALOGUE)


class Dictionary:
    """Kinds of words by first character, for one pass over a text.

    `refresh()` costs one stat call; the catalogue file must be replaced atomically
    (written beside and renamed), one `word<TAB>kind` a line.
    """

    def __init__(self, catalogue: Path | None = None) -> None:
        self._catalogue = catalogue
        self._base = [*_read_base()]
        self._stamp: tuple[int, int, int] | None = None
        self._words: dict[str, str] = {}
        self._longest: dict[str, int] = {}
        self.version = 0
        self._build([])
        self.refresh()

    @property
    def words(self) -> Iterable[str]:
        """Every word, folded; for a tokenizer's user dictionary."""
        return self._words.keys()

    def refresh(self) -> bool:
        """Load the catalogue again if its file changed; True when it did."""
        path = self._catalogue or catalogue_file()
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        except FileNotFoundError:
            stamp = None
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self._build([*_read_words(path)] if stamp else [])
        except (OSError, UnicodeDecodeError):
            log.exception("lexicon unreadable, the words known before stay", path=str(path))
            return False
        return True

    def find(self, text: str, folded: str, kinds: frozenset[str] = KINDS) -> Iterator[Finding]:
        """Longest words first from left to right; the value is the surface, as written."""
        position = 0
        while position < len(folded):
            end = self._end_of_word(folded, position, kinds)
            if end is None:
                position += 1
                continue
            surface = text[position:end]
            yield Finding(position, end, self._words[folded[position:end]], surface)
            position = end

    def _end_of_word(self, folded: str, start: int, kinds: frozenset[str]) -> int | None:
        longest = self._longest.get(folded[start], 0)
        for end in range(min(len(folded), start + longest), start, -1):
            kind = self._words.get(folded[start:end])
            if kind in kinds and not _cuts_latin(folded, start, end):
                return end
        return None

    def _build(self, catalogue: list[tuple[str, str]]) -> None:
        words = dict(self._base)
        words.update(catalogue)
        longest: dict[str, int] = {}
        for word in words:
            longest[word[0]] = max(longest.get(word[0], 0), len(word))
        self._words, self._longest = words, longest
        self.version += 1


def _cuts_latin(folded: str, start: int, end: int) -> bool:
    """A Latin word is matched whole or not at all: `tee` is not in `coffee`."""
    return any(
        0 < edge < len(folded) and bool(re.fullmatch(r"[a-z0-9]{2}", folded[edge - 1 : edge + 1]))
        for edge in (start, end)
    )


def _read_base() -> Iterator[tuple[str, str]]:
    for path in sorted(LEXICON_FOLDER.glob("*.txt")):
        kind = path.stem
        if kind in KINDS:
            for line in path.read_text(encoding="utf-8").splitlines():
                for word in line.partition("#")[0].split():
                    yield fold(word), kind


def _read_words(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        word, _, kind = line.strip().partition("\t")
        if not word or word.startswith("#"):
            continue
        if kind in KINDS:
            yield fold(word.strip()), kind
        else:
            log.warning("lexicon line skipped", path=str(path), line=number)
