"""What is said in a conversation that a person has, or is wanted for."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, text, update
from sqlmodel import Session, SQLModel

from bot import conversations
from bot.conversations import ConversationView
from bot.handover import owning
from bot.handover.commands import is_hand_back
from bot.handover.episodes import find_live, is_in_wecom
from bot.handover.tables import LIVE, Handover, HandoverState
from bot.handover.words import note_answer
from bot.inbox import Waiting
from bot.kf.tables import KfSession, State
from bot.messages import Incoming, Kind
from commerce.prepared import Prepared

_UNWRITTEN: Final[frozenset[Kind]] = frozenset({"follow", "unfollow", "scan", "enter", "event"})
"""Nobody waits for an answer to these."""


def customer_wrote(
    session: Session, talk: ConversationView, incoming: Incoming, now: datetime
) -> ConversationView:
    """Start the clocks of a conversation that a person has, or is wanted for; how it stands then.

    A customer who writes 交还机器人 has the bot again. The caller holds the conversation.
    """
    if incoming.kind in _UNWRITTEN:
        return talk
    if _WROTE.run(session, talk=talk.id, moment=now) == 0 or talk.is_the_bots:
        return talk
    live = find_live(session, talk.id)
    if live is None or is_in_wecom(live) or not is_hand_back(incoming.text):
        return talk
    owning.hand_back(session, talk.id, "customer", talk.epoch, now)
    return conversations.lock(session, talk.id)


def is_the_bots_to_answer(session: Session, talk: ConversationView, waiting: Waiting) -> bool:
    """Whether the bot answers a message: nobody else has it now, nor had it when it came.

    In WeCom's own pool nobody but a servicer may write (微信客服 会话分配, 待接入池).
    """
    if not talk.is_the_bots or talk.was_written_to_another(waiting.incoming, waiting.received_at):
        return False
    if talk.channel != "wecom":
        return True
    known = session.get(KfSession, talk.id)
    return known is None or known.state not in (State.POOL, State.SERVICER)


def servicer_wrote(
    session: Session, conversation_id: int, userid: str, words: str, now: datetime
) -> bool:
    """A servicer answered in WeCom's own client; whether they gave the conversation to the bot."""
    live = find_live(session, conversation_id)
    if live is None or live.state != HandoverState.OWNED:
        live = owning.taken_by_servicer(session, conversation_id, userid, now)
    note_answer(session, live, now)
    if not is_hand_back(words):
        return False
    talk = conversations.lock(session, conversation_id)
    owning.hand_back(session, conversation_id, talk.owner, talk.epoch, now)
    return True


_TABLE = SQLModel.metadata.tables[Handover.__tablename__]
_MOMENT = bindparam("moment", type_=_TABLE.c.waiting_since.type)
_WROTE: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.conversation_id == bindparam("talk"), text(LIVE))
    .values(
        waiting_since=func.coalesce(_TABLE.c.waiting_since, _MOMENT),
        customer_wrote_at=_MOMENT,
    )
)
