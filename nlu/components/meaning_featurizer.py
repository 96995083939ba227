"""What a sentence means, as a vector: the rest of the pipeline only sees its letters."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.embedder import BUNDLED, Embedder, open_embedder

logger = logging.getLogger(__name__)

SETTING = "SHOP_EMBEDDER"
KEPT_VECTORS = "ZHANGGUI_VECTORS"
_BATCH = 64


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MeaningFeaturizer(DenseFeaturizer, GraphComponent):
    """The sentence's vector: nine tenths of a parse. SHOP_EMBEDDER=off leaves it out.

    While training, vectors are kept in the file that ZHANGGUI_VECTORS names.
    """

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__(name, config)
        self._embedder: Embedder | None = open_embedder(os.environ.get(SETTING, BUNDLED))
        if self._embedder is not None:
            self._embedder.embed(["你好"])  # While loading, not at a customer's first sentence.

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003 - the signature is Rasa's
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,
    ) -> MeaningFeaturizer:
        return cls(execution_context.node_name, config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing that is set can be wrong by itself."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config()}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._embedder is not None and message.get(TEXT):
                self._add(message, self._embedder.embed([message.get(TEXT).strip()]))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        if self._embedder is not None:
            messages = [each for each in training_data.training_examples if each.get(TEXT)]
            texts = [each.get(TEXT).strip() for each in messages]
            for message, vector in zip(messages, _vectors_of(texts, self._embedder), strict=True):
                self._add(message, vector[np.newaxis])
        return training_data

    def _add(self, message: Message, vector: npt.NDArray[np.float32]) -> None:
        self.add_features_to_message(None, vector, TEXT, message)


def _vectors_of(texts: list[str], embedder: Embedder) -> list[npt.NDArray[np.float32]]:
    """Each text's vector; those of an earlier training are read, not computed again."""
    file = os.environ.get(KEPT_VECTORS, "")
    known = _read(Path(file), embedder.name) if file else {}
    missing = [text for text in dict.fromkeys(texts) if _key(text) not in known]
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        known.update(zip(map(_key, batch), embedder.embed(batch), strict=True))
    if file and missing:
        _write(Path(file), embedder.name, {_key(text): known[_key(text)] for text in texts})
    return [known[_key(text)] for text in texts]


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(file: Path, name: str) -> dict[str, npt.NDArray[np.float32]]:
    try:
        with np.load(file) as kept:
            if str(kept["name"]) == name:
                return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError) as error:
        logger.warning("vectors kept in %s are unreadable: %r", file, error)
    return {}


def _write(file: Path, name: str, vectors: dict[str, npt.NDArray[np.float32]]) -> None:
    """Whole or not at all: another training may be reading."""
    beside = file.with_name(f"{file.stem}-{os.getpid()}.npz")
    np.savez(beside, name=name, keys=np.array([*vectors]), vectors=np.stack([*vectors.values()]))
    beside.replace(file)
