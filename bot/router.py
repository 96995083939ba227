"""(step, intent) → handler. A question that the bot asked gets the first look at the answer."""

from collections.abc import Callable, Sequence

from bot.messages import Reply
from bot.turn import Turn

Handler = Callable[[Turn], Sequence[Reply]]
Listener = Callable[[Turn], Sequence[Reply] | None]
MOST_REPLIES = 3
"""Five messages are allowed in 48 hours; those about money need the rest."""


class Router:
    """Finds the handler of a turn. Handlers register themselves with its decorators."""

    def __init__(self) -> None:
        self._steps: dict[str, Listener] = {}
        self._intents: dict[str, Handler] = {}
        self._kinds: dict[str, Handler] = {}
        self._fallback: Handler | None = None

    def step(self, name: str) -> Callable[[Listener], Listener]:
        """The function hears the answer to the question `name`; None means it was no answer."""

        def register(listener: Listener) -> Listener:
            _once(self._steps, name)
            self._steps[name] = listener
            return listener

        return register

    def intent(self, *names: str) -> Callable[[Handler], Handler]:
        """The function answers these intents."""
        return self._register(self._intents, names)

    def kind(self, *names: str) -> Callable[[Handler], Handler]:
        """The function answers messages of these kinds, whatever they say."""
        return self._register(self._kinds, names)

    def fallback(self, handler: Handler) -> Handler:
        """The function answers what nothing else does."""
        self._fallback = handler
        return handler

    def include(self, other: "Router") -> None:
        """Take over another router's handlers. Two handlers for one thing are refused."""
        for mine, theirs in (
            (self._steps, other._steps),
            (self._intents, other._intents),
            (self._kinds, other._kinds),
        ):
            for name, function in theirs.items():
                _once(mine, name)
                mine[name] = function  # type: ignore[assignment]
        self._fallback = other._fallback or self._fallback

    @property
    def intents(self) -> frozenset[str]:
        """The intents that have a handler."""
        return frozenset(self._intents)

    def answer(self, turn: Turn) -> list[Reply]:
        """The replies of one turn, three at most. `turn.step` is what was asked in them."""
        return list(self._replies(turn))[:MOST_REPLIES]

    def _replies(self, turn: Turn) -> Sequence[Reply]:
        by_kind = self._kinds.get(turn.incoming.kind)
        if by_kind is not None:
            return by_kind(turn)
        listener = self._steps.get(turn.asked)
        if listener is not None:
            heard = listener(turn)
            if heard is not None:
                return heard
        handler = self._intents.get(turn.understanding.intent, self._fallback)
        return [] if handler is None else handler(turn)

    def _register(
        self, handlers: dict[str, Handler], names: tuple[str, ...]
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            for name in names:
                _once(handlers, name)
                handlers[name] = handler
            return handler

        return register


def _once(handlers: object, name: str) -> None:
    if isinstance(handlers, dict) and name in handlers:
        raise ValueError(f"{name!r} has a handler already")
