"""Leaving a journey early. What it has said and has not left by then is held back."""

from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, exists, or_, select, update
from sqlmodel import Session, SQLModel

from campaigns.journeys.tables import EntryState, JourneyEntry, JourneyMove
from campaigns.limits import Reason
from campaigns.ports import Letterbox
from campaigns.shapes import PLAN, EarlyEnd, JourneyPlan, SopPlan
from campaigns.tables import (
    Campaign,
    CampaignKind,
    CampaignRun,
    CampaignState,
    Delivery,
    DeliveryState,
    RunState,
)
from commerce.columns import in_state
from commerce.customers.tag_tables import Tagged
from commerce.prepared import Prepared

OVER: Final = "over"
"""What it was about is no more."""
STOPPED: Final = "stopped"
"""The campaign was."""
ENDED: Final = "the journey ended early"
"""What the outbox says of a letter that was taken back."""


def end_by(
    session: Session,
    letterbox: Letterbox,
    customer_id: int,
    why: EarlyEnd,
    at: datetime,
    now: datetime,
) -> int:
    """End the journeys of a customer that something ends which happened at `at`; how many.

    Those that began after it stand. Unsubscribing ends all. Who has done all steps is on a journey
    as long as something that they said has not left.
    """
    ended = 0
    for row in _OPEN.all(session, customer=customer_id):
        if row.entered_at <= at and (why is EarlyEnd.UNSUBSCRIBED or why in _ends_by(row.plan)):
            ended += end(session, letterbox, row.id, why.value, now)
    return ended


def ends_by_tag(session: Session, entry: JourneyEntry) -> bool:
    """Whether the customer of an entry bears the tag that ends it."""
    plan = PLAN.validate_python(session.get_one(Campaign, entry.campaign_id).plan)
    if not isinstance(plan, JourneyPlan | SopPlan) or EarlyEnd.TAG not in plan.ends_by:
        return False
    if plan.end_tag_id is None or entry.customer_id is None:
        return False
    return session.get(Tagged, (entry.customer_id, plan.end_tag_id)) is not None


def end(session: Session, letterbox: Letterbox, entry_id: int, reason: str, now: datetime) -> bool:
    """End one early, and take back its letters; false when it had ended.

    A letter that has begun to leave or is in doubt goes on, and so does what a mass task has.
    """
    # Held first: what has not left is asked of what is true after that.
    _HOLD.first(session, entry=entry_id)
    row = _END.first(session, entry=entry_id, reason=reason, moment=now)
    if row is None:
        return False
    session.add(JourneyMove(entry_id=entry_id, node=row.node, outcome=f"ended:{reason}", at=now))
    _take_back(session, letterbox, entry_id, row.run_id, now)
    hold_back(session, entry_id, run_id=row.run_id)
    return True


def hold_back(session: Session, entry_id: int, *, run_id: int) -> None:
    """Hold back what an entry's steps have said that waits for its time or for a mass task."""
    _HOLD_BACK.run(session, entry=entry_id, run=run_id)


def is_any_stopped(session: Session) -> bool:
    """Whether somebody is on a journey that was stopped."""
    return _STOPPED.first(session) is not None


def end_stopped(session: Session, letterbox: Letterbox, now: datetime, most: int) -> int:
    """End entries of campaigns that were stopped, so many at most; how many."""
    ended = 0
    for run in _STOPPED.all(session):
        of_run = {"campaign": run.campaign_id, "run": run.id}
        for row in _OF_RUN.all(session, **of_run, most=most - ended):
            ended += end(session, letterbox, row.id, STOPPED, now)
    return ended


def leave_one(session: Session, letterbox: Letterbox, customer_id: int, now: datetime) -> None:
    """Of several entries of one campaign the oldest goes on: two customers were one person."""
    seen: set[int] = set()
    for row in _OPEN.all(session, customer=customer_id):
        if row.campaign_id in seen:
            end(session, letterbox, row.id, STOPPED, now)
        seen.add(row.campaign_id)


def is_listened_for(session: Session, customer_id: int, why: EarlyEnd) -> bool:
    """Whether the customer is on a journey that this ends."""
    open_ones = _OPEN.all(session, customer=customer_id)
    return any(why in _ends_by(row.plan) for row in open_ones)


def _take_back(
    session: Session, letterbox: Letterbox, entry_id: int, run_id: int, now: datetime
) -> None:
    posted = [row.outbox_key for row in _POSTED.all(session, entry=entry_id, run=run_id)]
    if posted:
        for key in letterbox.take_back(session, run_id, ENDED, now, begun=False, only=posted):
            _GIVE_UP.run(session, key=key)


