"""Experts, each with a view of its own on a sentence, who agree on its intent one by one.

Trained apart and heard together they understand strangers better than one classifier over all
features does: none of them can drown the others. nlu/README.md has the numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Any, Sequence

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.kernel_ridge import KernelRidge
from nlu.components.ngrams import Vocabulary
from nlu.components.softmax import Array, Softmax, log_softmax

_OPINION = "opinion_so_far"  # The weighted sum of the experts' log-probabilities.
_ELSEWHERE = "out_of_scope"
_RANKED = 5


class IntentExpert(IntentClassifier, GraphComponent, ABC):
    """Adds `weight` times its log-probabilities to those of the experts before it.

    The confidence that it leaves is the softmax of `sharpness` times that sum, and calibrated:
    of the messages with 0.8, eight of ten are right.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model: Any = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"weight": 1.0, "sharpness": 1.0, "strength": 1.0, "rounds": 60}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - the signature is Rasa's
    ) -> IntentExpert:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **_: Any,
    ) -> IntentExpert:
        expert = cls(config, model_storage, resource)
        # Without anything to see while training, Rasa kept no folder either.
        with suppress(ValueError), model_storage.read_from(resource) as folder:
            expert._load(folder)
        return expert

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all sentences; an expert who sees none of them stays silent."""
        messages = [each for each in training_data.intent_examples if each.get(TEXT)]
        rows = self._rows(messages)
        if rows is not None:
            self._fit(rows, [each.get(INTENT) for each in messages])
            with self._storage.write_to(self._resource) as folder:
                self._save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Say an opinion about each message that this expert sees anything of."""
        for message in messages:
            opinion = self._opinion(message) if self._model and message.get(TEXT) else None
            if opinion is not None:
                self._agree(message, opinion)
        return messages

    def _agree(self, message: Message, opinion: Array) -> None:
        together = message.get(_OPINION, 0) + self._config["weight"] * opinion
        message.set(_OPINION, together)
        odds = np.exp(self._config["sharpness"] * (together - together.max()))
        confidences = odds / odds.sum()
        ranking = [
            {"name": self._model.intents[index], "confidence": float(confidences[index])}
            for index in np.argsort(-confidences)[:_RANKED]
        ]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)

    @abstractmethod
    def _rows(self, messages: Sequence[Message]) -> Any | None:
        """What it sees of each message, for training; None if nothing."""

    @abstractmethod
    def _opinion(self, message: Message) -> Array | None:
        """The log-probability of each intent; None if it sees nothing."""

    def _fit(self, rows: Any, intents: list[str]) -> None:
        """Train the model on what it sees."""
        self._model = Softmax.fit(rows, intents, self._config["strength"], self._config["rounds"])

    def _save(self, folder: Path) -> None:
        """Write what was learned into a folder."""
        self._model.save(folder)

    def _load(self, folder: Path) -> None:
        """Read what `_save` wrote."""
        self._model = Softmax.load(folder)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LetterExpert(IntentExpert):
    """Sees which letters and words stand next to each other."""

    _vocabulary: Vocabulary

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    def _rows(self, messages: Sequence[Message]) -> Any | None:
        sentences = [_words(each) for each in messages]
        self._vocabulary = Vocabulary.of(sentences)
        return self._vocabulary.rows(sentences)

    def _opinion(self, message: Message) -> Array | None:
        return self._model.of_sparse(*self._vocabulary.row(_words(message)))

    def _save(self, folder: Path) -> None:
        super()._save(folder)
        self._vocabulary.save(folder)

    def _load(self, folder: Path) -> None:
        super()._load(folder)
        self._vocabulary = Vocabulary.load(folder)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FeatureExpert(IntentExpert):
    """Sees the sentence features of one dense featurizer, named by its alias in `featurizer`."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    def _rows(self, messages: Sequence[Message]) -> Any | None:
        rows = [self._features(each) for each in messages]
        return None if any(row is None for row in rows) else np.stack(rows)

    def _opinion(self, message: Message) -> Array | None:
        features = self._features(message)
        return None if features is None else self._model.of_dense(features)

    def _features(self, message: Message) -> Array | None:
        _, sentence = message.get_dense_features(TEXT, [self._config["featurizer"]])
        return None if sentence is None else sentence.features[0]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LikenessExpert(FeatureExpert):
    """Asks which sentences the vector lies near, and is asked twice whether it is about the shop.

    `steepness` turns likeness into log-probabilities. What no other expert notices is a message
    that has the shop's words and is about something else (积分落户): likeness to such messages
    counts once more, `aloofness` times, less `leniency`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        own = {"width": 1.0, "ridge": 0.1, "steepness": 1.0, "aloofness": 0.0, "leniency": 0.0}
        return {**IntentExpert.get_default_config(), **own}

    def _opinion(self, message: Message) -> Array | None:
        features = self._features(message)
        if features is None:
            return None
        likeness = self._model.likeness(features)
        elsewhere = self._model.intents.index(_ELSEWHERE)
        opinion = log_softmax(self._config["steepness"] * likeness)
        opinion[elsewhere] += self._config["aloofness"] * likeness[elsewhere]
        opinion[elsewhere] -= self._config["leniency"]
        return opinion

    def _fit(self, rows: Any, intents: list[str]) -> None:
        self._model = KernelRidge.fit(rows, intents, self._config["width"], self._config["ridge"])

    def _save(self, folder: Path) -> None:
        self._model.save(folder)

    def _load(self, folder: Path) -> None:
        self._model = KernelRidge.load(folder)


def _words(message: Message) -> list[str]:
    return [token.text for token in message.get(TOKENS_NAMES[TEXT]) or []]
