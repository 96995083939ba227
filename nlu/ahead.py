"""The vectors of many texts before they are parsed: on all cores, while Rasa is still starting.

Rasa parses one text after the other, and nine tenths of a parse are its vector.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from pathlib import Path
from typing import Final

import structlog

from nlu.components.kept_vectors import Vector, key_of, write_vectors
from nlu.embedder import BundledEmbedder, Embedder
from nlu.rasa_answer import sendable
from nlu.rasa_parser import LONGEST_TEXT

FEWEST: Final = 16
"""Texts; fewer are sooner parsed than embedded by a model that has to be loaded."""
MOST: Final = 10_000
"""Texts whose vectors are kept at a time: 15 MB, here and in Rasa. Rasa embeds the others."""
AT_ONCE: Final = 16
"""Texts a call: a stop is heeded within half a second."""

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def vectors_ahead(
    texts: Sequence[str], file: Path, embedder: Embedder | None = None
) -> AsyncIterator[Awaitable[None]]:
    """Embed the texts from now on; what is yielded is over when Rasa finds them in `file`.

    A Rasa that watches the file answers the same, only sooner. Few texts are left to it, and
    trouble is only logged. The file is gone after the block.
    """
    asked = (sendable(text[:LONGEST_TEXT])[0] for text in texts)
    wanted = list(dict.fromkeys(text for text in asked if text))[:MOST]
    if len(wanted) < FEWEST:
        wanted.clear()
    embedding = asyncio.create_task(_embed_into(file, wanted, embedder))
    try:
        yield embedding
    finally:
        embedding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await embedding
        if wanted:
            await asyncio.to_thread(file.unlink, missing_ok=True)


async def _embed_into(file: Path, texts: Sequence[str], embedder: Embedder | None) -> None:
    if not texts:
        return
    try:
        model = embedder or _model_of_single_threads()
        vectors = await _embed(model, texts)
        await asyncio.to_thread(write_vectors, file, model.name, vectors)
    except Exception as error:  # noqa: BLE001 - Rasa embeds by itself
        log.warning("no vectors ahead, parsing takes longer", reason=repr(error))


def _model_of_single_threads() -> Embedder:
    """Whole texts side by side cost less than every text's rows shared out between cores."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # Read once, when the model is first loaded.
    return BundledEmbedder()


async def _embed(model: Embedder, texts: Sequence[str]) -> dict[str, Vector]:
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)), "embed")
    loop = asyncio.get_running_loop()
    try:
        rows = await asyncio.gather(
            *(loop.run_in_executor(pool, model.embed, part) for part in batched(texts, AT_ONCE))
        )
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    vectors = (vector for part in rows for vector in part)
    return {key_of(text): vector for text, vector in zip(texts, vectors, strict=True)}
