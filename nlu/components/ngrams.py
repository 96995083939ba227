"""Runs of letters and words as weighted rows of numbers."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

LONGEST_RUN = 3  # Letters. Four were measured: no better, and twice as many.
_SEEN_TWICE = 2

Row = tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]  # Columns, and what stands in them.


def letter_runs(words: Sequence[str]) -> list[str]:
    """All runs of one to three letters; the sentence's edges are letters too."""
    text = f"^{''.join(words)}$"
    return [
        text[start : start + length]
        for length in range(1, LONGEST_RUN + 1)
        for start in range(len(text) - length + 1)
    ]


def word_runs(words: Sequence[str]) -> list[str]:
    """All words and pairs of neighbours."""
    return [*words, *map(" ".join, pairwise(words))]


@dataclass(frozen=True)
class Vocabulary:
    """The runs of letters and of words that training met at least twice, and their rarity.

    A row holds for each known run (1 + log count) x rarity; its letters together have length 1, its
    words too.
    """

    columns: dict[str, int]  # Runs of words are kept with a tab before them.
    rarity: npt.NDArray[np.float32]

    @classmethod
    def of(cls, sentences: Sequence[Sequence[str]]) -> Vocabulary:
        """The vocabulary of these sentences, each a list of words."""
        counts = Counter(chain.from_iterable(_runs(words) for words in sentences))
        columns = {
            run: column
            for column, run in enumerate(sorted(r for r, n in counts.items() if n >= _SEEN_TWICE))
        }
        seen = np.array([counts[run] for run in columns], dtype=np.float32)
        rarity = np.log((1 + len(sentences)) / (1 + seen)) + 1
        return cls(columns, rarity.astype(np.float32))

    def row(self, words: Sequence[str]) -> Row:
        """The columns and values of one sentence."""
        columns, values = self._block(letter_runs(words))
        more_columns, more_values = self._block([f"\t{run}" for run in word_runs(words)])
        return np.concatenate([columns, more_columns]), np.concatenate([values, more_values])

    def rows(self, sentences: Iterable[Sequence[str]]) -> csr_matrix:
        """One row a sentence."""
        rows = [self.row(words) for words in sentences]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([each for each, _ in rows])
        values = np.concatenate([each for _, each in rows])
        return csr_matrix((values, columns, ends), shape=(len(rows), len(self.columns)))

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        with (folder / "runs.json").open("w", encoding="utf-8") as file:
            json.dump([*self.columns], file, ensure_ascii=False)
        np.save(folder / "rarity.npy", self.rarity)

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """The vocabulary that was saved there."""
        with (folder / "runs.json").open(encoding="utf-8") as file:
            columns = {run: column for column, run in enumerate(json.load(file))}
        return cls(columns, np.load(folder / "rarity.npy"))

    def _block(self, runs: Sequence[str]) -> Row:
        counts = Counter(column for run in runs if (column := self.columns.get(run)) is not None)
        columns = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(values)) * self.rarity[columns]
        return columns, (values / max(np.linalg.norm(values), 1e-9)).astype(np.float32)


def _runs(words: Sequence[str]) -> set[str]:
    return {*letter_runs(words), *(f"\t{run}" for run in word_runs(words))}
