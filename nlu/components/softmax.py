"""Softmax regression: scikit-learn trains it; what is kept and applied are two arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Softmax:
    """A weight for every feature and intent, and a bias for every intent."""

    intents: list[str]
    weights: Array  # (features, intents)
    bias: Array

    @classmethod
    def fit(
        cls, rows: csr_matrix | Array, intents: Sequence[str], strength: float, rounds: int
    ) -> Softmax:
        """Train it. `strength` is the inverse of the penalty on large weights.

        Dense columns are brought to mean 0 and deviation 1 while training.
        """
        model = LogisticRegression(C=strength, max_iter=rounds)
        if not isinstance(rows, np.ndarray):
            model.fit(rows, intents)
            return cls([*model.classes_], _small(model.coef_.T), _small(model.intercept_))
        shift, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
        model.fit((rows - shift) / scale, intents)
        weights = model.coef_.T / scale[:, np.newaxis]
        return cls([*model.classes_], _small(weights), _small(model.intercept_ - shift @ weights))

    def of_dense(self, features: Array) -> Array:
        """The log-probability of each intent."""
        return log_softmax(features @ self.weights + self.bias)

    def of_sparse(self, columns: npt.NDArray[np.intp], values: Array) -> Array:
        """The log-probability of each intent, from the columns that are not zero."""
        return log_softmax(values @ self.weights[columns] + self.bias)

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        with (folder / "intents.json").open("w", encoding="utf-8") as file:
            json.dump(self.intents, file)
        np.savez(folder / "softmax.npz", weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, folder: Path) -> Softmax:
        """The one that was saved there."""
        with (folder / "intents.json").open(encoding="utf-8") as file:
            intents = json.load(file)
        arrays = np.load(folder / "softmax.npz")
        return cls(intents, arrays["weights"], arrays["bias"])


def _small(numbers: npt.NDArray[np.float64]) -> Array:
    return np.asarray(numbers, dtype=np.float32)


def log_softmax(scores: Array) -> Array:
    """The logarithms of probabilities in the ratio of these scores' exponentials."""
    shifted = scores - scores.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float32)
