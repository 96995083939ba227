"""Chinese text into search words: jieba with the words of this shop's catalogue."""

import logging
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import jieba

from commerce.catalogue.words import HAN, fold

_CODE = re.compile(r"[a-z0-9]+(?:[.\-][a-z0-9]+)+")
"""A model or measure with marks inside, such as wh-1000xm5 or 1.8m: jieba would tear it up."""
_PART = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
_LATIN = re.compile(r"[a-z0-9.]+")
_SPOKEN = re.compile(r"\w")
_HAN = re.compile(f"[{HAN}]")

CACHED_STRETCHES: Final = 65_536

# jieba tells on stderr of every dictionary it loads.
jieba.setLogLevel(logging.CRITICAL)


class _Untaught(jieba.Tokenizer):  # type: ignore[misc] # jieba has no types.
    """jieba's own dictionary, seen through one that has been taught more."""

    def __init__(self, teacher: Any, taught: set[str]) -> None:
        super().__init__()
        self.FREQ, self.total, self.initialized = teacher.FREQ, teacher.total, True
        self._taught = taught

    def get_DAG(self, sentence: str) -> dict[int, list[int]]:  # noqa: N802 - jieba's name
        """Where words may begin and end."""
        paths: dict[int, list[int]] = super().get_DAG(sentence)
        return {
            start: [end for end in ends if sentence[start : end + 1] not in self._taught] or [start]
            for start, ends in paths.items()
        }


class ChineseTokeniser:
    """Cuts folded texts; takes new words over as soon as the lexicon file changes.

    `cache_folder` keeps jieba's compiled dictionary, so that only the first start takes two
    seconds. The lexicon has one `word<TAB>kind` a line; a missing one means jieba's words alone.
    """

    def __init__(self, cache_folder: Path, lexicon: Path | None = None) -> None:
        cache_folder.mkdir(parents=True, exist_ok=True)
        self._jieba = jieba.Tokenizer()
        self._jieba.tmp_dir = str(cache_folder)
        self._lexicon = lexicon
        self._stamp: tuple[int, int] | None = None
        self._taught: set[str] = set()
        self._lock = Lock()
        self._cut = lru_cache(CACHED_STRETCHES)(self._cut_stretch)
        self._jieba.initialize()
        self._fold_own_words()
        self._untaught = _Untaught(self._jieba, self._taught)
        self.refresh()

    def __call__(self, text: str) -> list[str]:
        """The search words of a text, long ones beside their parts, in the text's order."""
        self.refresh()
        return [word for stretch in text.split() for word in self._cut(stretch)]

    def plain_words(self, text: str) -> list[str]:
        """The words of a folded text as jieba knows them, the lexicon left aside."""
        return [word for word in self._untaught.cut(text, HMM=False) if _SPOKEN.search(word)]

    def refresh(self) -> bool:
        """Learn the lexicon's new words if the file changed; True when it did.

        A word taken from the file is known until the next start: it harms nobody.
        """
        stamp = self._stamp_of_lexicon()
        if stamp == self._stamp:
            return False
        with self._lock:
            if stamp == self._stamp:
                return False
            for word in self._new_words() if stamp else ():
                self._taught.add(word)
                self._jieba.add_word(word)
            self._cut.cache_clear()
            self._stamp = stamp
        return True

    def _stamp_of_lexicon(self) -> tuple[int, int] | None:
        if self._lexicon is None:
            return None
        try:
            status = self._lexicon.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _new_words(self) -> Iterator[str]:
        assert self._lexicon is not None  # noqa: S101 - it has a stamp
        for line in self._lexicon.read_text(encoding="utf-8").splitlines():
            word = fold(line.partition("\t")[0])
            # A Latin word is whole anyway; taught ip, jieba would find it in iphone.
            is_new = _HAN.search(word) and not self._jieba.FREQ.get(word)
            if is_new and len(word) > 1 and " " not in word:
                yield word

    def _fold_own_words(self) -> None:
        """jieba knows T恤 and U盘, but texts come folded."""
        frequencies: dict[str, int] = self._jieba.FREQ
        capital = [word for word in frequencies if word != word.lower() and _HAN.search(word)]
        for word in capital:
            self._jieba.add_word(word.lower(), frequencies[word] or None)

    def _cut_stretch(self, stretch: str) -> Sequence[str]:
        found: list[str] = []
        position = 0
        for code in _CODE.finditer(stretch):
            found.extend(self._cut_plain(stretch[position : code.start()]))
            found.extend(_with_parts(code[0].replace("-", "")))
            position = code.end()
        found.extend(self._cut_plain(stretch[position:]))
        return tuple(found)

    def _cut_plain(self, text: str) -> Iterator[str]:
        tokens: Iterator[Any] = self._jieba.cut_for_search(text, HMM=False) if text else iter(())
        for token in tokens:
            word = str(token)
            if _LATIN.fullmatch(word):
                yield from _with_parts(word)
            elif _SPOKEN.search(word):
                yield word


def _with_parts(word: str) -> list[str]:
    """A model such as iphone15 is also found by its letters and its number."""
    parts = _PART.findall(word)
    return [*parts, word] if len(parts) > 1 else [word]