def _ends_by(told: object) -> tuple[EarlyEnd, ...]:
    plan = PLAN.validate_python(told)
    return plan.ends_by if isinstance(plan, JourneyPlan | SopPlan) else ()


_ENTRY: Final = SQLModel.metadata.tables[JourneyEntry.__tablename__]
_CAMPAIGN: Final = SQLModel.metadata.tables[Campaign.__tablename__]
_RUN: Final = SQLModel.metadata.tables[CampaignRun.__tablename__]
_DELIVERY: Final = SQLModel.metadata.tables[Delivery.__tablename__]
_IS_ACTIVE = in_state(_ENTRY, EntryState.ACTIVE)
_WAITING = (DeliveryState.DEFERRED, DeliveryState.GATHERED)
_IS_OPEN = or_(
    _IS_ACTIVE,
    and_(
        in_state(_ENTRY, EntryState.DONE),
        exists().where(
            _DELIVERY.c.run_id == _ENTRY.c.run_id,
            _DELIVERY.c.occasion == _ENTRY.c.id,
            in_state(_DELIVERY, *_WAITING, DeliveryState.POSTED),
        ),
    ),
)
_OPEN: Final = Prepared(
    select(_ENTRY.c.id, _ENTRY.c.campaign_id, _ENTRY.c.entered_at, _CAMPAIGN.c.plan)
    .join_from(_ENTRY, _CAMPAIGN, _CAMPAIGN.c.id == _ENTRY.c.campaign_id)
    .where(_ENTRY.c.customer_id == bindparam("customer"), _IS_OPEN)
    .order_by(_ENTRY.c.id)
)
_HOLD: Final = Prepared(
    select(_ENTRY.c.id).where(_ENTRY.c.id == bindparam("entry")).with_for_update(key_share=True)
)
_END: Final = Prepared(
    update(_ENTRY)
    .where(_ENTRY.c.id == bindparam("entry"), _IS_OPEN)
    .values(
        state=EntryState.ENDED_EARLY.value,
        end_reason=bindparam("reason"),
        ended_at=bindparam("moment", type_=_ENTRY.c.ended_at.type),
    )
    .returning(_ENTRY.c.node, _ENTRY.c.run_id)
)
_OF_ENTRY = (
    _DELIVERY.c.run_id == bindparam("run"),
    _DELIVERY.c.occasion == bindparam("entry"),
)
_HELD_BACK = {"state": DeliveryState.HELD_BACK.value, "reason": Reason.STOPPED.value}
_POSTED: Final = Prepared(
    select(_DELIVERY.c.outbox_key).where(
        *_OF_ENTRY, in_state(_DELIVERY, DeliveryState.POSTED), _DELIVERY.c.outbox_key.is_not(None)
    )
)
_GIVE_UP: Final = Prepared(
    update(_DELIVERY)
    .where(_DELIVERY.c.outbox_key == bindparam("key"), in_state(_DELIVERY, DeliveryState.POSTED))
    .values(**_HELD_BACK)
)
_HOLD_BACK: Final = Prepared(
    update(_DELIVERY)
    .where(*_OF_ENTRY, in_state(_DELIVERY, *_WAITING))
    .values(**_HELD_BACK, due_at=None)
)
_STOPPED: Final = Prepared(
    select(_RUN.c.id, _RUN.c.campaign_id)
    .join_from(_RUN, _CAMPAIGN, _CAMPAIGN.c.id == _RUN.c.campaign_id)
    .where(
        or_(*(_CAMPAIGN.c.kind == kind.value for kind in (CampaignKind.JOURNEY, CampaignKind.SOP))),
        or_(in_state(_CAMPAIGN, CampaignState.STOPPED), in_state(_RUN, RunState.STOPPED)),
        exists().where(
            _ENTRY.c.campaign_id == _RUN.c.campaign_id, _ENTRY.c.run_id == _RUN.c.id, _IS_ACTIVE
        ),
    )
    .order_by(_RUN.c.id)
)
_OF_RUN: Final = Prepared(
    select(_ENTRY.c.id)
    .where(
        _ENTRY.c.campaign_id == bindparam("campaign"),
        _ENTRY.c.run_id == bindparam("run"),
        _IS_ACTIVE,
    )
    .limit(bindparam("most"))
)
