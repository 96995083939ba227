"""How journeys hear of the shop: its events, and what customers say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from bot.campaigning.letterbox import OutboxLetterbox
from bot.messages import Kind
from bot.tables import Conversation
from campaigns.journeys import ending, hearing
from campaigns.shapes import EarlyEnd
from commerce.customers.merging import find_customer
from commerce.events import ShopEvent, announce
from commerce.inserting import id_of
from commerce.sealing import Sealer

NO_REPLY: Final[frozenset[Kind]] = frozenset(
    {"follow", "unfollow", "scan", "enter", "event", "menu_click"}
)
"""What customers do without saying something."""


def hear(session: Session, sealer: Sealer, event: ShopEvent, now: datetime) -> None:
    """Let journeys hear of an event, in a savepoint of its own; of most they need not know."""
    if event.kind in hearing.HEARD:
        with session.begin_nested():
            subject = _with_customer(session, event.subject)
            letterbox = OutboxLetterbox(sealer)
            hearing.hear(session, letterbox, event.kind, subject, event.at, now)


def note_message(session: Session, customer_id: int, kind: Kind, now: datetime) -> None:
    """Announce that a customer follows, or has written while something is under way with them.

    Announced, not done: the caller holds the conversation, and a step that is about to write to it
    holds its journey.
    """
    if kind == "follow":
        announce(session, "customer_followed", now=now, customer_id=customer_id)
        return
    if kind in NO_REPLY:
        return
    present = _present(session, customer_id)
    # Right after a merge their journey may still be known as of who was merged.
    if any(
        ending.is_listened_for(session, each, EarlyEnd.REPLY) for each in {customer_id, present}
    ):
        announce(session, "customer_wrote", now=now, customer_id=present)


def _with_customer(session: Session, subject: Mapping[str, Any]) -> Mapping[str, Any]:
    """Events about a conversation alone are about its customer; those about one who was merged
    into another, since or before, about who is left."""
    customer_id, talk_id = subject.get("customer_id"), subject.get("conversation_id")
    if customer_id is None and talk_id is not None:
        talk = session.get(Conversation, talk_id)
        customer_id = None if talk is None else talk.customer_id
    if customer_id is None:
        return subject
    return {**subject, "customer_id": _present(session, customer_id)}


def _present(session: Session, customer_id: int) -> int:
    found = find_customer(session, customer_id)
    return customer_id if found is None else id_of(found)
