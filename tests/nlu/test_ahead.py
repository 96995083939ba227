"""Vectors are computed ahead on all cores: the same numbers, found by Rasa or by nobody."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlu.ahead import AT_ONCE, FEWEST, vectors_ahead
from nlu.components.kept_vectors import (
    Vector,
    VectorsAhead,
    key_of,
    read_vectors,
    write_vectors,
)
from nlu.embedder import BundledEmbedder, EmbedderUnavailable

LINES = [f"鞋有{number}号吗" for number in range(AT_ONCE + 4)]
MODEL = BundledEmbedder.name


class Broken:
    """A model that cannot be asked."""

    name = MODEL

    def embed(self, texts: Sequence[str], kind: str = "query") -> Vector:
        raise EmbedderUnavailable(f"{len(texts)} {kind}")


class Slow:
    """A model that takes its time."""

    name = MODEL

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, texts: Sequence[str], kind: str = "query") -> Vector:
        self.asked += len(texts)
        time.sleep(0.05)
        return np.zeros((len(texts), len(kind)), dtype=np.float32)


def vector(*numbers: float) -> Vector:
    return np.array(numbers, dtype=np.float32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "nlu/vectors-ahead.npz"


async def test_a_vector_computed_ahead_is_bit_for_bit_that_of_the_text_alone(file: Path) -> None:
    alone = BundledEmbedder()
    texts = [*LINES, f"  {LINES[0]} ", "/restart", "", LINES[1]]

    async with vectors_ahead(texts, file) as embedded:
        await embedded
        found = VectorsAhead(file, MODEL)

        for text in [*LINES, "／restart"]:
            known = found.find(text)
            assert known is not None
            assert known.tobytes() == alone.embed([text])[0].tobytes()
        assert len(read_vectors(file, MODEL)) == len(LINES) + 1


async def test_nothing_is_left_behind_and_what_was_found_is_forgotten(file: Path) -> None:
    found = VectorsAhead(file, MODEL)

    async with vectors_ahead(LINES, file, Slow()) as embedded:
        await embedded
        assert found.find(LINES[0]) is not None

    assert found.find(LINES[0]) is None
    assert list(file.parent.iterdir()) == []


async def test_who_stops_early_waits_for_no_vectors(file: Path) -> None:
    model = Slow()
    texts = [str(number) for number in range(200 * AT_ONCE)]

    async with vectors_ahead(texts, file, model):
        await asyncio.sleep(0.2)

    assert 0 < model.asked < len(texts) / 2
    assert read_vectors(file, MODEL) == {}


async def test_a_few_texts_are_left_to_rasa_and_another_command_keeps_its_file(file: Path) -> None:
    write_vectors(file, MODEL, {key_of("鞋"): vector(1, 2)})

    async with vectors_ahead(LINES[: FEWEST - 1], file, Broken()) as embedded:
        await embedded

    assert [*read_vectors(file, MODEL)] == [key_of("鞋")]


async def test_a_model_in_trouble_stops_nobody(file: Path) -> None:
    async with vectors_ahead(LINES, file, Broken()) as embedded:
        await embedded

    assert read_vectors(file, MODEL) == {}


def test_a_file_is_read_again_when_it_is_replaced(file: Path) -> None:
    found = VectorsAhead(file, MODEL)
    assert found.find("鞋") is None

    for numbers in ((1.0, 2.0), (3.0, 4.0)):
        write_vectors(file, MODEL, {key_of("鞋"): vector(*numbers)})
        known = found.find("鞋")
        assert known is not None
        assert known.tolist() == list(numbers)
        assert found.find("裤子") is None


def test_vectors_of_another_model_are_none(file: Path) -> None:
    write_vectors(file, "another", {key_of("鞋"): vector(1, 2)})

    assert VectorsAhead(file, MODEL).find("鞋") is None


def test_a_torn_file_is_none(file: Path) -> None:
    write_vectors(file, MODEL, {key_of("鞋"): vector(1, 2)})
    whole = file.read_bytes()

    for torn in (b"", b"no archive", whole[: len(whole) // 2], whole[:-40] + bytes(40)):
        file.write_bytes(torn)
        assert VectorsAhead(file, MODEL).find("鞋") is None
