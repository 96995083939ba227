"""The calendar: what goes out on which day, and what has."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from campaigns import calendar, plans
from campaigns.calendar import Outlook
from campaigns.journeys import sop
from campaigns.tables import Audience, CampaignKind, CampaignState, RunState
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import new_campaign
from tests.campaigns.journeys.journeying import begin, says, visitor

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI).astimezone(UTC)
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
DAILY = {"kind": "recurring", "time": "10:00", "from_day": "2026-11-23", "weekdays": [2, 3]}


def test_all_that_is_planned_stands_on_its_day(session: Session) -> None:
    once = new_campaign(session, plan={"kind": "once", "at": (NOON + DAY).isoformat()})
    often = new_campaign(
        session, kind=CampaignKind.RECURRING, plan=DAILY, state=CampaignState.PAUSED
    )
    new_campaign(session, kind=CampaignKind.RECURRING, plan=DAILY, state=CampaignState.STOPPED)

    found = calendar.planned(session, TODAY, TODAY + 6 * DAY, NOON)

    days = [(each.campaign_id, each.at, each.outlook) for each in found]
    assert days == [
        (often.id, NOON + DAY - timedelta(hours=2), Outlook.PAUSED),
        (once.id, NOON + DAY, Outlook.EXPECTED),
        (often.id, NOON + 2 * DAY - timedelta(hours=2), Outlook.PAUSED),
    ]


def test_what_is_due_in_the_night_leaves_in_the_morning(session: Session) -> None:
    at = NOON + timedelta(hours=11)
    new_campaign(session, plan={"kind": "once", "at": at.isoformat()}, state=CampaignState.DRAFT)

    (found,) = calendar.planned(session, TODAY, TODAY, NOON)

    assert (found.at, found.outlook) == (at, Outlook.DRAFT)
    assert found.leaves_at == NOON + timedelta(hours=20)


@pytest.mark.database
def test_steps_of_a_sop_stand_there_with_those_who_wait_for_them(session: Session) -> None:
    nodes = [
        says("d1", at={"day": 1, "time": "10:00"}),
        says("feast", at={"on": "2026-11-25", "time": "10:00"}),
    ]
    run = begin(session, NOON, nodes, kind="sop", from_day="2026-11-23")
    for _ in range(3):
        visitor(session, NOON)
    sop.enter_customers(session, id_of(run), 0, NOON, 10)

    found = calendar.planned(session, TODAY, TODAY + 6 * DAY, NOON)

    ten = NOON - timedelta(hours=2)
    assert [(each.node, each.at, each.recipients) for each in found] == [
        ("d1", ten + DAY, 3),
        ("feast", ten + 2 * DAY, 0),
    ]
    assert {each.audience for each in found} == {Audience.CUSTOMERS}


def test_what_went_out_and_what_was_missed_stand_there_too(session: Session) -> None:
    for late in (timedelta(), timedelta(hours=5)):
        campaign = new_campaign(
            session, plan={"kind": "once", "at": NOON.isoformat()}, next_at=NOON
        )
        plans.begin_due(session, id_of(campaign), NOON + late)

    found = calendar.went_out(session, TODAY, TODAY)

    assert [(each.state, each.reason) for each in found] == [
        (RunState.RUNNING, ""),
        (RunState.STOPPED, plans.MISSED),
    ]
    assert calendar.went_out(session, TODAY + DAY, TODAY + DAY) == []
