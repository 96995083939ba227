"""What goes out on which day, and what has gone out: the console's calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows

from campaigns.journeys.sop import schedule
from campaigns.journeys.standing import Standing, list_standing
from campaigns.journeys.tables import EntryState, JourneyEntry
from campaigns.plans import moments
from campaigns.shapes import PLAN, OncePlan, RecurringPlan, SopPlan
from campaigns.tables import (
    Audience,
    Campaign,
    CampaignKind,
    CampaignRun,
    CampaignState,
    CampaignTerms,
)
from campaigns.terms import get_terms, quiet_ends_at
from commerce.inserting import core, id_of
from commerce.shanghai import SHANGHAI

CLOCKED: Final = (CampaignKind.ONCE, CampaignKind.RECURRING)
"""Kinds of which each moment is a run."""
AN_INSTANT: Final = timedelta(microseconds=1)


class Outlook(StrEnum):
    """Whether a planned send will go out."""

    EXPECTED = "expected"
    PAUSED = "paused"
    """Not unless somebody resumes it."""
    DRAFT = "draft"
    """Not unless somebody activates it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that is planned for a moment."""

    campaign_id: int
    name: str
    kind: CampaignKind
    audience: Audience
    at: datetime
    leaves_at: datetime
    """Later than `at` where that is in the quiet hours."""
    outlook: Outlook
    node: str = ""
    """Of a SOP."""
    recipients: int | None = None
    """Of a SOP's step those who are on their way to it. None where nobody has counted."""


@dataclass(frozen=True, slots=True)
class WentOut:
    """A run that began, or was to."""

    campaign_id: int
    run_id: int
    name: str
    kind: CampaignKind
    audience: Audience
    at: datetime
    state: str
    """`tables.RunState`,"""
    reason: str
    """and why, where that says it."""


def planned(session: Session, first: date, last: date, now: datetime) -> list[Planned]:
    """What will go out from one day of Shanghai to another, both included, in order.

    Only what is still to come: `went_out` tells the rest.
    """
    since, until = max(_begin(first), now), _begin(last + timedelta(days=1)) - AN_INSTANT
    terms = get_terms(session)
    found = [*_by_clock(session, since, until, terms), *_by_days(session, since, until, terms)]
    return sorted(found, key=lambda each: (each.at, each.campaign_id, each.node))


def went_out(session: Session, first: date, last: date) -> list[WentOut]:
    """Runs of moments between two days of Shanghai, both included, in order."""
    statement = (
        select_rows(CampaignRun, Campaign)
        .join(Campaign, col(Campaign.id) == col(CampaignRun.campaign_id))
        .where(
            col(Campaign.kind).in_([kind.value for kind in CLOCKED]),
            col(CampaignRun.slot) >= _begin(first),
            col(CampaignRun.slot) < _begin(last + timedelta(days=1)),
        )
        .order_by(col(CampaignRun.slot), col(CampaignRun.id))
    )
    return [
        WentOut(
            id_of(campaign),
            id_of(run),
            campaign.name,
            CampaignKind(campaign.kind),
            Audience(campaign.audience),
            run.slot,
            run.state,
            run.reason,
        )
        for run, campaign in session.exec(statement)
    ]


def _by_clock(
    session: Session, since: datetime, until: datetime, terms: CampaignTerms
) -> Iterator[Planned]:
    statement = select_rows(Campaign).where(
        col(Campaign.kind).in_([kind.value for kind in CLOCKED]),
        col(Campaign.state).in_([state.value for state in _OUTLOOKS]),
    )
    for campaign in session.exec(statement.order_by(col(Campaign.id))):
        plan = PLAN.validate_python(campaign.plan)
        assert isinstance(plan, OncePlan | RecurringPlan)  # noqa: S101 - as its kind
        for at in moments(session, plan, since - AN_INSTANT, until):
            yield _planned(campaign, at, terms)


def _by_days(
    session: Session, since: datetime, until: datetime, terms: CampaignTerms
) -> Iterator[Planned]:
    """Steps of SOPs to which somebody is on their way, and those whose date is the same for all."""
    for standing in list_standing(session, CampaignKind.SOP):
        waiting = {
            (node, at): number
            for node, at, number in _on_their_way(session, standing.id, since, until)
        }
        dated = {(node, at): 0 for node, at in _dated(standing) if since <= at <= until}
        for (node, at), number in (dated | waiting).items():
            yield _planned(standing.campaign, at, terms, node, number)


def _on_their_way(
    session: Session, campaign_id: int, since: datetime, until: datetime
) -> Sequence[tuple[str, datetime, int]]:
    statement = (
        select(_ENTRY.c.node, _ENTRY.c.wake_at, func.count())
        .where(
            _ENTRY.c.campaign_id == campaign_id,
            _ENTRY.c.state == EntryState.ACTIVE.value,
            _ENTRY.c.wake_at.between(since, until),
        )
        .group_by(_ENTRY.c.node, _ENTRY.c.wake_at)
    )
    return [tuple(row) for row in core(session).execute(statement)]


def _dated(standing: Standing) -> Iterator[tuple[str, datetime]]:
    plan = standing.plan
    assert isinstance(plan, SopPlan)  # noqa: S101 - as its kind
    for at, node in schedule(standing, _begin(plan.from_day)):
        if node.at is not None and (node.at.on is not None or not plan.from_each):
            yield node.id, at


def _planned(
    campaign: Campaign,
    at: datetime,
    terms: CampaignTerms,
    node: str = "",
    recipients: int | None = None,
) -> Planned:
    return Planned(
        campaign_id=id_of(campaign),
        name=campaign.name,
        kind=CampaignKind(campaign.kind),
        audience=Audience(campaign.audience),
        at=at,
        leaves_at=quiet_ends_at(terms, at) or at,
        outlook=_OUTLOOKS[CampaignState(campaign.state)],
        node=node,
        recipients=recipients,
    )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


_OUTLOOKS: Final = {
    CampaignState.ACTIVE: Outlook.EXPECTED,
    CampaignState.PAUSED: Outlook.PAUSED,
    CampaignState.DRAFT: Outlook.DRAFT,
}
_ENTRY: Final = SQLModel.metadata.tables[JourneyEntry.__tablename__]
