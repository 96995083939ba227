"""The keyword rules as features: knowledge of the trade for a classifier with few examples."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.lexicon import shared_dictionary
from nlu.dictionary import KINDS
from nlu.findings import Finding
from nlu.keywords.scoring import RULES, matching_rules, scores_of
from nlu.merging import merge
from nlu.normalise import normalise
from nlu.text import fold

_INTENTS = sorted({rule.intent for rule in RULES})
_KINDS = sorted(KINDS)
_FULL_SCORE = 10.0  # Brings a strong rule's weight to the size of a count.


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class KeywordFeaturizer(DenseFeaturizer, GraphComponent):
    """A sentence's features: each rule that matched, and each intent's score.

    A token's features: the kind of the dictionary word or exact finding that it lies
    in, so that the CRF recognises a product that entered the catalogue after training.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003 - the signature is Rasa's
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,
    ) -> KeywordFeaturizer:
        return cls(execution_context.node_name, config)

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """There is nothing to set."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config()}

    def process(self, messages: list[Message]) -> list[Message]:
        shared_dictionary().refresh()
        for message in messages:
            self._featurize(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _featurize(self, message: Message) -> None:
        text = message.get(TEXT)
        if not text:
            return
        folded = fold(text)
        findings = merge(normalise(text), shared_dictionary().find(text, folded))
        tokens = message.get(TOKENS_NAMES[TEXT]) or []
        self.add_features_to_message(
            _token_features(tokens, findings), _sentence_features(folded, findings), TEXT, message
        )


def kinds_of(message: Message, featurizer: str) -> list[str]:
    """For each token the kinds of words it lies in, as this featurizer saw them, in one string."""
    sequence, _ = message.get_dense_features(TEXT, [featurizer])
    if sequence is None:
        return []
    return ["+".join(map(str, np.flatnonzero(row))) for row in sequence.features]


def _sentence_features(folded: str, findings: list[Finding]) -> npt.NDArray[np.float32]:
    matched = matching_rules(folded, findings)
    features = np.zeros((1, len(RULES) + len(_INTENTS)), dtype=np.float32)
    features[0, matched] = 1.0
    for intent, score in scores_of(matched).items():
        features[0, len(RULES) + _INTENTS.index(intent)] = score / _FULL_SCORE
    return features


def _token_features(tokens: list[Token], findings: list[Finding]) -> npt.NDArray[np.float32]:
    features = np.zeros((len(tokens), len(_KINDS) + 1), dtype=np.float32)
    for row, token in enumerate(tokens):
        for each in findings:
            if each.start < token.end and token.start < each.end:
                column = _KINDS.index(each.entity) if each.entity in KINDS else len(_KINDS)
                features[row, column] = 1.0
    return features
