"""The names of things as vectors: words that nobody sells find what means the same.

Names, not products: a shop of a million products has a few thousand names for what it sells. They
are learnt in small steps beside the index, and kept in its folder.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from commerce.catalogue.mending import Vocabulary

type Vectors = NDArray[np.float32]
type Embed = Callable[[Sequence[str]], Vectors]
"""A row of length 1 for each text; no rows at all when the model cannot be asked."""

MOST_NAMES: Final = 4_000
SHORTEST_NAME: Final = 2
LONGEST_NAME: Final = 6
NEAREST: Final = 8
ALIKE: Final = 0.30
"""Cosines, with what all names have in common taken off: less than this means something else."""
SAME: Final = 0.75
"""And this much means the same."""
WITHIN: Final = 0.20
"""Names that are farther behind the nearest one than this are left out."""


class Meaning:
    """The names of one index, as one model sees them. Safe to use from several threads."""

    def __init__(self, file: Path, embed: Embed, vocabulary: Vocabulary) -> None:
        self._file = file
        self._embed = embed
        self._vocabulary = vocabulary
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._learnt: tuple[object, object] | None = None
        self._names: tuple[str, ...] = ()
        self._vectors: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._common: Vectors = np.zeros(0, dtype=np.float32)
        self._centred: Vectors = self._vectors

    def learn(self, limit: int) -> int:
        """Take in at most so many names that are not known yet, the commonest first; how many."""
        self._refresh()
        if self._learnt == (self._vocabulary.state, self._stamp):
            return 0
        known = set(self._names)
        wanted = [
            name
            for name, _ in self._vocabulary.beginning("noun", "", MOST_NAMES * 3)
            if SHORTEST_NAME <= len(name) <= LONGEST_NAME
        ][:MOST_NAMES]
        new = [name for name in wanted if name not in known][:limit]
        if not new:
            self._learnt = (self._vocabulary.state, self._stamp)
        rows = self._embed(new) if new else self._vectors[:0]
        if not len(rows):
            return 0
        names = [*self._names, *new]
        vectors = np.concatenate([self._vectors, rows]) if self._names else rows
        beside = self._file.with_name(f"{self._file.stem}.new.npz")
        np.savez(beside, names=np.array(names), vectors=vectors.astype(np.float16))
        beside.replace(self._file)
        return len(new)

    def nearest(self, words: str) -> list[tuple[str, float]]:
        """Names that mean about what the words do, nearest first, with how much: above 0 to 1."""
        self._refresh()
        if len(self._names) < NEAREST or not words:
            return []
        rows = self._embed([words])
        if not len(rows):
            return []
        asked = rows[0] - self._common
        likeness = self._centred @ (asked / max(float(np.linalg.norm(asked)), 1e-9))
        best = np.argsort(-likeness)[:NEAREST]
        least = max(ALIKE, float(likeness[best[0]]) - WITHIN)
        return [
            (self._names[at], min(1.0, float(likeness[at]) / SAME))
            for at in best
            if likeness[at] >= least
        ]

    def _refresh(self) -> None:
        """Read what another process, or this one, has learnt since."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp == self._stamp:
            return
        with self._lock, np.load(self._file) as kept:
            self._names = tuple(str(name) for name in kept["names"])
            self._vectors = kept["vectors"].astype(np.float32)
            self._common = self._vectors.mean(axis=0)
            centred: Any = self._vectors - self._common
            lengths = np.linalg.norm(centred, axis=1, keepdims=True)
            self._centred = centred / np.maximum(lengths, 1e-9)
            self._stamp = stamp
