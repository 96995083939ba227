"""Days and times: each step at its own for everybody, and for customer groups."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from campaigns.journeys import hearing, sop, stepping
from campaigns.journeys.tables import EntryState
from campaigns.tables import Audience, CampaignRun, DeliveryState
from commerce.community.tables import CommunityGroup
from commerce.customers.tags import save_tag, tag_customer
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import (
    begin,
    deliveries,
    entries,
    moves,
    says,
    tick,
    visitor,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI).astimezone(UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = [
    says("d0", at={"day": 0, "time": "20:00"}),
    says("d1", at={"day": 1, "time": "10:00"}),
    says("d2", at={"day": 2, "time": "10:00"}),
]
GROUPS = {"audience": Audience.GROUPS, "routes": ["mass"]}


def sop_of(
    session: Session,
    nodes: list[dict[str, Any]],
    changes: dict[str, Any] | None = None,
    **plan: Any,
) -> CampaignRun:
    """A SOP that began today."""
    told = {"kind": "sop", "from_day": "2026-11-23", **plan}
    return begin(session, NOON, nodes, changes, **told)


def enter(session: Session, run: CampaignRun, now: datetime) -> None:
    """Everybody enters who may."""
    last: int | None = 0
    while last is not None:
        last = sop.enter_customers(session, id_of(run), last, now, 2)
    sop.enter_groups(session, id_of(run), now)


def new_group(session: Session, chat_id: str, created_at: datetime) -> CommunityGroup:
    """A customer group."""
    group = CommunityGroup(chat_id=chat_id, name="茶友群", owner_userid="li", created_at=created_at)
    session.add(group)
    session.flush()
    return group


def test_days_are_counted_from_when_somebody_first_fits(session: Session) -> None:
    run = sop_of(session, WEEK)
    visitor(session, NOON)

    enter(session, run, NOON)

    (entry,) = entries(session, run)
    found = []
    now = NOON
    while entries(session, run)[0].state == EntryState.ACTIVE:
        now = entries(session, run)[0].wake_at
        found.append(now.astimezone(SHANGHAI).strftime("%d %H"))
        tick(session, now)
    assert entry.entered_at == NOON
    assert found == ["23 20", "24 10", "25 10"]


def test_day_nought_is_the_next_when_its_time_has_passed(session: Session) -> None:
    run = sop_of(session, WEEK[:1])
    visitor(session, NOON)

    enter(session, run, NOON + 9 * HOUR)

    at = entries(session, run)[0].wake_at.astimezone(SHANGHAI)
    assert (at.date(), at.time()) == (date(2026, 11, 24), time(20))


@pytest.mark.database
def test_all_enter_once_page_by_page(session: Session) -> None:
    run = sop_of(session, WEEK)
    people = [visitor(session, NOON) for _ in range(5)]

    enter(session, run, NOON)
    enter(session, run, NOON + HOUR)

    assert [entry.customer_id for entry in entries(session, run)] == people


def test_who_buys_on_the_second_day_gets_nothing_on_the_third(session: Session) -> None:
    run = sop_of(session, WEEK)
    buyer, other = visitor(session, NOON), visitor(session, NOON)
    enter(session, run, NOON)
    tick(session, NOON + 8 * HOUR)
    tick(session, NOON + DAY)

    paid_at = NOON + DAY + HOUR
    hearing.hear(session, PARTS.letterbox, "order_paid", {"customer_id": buyer}, paid_at, paid_at)
    tick(session, NOON + 2 * DAY)

    ended, done = entries(session, run)
    assert (ended.state, ended.end_reason) == (EntryState.ENDED_EARLY, "purchase")
    assert (done.customer_id, done.state) == (other, EntryState.DONE)
    sent = [(each.customer_id, each.node) for each in deliveries(session, run)]
    assert sent.count((buyer, "d1")) == 1
    assert (buyer, "d2") not in sent
    assert (other, "d2") in sent


def test_who_is_tagged_gets_no_more(session: Session) -> None:
    tag = save_tag(session, "意向", "已成交")
    run = sop_of(session, WEEK, ends_by=["tag"], end_tag_id=tag.id)
    who = visitor(session, NOON)
    enter(session, run, NOON)

    tag_customer(session, who, id_of(tag), "staff:1", NOON)
    tick(session, NOON + 8 * HOUR)

    assert entries(session, run)[0].end_reason == "tag"
    assert deliveries(session, run) == []


def test_a_step_whose_time_has_long_passed_is_left_out(session: Session) -> None:
    run = sop_of(session, WEEK)
    visitor(session, NOON)
    enter(session, run, NOON)

    tick(session, NOON + DAY + HOUR)

    outcomes = moves(session, run)
    assert outcomes[0] == ("d0", stepping.MISSED)
    assert outcomes[1][0] == "d1"
    assert [each.node for each in deliveries(session, run)] == ["d1"]


def test_two_hours_without_power_leave_no_step_out(session: Session) -> None:
    run = sop_of(session, WEEK[1:])
    visitor(session, NOON)
    enter(session, run, NOON)

    tick(session, NOON + DAY)

    assert [node for node, _ in moves(session, run)] == ["d1"]
    assert stepping.MISSED not in dict(moves(session, run)).values()


def test_an_early_step_waits_for_the_morning(session: Session) -> None:
    run = sop_of(session, [says("d1", at={"day": 1, "time": "07:00"})])
    visitor(session, NOON)
    enter(session, run, NOON)

    tick(session, NOON + 19 * HOUR)

    eight = NOON + 20 * HOUR
    assert entries(session, run)[0].wake_at == eight
    tick(session, eight)
    assert [each.planned_at for each in deliveries(session, run)] == [eight]


def test_nobody_enters_before_the_first_day(session: Session) -> None:
    run = sop_of(session, WEEK, from_day="2026-11-25")

    assert sop.list_sops(session, NOON) == []
    assert sop.list_sops(session, NOON + 2 * DAY) == [run.id]


@pytest.mark.database
def test_groups_have_their_days_from_when_they_were_made(session: Session) -> None:
    run = sop_of(session, WEEK, GROUPS)
    new_group(session, "wr1", NOON)
    new_group(session, "wr2", NOON - DAY)
    new_group(session, "wr3", NOON - 30 * DAY)

    enter(session, run, NOON)
    enter(session, run, NOON + HOUR)

    found = {entry.recipient: (entry.node, entry.wake_at) for entry in entries(session, run)}
    assert found == {
        "g:wr1": ("d0", NOON + 8 * HOUR),
        "g:wr2": ("d1", NOON - 2 * HOUR),
    }


def test_a_group_calendar_speaks_to_each_group_on_its_date(session: Session) -> None:
    nodes = [
        says("tea", at={"on": "2026-11-24", "time": "10:00"}),
        says("past", at={"on": "2026-11-01", "time": "10:00"}),
    ]
    run = sop_of(session, nodes, GROUPS, from_each=False)
    groups = [new_group(session, "wr1", NOON - DAY), new_group(session, "wr2", NOON - 90 * DAY)]
    enter(session, run, NOON)

    groups[1].dissolved_at = NOON
    session.add(groups[1])
    tick(session, NOON + 22 * HOUR)

    first, second = entries(session, run)
    assert first.state == EntryState.DONE
    assert (second.state, second.end_reason) == (EntryState.ENDED_EARLY, "over")
    found = [(each.node, each.group_id, each.state) for each in deliveries(session, run)]
    assert found == [("tea", groups[0].id, DeliveryState.GATHERED)]


def test_a_step_is_not_taken_before_its_time(session: Session) -> None:
    run = sop_of(session, WEEK)
    visitor(session, NOON)
    enter(session, run, NOON)
    (entry,) = entries(session, run)

    assert not stepping.step(session, PARTS, id_of(entry), NOON)


def test_both_steps_of_a_night_are_said_in_the_morning(session: Session) -> None:
    night = [says(f"n{hour}", at={"day": 0, "time": f"{hour}:30"}) for hour in (22, 23)]
    run = sop_of(session, night)
    visitor(session, NOON)
    enter(session, run, NOON)

    tick(session, NOON + 11 * HOUR)
    assert moves(session, run) == []
    tick(session, NOON + 20 * HOUR)
    tick(session, NOON + 20 * HOUR + timedelta(seconds=1))

    assert [outcome for _, outcome in moves(session, run)] == ["sent", "sent"]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0, ["23 14", "23 20", "24 10"]),
        (3, ["24 14", "24 20", "25 10"]),
        (9, ["24 14", "24 20", "25 10"]),
    ],
)
def test_who_comes_late_in_the_day_gets_every_step_in_its_order(
    session: Session, hours: int, expected: list[str]
) -> None:
    nodes = [
        says("d0", at={"day": 0, "time": "14:00"}),
        says("e0", at={"day": 0, "time": "20:00"}),
        says("d1", at={"day": 1, "time": "10:00"}),
    ]
    run = sop_of(session, nodes)
    visitor(session, NOON)

    enter(session, run, NOON + hours * HOUR)

    found = []
    while entries(session, run)[0].state == EntryState.ACTIVE:
        now = entries(session, run)[0].wake_at
        found.append(now.astimezone(SHANGHAI).strftime("%d %H"))
        tick(session, now)
    assert found == expected
    assert [node for node, _ in moves(session, run)] == ["d0", "e0", "d1"]
