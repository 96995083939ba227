"""A scripted dialogue: what a customer says, and what must be true after each line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.messages import Kind, reply_as_words
from bot.texts import LONGEST
from tests.bot.handlers.conversation import Chat


@dataclass(frozen=True)
class Line:
    """One line of the customer's.

    `hears` stands in the answer, `never` does not. `cart` is the whole cart as `SKU×pieces` in
    its order; `asks` the question that is open then, `` for none. With `intent` the line is
    understood in exactly that way, as Rasa might; `guess` is what it leaned to.
    """

    says: str
    hears: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    cart: str | None = None
    asks: str | None = None
    kind: Kind = "text"
    intent: str = ""
    guess: str = ""
    entities: Mapping[str, Any] = field(default_factory=dict)


def line(says: str, *hears: str, **more: Any) -> Line:
    """A line with what is heard in answer to it."""
    return Line(says, hears, **more)


async def play(chat: Chat, *script: Line) -> None:
    """Have the dialogue, checking every line of it."""
    for number, each in enumerate(script, 1):
        replies = await chat.says(
            each.says, each.kind, intent=each.intent, entities=each.entities, guess=each.guess
        )
        heard = "\n".join(map(reply_as_words, replies))
        said = f"line {number}, {each.says[:40]!r} was answered {heard!r}"
        assert [words for words in each.hears if words not in heard] == [], said
        assert [words for words in each.never if words in heard] == [], said
        assert all(len(reply_as_words(reply).encode()) <= LONGEST for reply in replies), said
        if each.cart is not None:
            assert await cart_of(chat) == each.cart, said
        if each.asks is not None:
            assert await chat.step() == each.asks, said


async def cart_of(chat: Chat) -> str:
    """The customer's cart as `SKU×pieces`."""
    return " ".join(f"{each.sku}×{each.quantity}" for each in (await chat.cart()).lines)
