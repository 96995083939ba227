"""Another way to say what its conversation no longer lets through: its reply window is closed, or a
person has it.

What the shop says of itself (news of orders, money, groups) goes to another conversation of the
same customer whose window is open; failing that, as a notice outside of every chat if the news has
a form for it and there is a way. What answers a message waits for the customer's next. While a
person has the conversation only news with such a form takes another way; the rest lapses.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from bot import conversations, outbox, reply_window
from bot.messages import BOT
from bot.notices.kinds import notice_from_json
from bot.notices.posting import post_notice
from bot.outbox import Post
from bot.tables import ChatMessage, Conversation
from commerce.customers import ids_of
from commerce.inserting import affected_rows
from commerce.sealing import Sealer

VIA: Final = ":via:"
"""Marks the key of a row that is on a detour: it takes no second one."""


def find_detour(
    session: Session, sealer: Sealer, row: Any, payload: Mapping[str, Any], now: datetime
) -> str | None:
    """Say it another way; how, in words for the row, or None when it has to wait."""
    if row.inbox_key is not None or row.speaker != BOT or VIA in row.key:
        return None
    kept = payload.get("notice")
    if kept is None and (row.owner, row.talk_epoch) != (row.speaker, row.epoch):
        return None
    here = session.get_one(Conversation, row.conversation_id)
    if here.customer_id is None:
        return None
    customer_ids = sorted(ids_of(session, here.customer_id))
    channel = _say_elsewhere(session, sealer, row, payload, customer_ids, now)
    if channel is not None:
        return f"said in {channel} instead"
    if kept is None:
        return None
    key = f"{row.key}{VIA}notice"
    channel = post_notice(session, sealer, customer_ids[0], notice_from_json(kept), key, now)
    return None if channel is None else f"told by a notice of {channel}"


def _say_elsewhere(
    session: Session,
    sealer: Sealer,
    row: Any,
    payload: Mapping[str, Any],
    customer_ids: list[int],
    now: datetime,
) -> str | None:
    statement = (
        select(Conversation.id)
        .where(
            col(Conversation.customer_id).in_(customer_ids),
            Conversation.id != row.conversation_id,
            Conversation.owner == BOT,
        )
        .order_by(col(Conversation.updated_at).desc())
    )
    for talk_id in session.exec(statement).all():
        talk = conversations.lock(session, talk_id or 0)
        if not talk.is_the_bots or not reply_window.is_open(talk, now):
            continue
        message = Post(
            key=f"{row.key}{VIA}{talk.id}",
            kind=f"{talk.channel}.reply",
            payload=payload,
            conversation_id=talk.id,
            epoch=talk.epoch,
            not_after=row.not_after,
        )
        outbox.post(session, sealer, message, now)
        _move_line(session, row.key, message.key, talk.id)
        return talk.channel
    return None


def _move_line(session: Session, key: str, new_key: str, talk_id: int) -> None:
    """The transcript shows it where it is said."""
    statement = update(ChatMessage).where(col(ChatMessage.outbox_key) == key)
    affected_rows(session, statement.values(conversation_id=talk_id, outbox_key=new_key))
