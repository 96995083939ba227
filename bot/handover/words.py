"""What the shop's people say to a customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot import conversations
from bot.conversations import ConversationView, OwnerChanged
from bot.handover import owning
from bot.handover.commands import is_hand_back
from bot.handover.episodes import find_live, speaker_of
from bot.handover.promises import note_misses
from bot.handover.tables import Handover
from bot.messages import Reply, Text
from bot.speaking import say, write_down
from commerce.sealing import Sealer

CAUSE: Final = "staff-words"


def say_as(
    session: Session,
    sealer: Sealer,
    talk: ConversationView,
    staff_id: int,
    replies: Sequence[Reply],
    now: datetime,
    *,
    seen_epoch: int,
    key: str,
) -> bool:
    """Post what somebody answers, once a `key`; false when that was posted before.

    Raises OwnerChanged when they do not have the conversation, or it changed hands since they saw
    it. 交还机器人 is not posted: it gives the conversation back.
    """
    held = conversations.lock(session, talk.id)
    speaker = speaker_of(staff_id)
    if held.owner != speaker or held.epoch != seen_epoch:
        raise OwnerChanged(f"conversation {talk.id} is not {speaker}'s any more")
    if len(replies) == 1 and isinstance(replies[0], Text) and is_hand_back(replies[0].content):
        owning.hand_back(session, talk.id, speaker, seen_epoch, now)
        return True
    about = f"{CAUSE}:{talk.id}:{key}"
    if not say(session, sealer, held, replies, now, about=about, speaker=speaker):
        return False
    write_down(session, sealer, talk.id, None, replies, now, about=about, author=speaker)
    note_answer(session, find_live(session, talk.id), now)
    return True


def note_answer(session: Session, live: Handover | None, now: datetime) -> None:
    """The customer was answered by a person: what they waited for is over."""
    if live is None:
        return
    note_misses(session, live, now)
    live.first_replied_at = live.first_replied_at or now
    live.staff_wrote_at = now
    live.waiting_since = None
    session.add(live)
    session.flush()
