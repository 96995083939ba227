"""When plans go out: days, times and holidays of Shanghai, and what was missed."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from campaigns import plans
from campaigns.shapes import JourneyPlan, OncePlan, RecurringPlan, SopPlan, Trigger
from campaigns.tables import Campaign, CampaignKind, CampaignRun, CampaignState, Purpose, RunState
from commerce.calendar.hours import set_override
from commerce.calendar.workdays import is_working_day
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import new_campaign

TEN = time(10)
MOMENTS = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def there(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment in Shanghai."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def daily(session: Session, first: datetime, **changes: object) -> Campaign:
    """A campaign for each day at ten, whose first moment is given."""
    plan = RecurringPlan(time=TEN, from_day=first.astimezone(SHANGHAI).date())
    columns = {"kind": CampaignKind.RECURRING, "plan": plan.model_dump(mode="json"), **changes}
    return new_campaign(session, next_at=first, **columns)


def runs(session: Session, campaign: Campaign) -> list[tuple[datetime, str, str]]:
    """Slot, state and reason of each run of a campaign."""
    session.expire_all()
    found = select(CampaignRun).where(CampaignRun.campaign_id == campaign.id)
    return [
        (run.slot, run.state, run.reason)
        for run in session.exec(found.order_by(col(CampaignRun.slot)))
    ]


def test_a_moment_comes_once(session: Session) -> None:
    plan = OncePlan(at=there(2026, 11, 24))

    assert plans.next_at(session, plan, there(2026, 11, 23)) == there(2026, 11, 24)
    assert plans.next_at(session, plan, there(2026, 11, 24)) is None


def test_no_clock_begins_journeys_and_sops(session: Session) -> None:
    now = there(2026, 11, 23)

    assert plans.next_at(session, JourneyPlan(trigger=Trigger.WELCOME), now) is None
    assert plans.next_at(session, SopPlan(from_day=date(2026, 11, 1)), now) is None


@pytest.mark.parametrize(
    ("year", "months"),
    [(2026, [(1, 31), (2, 28), (3, 31), (4, 30)]), (2028, [(1, 31), (2, 29), (3, 31), (4, 30)])],
)
def test_a_day_that_a_month_does_not_have_is_its_last(
    session: Session, year: int, months: list[tuple[int, int]]
) -> None:
    plan = RecurringPlan(time=TEN, month_days=(31,), from_day=date(year, 1, 1))

    found = plans.moments(session, plan, there(year, 1, 1), there(year, 5, 1))

    assert found == [there(year, month, day) for month, day in months]


def test_two_days_that_fall_together_are_one(session: Session) -> None:
    plan = RecurringPlan(time=TEN, month_days=(30, 31), from_day=date(2026, 4, 1))

    found = plans.moments(session, plan, there(2026, 4, 1), there(2026, 5, 1))

    assert found == [there(2026, 4, 30)]


def test_working_days_are_those_of_china(session: Session) -> None:
    plan = RecurringPlan(time=TEN, days="workdays", from_day=date(2026, 9, 19))

    found = plans.moments(session, plan, there(2026, 9, 19, 0), there(2026, 10, 12, 0))

    days = [moment.astimezone(SHANGHAI).date() for moment in found]
    span = [date(2026, 9, 19) + timedelta(days=each) for each in range(23)]
    assert days == [day for day in span if is_working_day(day)]
    assert any(day.isoweekday() > 5 for day in days)  # 调休
    assert date(2026, 10, 1) not in days


def test_the_shops_own_days_off_count_more_than_the_calendar(session: Session) -> None:
    plan = RecurringPlan(time=TEN, days="holidays", from_day=date(2026, 11, 23))
    set_override(session, date(2026, 11, 25), is_working=False)
    set_override(session, date(2026, 11, 28), is_working=True)

    found = plans.moments(session, plan, there(2026, 11, 23), there(2026, 11, 30, 0))

    assert found == [there(2026, 11, 25), there(2026, 11, 29)]


def test_a_plan_that_is_never_ends_the_search(session: Session) -> None:
    day = date(2026, 11, 23)
    plan = RecurringPlan(time=TEN, from_day=day, until_day=day)

    assert plans.next_at(session, plan, there(2026, 11, 23)) is None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    after=MOMENTS,
    at=st.times(max_value=time(23, 59)),
    weekdays=st.frozensets(st.integers(1, 7), max_size=3),
    month_days=st.frozensets(st.integers(1, 31), max_size=3),
)
def test_the_next_moment_is_the_first_day_that_fits(
    session: Session,
    after: datetime,
    at: time,
    weekdays: frozenset[int],
    month_days: frozenset[int],
) -> None:
    plan = RecurringPlan(
        time=at,
        weekdays=tuple(weekdays),
        month_days=tuple(month_days),
        from_day=date(2025, 2, 27),
    )

    found = plans.next_at(session, plan, after)

    assert found is not None
    assert found > after
    local = found.astimezone(SHANGHAI)
    assert local.time() == at
    day = max(plan.from_day, after.astimezone(SHANGHAI).date())
    while day < local.date():  # Nothing between them fits.
        is_past = datetime.combine(day, at, SHANGHAI) <= after
        assert is_past or not _fits(day, weekdays, month_days)
        day += timedelta(days=1)
    assert _fits(local.date(), weekdays, month_days)


def _fits(day: date, weekdays: frozenset[int], month_days: frozenset[int]) -> bool:
    is_last = day.day == monthrange(day.year, day.month)[1]
    by_month = day.day in month_days or (is_last and any(each > day.day for each in month_days))
    return not (weekdays or month_days) or day.isoweekday() in weekdays or by_month


def test_a_slot_begins_once_and_the_next_is_set(session: Session) -> None:
    first = there(2026, 11, 23)
    campaign = daily(session, first)

    assert plans.due(session, first - timedelta(seconds=1)) == []
    assert plans.due(session, first) == [campaign.id]
    assert plans.begin_due(session, id_of(campaign), first) is not None
    assert plans.begin_due(session, id_of(campaign), first) is None

    assert runs(session, campaign) == [(first, RunState.RUNNING, "")]
    assert campaign.next_at == there(2026, 11, 24)


def test_after_two_hours_without_power_the_slot_still_runs(session: Session) -> None:
    first = there(2026, 11, 23)
    campaign = daily(session, first)

    begun = plans.begin_due(session, id_of(campaign), first + timedelta(hours=2))

    assert begun is not None
    assert begun.slot == first
    assert campaign.next_at == there(2026, 11, 24)


@pytest.mark.database
def test_of_missed_slots_the_latest_runs_and_the_others_are_written_down(session: Session) -> None:
    campaign = daily(session, there(2026, 11, 20))

    plans.begin_due(session, id_of(campaign), there(2026, 11, 23, 11))

    assert runs(session, campaign) == [
        (there(2026, 11, 20), RunState.STOPPED, plans.MISSED),
        (there(2026, 11, 21), RunState.STOPPED, plans.MISSED),
        (there(2026, 11, 22), RunState.STOPPED, plans.MISSED),
        (there(2026, 11, 23), RunState.RUNNING, ""),
    ]


def test_marketing_that_is_too_late_does_not_go_out(session: Session) -> None:
    first = there(2026, 11, 23)
    campaign = daily(session, first)

    begun = plans.begin_due(session, id_of(campaign), first + timedelta(hours=3, seconds=1))

    assert begun is None
    assert runs(session, campaign) == [(first, RunState.STOPPED, plans.MISSED)]
    assert campaign.next_at == there(2026, 11, 24)


def test_a_service_notice_goes_out_however_late(session: Session) -> None:
    first = there(2026, 11, 23)
    campaign = daily(session, first, purpose=Purpose.SERVICE)

    begun = plans.begin_due(session, id_of(campaign), first + timedelta(hours=9))

    assert begun is not None
    assert begun.slot == first


@pytest.mark.database
def test_a_campaign_whose_only_slot_was_missed_is_done(session: Session) -> None:
    at = there(2026, 11, 23)
    campaign = new_campaign(session, plan={"kind": "once", "at": at.isoformat()}, next_at=at)

    plans.begin_due(session, id_of(campaign), at + timedelta(hours=4))

    session.refresh(campaign)
    assert campaign.state == CampaignState.DONE
    assert campaign.next_at is None


@pytest.mark.parametrize("state", [CampaignState.PAUSED, CampaignState.STOPPED])
def test_nothing_begins_of_a_campaign_that_is_not_active(
    session: Session, state: CampaignState
) -> None:
    at = there(2026, 11, 23)
    campaign = daily(session, at, state=state)

    assert plans.due(session, at) == []
    assert plans.begin_due(session, id_of(campaign), at) is None
    assert runs(session, campaign) == []
