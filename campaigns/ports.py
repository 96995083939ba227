"""What campaigns need of the application: somebody who brings a message to one customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from miniprogram_cards.cards import CardContent


@dataclass(frozen=True, slots=True)
class Note:
    """Some words and a card for one customer. `key` names the effect: it is sent at most once.

    The card's title says the essential: where only one more message may be sent, it goes alone.
    """

    customer_id: int
    key: str
    words: str
    card: CardContent
    until: datetime
    """From then on it is old news, and no more sent."""


class Messenger(Protocol):
    """Brings messages to customers. Synchronous: what it puts down leaves after the commit."""

    def send(self, session: Session, note: Note, now: datetime) -> bool:
        """Put the note into the outbox, in the caller's transaction.

        False when no route to the customer is open at this moment, or when it was sent before:
        nothing is kept for later then.
        """
