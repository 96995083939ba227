"""Rasa first, keywords when it is away, and a plain "not sure" below the threshold."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import structlog

from nlu.handoff import CERTAINTY, asks_for_a_human, declines_a_human
from nlu.keyword_parser import KeywordParser
from nlu.rasa_parser import RasaParser, RasaUnavailable
from nlu.understanding import Intent, Understanding

RASA_THRESHOLD: Final = 0.45
KEYWORD_THRESHOLD: Final = 0.4
PLEASANTRIES: Final = frozenset({Intent.GREET, Intent.GOODBYE})
THANKS: Final = re.compile(r"(?<!不用)(?<!不)谢(?!绝)|感谢|多谢|3q|thx|thank", re.IGNORECASE)
AT_ONCE: Final = 2
"""Texts of a list that are asked about at a time: Rasa is never idle, and no deadline is near."""

log = structlog.get_logger(__name__)


class Cascade:
    """The one parser that the bot talks to."""

    def __init__(
        self,
        rasa: RasaParser | None,
        keyword: KeywordParser,
        threshold: float = RASA_THRESHOLD,
        keyword_threshold: float = KEYWORD_THRESHOLD,
    ) -> None:
        self._rasa = rasa
        self._keyword = keyword
        self._thresholds = {"rasa": threshold, "keyword": keyword_threshold}

    @property
    def rasa_state(self) -> str:
        """The breaker's state (closed, opened, half-opened), or `absent` without Rasa."""
        return self._rasa.state if self._rasa else "absent"

    async def parse(self, text: str) -> Understanding:
        """Always an answer, at the latest a moment after Rasa's deadline.

        Who plainly asks for a human is understood, whatever else the message looks like.
        Below the threshold the intent is `nlu_fallback` and `guess` holds the best one.
        """
        understanding = await self._ask_rasa(text) or self._keyword.parse(text)
        if asks_for_a_human(text):
            understanding = _handed_over(understanding)
        elif understanding.intent == Intent.HUMAN_HANDOFF and declines_a_human(text):
            deny = Intent.DENY.value
            understanding = replace(understanding, intent=deny, guess=deny)
        elif understanding.intent in PLEASANTRIES and THANKS.search(text):
            # 谢谢，先这样，拜拜: of pleasantries together the thanks count.
            thank = Intent.THANK.value
            understanding = replace(understanding, intent=thank, guess=thank)
        if understanding.confidence < self._thresholds[understanding.source]:
            return understanding.as_fallback()
        return understanding

    async def close(self) -> None:
        """Let go of Rasa's connections."""
        if self._rasa is not None:
            await self._rasa.close()

    async def _ask_rasa(self, text: str) -> Understanding | None:
        if self._rasa is None or not text.strip():
            return None
        try:
            return await self._rasa.parse(text)
        except RasaUnavailable as error:
            log.warning("rasa unavailable, keywords answer", reason=str(error))
            return None


class Parses(Protocol):
    """Whoever understands one text."""

    async def parse(self, text: str) -> Understanding:
        """See Cascade."""


async def parse_all(parser: Parses, texts: Sequence[str]) -> list[Understanding]:
    """What each text means, in order, several asked about at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def parse(text: str) -> Understanding:
        async with places:
            return await parser.parse(text)

    return await asyncio.gather(*(parse(text) for text in texts))


def _handed_over(understanding: Understanding) -> Understanding:
    if understanding.intent == Intent.HUMAN_HANDOFF:
        return replace(understanding, confidence=max(understanding.confidence, CERTAINTY))
    human = Intent.HUMAN_HANDOFF.value
    return replace(understanding, intent=human, guess=human, confidence=CERTAINTY)
