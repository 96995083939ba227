"""What the shop says unasked: only to whom it may write at this moment, and nothing waits."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot import conversations, reply_window
from bot.conversations import ConversationView
from bot.messages import Reply
from bot.reactions.heard import latest_conversation
from bot.speaking import say, write_down
from commerce.sealing import Sealer


def hold_conversation(
    session: Session, customer_id: int, preferred_id: int | None = None
) -> ConversationView | None:
    """The customer's latest conversation, or the preferred one, locked; None if there is none.

    As every turn does, it is locked before whatever else the caller is about to lock.
    """
    talk_id = preferred_id or latest_conversation(session, customer_id)
    return None if talk_id is None else conversations.lock(session, talk_id)


def tell_now(
    session: Session,
    sealer: Sealer,
    talk: ConversationView,
    replies: Sequence[Reply],
    now: datetime,
    *,
    about: str,
    until: datetime,
) -> bool:
    """Post replies once, under the name `about`; whether they were posted.

    Not while a person has the conversation, and not where the reply window is closed.
    """
    if not talk.is_the_bots or not reply_window.is_open(talk, now):
        return False
    if not say(session, sealer, talk, replies, now, about=about, until=until):
        return False
    write_down(session, sealer, talk.id, None, replies, now, about=about)
    return True
