"""Deliveries that wait for their time: until the morning, or for the platform's next period."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import bindparam, case, exists, select, update
from sqlmodel import Session, SQLModel, col

from campaigns import sending
from campaigns.deliveries import TOO_LATE
from campaigns.journeys.ending import hold_back
from campaigns.journeys.subjects import is_delivery_over
from campaigns.limits import Reason
from campaigns.parts import Parts
from campaigns.ports import Letterbox
from campaigns.sending import Sending, find_send
from campaigns.tables import Campaign, CampaignRun, Delivery, DeliveryState, RunState
from campaigns.terms import hold_terms, quiet_ends_at
from commerce.columns import in_state
from commerce.inserting import affected_rows
from commerce.prepared import Prepared

BACKLOG: Final = 200
"""So many messages of a run stand in the outbox at most: memory stays flat, and what is stopped or
put off is little."""
PAUSE: Final = timedelta(minutes=5)
"""Before a delivery is looked at again that failed by a fault of ours."""
GIVES_UP_AFTER: Final = timedelta(hours=24)
FAULT: Final = "fault"
"""The reason of a delivery at which our own code fails."""


def put_off(
    session: Session, letterbox: Letterbox, run_id: int, until: datetime, now: datetime
) -> int:
    """Take back what has not left of a run, to be judged again at `until`; how many deliveries."""
    keys = letterbox.take_back(session, run_id, TOO_LATE, now, begun=False)
    return sum(_PUT_OFF.run(session, key=key, until=until) for key in keys)


def take_up_due(session: Session, parts: Parts, now: datetime, most: int) -> int:
    """Take up deliveries whose time has come, so many at most; how many.

    A run whose letters still stand in the outbox gets no more of them, and keeps no other waiting.
    """
    taken = 0
    for run in _DUE_RUNS.all(session, moment=now):
        room = min(most - taken, BACKLOG - parts.letterbox.unsent(session, run.id))
        if room <= 0:
            continue
        for row in _DUE.all(session, run=run.id, moment=now, most=room):
            take_up(session, parts, row.id, now)
            taken += 1
    return taken


def list_due(session: Session, now: datetime, most: int) -> list[int]:
    """Deliveries whose time has come, of runs that run, so many at most."""
    runs = _DUE_RUNS.all(session, moment=now)
    due = (row.id for run in runs for row in _DUE.all(session, run=run.id, moment=now, most=most))
    return list(islice(due, most))


def try_later(session: Session, delivery_id: int, now: datetime) -> None:
    """A delivery could not be judged, by a fault of ours: again in a while, for a day. Then it has
    failed, so that its run comes to an end."""
    if _GIVE_UP.run(session, delivery=delivery_id, since=now - GIVES_UP_AFTER) == 1:
        return
    _RETRY.run(session, delivery=delivery_id, until=now + PAUSE, moment=now)


def take_up(session: Session, parts: Parts, delivery_id: int, now: datetime) -> None:
    """Judge one again, and post it, gather it, hold it back or defer it anew."""
    terms = hold_terms(session)
    delivery = session.get_one(Delivery, delivery_id, populate_existing=True)
    if delivery.state != DeliveryState.DEFERRED:
        return
    run = session.get_one(CampaignRun, delivery.run_id, populate_existing=True)
    if run.state != RunState.RUNNING:  # Since it was listed.
        return
    if delivery.occasion and is_delivery_over(session, delivery.occasion, now):
        hold_back(session, delivery.occasion, run_id=delivery.run_id)
        return
    if delivery.customer_id is None:
        until = quiet_ends_at(terms, now)
        if until is not None:  # A group's next period begins at midnight.
            _LATER.run(session, delivery=delivery_id, until=until)
            return
        _gather_again(session, delivery_id)
        return
    campaign = session.get_one(Campaign, run.campaign_id)
    node = find_send(run, delivery.node)
    one = Sending(parts, campaign, run, terms, node, delivery.occasion, now)
    sending.again(session, one, delivery)


def _gather_again(session: Session, delivery_id: int) -> None:
    statement = update(Delivery).where(
        col(Delivery.id) == delivery_id, col(Delivery.state) == DeliveryState.DEFERRED
    )
    gathered = {"state": DeliveryState.GATHERED.value, "reason": "", "due_at": None}
    affected_rows(session, statement.values(**gathered))


_TABLE = SQLModel.metadata.tables[Delivery.__tablename__]
_RUN = SQLModel.metadata.tables[CampaignRun.__tablename__]


def _moment(name: str) -> Any:
    return bindparam(name, type_=_TABLE.c.due_at.type)


_PUT_OFF: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.outbox_key == bindparam("key"), _TABLE.c.state == DeliveryState.POSTED.value)
    .values(
        state=DeliveryState.DEFERRED.value,
        reason=Reason.QUIET_HOURS.value,
        outbox_key=None,
        due_at=_moment("until"),
    )
)
_LATER: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("delivery"), in_state(_TABLE, DeliveryState.DEFERRED))
    .values(due_at=_moment("until"))
)
_IS_FAULTY = (_TABLE.c.id == bindparam("delivery"), in_state(_TABLE, DeliveryState.DEFERRED))
_GIVE_UP: Final = Prepared(
    update(_TABLE)
    .where(*_IS_FAULTY, _TABLE.c.reason == FAULT, _TABLE.c.planned_at <= _moment("since"))
    .values(state=DeliveryState.FAILED.value, due_at=None)
)
_RETRY: Final = Prepared(
    update(_TABLE)
    .where(*_IS_FAULTY)
    .values(
        due_at=_moment("until"),
        reason=FAULT,
        planned_at=case((_TABLE.c.reason == FAULT, _TABLE.c.planned_at), else_=_moment("moment")),
    )
)
"""What fails was planned, as it were, when it failed first."""
_IS_DUE = (in_state(_TABLE, DeliveryState.DEFERRED), _TABLE.c.due_at <= _moment("moment"))
_DUE_RUNS: Final = Prepared(
    select(_RUN.c.id)
    .where(
        _RUN.c.state == RunState.RUNNING.value,
        exists().where(_TABLE.c.run_id == _RUN.c.id, *_IS_DUE),
    )
    .order_by(_RUN.c.id)
)
_DUE: Final = Prepared(
    select(_TABLE.c.id)
    .where(_TABLE.c.run_id == bindparam("run"), *_IS_DUE)
    .order_by(_TABLE.c.due_at, _TABLE.c.id)
    .limit(bindparam("most"))
)
