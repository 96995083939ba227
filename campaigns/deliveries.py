"""What became of each delivery, as the outbox tells."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlmodel import Session, SQLModel

from campaigns.limits import Reason
from campaigns.tables import (
    Campaign,
    CampaignRun,
    CampaignTerms,
    Delivery,
    DeliveryState,
    Purpose,
    RunState,
)
from commerce.columns import in_state
from commerce.customers.tables import Customer
from commerce.inserting import core
from commerce.prepared import Prepared

UNWANTED: Final = "the customer unsubscribed"
TAKEN_OVER: Final = "the conversation was taken over"
NO_ROUTE: Final = "no reply window is open"
TOO_LATE: Final = "came too late"
NOT_BEGUN: Final = "came too late to begin"
STOPPED: Final = "the run was stopped"
"""What the outbox says of a row that it did not let leave."""
_HELD_BACK: Final[Mapping[str, Reason]] = {
    UNWANTED: Reason.UNSUBSCRIBED,
    TAKEN_OVER: Reason.TAKEN_OVER,
    NO_ROUTE: Reason.NO_ROUTE,
    TOO_LATE: Reason.QUIET_HOURS,
    STOPPED: Reason.STOPPED,
}
_ENDS: Final[Mapping[str, DeliveryState]] = {
    "sent": DeliveryState.SENT,
    "failed": DeliveryState.FAILED,
    "unknown": DeliveryState.UNKNOWN,
    "superseded": DeliveryState.HELD_BACK,
}
"""By the state of the outbox row that ends it."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many deliveries of a run stand alike."""

    state: DeliveryState
    reason: str
    arm: str
    deliveries: int


def settle(session: Session, outbox_key: str, state: str, reason: str, now: datetime) -> None:
    """Write down the end of the delivery whose last outbox row ended so.

    A row of a letter that is not its last ends nothing. A run counts its failures in a row, and
    pauses itself after as many as the terms say.
    """
    end = _ENDS.get(state)
    if end is None:
        return
    if reason == NOT_BEGUN:  # The shop stood still until the night: when it is over, all is open.
        _JUDGE_AGAIN.run(session, key=outbox_key, moment=now)
        return
    why = reason
    if reason in _HELD_BACK and end in (DeliveryState.FAILED, DeliveryState.HELD_BACK):
        end, why = DeliveryState.HELD_BACK, _HELD_BACK[reason].value
    sent_at = now if end == DeliveryState.SENT else None
    row = _SETTLE.first(session, key=outbox_key, to=end.value, why=why, moment=sent_at)
    if row is None:
        return
    if end == DeliveryState.SENT:
        _SUCCEED.run(session, run=row.run_id)
    elif end == DeliveryState.FAILED:
        note_failures(session, row.run_id, 1)


def reopen(session: Session, outbox_key: str) -> None:
    """Somebody has it sent again: its run waits for what becomes of it."""
    _REOPEN.run(session, key=outbox_key)


def note_failures(session: Session, run_id: int, number: int) -> None:
    """So many recipients failed at once, with the task that was to reach them: a run that has had
    enough pauses itself."""
    _FAIL.run(session, run=run_id, number=number)
    _PAUSE.run(session, run=run_id)


def counts(session: Session, run_id: int) -> Sequence[Count]:
    """How a run stands: its deliveries by state, reason and arm. Reads one index alone."""
    return [
        Count(DeliveryState(row.state), row.reason, row.arm, row.deliveries)
        for row in _COUNTS.all(session, run=run_id)
    ]


def planned_for(
    session: Session, run: CampaignRun, customer_ids: Collection[int]
) -> Collection[int]:
    """Those of the customers who have a delivery of a run over a segment.

    Runs are told apart here: asked to, SQLite would read a whole run by its index each time.
    """
    statement = select(_TABLE.c.customer_id, _TABLE.c.run_id)
    rows = core(session).execute(statement.where(_TABLE.c.customer_id.in_(customer_ids)))
    return frozenset(customer_id for customer_id, run_id in rows if run_id == run.id)


def hold_back_unsent(session: Session, run_id: int, taken_back: Collection[str]) -> None:
    """A run was stopped: what waits is held back, and what the outbox gave back."""
    for key in taken_back:
        _GIVE_UP.run(session, key=key)
    _GIVE_UP_WAITING.run(session, run=run_id)


def is_unwanted(session: Session, run_id: int, outbox_key: str, customer_id: int | None) -> bool:
    """Whether the customer has unsubscribed since a marketing message to them was planned.

    `customer_id` is whose conversation it is; a message outside of any is found by its key.
    """
    if customer_id is None:
        row = _RECIPIENT.first(session, key=outbox_key)
        customer_id = None if row is None else row.customer_id
    return customer_id is not None and bool(_TURNED_AWAY.all(session, run=run_id, who=customer_id))


