"""Whose each of WeCom's sessions is: mirrored here, adopted when WeCom tells, changed by asking.

What WeCom says always wins. A change that we want becomes an event, then a row of the outbox, and
is adopted once WeCom has made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Session, SQLModel, col, select, update

from bot import conversations
from bot.handover import episodes, owning
from bot.handover.tables import Handover, HandoverState
from bot.kf.tables import KfServicer, KfSession, State
from bot.tables import Conversation
from commerce.events import announce
from commerce.inserting import affected_rows, insert_once
from commerce.prepared import Prepared

WANTED: Final = "kf_session_wanted"
"""Event: a session is to change its state."""
MOVES: Final[Mapping[State, frozenset[State]]] = {
    State.NEW: frozenset({State.POOL, State.SERVICER}),
    State.BOT: frozenset({State.POOL, State.SERVICER}),
    State.POOL: frozenset({State.SERVICER}),
    State.SERVICER: frozenset({State.SERVICER, State.ENDED}),
    State.ENDED: frozenset(),
}
"""What the API may change (微信客服 变更会话状态)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What WeCom said of a session. `code` allows one message about the change."""

    state: State
    servicer: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a conversation is at WeCom, and what we last saw of its session."""

    conversation_id: int
    open_kfid: str
    external_user: str
    state: State
    servicer: str
    rejects: bool
    wants: int


def find(session: Session, conversation_id: int) -> KfSession | None:
    """The session of a conversation; None for one of another channel."""
    return session.exec(
        select(KfSession)
        .where(KfSession.conversation_id == conversation_id)
        .execution_options(populate_existing=True)
    ).first()


def state_of(session: Session, conversation_id: int) -> State:
    """The state as we last saw it. Raises LookupError for a conversation of another channel."""
    return State(_STATE.one(session, talk=conversation_id).state)


def is_new(session: Session, conversation_id: int) -> bool:
    """Whether nobody had a session when we last saw it."""
    row = _STATE.first(session, talk=conversation_id)
    return row is not None and row.state == State.NEW


def find_address(session: Session, conversation_id: int) -> Address | None:
    """Where its messages go; None for a conversation of another channel."""
    row = _ADDRESS.first(session, talk=conversation_id)
    if row is None:
        return None
    return Address(
        conversation_id=conversation_id,
        open_kfid=row.account,
        external_user=row.external_user,
        state=State(row.state),
        servicer=row.servicer,
        rejects=row.rejects,
        wants=row.wants,
    )


def begin(session: Session, conversation_id: int, now: datetime) -> KfSession:
    """The session of a conversation, written down if it is the first."""
    insert_once(
        session,
        KfSession,
        conversation_id=conversation_id,
        state=State.NEW.value,
        servicer="",
        read_at=now,
        wants=0,
        rejects=False,
        scene="",
        scene_param="",
    )
    found = find(session, conversation_id)
    assert found is not None  # noqa: S101 - it was there, or was inserted above
    return found


def want(session: Session, conversation_id: int, state: int, servicer: str, now: datetime) -> None:
    """Ask WeCom to change a session, after the commit; a later wish replaces an earlier one.

    `servicer` is needed for state 3; another who takes customers gets it when that one does not,
    and the pool when nobody does.
    """
    seen = begin(session, conversation_id, now)
    seen.wants += 1
    session.add(seen)
    session.flush()
    announce(
        session,
        WANTED,
        now=now,
        conversation_id=conversation_id,
        number=seen.wants,
        state=int(State(state)),
        servicer=servicer,
    )


def adopt(session: Session, conversation_id: int, told: Told, now: datetime) -> Handover | None:
    """Believe what WeCom said of a session, its owner included; the episode it began or ended."""
    conversations.lock(session, conversation_id)
    seen = begin(session, conversation_id, now)
    was = State(seen.state)
    servicer = told.servicer if told.state is State.SERVICER else ""
    note(session, conversation_id, told.state, servicer, now)
    if told.state is State.SERVICER:
        return owning.taken_by_servicer(session, conversation_id, servicer, now)
    live = episodes.find_live(session, conversation_id)
    if live is None:
        return None
    waited = was is State.POOL and live.state == HandoverState.QUEUED
    if episodes.is_in_wecom(live) or (waited and told.state is not State.POOL):
        return owning.ended_by_platform(session, conversation_id, now, code=told.code)
    return None


def note(
    session: Session, conversation_id: int, state: State, servicer: str, now: datetime
) -> None:
    """Write the state down as WeCom told it; who speaks does not change by it."""
    statement = update(KfSession).where(col(KfSession.conversation_id) == conversation_id)
    values = {"state": state.value, "servicer": servicer, "read_at": now}
    affected_rows(session, statement.values(**values))


def note_servicer(
    session: Session, open_kfid: str, userid: str, is_receiving: bool, now: datetime
) -> None:
    """Write down whether a servicer takes customers."""
    kept = {"is_receiving": is_receiving, "told_at": now}
    if insert_once(session, KfServicer, open_kfid=open_kfid, userid=userid, **kept):
        return
    of_them = (col(KfServicer.open_kfid) == open_kfid, col(KfServicer.userid) == userid)
    affected_rows(session, update(KfServicer).where(*of_them).values(**kept))


def is_receiving(session: Session, open_kfid: str, userid: str) -> bool:
    """Whether a servicer takes customers of that account, as WeCom last told."""
    found = session.get(KfServicer, (open_kfid, userid))
    return found is not None and found.is_receiving


def list_receiving(session: Session, open_kfid: str) -> Sequence[str]:
    """The user ids of who takes customers of that account, as WeCom last told."""
    statement = (
        select(KfServicer.userid)
        .where(KfServicer.open_kfid == open_kfid, col(KfServicer.is_receiving))
        .order_by(KfServicer.userid)
    )
    return session.exec(statement).all()


def list_elsewhere(session: Session, before: datetime, *, limit: int = 100) -> Sequence[int]:
    """Conversations whose session is WeCom's, and of which nothing was heard since `before`."""
    statement = (
        select(KfSession.conversation_id)
        .where(
            col(KfSession.state).in_((State.POOL.value, State.SERVICER.value)),
            KfSession.read_at < before,
        )
        .order_by(col(KfSession.read_at))
        .limit(limit)
    )
    return session.exec(statement).all()


_TABLE = SQLModel.metadata.tables[KfSession.__tablename__]
_TALK = SQLModel.metadata.tables[Conversation.__tablename__]
_ADDRESS: Final = Prepared(
    _TALK.join(_TABLE, _TABLE.c.conversation_id == _TALK.c.id)
    .select()
    .with_only_columns(
        _TALK.c.account,
        _TALK.c.external_user,
        _TABLE.c.state,
        _TABLE.c.servicer,
        _TABLE.c.rejects,
        _TABLE.c.wants,
    )
    .where(_TALK.c.id == bindparam("talk"))
)
_STATE: Final = Prepared(
    select(_TABLE.c.state).where(_TABLE.c.conversation_id == bindparam("talk"))
)
