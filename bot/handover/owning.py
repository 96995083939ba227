"""Who has a conversation: taken, passed on, given back, ended. Of any number who try, one succeeds.

Every change goes through `conversations.change_owner`, in the transaction of the episode's own
move; all raise OwnerChanged when the conversation is not as its caller saw it.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from bot import conversations
from bot.conversations import ConversationView, OwnerChanged, change_owner
from bot.handover.episodes import (
    IN_WECOM,
    SERVICER,
    begin,
    find_left_word,
    find_live,
    move,
    note_move,
    speaker_of,
    staff_id_of,
)
from bot.handover.promises import note_misses
from bot.handover.tables import Handover, HandoverState, Reason
from bot.kf import codes
from bot.messages import BOT
from bot.staff.tables import Staff

LEFT, QUEUED, OWNED, ENDED = (
    HandoverState.LEFT_WORD,
    HandoverState.QUEUED,
    HandoverState.OWNED,
    HandoverState.ENDED,
)


def take(
    session: Session,
    conversation_id: int,
    staff_id: int,
    seen_epoch: int,
    now: datetime,
    *,
    actor: str = "",
) -> Handover:
    """Give the conversation to somebody, from the bot or from whoever had it at that epoch.

    `actor` is who did it, when it was not themselves.
    """
    talk = _as_seen(session, conversation_id, seen_epoch)
    owner = speaker_of(staff_id)
    if talk.owner == owner:
        raise OwnerChanged(f"conversation {conversation_id} is {owner}'s already")
    return _give(session, talk, owner, Reason.STAFF, actor or owner, now)


def transfer(
    session: Session,
    conversation_id: int,
    from_staff_id: int,
    to_staff_id: int,
    seen_epoch: int,
    now: datetime,
) -> Handover:
    """Pass the conversation on to a colleague."""
    talk = _as_seen(session, conversation_id, seen_epoch)
    giver, receiver = speaker_of(from_staff_id), speaker_of(to_staff_id)
    if talk.owner != giver or giver == receiver:
        raise OwnerChanged(f"conversation {conversation_id} is not {giver}'s to pass on")
    return _give(session, talk, receiver, Reason.STAFF, giver, now, kind="transferred")


def taken_by_servicer(
    session: Session, conversation_id: int, userid: str, now: datetime
) -> Handover:
    """A servicer has it in WeCom's own client: WeCom has decided, and we follow."""
    talk = conversations.lock(session, conversation_id)
    known = session.exec(
        select(Staff.id).where(Staff.wecom_userid == userid, Staff.is_active)
    ).first()
    owner = speaker_of(known) if known is not None else f"{SERVICER}{userid}"
    live = find_live(session, conversation_id)
    if talk.owner == owner and live is not None:
        live.about = {**live.about, "place": IN_WECOM}
        session.add(live)
        session.flush()
        return live
    return _give(session, talk, owner, Reason.SERVICER, owner, now, place=IN_WECOM)


def hand_back(
    session: Session, conversation_id: int, actor: str, seen_epoch: int, now: datetime
) -> Handover:
    """Let the bot go on where it was: cart, open question and memory are as they were left."""
    return _close(session, conversation_id, actor, seen_epoch, now, kind="handed_back")


def end(
    session: Session, conversation_id: int, actor: str, seen_epoch: int, now: datetime
) -> Handover:
    """The same at the end of a service: the customer is asked what they thought of it."""
    return _close(session, conversation_id, actor, seen_epoch, now, kind="ended")


def ended_by_platform(
    session: Session, conversation_id: int, now: datetime, *, code: str = ""
) -> Handover | None:
    """WeCom's session is over, at `now` by its own clock; what was under way with it, if anything.

    `code` allows one more message within 20 seconds, which asks what the customer thought of it.
    """
    talk = conversations.lock(session, conversation_id)
    live = find_live(session, conversation_id)
    if live is None:
        return None
    if live.state == QUEUED:
        move(session, live, HandoverState.CANCELLED, was=QUEUED, ended_at=now, ended_by="platform")
        note_move(session, live, "cancelled", "platform", now)
        return live
    return _let_go(session, talk, live, "platform", now, kind="ended", code=code)


def requeue(
    session: Session, conversation_id: int, actor: str, seen_epoch: int, now: datetime, *, why: str
) -> Handover:
    """Take the conversation from who has it and let it wait for another, ahead of the rest."""
    talk = _as_seen(session, conversation_id, seen_epoch)
    live = _owned(session, talk)
    note_misses(session, live, now)
    left_by = live.staff_id
    _change(session, talk, BOT, now)
    move(
        session,
        live,
        QUEUED,
        was=OWNED,
        owner=None,
        staff_id=None,
        taken_at=None,
        queued_at=now,
        priority=live.priority + 1,
    )
    note_move(session, live, "requeued", actor, now, left_by=left_by, why=why)
    return live


def _give(
    session: Session,
    talk: ConversationView,
    owner: str,
    reason: Reason,
    actor: str,
    now: datetime,
    *,
    kind: str = "taken",
    place: str = "",
) -> Handover:
    live = find_live(session, talk.id)
    handover = live or find_left_word(session, talk.id)
    _change(session, talk, owner, now)
    codes.keep_silent(session, talk.id, now)
    columns: dict[str, Any] = {
        "owner": owner,
        "staff_id": staff_id_of(owner),
        "taken_at": now,
    }
    about = {"place": place} if place else {}
    if handover is None:
        handover = begin(session, talk.id, reason, OWNED, now, **columns, about=about)
    else:
        kept = {name: value for name, value in handover.about.items() if name != "place"}
        columns["about"] = {**kept, **about}
        move(session, handover, OWNED, was=HandoverState(handover.state), **columns)
    note_move(session, handover, kind, actor, now, from_owner=talk.owner, to=owner, **about)
    return handover


def _close(
    session: Session,
    conversation_id: int,
    actor: str,
    seen_epoch: int,
    now: datetime,
    *,
    kind: str,
) -> Handover:
    talk = _as_seen(session, conversation_id, seen_epoch)
    live = _owned(session, talk)
    return _let_go(session, talk, live, actor, now, kind=kind)


def _let_go(
    session: Session,
    talk: ConversationView,
    live: Handover,
    actor: str,
    now: datetime,
    *,
    kind: str,
    **about: Any,
) -> Handover:
    note_misses(session, live, now)
    _change(session, talk, BOT, now)
    move(session, live, ENDED, was=OWNED, ended_at=now, ended_by=actor, waiting_since=None)
    note_move(session, live, kind, actor, now, place=live.about.get("place", ""), **about)
    return live


def _owned(session: Session, talk: ConversationView) -> Handover:
    live = find_live(session, talk.id)
    if talk.owner == BOT or live is None or live.state != OWNED:
        raise OwnerChanged(f"nobody has conversation {talk.id}")
    return live


def _as_seen(session: Session, conversation_id: int, seen_epoch: int) -> ConversationView:
    """The conversation, held, if it changed hands no more since it was seen."""
    talk = conversations.lock(session, conversation_id)
    if talk.epoch != seen_epoch:
        raise OwnerChanged(f"conversation {conversation_id} changed hands since it was seen")
    return talk


def _change(session: Session, talk: ConversationView, to: str, now: datetime) -> None:
    change_owner(session, talk.id, to, now, seen_owner=talk.owner, seen_epoch=talk.epoch)