_TABLE = SQLModel.metadata.tables[Delivery.__tablename__]
_RUN = SQLModel.metadata.tables[CampaignRun.__tablename__]
_CAMPAIGN = SQLModel.metadata.tables[Campaign.__tablename__]
_CUSTOMER = SQLModel.metadata.tables[Customer.__tablename__]
_GONE = _CUSTOMER.alias("gone")
_MERGED_INTO = (
    select(_GONE.c.merged_into_id).where(_GONE.c.id == bindparam("who")).scalar_subquery()
)
_TERMS = SQLModel.metadata.tables[CampaignTerms.__tablename__]
BY_ITSELF: Final = "clock"
FAILED_TOO_OFTEN: Final = "连续多条没有发出去，已自动暂停。看看失败原因，处理好再继续"
_SETTLE: Final = Prepared(
    update(_TABLE)
    .where(
        _TABLE.c.outbox_key == bindparam("key"),
        in_state(_TABLE, DeliveryState.POSTED, DeliveryState.UNKNOWN),
    )
    .values(
        state=bindparam("to"),
        reason=bindparam("why"),
        sent_at=bindparam("moment", type_=_TABLE.c.sent_at.type),
    )
    .returning(_TABLE.c.run_id)
)
_REOPEN: Final = Prepared(
    update(_TABLE)
    .where(
        _TABLE.c.outbox_key == bindparam("key"),
        in_state(_TABLE, DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.HELD_BACK),
    )
    .values(state=DeliveryState.POSTED.value, reason="")
)
_JUDGE_AGAIN: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.outbox_key == bindparam("key"), in_state(_TABLE, DeliveryState.POSTED))
    .values(
        state=DeliveryState.DEFERRED.value,
        reason=Reason.QUIET_HOURS.value,
        outbox_key=None,
        due_at=bindparam("moment", type_=_TABLE.c.due_at.type),
    )
)
_SUCCEED: Final = Prepared(
    update(_RUN).where(_RUN.c.id == bindparam("run"), _RUN.c.failures > 0).values(failures=0)
)
_FAIL: Final = Prepared(
    update(_RUN)
    .where(_RUN.c.id == bindparam("run"))
    .values(failures=_RUN.c.failures + bindparam("number", type_=_RUN.c.failures.type))
)
_MOST_FAILURES = select(_TERMS.c.auto_pause_failures).where(_TERMS.c.id == 1).scalar_subquery()
_PAUSE: Final = Prepared(
    update(_RUN)
    .where(
        _RUN.c.id == bindparam("run"),
        _RUN.c.state == RunState.RUNNING.value,
        _RUN.c.failures >= func.coalesce(_MOST_FAILURES, CampaignTerms().auto_pause_failures),
    )
    .values(state=RunState.PAUSED.value, reason=FAILED_TOO_OFTEN, decided_by=BY_ITSELF)
)
_STOPPED = {"state": DeliveryState.HELD_BACK.value, "reason": Reason.STOPPED.value}
_GIVE_UP: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.outbox_key == bindparam("key"), _TABLE.c.state == DeliveryState.POSTED.value)
    .values(**_STOPPED)
)
_GIVE_UP_WAITING: Final = Prepared(
    update(_TABLE)
    .where(
        _TABLE.c.run_id == bindparam("run"),
        in_state(_TABLE, DeliveryState.DEFERRED, DeliveryState.GATHERED),
    )
    .values(**_STOPPED)
)
_COUNTS: Final = Prepared(
    select(_TABLE.c.state, _TABLE.c.reason, _TABLE.c.arm, func.count().label("deliveries"))
    .where(_TABLE.c.run_id == bindparam("run"))
    .group_by(_TABLE.c.state, _TABLE.c.reason, _TABLE.c.arm)
    .order_by(_TABLE.c.state, _TABLE.c.reason, _TABLE.c.arm)
)
_RECIPIENT: Final = Prepared(
    select(_TABLE.c.customer_id).where(_TABLE.c.outbox_key == bindparam("key"))
)
_TURNED_AWAY: Final = Prepared(
    select(_CUSTOMER.c.id).where(
        # A conversation may still be of the customer who was merged into who unsubscribed.
        or_(_CUSTOMER.c.id == bindparam("who"), _CUSTOMER.c.id == _MERGED_INTO),
        _CUSTOMER.c.unsubscribed_at.is_not(None),
        exists().where(
            _RUN.c.id == bindparam("run"),
            _CAMPAIGN.c.id == _RUN.c.campaign_id,
            _CAMPAIGN.c.purpose == Purpose.MARKETING.value,
        ),
    )
)
