"""Who answers a turn: the open question, what may be said anywhere, what is in view, the intent."""

from collections.abc import Callable, Sequence
from typing import Final

from bot import texts
from bot.messages import Reply, Text
from bot.turn import Turn
from nlu.understanding import Intent

Handler = Callable[[Turn], Sequence[Reply]]
Listener = Callable[[Turn], Sequence[Reply] | None]
MOST_REPLIES: Final = 3
"""Five messages are allowed in 48 hours; those about money need the rest."""
MOST_REMINDERS: Final = 2
"""So often an open question is put again after something else was answered; then it just waits."""
ASIDES: Final = frozenset(
    {
        Intent.ASK_PRODUCT_DETAIL,
        Intent.COMPARE_PRODUCTS,
        Intent.VIEW_CART,
        Intent.ORDER_STATUS,
        Intent.TRACK_SHIPMENT,
        Intent.ASK_INVOICE,
        Intent.ASK_SHIPPING,
        Intent.ASK_RETURN_POLICY,
        Intent.ASK_PAYMENT,
        Intent.ASK_STORE,
        Intent.ASK_PROMOTION,
        Intent.GROUP_BUY,
        Intent.FLASH_SALE,
        Intent.ASK_POINTS,
        Intent.LIVE_STREAM,
        Intent.DISTRIBUTION,
        Intent.GREET,
        Intent.HELP,
        Intent.OUT_OF_SCOPE,
    }
)
"""What a customer asks in between without giving up what they were about to buy."""


class Router:
    """Finds the handler of a turn. Handlers register themselves with its decorators."""

    def __init__(self) -> None:
        self._steps: dict[str, Listener] = {}
        self._lasting: dict[str, bool] = {}
        self._anywhere: list[Listener] = []
        self._views: dict[str, Listener] = {}
        self._intents: dict[str, Handler] = {}
        self._kinds: dict[str, Handler] = {}
        self._fallback: Handler | None = None

    def step(self, name: str, *, lasting: bool = False) -> Callable[[Listener], Listener]:
        """The function hears the answer to the question `name`; None means it was no answer.

        A lasting question stays open while something else is asked in between, and is put again
        after the answer. A question whose yes cannot be undone must not last.
        """
        self._lasting[name] = lasting
        return _register(self._steps, (name,))

    def anywhere(self, listener: Listener) -> Listener:
        """The function hears every spoken turn that was no answer; None leaves it to the others."""
        self._anywhere.append(listener)
        return listener

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
        self._lasting |= other._lasting
        self._anywhere += other._anywhere
        _take_over(self._views, other._views)
        _take_over(self._intents, other._intents)
        _take_over(self._kinds, other._kinds)
        self._fallback = other._fallback or self._fallback

    @property
    def lasting(self) -> frozenset[str]:
        """The questions that stay open while something else is asked in between."""
        return frozenset(name for name, lasts in self._lasting.items() if lasts)

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
        step = self._steps.get(turn.asked)
        answered = None if step is None else step(turn)
        if answered is not None:
            turn.answered_by = _name(step)
            return answered
        return self._remind(turn, self._answer_of_itself(turn))

    def _answer_of_itself(self, turn: Turn) -> Sequence[Reply]:
        """The answer to what was said, whatever question is open."""
        view = self._views.get(turn.memory.in_view)
        for listener in (*self._anywhere, *([view] if view else [])):
            heard = listener(turn)
            if heard is not None:
                turn.answered_by = _name(listener)
                return heard
        handler = self._intents.get(turn.understanding.intent, self._fallback)
        turn.answered_by = _name(handler)
        return [] if handler is None else handler(turn)

    def _remind(self, turn: Turn, replies: Sequence[Reply]) -> Sequence[Reply]:
        """After an aside the lasting question is put again; anything else has ended it."""
        is_open = self._lasting.get(turn.asked, False) and not turn.step
        if not is_open or turn.understanding.intent not in ASIDES:
            return replies
        question = turn.keep_question()
        reminders = int(turn.memory.question.get("reminders", 0)) + 1
        turn.memory.question["reminders"] = reminders
        if not question or not replies or reminders > MOST_REMINDERS:
            return replies
        *before, last = replies
        words = texts.BY_THE_WAY.format(question=question)
        if not isinstance(last, Text):
            return [*before, last, Text(words)]
        return [*before, Text(texts.fitting(last.content.splitlines(), words))]


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
