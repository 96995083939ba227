"""How the shop talks, every number counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from bot.figures import talking
from bot.figures.span import Span
from bot.figures.talking import FirstReplies, Satisfaction, SelfService, Talked, Waiting
from bot.handover.tables import HandoverState, Reason
from tests.bot.figures.rows import DAY, NOON, Rows

pytestmark = pytest.mark.database
MONDAY = Span(date(2026, 11, 23), date(2026, 11, 23))
TWO_DAYS = Span(date(2026, 11, 22), date(2026, 11, 23))


def test_a_conversation_counts_once_a_day_by_its_channel(session: Session, rows: Rows) -> None:
    alice, bob, carol = rows.talk(), rows.talk(), rows.talk(channel="wecom")
    for talk, at in [(alice, NOON - DAY), (alice, NOON), (alice, NOON), (bob, NOON), (carol, NOON)]:
        rows.line(talk, at)
    rows.line(bob, NOON - DAY, author="bot")  # What the shop says makes no conversation.

    assert talking.talked_by_day(session, TWO_DAYS) == [
        Talked("2026-11-22", "official_account", 1),
        Talked("2026-11-23", "official_account", 2),
        Talked("2026-11-23", "wecom", 1),
    ]


def test_a_day_begins_at_midnight_in_shanghai(session: Session, rows: Rows) -> None:
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    talk = rows.talk()
    rows.line(talk, midnight - timedelta(microseconds=1))
    rows.line(talk, midnight)
    rows.line(talk, midnight + DAY)

    assert talking.talked_by_day(session, TWO_DAYS) == [
        Talked("2026-11-22", "official_account", 1),
        Talked("2026-11-23", "official_account", 1),
    ]
    assert [each.day for each in talking.talked_by_day(session, MONDAY)] == ["2026-11-23"]


def test_three_of_four_conversations_were_served_alone(session: Session, rows: Rows) -> None:
    talks = [rows.talk() for _ in range(4)]
    for talk in talks:
        rows.line(talk)
    rows.handover(talks[0])
    rows.handover(talks[0], NOON + timedelta(hours=1))
    rows.handover(talks[1], NOON - DAY)  # The day before is not asked about.
    rows.handover(rows.talk())  # Wrote nothing on that day.

    found = talking.self_service(session, MONDAY)

    assert found == SelfService(conversations=4, handed_over=1)
    assert found.rate == 0.75


def test_without_conversations_there_is_no_rate(session: Session) -> None:
    assert talking.self_service(session, MONDAY).rate is None


def test_first_replies_are_ranked(session: Session, rows: Rows) -> None:
    for seconds in (70, 10, 30, 20, 60, 40, 50, 90, 80, 600):
        rows.handover(rows.talk(), replied_after=seconds)
    rows.handover(rows.talk())  # Nobody has answered it.
    rows.handover(rows.talk(), NOON - DAY, replied_after=9000)

    assert talking.first_replies(session, MONDAY) == FirstReplies(10, median=50, ninetieth=90)


def test_one_reply_is_its_own_median(session: Session, rows: Rows) -> None:
    rows.handover(rows.talk(), replied_after=7)

    assert talking.first_replies(session, MONDAY) == FirstReplies(1, 7, 7)


def test_nobody_answered_is_no_time_at_all(session: Session) -> None:
    assert talking.first_replies(session, MONDAY) == FirstReplies(0, None, None)


def test_reasons_are_counted_the_most_frequent_first(session: Session, rows: Rows) -> None:
    for reason in (Reason.ANGER, Reason.COMPLAINT, Reason.COMPLAINT):
        rows.handover(rows.talk(), reason=reason)
    rows.handover(rows.talk(), NOON - DAY, reason=Reason.ANGER)

    assert talking.handed_by_reason(session, MONDAY) == [("complaint", 2), ("anger", 1)]


def test_the_queue_is_the_one_of_this_moment(session: Session, rows: Rows) -> None:
    rows.handover(rows.talk(), NOON - 3 * DAY, state=HandoverState.QUEUED)
    rows.handover(rows.talk(), NOON, state=HandoverState.QUEUED)
    rows.handover(rows.talk(), state=HandoverState.CANCELLED)

    assert talking.waiting_now(session) == Waiting(queued=2, oldest=NOON - 3 * DAY, owned=0)


def test_an_empty_queue_has_no_oldest(session: Session) -> None:
    assert talking.waiting_now(session) == Waiting(0, None, 0)


def test_three_of_four_answers_were_pleased(session: Session, rows: Rows) -> None:
    for score in (3, 3, 3, 1, None):
        rows.rating(score)
    rows.rating(1, NOON - DAY)

    found = talking.satisfaction(session, MONDAY)

    assert found == Satisfaction(asked=5, pleased=3, so_so=0, displeased=1)
    assert found.rate == 0.75


def test_without_answers_nobody_is_pleased_or_displeased(session: Session, rows: Rows) -> None:
    rows.rating(None)

    assert talking.satisfaction(session, MONDAY).rate is None


def test_promises_count_on_the_day_they_were_broken(session: Session, rows: Rows) -> None:
    rows.miss("first_response")
    rows.miss("first_response")
    rows.miss("next_response")
    rows.miss("resolution", NOON - DAY)

    found = talking.broken_promises(session, MONDAY)

    assert (found.first_response, found.next_response, found.resolution) == (2, 1, 0)
    assert found.total == 3
