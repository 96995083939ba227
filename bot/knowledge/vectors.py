"""Vectors as they are kept beside the questions."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_KEPT: Final = np.dtype("<f4")


def to_bytes(vector: Vectors) -> bytes:
    """One vector as kept."""
    return np.asarray(vector, dtype=_KEPT).tobytes()


def from_bytes(kept: list[bytes]) -> Vectors:
    """Vectors as they were given to `to_bytes`, a row each."""
    return np.vstack([np.frombuffer(each, dtype=_KEPT) for each in kept]).astype(np.float32)
