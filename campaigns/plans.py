"""When a campaign goes out by the clock, and what becomes of moments that were missed.

All times of day are those of Shanghai, where no summer time moves them.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, exists, select, update
from sqlmodel import Session, SQLModel

from campaigns.deliveries import BY_ITSELF
from campaigns.runner import begin
from campaigns.shapes import PLAN, JourneyPlan, OncePlan, Plan, RecurringPlan, SopPlan
from campaigns.tables import Campaign, CampaignRun, CampaignState, Purpose, RunState
from commerce.calendar.hours import list_overrides
from commerce.calendar.workdays import is_working_day
from commerce.columns import in_state
from commerce.inserting import id_of
from commerce.prepared import Prepared
from commerce.shanghai import SHANGHAI

LATEST: Final = timedelta(hours=3)
"""Marketing that is later than this does not go out: whoever planned it meant another hour."""
MISSED: Final = "错过了时间"
"""Why a run that was never begun stands among the stopped ones."""
LOOKED_AHEAD: Final = 400
"""Days in which a recurring plan must find its next one: each of a year, and holidays move."""
MOST_MISSED: Final = 31
"""Of moments that were missed so many are written down, the latest."""


def next_at(session: Session, plan: Plan, after: datetime) -> datetime | None:
    """The first moment of a plan beyond `after`, in UTC; None when there is none.

    Weekdays and days of the month add up. Of journeys and SOPs no clock begins a run.
    """
    match plan:
        case OncePlan():
            return plan.at.astimezone(UTC) if plan.at > after else None
        case RecurringPlan():
            return next(_moments(session, plan, after), None)
        case JourneyPlan() | SopPlan():
            return None


def moments(session: Session, plan: Plan, after: datetime, until: datetime) -> list[datetime]:
    """Every moment of a plan beyond `after`, up to `until`, in order."""
    if isinstance(plan, RecurringPlan):
        found = []
        for moment in _moments(session, plan, after, until):
            if moment > until:
                break
            found.append(moment)
        return found
    only = next_at(session, plan, after)
    return [] if only is None or only > until else [only]


def due(session: Session, now: datetime) -> list[int]:
    """Campaigns whose moment has come, the earliest first."""
    return [row.id for row in _DUE.all(session, moment=now)]


def begin_due(session: Session, campaign_id: int, now: datetime) -> CampaignRun | None:
    """Begin the run of a campaign whose moment has come, and set the next; None if none begins.

    Of several moments that were missed the latest runs. Marketing that is too late does not; what
    does not run stands among the stopped runs. Of several workers one does it.
    """
    campaign = session.get_one(Campaign, campaign_id, populate_existing=True)
    seen = campaign.next_at
    if campaign.state != CampaignState.ACTIVE or seen is None or seen > now:
        return None
    plan = PLAN.validate_python(campaign.plan)
    then = next_at(session, plan, now)
    session.expire(campaign, ["next_at"])
    if _ADVANCE.run(session, campaign=campaign_id, seen=seen, then=then) != 1:
        return None
    slots = [seen, *moments(session, plan, seen, now)]
    is_late = campaign.purpose == Purpose.MARKETING and now - slots[-1] > LATEST
    missed = slots if is_late else slots[:-1]
    for slot in missed[-MOST_MISSED:]:
        _write_down(session, campaign, slot, now)
    if is_late:
        _CLOSE.run(session, campaign=campaign_id, moment=now)
        return None
    return begin(session, campaign, slots[-1], now)


def _moments(
    session: Session, plan: RecurringPlan, after: datetime, until: datetime | None = None
) -> Iterator[datetime]:
    overrides = {each.day: each.is_working for each in list_overrides(session)}
    began = max(plan.from_day, after.astimezone(SHANGHAI).date())
    ends = began + timedelta(days=LOOKED_AHEAD)
    if until is not None:
        ends = max(ends, until.astimezone(SHANGHAI).date())
    if plan.until_day is not None:
        ends = min(ends, plan.until_day)
    for number in range((ends - began).days + 1):
        day = began + timedelta(days=number)
        moment = datetime.combine(day, plan.time, SHANGHAI).astimezone(UTC)
        if moment > after and _is_day_of(plan, day, overrides):
            yield moment


def _is_day_of(plan: RecurringPlan, day: date, overrides: Mapping[date, bool]) -> bool:
    if plan.days != "all":
        works = overrides.get(day)
        works = is_working_day(day) if works is None else works
        if works != (plan.days == "workdays"):
            return False
    if not plan.weekdays and not plan.month_days:
        return True
    last = monthrange(day.year, day.month)[1]
    of_month = {min(each, last) for each in plan.month_days}
    return day.isoweekday() in plan.weekdays or day.day in of_month


def _write_down(session: Session, campaign: Campaign, slot: datetime, now: datetime) -> None:
    """Keep a run that was not begun, for those who wonder."""
    run = begin(session, campaign, slot, now)
    if run is not None:
        _MISS.run(session, run=id_of(run), moment=now)
        session.expire(run)


_CAMPAIGN: Final = SQLModel.metadata.tables[Campaign.__tablename__]
_RUN: Final = SQLModel.metadata.tables[CampaignRun.__tablename__]
_MOMENT: Final = _CAMPAIGN.c.next_at.type
_IS_ACTIVE = _CAMPAIGN.c.state == CampaignState.ACTIVE.value
_DUE: Final = Prepared(
    select(_CAMPAIGN.c.id)
    .where(_IS_ACTIVE, _CAMPAIGN.c.next_at <= bindparam("moment", type_=_MOMENT))
    .order_by(_CAMPAIGN.c.next_at, _CAMPAIGN.c.id)
)
_ADVANCE: Final = Prepared(
    update(_CAMPAIGN)
    .where(
        _CAMPAIGN.c.id == bindparam("campaign"),
        _IS_ACTIVE,
        _CAMPAIGN.c.next_at == bindparam("seen", type_=_MOMENT),
    )
    .values(next_at=bindparam("then", type_=_MOMENT))
)
_MISS: Final = Prepared(
    update(_RUN)
    .where(_RUN.c.id == bindparam("run"), in_state(_RUN, RunState.RUNNING))
    .values(
        state=RunState.STOPPED.value,
        reason=MISSED,
        decided_by=BY_ITSELF,
        ended_at=bindparam("moment", type_=_RUN.c.ended_at.type),
    )
)
_GOES_ON = exists().where(
    _RUN.c.campaign_id == _CAMPAIGN.c.id, in_state(_RUN, RunState.RUNNING, RunState.PAUSED)
)
_CLOSE: Final = Prepared(
    update(_CAMPAIGN)
    .where(
        _CAMPAIGN.c.id == bindparam("campaign"),
        _IS_ACTIVE,
        _CAMPAIGN.c.next_at.is_(None),
        ~_GOES_ON,
    )
    .values(
        state=CampaignState.DONE.value,
        updated_at=bindparam("moment", type_=_CAMPAIGN.c.updated_at.type),
    )
)
