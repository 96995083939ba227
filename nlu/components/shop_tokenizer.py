"""Jieba on folded text with the shop's words, reloaded when the catalogue changes."""

from __future__ import annotations

import logging
from typing import Any

import jieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from nlu.components.lexicon import shared_dictionary
from nlu.text import fold

jieba.setLogLevel(logging.WARNING)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ShopTokenizer(Tokenizer):
    """Rasa's own JiebaTokenizer keeps its dictionary in the model, so it never learns a new
    product.

    Tokens carry folded text (half-width, lower case, simplified), so that the model meets
    one spelling; their offsets are those of the message, because folding moves nothing.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._jieba = jieba.Tokenizer()
        self._known: set[str] = set()
        self._version = -1
        self._jieba.initialize()  # While loading, not at a customer's first sentence.
        self._learn_words()

    @staticmethod
    def supported_languages() -> list[str]:
        return ["zh"]

    @staticmethod
    def required_packages() -> list[str]:
        return ["jieba"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        self._learn_words()
        folded = fold(message.get(attribute))
        words = self._jieba.tokenize(folded, HMM=False)  # Its guesses glue verbs to goods: 换大号.
        return [Token(word, start) for word, start, _ in words if not word.isspace()]

    def _learn_words(self) -> None:
        dictionary = shared_dictionary()
        dictionary.refresh()
        if dictionary.version == self._version:
            return
        words = set(dictionary.words)
        for word in words - self._known:
            self._jieba.add_word(word)
        for word in self._known - words:
            self._jieba.del_word(word)
        self._known, self._version = words, dictionary.version
