"""Messages that are kept and shown, and that the bot does not answer."""

from datetime import datetime

from sqlmodel import Session

from bot import conversations, inbox, reply_window
from bot.inbox import Waiting
from bot.speaking import write_down
from bot.tables import InboxState
from commerce.sealing import Sealer


def note_only(
    session: Session, sealer: Sealer, conversation_id: int, waiting: Waiting, now: datetime
) -> bool:
    """Take a message off the queue without a turn; false when somebody has answered it.

    It counts for the reply window as any other does. The bot's memory stays as it was.
    """
    incoming = waiting.incoming
    talk = conversations.lock(session, conversation_id)
    if not inbox.finish(session, incoming.key, InboxState.ANSWERED, now):
        return False
    write_down(session, sealer, talk.id, incoming, [], incoming.sent_at)
    conversations.save(
        session,
        talk,
        now,
        customer_id=talk.customer_id,
        step=talk.step,
        memory=talk.memory,
        window=reply_window.after(talk, incoming.kind, incoming.sent_at),
    )
    return True


def note_backlog(session: Session, sealer: Sealer, conversation_id: int, now: datetime) -> int:
    """What waits was said to the person who had the conversation: nobody answers it afterwards."""
    count = 0
    while (waiting := inbox.oldest_waiting(session, sealer, conversation_id)) is not None:
        if not note_only(session, sealer, conversation_id, waiting, now):
            break
        count += 1
    return count
