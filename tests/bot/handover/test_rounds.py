"""What the clock does: customers left waiting, silent ends, promises in working time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.clock import FrozenClock
from bot.handover import assigning, owning, promises, rounds, terms
from bot.handover.episodes import find_live, speaker_of
from bot.handover.heard import customer_wrote
from bot.handover.service_tables import ServiceMiss
from bot.handover.tables import HandoverMove
from bot.handover.words import note_answer
from bot.messages import Incoming
from bot.staff.tables import Staff
from commerce.calendar.hours import set_week
from tests.bot.handover.conftest import Floor

OFFICE = {day: [(9 * 60, 18 * 60)] for day in range(5)}


def write(floor: Floor, talk_id: int) -> None:
    """The customer says something."""
    talk = floor.view(talk_id)
    said = Incoming("k", "official_account", "a", "o", "text", "在吗", floor.now)
    customer_wrote(floor.session, talk, said, floor.now)


def test_an_agent_silent_for_five_minutes_loses_the_customer_to_another_once(floor: Floor) -> None:
    wang, li = floor.hire(), floor.hire()
    talk_id = floor.write_in()
    asked = floor.ask(talk_id)
    owning.take(floor.session, talk_id, wang, 0, floor.now)
    write(floor, talk_id)

    floor.advance(minutes=4, seconds=59)
    floor.seen(wang, li)
    assert rounds.list_left_waiting(floor.session, floor.now) == []

    floor.advance(seconds=1)
    assert rounds.list_left_waiting(floor.session, floor.now) == [(talk_id, "silent")]
    assert rounds.requeue_one(floor.session, talk_id, "silent", floor.now)
    assert not rounds.requeue_one(floor.session, talk_id, "silent", floor.now)
    (given,) = assigning.assign_waiting(floor.session, floor.now)

    assert (given.id, given.staff_id) == (asked.handover_id, li)
    assert rounds.list_left_waiting(floor.session, floor.now) == []
    history = floor.session.exec(
        select(HandoverMove).where(HandoverMove.handover_id == given.id).order_by("id")
    ).all()
    assert [each.kind for each in history] == ["queued", "taken", "requeued", "taken"]
    assert history[2].about == {"left_by": wang, "why": "silent"}
    assert history[3].actor == "clock"


def test_who_let_a_customer_wait_does_not_get_them_again_by_themselves(floor: Floor) -> None:
    wang, talk_id = floor.hire(), floor.write_in()
    floor.ask(talk_id)
    owning.take(floor.session, talk_id, wang, 0, floor.now)
    write(floor, talk_id)
    floor.advance(minutes=5)
    floor.seen(wang)
    rounds.requeue_one(floor.session, talk_id, "silent", floor.now)

    assert assigning.assign_waiting(floor.session, floor.now) == []


def test_the_customer_of_an_agent_who_is_gone_waits_no_five_minutes(floor: Floor) -> None:
    wang, talk_id = floor.hire(), floor.write_in()
    owning.take(floor.session, talk_id, wang, 0, floor.now)
    floor.advance(minutes=10)
    assert rounds.list_left_waiting(floor.session, floor.now) == []

    write(floor, talk_id)
    assert rounds.list_left_waiting(floor.session, floor.now) == [(talk_id, "away")]

    floor.seen(wang)
    assert rounds.list_left_waiting(floor.session, floor.now) == []
    floor.session.get_one(Staff, wang).is_active = False
    floor.session.flush()
    assert rounds.list_left_waiting(floor.session, floor.now) == [(talk_id, "away")]


def test_a_service_ends_by_itself_when_the_customer_was_answered_and_says_no_more(
    floor: Floor,
) -> None:
    wang, talk_id = floor.hire(), floor.write_in()
    floor.ask(talk_id)
    owning.take(floor.session, talk_id, wang, 0, floor.now)
    floor.advance(minutes=31)
    assert rounds.list_silent(floor.session, floor.now) == []  # Nobody has answered them.

    note_answer(floor.session, find_live(floor.session, talk_id), floor.now)
    floor.advance(minutes=29)
    assert rounds.list_silent(floor.session, floor.now) == []
    floor.advance(minutes=1)
    assert rounds.end_one(floor.session, talk_id, floor.now)
    assert not rounds.end_one(floor.session, talk_id, floor.now)

    assert floor.view(talk_id).owner == "bot"
    assert floor.events("handover_ended")[0]["actor"] == "timeout"


def test_a_customer_in_wecoms_own_client_is_left_to_wecoms_rules(floor: Floor) -> None:
    floor.hire(wecom_userid="wang")
    talk_id = floor.write_in("wecom")
    owning.taken_by_servicer(floor.session, talk_id, "wang", floor.now)
    write(floor, talk_id)
    floor.advance(hours=2)

    assert rounds.list_left_waiting(floor.session, floor.now) == []
    note_answer(floor.session, find_live(floor.session, talk_id), floor.now)
    floor.advance(hours=2)
    assert rounds.list_silent(floor.session, floor.now) == []


@pytest.fixture
def before_the_holiday(frozen_clock: FrozenClock) -> FrozenClock:
    """30 September 2026, 17:58 in Shanghai: two minutes, then 国庆."""
    frozen_clock.advance(
        seconds=(datetime(2026, 9, 30, 9, 58, tzinfo=UTC) - frozen_clock.now()).total_seconds()
    )
    return frozen_clock


def test_a_promise_is_broken_at_the_very_second_of_working_time(
    before_the_holiday: FrozenClock, floor: Floor
) -> None:
    set_week(floor.session, OFFICE)
    terms.set_terms(floor.session, first_response_minutes=5, resolution_minutes=0)
    floor.hire()
    asked = floor.ask(floor.write_in())
    due_at = datetime(2026, 10, 8, 1, 3, tzinfo=UTC)  # 9:03 on the first day after it.

    for moment in (floor.now + timedelta(days=5), due_at):
        assert rounds.note_all_misses(floor.session, moment) == 0
    assert rounds.note_all_misses(floor.session, due_at + timedelta(seconds=1)) == 1
    assert rounds.note_all_misses(floor.session, due_at + timedelta(hours=1)) == 0

    (miss,) = floor.session.exec(select(ServiceMiss)).all()
    assert (miss.handover_id, miss.clock, miss.at) == (asked.handover_id, "first_response", due_at)
    assert floor.moves(asked.handover_id) == ["queued", "missed"]


def test_an_answer_that_comes_too_late_is_a_miss_even_between_two_rounds(floor: Floor) -> None:
    terms.set_terms(
        floor.session, first_response_minutes=1, next_response_minutes=2, resolution_minutes=10
    )
    wang, talk_id = floor.hire(), floor.write_in()
    floor.ask(talk_id)
    owning.take(floor.session, talk_id, wang, 0, floor.now)
    floor.advance(seconds=60)
    note_answer(floor.session, find_live(floor.session, talk_id), floor.now)

    write(floor, talk_id)
    wrote_at = floor.now
    floor.advance(seconds=30)
    write(floor, talk_id)
    floor.advance(seconds=91)
    note_answer(floor.session, find_live(floor.session, talk_id), floor.now)
    floor.advance(minutes=10)
    owning.hand_back(floor.session, talk_id, speaker_of(wang), 1, floor.now)

    misses = floor.session.exec(select(ServiceMiss).order_by("id")).all()
    assert [each.clock for each in misses] == ["next_response", "resolution"]
    assert misses[0].at == wrote_at + timedelta(minutes=2)


def test_nobody_is_promised_an_answer_to_what_nobody_asked(floor: Floor) -> None:
    wang, talk_id = floor.hire(), floor.write_in()
    owning.take(floor.session, talk_id, wang, 0, floor.now)
    live = find_live(floor.session, talk_id)
    assert live is not None
    floor.advance(minutes=30)

    assert promises.note_misses(floor.session, live, floor.now) == []
