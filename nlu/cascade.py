"""Rasa first, keywords when it is away, and a plain "not sure" below the threshold."""

from typing import Final

import structlog

from nlu.keyword_parser import KeywordParser
from nlu.rasa_parser import RasaParser, RasaUnavailable
from nlu.understanding import Understanding

RASA_THRESHOLD: Final = 0.3
KEYWORD_THRESHOLD: Final = 0.4

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

        Below the threshold the intent is `nlu_fallback` and `guess` holds the best one.
        """
        understanding = await self._ask_rasa(text) or self._keyword.parse(text)
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
