"""The client of Rasa's `/model/parse`: one deadline, one breaker, nothing believed unchecked."""

import asyncio
from typing import Any, Final, Self

import aiohttp
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from nlu.dictionary import Dictionary
from nlu.errors import NluError
from nlu.merging import merge
from nlu.normalise import normalise
from nlu.rasa_answer import MalformedAnswer, RasaAnswer, read_answer, sendable
from nlu.text import fold
from nlu.understanding import Understanding

DEADLINE: Final = 1.2  # Seconds. A turn has about four before WeChat must be answered.
FAILURES_TO_OPEN: Final = 5
SECONDS_OPEN: Final = 10.0
LONGEST_TEXT: Final = 1000  # Characters; what is longer is no question and would cost the deadline.
LARGEST_ANSWER: Final = 256 * 1024  # Bytes.


class RasaUnavailable(NluError):
    """Rasa gave no usable answer in time: it is away, slow, broken, or the breaker is open."""


class RasaParser:
    """Asks one Rasa server. Open it with `async with`, or call `close()` when done."""

    def __init__(
        self,
        url: str,
        token: str,
        dictionary: Dictionary,
        *,
        deadline: float = DEADLINE,
        seconds_open: float = SECONDS_OPEN,
    ) -> None:
        self._url = f"{url.rstrip('/')}/model/parse"
        self._token = token
        self._dictionary = dictionary
        self._deadline = deadline
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=FAILURES_TO_OPEN, default_ttl=seconds_open
        )
        self._breakers.add_listener(self._note_state)
        self._state = "closed"
        self._session: aiohttp.ClientSession | None = None

    @property
    def state(self) -> str:
        """The breaker's: closed (asking), opened (not asking), half-opened (trying again)."""
        return self._state

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections; the parser may be used again after."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def parse(self, text: str) -> Understanding:
        """Rasa's intent and words with our numbers; raises RasaUnavailable within the deadline."""
        try:
            # A caller who gives up says nothing about Rasa's health.
            breaker = await self._breakers.get_breaker("rasa", exclude=[asyncio.CancelledError])
            async with breaker, asyncio.timeout(self._deadline):
                answer = await self._ask(text[:LONGEST_TEXT])
        except OpenedState as error:
            raise RasaUnavailable("the circuit is open") from error
        except (aiohttp.ClientError, TimeoutError, OSError, MalformedAnswer) as error:
            raise RasaUnavailable(f"{type(error).__name__}: {error}") from error
        self._dictionary.refresh()
        words = self._dictionary.find(text, fold(text))
        findings = merge(normalise(text), words, answer.findings)
        return Understanding.from_findings(text, answer.intent, answer.confidence, findings, "rasa")

    async def _ask(self, text: str) -> RasaAnswer:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        sent, moved = sendable(text)
        async with self._session.post(
            self._url, params={"token": self._token}, json={"text": sent}, allow_redirects=False
        ) as response:
            if response.status != 200:
                raise MalformedAnswer(f"status {response.status}")
            body = b""
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise MalformedAnswer("too large to be a parse")
        return read_answer(body, text, moved)

    def _note_state(self, _name: str, event: str, payload: Any) -> None:
        if event == "state_changed":
            self._state = payload.state
