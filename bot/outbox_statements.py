"""The statements of the outbox, written once: see `bot.outbox` for what they serve."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, or_, select, update
from sqlmodel import Session, SQLModel

from bot.tables import ChatMessage, Conversation, OutboxMessage, OutboxState
from campaigns.tables import CampaignRun, RunState
from commerce.columns import in_state
from commerce.inserting import core
from commerce.prepared import Prepared

TABLE: Final = SQLModel.metadata.tables[OutboxMessage.__tablename__]
TALK: Final = SQLModel.metadata.tables[Conversation.__tablename__]
_RUN = SQLModel.metadata.tables[CampaignRun.__tablename__]
_ITS_RUN = _RUN.alias("its_run")


def _moment(name: str = "moment") -> Any:
    return bindparam(name, type_=TABLE.c.not_before.type)


_EARLIER = TABLE.alias("earlier")
_WAITING = (OutboxState.HELD, OutboxState.PENDING)
_IN_THE_WAY = (*_WAITING, OutboxState.SENDING)
WINDOW: Final = Prepared(
    select(TALK.c.window_opened_at).where(TALK.c.id == bindparam("talk")).with_for_update()
)
CLAIM_PASSIVE: Final = Prepared(
    update(TABLE)
    .where(TABLE.c.key == bindparam("answer"), TABLE.c.state == OutboxState.HELD.value)
    .values(state=OutboxState.PASSIVE.value, finished_at=_moment())
    .returning(TABLE.c.key, TABLE.c.payload_sealed)
)
RODE: Final = Prepared(
    select(TABLE.c.key, TABLE.c.payload_sealed).where(
        TABLE.c.key == bindparam("answer"), TABLE.c.state == OutboxState.PASSIVE.value
    )
)
WHOSE: Final = Prepared(
    select(TABLE.c.epoch, TABLE.c.speaker, TALK.c.owner, TALK.c.epoch.label("talk_epoch"))
    .join_from(TABLE, TALK, TALK.c.id == TABLE.c.conversation_id)
    .where(TABLE.c.key == bindparam("answer"))
    .with_for_update(of=TALK)
)
SENDING: Final = Prepared(
    select(TABLE.c.id)
    .where(TABLE.c.conversation_id == bindparam("talk"), in_state(TABLE, OutboxState.SENDING))
    .limit(1)
)
RELEASE_PASSIVE: Final = Prepared(
    update(TABLE)
    .where(
        TABLE.c.key == bindparam("answer"),
        TABLE.c.state == OutboxState.PASSIVE.value,
        TABLE.c.finished_at == _moment("claimed_at"),
    )
    .values(state=OutboxState.PENDING.value, not_before=_moment(), finished_at=None)
)
UNPARK: Final = Prepared(
    update(TABLE)
    .where(
        TABLE.c.conversation_id == bindparam("talk"),
        in_state(TABLE, OutboxState.PARKED),
    )
    .values(state=OutboxState.PENDING.value, not_before=_moment(), reason="")
)
END_LOST_LEASES: Final = (
    update(TABLE)
    .where(in_state(TABLE, OutboxState.SENDING), TABLE.c.lease_until < _moment())
    .values(
        state=case(
            (
                TABLE.c.kind.in_(bindparam("keyed", expanding=True)),
                OutboxState.PENDING.value,
            ),
            else_=OutboxState.UNKNOWN.value,
        ),
        not_before=_moment(),
        reason="the sender stopped between call and record",
    )
    .returning(TABLE.c.key, TABLE.c.run_id, TABLE.c.state, TABLE.c.reason)
)
_ROWS: Final = select(
    TABLE.c.id,
    TABLE.c.key,
    TABLE.c.kind,
    TABLE.c.payload_sealed,
    TABLE.c.conversation_id,
    TABLE.c.inbox_key,
    TABLE.c.epoch,
    TABLE.c.speaker,
    TABLE.c.attempts,
    TABLE.c.not_after,
    TABLE.c.run_id,
    TALK.c.channel,
    TALK.c.external_user,
    TALK.c.customer_id,
    TALK.c.owner,
    TALK.c.epoch.label("talk_epoch"),
    TALK.c.window_opened_by,
    TALK.c.window_opened_at,
    TALK.c.window_used,
).outerjoin_from(TABLE, TALK, TALK.c.id == TABLE.c.conversation_id)
DUE: Final = Prepared(
    _ROWS.outerjoin(_RUN, _RUN.c.id == TABLE.c.run_id)
    .where(
        or_(TABLE.c.run_id.is_(None), _RUN.c.state == RunState.RUNNING.value),
        in_state(TABLE, *_WAITING),
        TABLE.c.not_before <= _moment(),
        or_(
            TABLE.c.conversation_id.is_(None),
            ~exists().where(
                _EARLIER.c.conversation_id == TABLE.c.conversation_id,
                _EARLIER.c.id < TABLE.c.id,
                in_state(_EARLIER, *_IN_THE_WAY),
                # What a campaign has not begun to say keeps nobody waiting but itself,
                # nor does what a run would say that does not run.
                or_(
                    _EARLIER.c.run_id.is_(None),
                    _EARLIER.c.state == OutboxState.SENDING.value,
                    and_(
                        TABLE.c.run_id.is_not(None),
                        exists().where(
                            _ITS_RUN.c.id == _EARLIER.c.run_id,
                            _ITS_RUN.c.state == RunState.RUNNING.value,
                        ),
                    ),
                ),
            ),
        ),
    )
    .order_by(TABLE.c.run_id.is_not(None), TABLE.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=TABLE)
)
PARKED: Final = Prepared(
    _ROWS.where(TABLE.c.id == bindparam("wanted"), in_state(TABLE, OutboxState.PARKED))
)
_FREE: Final = (
    select(TALK.c.id)
    .where(TALK.c.id.in_(bindparam("talks", expanding=True)))
    .with_for_update(skip_locked=True)
)


def hold_free(session: Session, conversation_ids: Collection[int | None]) -> set[int | None]:
    """Hold those conversations that nobody else holds, and tell which; None is always among them.

    Who has locked rows of the outbox must not wait for a conversation: others hold a conversation
    and wait for such a row, and PostgreSQL takes a second to notice.
    """
    talks = sorted(each for each in conversation_ids if each is not None)
    if not talks:
        return {None}
    return {None, *core(session).execute(_FREE, {"talks": talks}).scalars()}


_LINE: Final = SQLModel.metadata.tables[ChatMessage.__tablename__]
_OTHER = TABLE.alias("other")


def has_begun(*states: OutboxState) -> ColumnElement[bool]:
    """Whether a row of the letter that a run's row belongs to is in one of the states, or in doubt
    and may have left. The transcript knows which rows were said together."""
    return exists().where(
        _LINE.c.conversation_id == TABLE.c.conversation_id,
        _LINE.c.at == TABLE.c.created_at,
        _OTHER.c.key == _LINE.c.outbox_key,
        _OTHER.c.run_id == TABLE.c.run_id,
        or_(in_state(_OTHER, *states), _OTHER.c.attempts > 0),
    )


HAS_BEGUN: Final = Prepared(
    select(TABLE.c.id).where(
        TABLE.c.id == bindparam("wanted"),
        has_begun(OutboxState.SENT, OutboxState.SENDING, OutboxState.UNKNOWN),
    )
)
TAKE: Final = Prepared(
    update(TABLE)
    .where(TABLE.c.id == bindparam("wanted"))
    .values(
        state=OutboxState.SENDING.value,
        attempts=TABLE.c.attempts + 1,
        lease_until=_moment("until"),
    )
)
_OURS = (
    TABLE.c.id == bindparam("wanted"),
    TABLE.c.state == OutboxState.SENDING.value,
    TABLE.c.attempts == bindparam("attempt"),
)
"""The row of a claim whose lease was not lost."""
SENT: Final = Prepared(
    update(TABLE)
    .where(*_OURS)
    .values(
        state=OutboxState.SENT.value,
        finished_at=_moment(),
        result=bindparam("result", type_=TABLE.c.result.type),
        reason="",
    )
)


def note_end(session: Session, outbox_id: int, attempt: int, values: Mapping[str, Any]) -> bool:
    """Change the row of a claim as an outcome asks; false when its lease was lost."""
    ours = {"wanted": outbox_id, "attempt": attempt}
    if values["state"] == OutboxState.SENT:  # By far the most: compiled once.
        told = {"moment": values["finished_at"], "result": values["result"]}
        return SENT.run(session, **ours, **told) == 1
    changed = core(session).execute(update(TABLE).where(*_OURS).values(**values), ours)
    return bool(changed.rowcount == 1)


SETTLE: Final = Prepared(
    update(TABLE)
    .where(TABLE.c.id == bindparam("wanted"))
    .values(state=bindparam("to"), finished_at=_moment(), reason=bindparam("why"))
)
PUT_OFF: Final = Prepared(
    update(TABLE).where(TABLE.c.id == bindparam("wanted")).values(not_before=_moment())
)
