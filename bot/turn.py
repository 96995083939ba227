"""One turn of a conversation: what a handler knows, and may touch, while it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from bot.knowledge.answering import Answering
from bot.knowledge.ranking import NOTHING, Found
from bot.memory import Memory
from bot.messages import Channel, Incoming, Text
from bot.search import ShopSearch
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from nlu.embedder import Embedder
from nlu.understanding import Understanding

SOURCES: Final[dict[Channel, str]] = {
    "official_account": "oa-chat",
    "mini_program": "mini-chat",
    "wecom": "wecom-chat",
}


def _nobody(_carrier: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Shop:
    """What every turn needs of the shop besides its database."""

    name: str
    search: ShopSearch
    sealer: Sealer
    cart_tokens: CartTokens
    may_track: Callable[[str], bool] = _nobody
    """Whether somebody can be asked about the parcels of a carrier, given by its code."""
    embedder: Embedder | None = None
    """The one of this process; None when it is switched off."""
    answering: Answering | None = None
    """Finds what the shop has written answers to; None when it has none."""


@dataclass(slots=True)
class Turn:
    """The customer's words, what they meant, and the shop to answer from.

    A handler reads and changes the shop through `session`, leaves what it wants to remember in
    `memory`, asks a question with `ask`, and returns its replies. It sends nothing.
    """

    session: Session
    shop: Shop
    now: datetime
    customer_id: int
    conversation_id: int
    incoming: Incoming
    understanding: Understanding
    memory: Memory
    found: Found = NOTHING
    """Which of the shop's written answers come near, if any was looked for."""
    asked: str = ""
    """The question that this turn may answer; `memory.question` is about it."""
    step: str = field(default="")
    """The question that the next turn may answer."""
    answered_by: str = ""
    """The handler that answered, such as `product_search.search`; for people, not for code."""

    @property
    def text(self) -> str:
        """The customer's words."""
        return self.incoming.text.strip()

    @property
    def source(self) -> str:
        """Where a card shown in this turn brings the customer from."""
        return SOURCES[self.incoming.channel]

    def ask(self, step: str, words: str, **about: Any) -> Text:
        """Ask a question that the next turn may answer; `about` is plain JSON for its listener."""
        self.step = step
        self.memory.question = {"words": words, **about}
        return Text(words)

    def keep_question(self) -> str:
        """Leave the open question open; its words, or nothing when none is open."""
        self.step = self.asked
        return str(self.memory.question.get("words", "")) if self.asked else ""

    def take_as(self, text: str, intent: str, entities: Mapping[str, Any]) -> None:
        """Go on as if the customer had said this: an earlier request, completed by an answer.

        The question that was open is answered by it.
        """
        self.asked = ""
        self.incoming = replace(self.incoming, text=text)
        self.understanding = Understanding(
            text, intent, self.understanding.confidence, entities, source=self.understanding.source
        )
