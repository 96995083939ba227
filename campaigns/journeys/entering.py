"""Entering a journey: by an event of the shop, or when the moment of a cause has come.

Nobody is on a journey twice at a time, nor ever for the same cause; who has been on it enters
again after as many days as its plan says.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Exists, exists, or_, select, true
from sqlmodel import Session, SQLModel

from campaigns.journeys import causes
from campaigns.journeys.standing import Standing, list_standing, wakes_at
from campaigns.journeys.tables import EntryState, JourneyEntry
from campaigns.segments.asking import condition
from campaigns.shapes import JourneyPlan, Trigger
from campaigns.tables import CampaignKind
from commerce.customers.tables import Customer
from commerce.inserting import core, id_of, insert_once

AT_ONCE: Final = 200
"""Customers who enter in one transaction."""


def enter_for(
    session: Session,
    trigger: Trigger,
    customer_id: int,
    ref: str,
    subject: Mapping[str, Any],
    now: datetime,
) -> int:
    """Let a customer enter all journeys that an event begins; how many they entered.

    `ref` tells this event from others of its kind. The first step waits for the plan's minutes.
    """
    entered = 0
    for standing in list_standing(session, CampaignKind.JOURNEY):
        plan = standing.plan
        if not isinstance(plan, JourneyPlan) or plan.trigger is not trigger:
            continue
        asked = select(_CUSTOMER.c.id).where(
            _CUSTOMER.c.id == customer_id,
            *_wanted(standing, now),
            ~_entered(standing, _CUSTOMER.c.id, _lately(standing, now)),
        )
        if core(session).execute(asked).first() is None:
            continue
        begins_at = now + timedelta(minutes=plan.after_minutes)
        entered += _begin(session, standing, customer_id, ref, subject, now, begins_at)
    return entered


def enter_due(
    session: Session, triggers: Sequence[Trigger], now: datetime, most: int = AT_ONCE
) -> int:
    """Let customers enter whose cause has ripened; how many. Call again until it is 0."""
    entered = 0
    for standing in list_standing(session, CampaignKind.JOURNEY):
        plan = standing.plan
        if not isinstance(plan, JourneyPlan) or plan.trigger not in triggers:
            continue
        for cause in causes.ripe(plan, now):
            # Not joined: SQLite would begin with all customers.
            is_wanted = exists().where(_CUSTOMER.c.id == cause.customer, *_wanted(standing, now))
            before = or_(_lately(standing, now), cause.is_same(_ENTRY))
            statement = (
                cause.select()
                .where(
                    is_wanted.correlate_except(_CUSTOMER),
                    ~_entered(standing, cause.customer, before),
                )
                .limit(most)
            )
            for customer_id, ref in core(session).execute(statement).all():
                told = cause.told(ref)
                subject = {cause.name: told}
                entered += _begin(session, standing, customer_id, told, subject, now, now)
    return entered


def _begin(
    session: Session,
    standing: Standing,
    customer_id: int,
    ref: Any,
    subject: Mapping[str, Any],
    now: datetime,
    begins_at: datetime,
) -> bool:
    assert isinstance(standing.plan, JourneyPlan)  # noqa: S101 - its callers looked
    first = standing.nodes[0]
    return insert_once(
        session,
        JourneyEntry,
        campaign_id=standing.id,
        run_id=id_of(standing.run),
        recipient=f"c:{customer_id}",
        customer_id=customer_id,
        subject=dict(subject),
        cause=f"{standing.plan.trigger.value}:{ref}",
        state=EntryState.ACTIVE.value,
        end_reason="",
        node=first.id,
        wake_at=wakes_at(first, begins_at),
        entered_at=now,
    )


def _wanted(standing: Standing, now: datetime) -> Sequence[ColumnElement[bool]]:
    """Whether the journey is for the customer of the enclosing statement."""
    wants = _CUSTOMER.c.unsubscribed_at.is_(None) if standing.is_marketing else true()
    return condition(standing.rule, now), wants


def _lately(standing: Standing, now: datetime) -> ColumnElement[bool]:
    """Whether an entry is one after which nobody enters yet."""
    plan = standing.plan
    assert isinstance(plan, JourneyPlan)  # noqa: S101 - its callers looked
    again_after = now - timedelta(days=plan.again_after_days)
    return or_(_ENTRY.c.state == EntryState.ACTIVE.value, _ENTRY.c.entered_at > again_after)


def _entered(
    standing: Standing, customer_id: ColumnElement[int], which: ColumnElement[bool]
) -> Exists:
    """Whether a customer has such an entry of the campaign."""
    mine = _ENTRY.c.campaign_id == standing.id, _ENTRY.c.customer_id == customer_id
    return exists().where(*mine, which).correlate_except(_ENTRY)


_CUSTOMER: Final = SQLModel.metadata.tables[Customer.__tablename__]
_ENTRY: Final = SQLModel.metadata.tables[JourneyEntry.__tablename__]
