"""Sentences' vectors in a file, by digest of the sentence: bit for bit what the model answered."""

from __future__ import annotations

import hashlib
import logging
import os
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Vector = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)


def key_of(text: str) -> str:
    """What a text's vector is kept under; the text itself is not kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read_vectors(file: Path, model: str) -> dict[str, Vector]:
    """The vectors of a model by their keys; none of a file that is missing or unreadable."""
    try:
        with file.open("rb") as opened, np.load(opened) as kept:
            if str(kept["name"]) == model:
                return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    except FileNotFoundError:
        pass
    except Exception as error:  # noqa: BLE001 - numpy's for a torn archive are many
        logger.warning("vectors kept in %s are unreadable: %r", file, error)
    return {}


def write_vectors(file: Path, model: str, vectors: Mapping[str, Vector]) -> None:
    """Whole or not at all: another process may be reading."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.stem}-{os.getpid()}.npz")
    try:
        np.savez(
            beside, name=model, keys=np.array([*vectors]), vectors=np.stack([*vectors.values()])
        )
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


class VectorsAhead:
    """What another process computed before it asks; known for as long as the file is there."""

    def __init__(self, file: Path, model: str) -> None:
        self._file = file
        self._model = model
        self._stamp: tuple[int, int, int] | None = None
        self._vectors: dict[str, Vector] = {}

    def find(self, text: str) -> Vector | None:
        """The text's vector, if it is in the file. Costs one stat call."""
        self._refresh()
        return self._vectors.get(key_of(text)) if self._vectors else None

    def _refresh(self) -> None:
        try:
            status = self._file.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        except OSError:
            stamp = None
        if stamp != self._stamp:
            self._vectors = read_vectors(self._file, self._model) if stamp else {}
            self._stamp = stamp
