"""Groups that lapse soon: who is reminded, when, how often, and of what."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from campaigns.group_reminders import MARKS, list_due, remind
from campaigns.ports import Note
from commerce.group_buys.tables import BuyingGroup, GroupActivity
from commerce.inserting import id_of
from commerce.payments.closing import let_lapse
from miniprogram_cards.paths import GROUP_PAGE, ORDER_PAGE, parse
from tests.commerce.group_buys.grouping import (
    join,
    member_of,
    members_of,
    open_one,
    order_in,
    pay_for,
    start_activity,
)
from tests.commerce.shop import NOW, SEALER

AT_TWO_HOURS, AT_HALF_AN_HOUR = MARKS
LIFETIME = timedelta(hours=6)
END = NOW + LIFETIME
A_BIT = timedelta(minutes=10)


@dataclass
class Notes:
    """Takes notes for customers who can be written to."""

    is_open: bool = True
    taken: list[Note] = field(default_factory=list)

    def send(self, _session: Session, note: Note, _now: datetime) -> bool:
        """Take the note, if the route is open."""
        if self.is_open:
            self.taken.append(note)
        return self.is_open

    def heard(self) -> dict[int, str]:
        """What each customer was told since this was last asked."""
        told = {note.customer_id: note.words for note in self.taken}
        assert len(told) == len(self.taken)
        self.taken.clear()
        return told


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def activity(session: Session) -> GroupActivity:
    """Three people for 30 yuan, five for 25; six hours."""
    return start_activity(session, {3: 3000, 5: 2500}, lifetime=LIFETIME)


@pytest.fixture
def group(session: Session, activity: GroupActivity) -> BuyingGroup:
    return open_one(session, activity)


def go_round(session: Session, notes: Notes, now: datetime) -> dict[int, str]:
    """What the job does at that moment; what each customer was told."""
    for due in list_due(session, now):
        remind(session, SEALER, notes, due, now)
    return notes.heard()


def leader_of(session: Session, group: BuyingGroup) -> int:
    return members_of(session, group)[0].customer_id


def test_leader_and_unpaid_joiner_hear_once_at_each_mark_what_is_missing_then(
    session: Session, notes: Notes, activity: GroupActivity, group: BuyingGroup
) -> None:
    leader, told = leader_of(session, group), []
    first = order_in(session, activity, group, now=END - AT_TWO_HOURS - A_BIT)
    second = None
    for minute in range(125, -5, -5):
        now = END - timedelta(minutes=minute)
        if minute == 100:
            let_lapse(session, id_of(first), now)
            join(session, activity, group, 1, now=now)
        if minute == 40:
            second = order_in(session, activity, group, now=now)
        told += [(minute, who, words) for who, words in go_round(session, notes, now).items()]

    assert second is not None
    assert [(minute, who) for minute, who, _ in told] == [
        (120, leader),
        (120, first.customer_id),
        (30, leader),
        (30, second.customer_id),
    ]
    for minute, _, words in told:
        assert ("还差2人，剩2小时" if minute == 120 else "还差1人，剩30分钟") in words
    assert "点这张卡片就能参团" in told[0][2]
    assert "付了款才占名额" in told[1][2]


def test_the_leaders_card_is_to_pass_on_and_the_joiners_to_pay(
    session: Session, notes: Notes, activity: GroupActivity, group: BuyingGroup
) -> None:
    order = order_in(session, activity, group, now=END - AT_TWO_HOURS - A_BIT)

    for due in list_due(session, END - AT_TWO_HOURS):
        remind(session, SEALER, notes, due, END - AT_TWO_HOURS)

    leaders, joiners = (parse(note.card.path) for note in notes.taken)
    assert (leaders.page, leaders.subject) == (GROUP_PAGE, group.group_no)
    assert (joiners.page, joiners.subject) == (ORDER_PAGE, order.order_no)
    for note in notes.taken:
        assert note.card.title.endswith("还差2人 剩2小时")
        assert note.until == END - AT_HALF_AN_HOUR


def test_a_group_with_enough_heads_is_left_alone(
    session: Session, notes: Notes, activity: GroupActivity, group: BuyingGroup
) -> None:
    due = list_due(session, END - AT_TWO_HOURS)
    join(session, activity, group, 2, now=END - AT_TWO_HOURS)

    assert len(due) == 1
    assert not remind(session, SEALER, notes, due[0], END - AT_TWO_HOURS)
    assert list_due(session, END - AT_TWO_HOURS) == []
    join(session, activity, group, 2, now=END - AT_TWO_HOURS)
    assert list_due(session, END - AT_HALF_AN_HOUR) == []


def test_who_has_paid_meanwhile_or_can_no_longer_pay_is_not_asked_to(
    session: Session, notes: Notes, activity: GroupActivity, group: BuyingGroup
) -> None:
    at = END - AT_TWO_HOURS
    paid = order_in(session, activity, group, now=at - A_BIT)
    due = {each.member_id: each for each in list_due(session, at)}
    pay_for(session, paid, at)
    too_late = order_in(session, activity, group, now=at - timedelta(minutes=29))

    assert not remind(session, SEALER, notes, due[id_of(member_of(session, paid))], at)
    waiting = id_of(member_of(session, too_late))
    assert waiting not in {each.member_id for each in list_due(session, at)}


def test_who_came_after_the_mark_hears_at_the_next_one_only(
    session: Session, notes: Notes, activity: GroupActivity, group: BuyingGroup
) -> None:
    short = start_activity(session, lifetime=timedelta(hours=2))
    young = open_one(session, short, END - AT_TWO_HOURS)
    late = order_in(session, activity, group, now=END - AT_TWO_HOURS + A_BIT)

    at_first = go_round(session, notes, END - AT_TWO_HOURS + 2 * A_BIT)
    at_last = go_round(session, notes, END - AT_HALF_AN_HOUR)

    assert set(at_first) == {leader_of(session, group)}
    assert set(at_last) == {leader_of(session, group), leader_of(session, young)}
    assert late.customer_id not in at_first


def test_a_missed_mark_is_made_good_until_the_next_is_due(
    session: Session, notes: Notes, group: BuyingGroup
) -> None:
    leader = leader_of(session, group)
    one_hour_left = END - timedelta(hours=1)

    assert "剩1小时" in go_round(session, notes, one_hour_left)[leader]
    assert go_round(session, notes, one_hour_left + A_BIT) == {}

    (due,) = list_due(session, END - AT_HALF_AN_HOUR)
    assert due.minutes == 30


def test_after_a_long_outage_only_the_last_mark_is_told(
    session: Session, notes: Notes, group: BuyingGroup
) -> None:
    now = END - timedelta(minutes=20)

    assert "剩20分钟" in go_round(session, notes, now)[leader_of(session, group)]
    assert go_round(session, notes, now) == {}
    assert list_due(session, END - timedelta(minutes=2)) == []


def test_nobody_is_woken_and_the_mark_is_told_in_the_morning_if_it_still_holds(
    session: Session, notes: Notes, activity: GroupActivity
) -> None:
    end = datetime.fromisoformat("2026-11-12T09:00:00+08:00")
    group = open_one(session, activity, end - LIFETIME)

    asleep = [go_round(session, notes, end - timedelta(minutes=left)) for left in (120, 90, 61)]
    awake = go_round(session, notes, end - timedelta(hours=1))

    assert asleep == [{}, {}, {}]
    assert "剩1小时" in awake[leader_of(session, group)]


def test_who_cannot_be_written_to_is_not_reminded_of_that_mark_later(
    session: Session, notes: Notes, group: BuyingGroup
) -> None:
    notes.is_open = False
    assert go_round(session, notes, END - AT_TWO_HOURS) == {}

    notes.is_open = True
    assert go_round(session, notes, END - AT_TWO_HOURS + A_BIT) == {}
    assert set(go_round(session, notes, END - AT_HALF_AN_HOUR)) == {leader_of(session, group)}


def test_two_who_try_at_once_remind_once(
    session: Session, notes: Notes, group: BuyingGroup
) -> None:
    at = END - AT_TWO_HOURS
    first, second = list_due(session, at), list_due(session, at)

    tried = [remind(session, SEALER, notes, due, at) for due in (*first, *second)]

    assert tried == [True, False]
