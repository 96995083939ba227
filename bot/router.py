"""Who answers a turn: the open question first, then what is in view, then the intent."""

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
        self._views: dict[str, Listener] = {}
        self._intents: dict[str, Handler] = {}
        self._kinds: dict[str, Handler] = {}
        self._fallback: Handler | None = None

    def step(self, name: str) -> Callable[[Listener], Listener]:
        """The function hears the answer to the question `name`; None means it was no answer."""
        return _register(self._steps, (name,))

    def view(self, name: str) -> Callable[[Listener], Listener]:
        """The function hears what is said while `name` is in view; None leaves it to the intent."""
        return _register(self._views, (name,))

    def intent(self, *names: str) -> Callable[[Handler], Handler]:
        """The function answers these intents."""
        return _register(self._intents, names)

    def kind(self, *names: str) -> Callable[[Handler], Handler]:
        """The function answers messages of these kinds, whatever they say."""
        return _register(self._kinds, names)

    def fallback(self, handler: Handler) -> Handler:
        """The function answers what nothing else does."""
        self._fallback = handler
        return handler

    def include(self, other: "Router") -> None:
        """Take over another router's handlers. Two handlers for one thing are refused."""
        _take_over(self._steps, other._steps)
        _take_over(self._views, other._views)
        _take_over(self._intents, other._intents)
        _take_over(self._kinds, other._kinds)
        self._fallback = other._fallback or self._fallback

    @property
    def intents(self) -> frozenset[str]:
        """The intents that have a handler."""
        return frozenset(self._intents)

    def answer(self, turn: Turn) -> list[Reply]:
        """The replies of one turn, three at most. `turn.step` is what was asked in them.

        A turn that did not count itself as misunderstood ends the count of those that were.
        """
        misunderstood = turn.memory.misunderstood
        replies = list(self._replies(turn))[:MOST_REPLIES]
        if turn.memory.misunderstood == misunderstood:
            turn.memory.misunderstood = 0
        if not turn.step:
            turn.memory.question = {}
        return replies

    def _replies(self, turn: Turn) -> Sequence[Reply]:
        by_kind = self._kinds.get(turn.incoming.kind)
        if by_kind is not None:
            turn.answered_by = _name(by_kind)
            return by_kind(turn)
        for listener in (self._steps.get(turn.asked), self._views.get(turn.memory.in_view)):
            heard = None if listener is None else listener(turn)
            if heard is not None:
                turn.answered_by = _name(listener)
                return heard
        handler = self._intents.get(turn.understanding.intent, self._fallback)
        turn.answered_by = _name(handler)
        return [] if handler is None else handler(turn)


def _name(function: Handler | Listener | None) -> str:
    """As people find it in the code: `product_search.search`."""
    if function is None:
        return ""
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def _register[Function](
    functions: dict[str, Function], names: Sequence[str]
) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        _take_over(functions, dict.fromkeys(names, function))
        return function

    return register


def _take_over[Function](mine: dict[str, Function], theirs: dict[str, Function]) -> None:
    for name, function in theirs.items():
        if name in mine:
            raise ValueError(f"{name!r} has a handler already")
        mine[name] = function
