"""What a sentence means, as a vector: the rest of the pipeline only sees its letters."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.kept_vectors import (
    Vector,
    VectorsAhead,
    key_of,
    read_vectors,
    write_vectors,
)
from nlu.embedder import BUNDLED, Embedder, open_embedder

SETTING = "SHOP_EMBEDDER"
KEPT_VECTORS = "ZHANGGUI_VECTORS"
VECTORS_AHEAD = "ZHANGGUI_VECTORS_AHEAD"
_BATCH = 64


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MeaningFeaturizer(DenseFeaturizer, GraphComponent):
    """The sentence's vector: nine tenths of a parse. SHOP_EMBEDDER=off leaves it out.

    While training, vectors are kept in the file that ZHANGGUI_VECTORS names; while serving, those
    that are in the one that ZHANGGUI_VECTORS_AHEAD names are not computed again.
    """

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__(name, config)
        self._embedder: Embedder | None = open_embedder(os.environ.get(SETTING, BUNDLED))
        self._ahead: VectorsAhead | None = None
        if self._embedder is not None:
            self._embedder.embed(["你好"])  # While loading, not at a customer's first sentence.
            file = os.environ.get(VECTORS_AHEAD)
            self._ahead = VectorsAhead(Path(file), self._embedder.name) if file else None

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
                self._add(message, self._vector_of(message.get(TEXT).strip(), self._embedder))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        if self._embedder is not None:
            messages = [each for each in training_data.training_examples if each.get(TEXT)]
            texts = [each.get(TEXT).strip() for each in messages]
            for message, vector in zip(messages, _vectors_of(texts, self._embedder), strict=True):
                self._add(message, vector)
        return training_data

    def _vector_of(self, text: str, embedder: Embedder) -> Vector:
        known = None if self._ahead is None else self._ahead.find(text)
        return embedder.embed([text])[0] if known is None else known

    def _add(self, message: Message, vector: Vector) -> None:
        self.add_features_to_message(None, vector[np.newaxis], TEXT, message)


def _vectors_of(texts: list[str], embedder: Embedder) -> list[Vector]:
    """Each text's vector; those of an earlier training are read, not computed again."""
    file = os.environ.get(KEPT_VECTORS, "")
    known = read_vectors(Path(file), embedder.name) if file else {}
    missing = [text for text in dict.fromkeys(texts) if key_of(text) not in known]
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        known.update(zip(map(key_of, batch), embedder.embed(batch), strict=True))
    if file and missing:
        kept = {key_of(text): known[key_of(text)] for text in texts}
        write_vectors(Path(file), embedder.name, kept)
    return [known[key_of(text)] for text in texts]
