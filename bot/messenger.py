"""Campaigns' notes into the outbox, by whatever route is open at that moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot import conversations, reply_window
from bot.messages import Card, Reply, Text
from bot.reactions.heard import latest_conversation
from bot.speaking import say, write_down
from campaigns.ports import Note
from commerce.sealing import Sealer

SCARCE: Final = 2
"""Room for so many messages or fewer is left to the news that comes of what is reminded of."""


@dataclass(frozen=True, slots=True)
class OutboxMessenger:
    """Writes to the customer's latest conversation; implements `campaigns.ports.Messenger`."""

    sealer: Sealer

    def send(self, session: Session, note: Note, now: datetime) -> bool:
        """Put the note down, its card alone where the reply window is nearly used up."""
        talk_id = latest_conversation(session, note.customer_id)
        talk = None if talk_id is None else conversations.lock(session, talk_id)
        if talk is None or not talk.is_the_bots:
            return False
        card = Card(note.card.title, note.card.path, note.card.picture)
        both: list[Reply] = [Text(note.words), card]
        room = reply_window.room(talk, now)
        replies = both if room > SCARCE else both[-1:] if room else []
        if not replies:
            return False
        is_new = say(session, self.sealer, talk, replies, now, about=note.key, until=note.until)
        if is_new:
            write_down(session, self.sealer, talk.id, None, replies, now)
        return is_new
