"""Goods, brands and wishes in a sentence, by a conditional random field that loads at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pycrfsuite
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.keyword_featurizer import kinds_of
from nlu.components.tagging import Span, spans_of, tags_of, token_features

_FILE = "words.crfsuite"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class WordTagger(EntityExtractorMixin, GraphComponent):
    """Rasa's CRFEntityExtractor keeps its training data and trains anew each time it is loaded."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._memory = b""
        self._tagger: pycrfsuite.Tagger | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"featurizer": "keywords", "c1": 0.1, "c2": 0.1, "rounds": 60}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - the signature is Rasa's
    ) -> WordTagger:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **_: Any,
    ) -> WordTagger:
        extractor = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            extractor._open(folder / _FILE)
        return extractor

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all sentences: those without entities teach what is none."""
        trainer = pycrfsuite.Trainer(verbose=False)
        trainer.set_params(
            {
                "c1": self._config["c1"],
                "c2": self._config["c2"],
                "max_iterations": self._config["rounds"],
                "feature.possible_transitions": True,
            }
        )
        for message in training_data.nlu_examples:
            tokens = message.get(TOKENS_NAMES[TEXT])
            if tokens:
                trainer.append(self._features(message, tokens), _tags(message, tokens))
        with self._storage.write_to(self._resource) as folder:
            trainer.train(str(folder / _FILE))
            self._open(folder / _FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = self.add_extractor_name(self._entities(message))
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages

    def _open(self, file: Path) -> None:
        self._memory = file.read_bytes()  # The tagger reads it in place and does not hold it.
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(self._memory)

    def _entities(self, message: Message) -> list[dict[str, Any]]:
        tokens = message.get(TOKENS_NAMES[TEXT])
        if not tokens or self._tagger is None:
            return []
        tags = self._tagger.tag(self._features(message, tokens))
        return [_entity(message.get(TEXT), tokens, span) for span in spans_of(tags)]

    def _features(self, message: Message, tokens: list[Token]) -> list[list[str]]:
        kinds = kinds_of(message, self._config["featurizer"])
        return token_features([token.text for token in tokens], kinds or [""] * len(tokens))


def _entity(text: str, tokens: list[Token], span: Span) -> dict[str, Any]:
    first, after, entity = span
    start, end = tokens[first].start, tokens[after - 1].end
    return {
        ENTITY_ATTRIBUTE_TYPE: entity,
        ENTITY_ATTRIBUTE_START: start,
        ENTITY_ATTRIBUTE_END: end,
        ENTITY_ATTRIBUTE_VALUE: text[start:end],
    }


def _tags(message: Message, tokens: list[Token]) -> list[str]:
    """A token that an annotation begins or ends inside of belongs to the entity."""
    spans = []
    for each in message.get(ENTITIES, []):
        start, end = each[ENTITY_ATTRIBUTE_START], each[ENTITY_ATTRIBUTE_END]
        covered = [i for i, token in enumerate(tokens) if token.start < end and start < token.end]
        if covered:
            spans.append((covered[0], covered[-1] + 1, each[ENTITY_ATTRIBUTE_TYPE]))
    return tags_of(len(tokens), spans)
