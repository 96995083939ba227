"""Campaigns' notes into the outbox, by whatever route is open at that moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot import reply_window
from bot.messages import Card, Reply, Text
from bot.unasked import hold_conversation, tell_now
from campaigns.ports import Note
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class OutboxMessenger:
    """Writes to the customer's latest conversation; implements `campaigns.ports.Messenger`."""

    sealer: Sealer

    def send(self, session: Session, note: Note, now: datetime) -> bool:
        """Put the note down, its card alone where the reply window is nearly used up."""
        talk = hold_conversation(session, note.customer_id)
        if talk is None:
            return False
        card = Card(note.card.title, note.card.path, note.card.picture)
        both: list[Reply] = [Text(note.words), card]
        replies = both if reply_window.room(talk, now) > reply_window.SCARCE else both[-1:]
        about, until = note.key, note.until
        return tell_now(session, self.sealer, talk, replies, now, about=about, until=until)
