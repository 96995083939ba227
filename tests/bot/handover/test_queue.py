"""The queue: who is next, how long, who gets whom, and how one leaves it."""

from sqlmodel import select

from bot.handover import assigning, owning, presence, queue, terms
from bot.handover.episodes import find_left_word, find_live, speaker_of
from bot.handover.tables import HandoverState, Reason
from bot.kf import sessions
from bot.kf.tables import State
from bot.staff.tables import Presence, Staff
from bot.tables import OutboxMessage, OutboxState
from commerce.calendar.hours import set_week
from tests.bot.handover.conftest import Floor


def test_of_ten_customers_two_agents_take_four_and_six_wait_in_their_order(floor: Floor) -> None:
    wang, li = floor.hire(capacity=2), floor.hire(capacity=2)
    asked = []
    for _ in range(10):
        floor.advance(seconds=1)
        asked.append(floor.ask(floor.write_in()))
    assert [each.position for each in asked] == list(range(1, 11))

    given = assigning.assign_waiting(floor.session, floor.now)

    assert [each.id for each in given] == [each.handover_id for each in asked[:4]]
    assert sorted(each.staff_id or 0 for each in given) == sorted([wang, wang, li, li])
    waiting = asked[4:]
    places = [queue.place(floor.session, each.handover_id).position for each in waiting]
    assert places == [1, 2, 3, 4, 5, 6]
    assert assigning.assign_waiting(floor.session, floor.now) == []

    first = given[0]
    owning.end(floor.session, first.conversation_id, first.owner or "", 1, floor.now)
    (admitted,) = assigning.assign_waiting(floor.session, floor.now)

    assert (admitted.id, admitted.staff_id) == (waiting[0].handover_id, first.staff_id)
    places = [queue.place(floor.session, each.handover_id).position for each in waiting[1:]]
    assert places == [1, 2, 3, 4, 5]


def test_the_upset_come_first_and_within_one_priority_who_came_first(floor: Floor) -> None:
    floor.hire(is_online=False)
    reasons = [Reason.ASKED, Reason.COMPLAINT, Reason.ASKED, Reason.ANGER, Reason.REFUND_DISPUTE]
    asked = []
    for reason in reasons:
        floor.advance(seconds=1)
        asked.append(floor.ask(floor.write_in(), reason).handover_id)

    order = [each.id for each in queue.list_queue(floor.session)]

    assert order == [asked[1], asked[3], asked[4], asked[0], asked[2]]


def test_who_asks_again_keeps_their_place_and_who_has_somebody_gets_nobody_else(
    floor: Floor,
) -> None:
    wang, talk_id = floor.hire(), floor.write_in()

    first, second = floor.ask(talk_id), floor.ask(talk_id)
    assert (second.kind, second.handover_id) == ("waiting_already", first.handover_id)

    owning.take(floor.session, talk_id, wang, 0, floor.now)
    assert floor.ask(talk_id).kind == "owned"


def test_the_last_agent_goes_before_the_least_busy_one(floor: Floor) -> None:
    wang, li = floor.hire(), floor.hire()
    known = floor.write_in()
    owning.take(floor.session, known, wang, 0, floor.now)
    owning.end(floor.session, known, speaker_of(wang), 1, floor.now)
    owning.take(floor.session, floor.write_in(), wang, 0, floor.now)

    floor.ask(known)
    floor.ask(floor.write_in())
    given = assigning.assign_waiting(floor.session, floor.now)

    assert [each.staff_id for each in given] == [wang, li]


def test_nobody_is_given_to_who_is_away_unseen_full_or_left_to_choose(floor: Floor) -> None:
    away, gone = floor.hire(is_online=False), floor.hire()
    presence.be(floor.session, away, Presence.AWAY, floor.now)
    floor.ask(floor.write_in())
    floor.advance(minutes=3)
    assert assigning.assign_waiting(floor.session, floor.now) == []

    presence.alive(floor.session, gone, floor.now)
    terms.set_terms(floor.session, auto_assign=False)
    assert assigning.assign_waiting(floor.session, floor.now) == []

    terms.set_terms(floor.session, auto_assign=True)
    assert [each.staff_id for each in assigning.assign_waiting(floor.session, floor.now)] == [gone]


def test_what_the_bot_has_just_said_leaves_before_somebody_is_given_the_customer(
    floor: Floor,
) -> None:
    floor.hire()
    talk_id = floor.write_in()
    floor.ask(talk_id)
    floor.session.add(
        OutboxMessage(
            key="k",
            kind="official_account.reply",
            conversation_id=talk_id,
            payload_sealed=b"",
            state=OutboxState.PENDING,
            not_before=floor.now,
            created_at=floor.now,
        )
    )
    floor.session.flush()
    assert assigning.assign_waiting(floor.session, floor.now) == []

    floor.advance(seconds=4)
    assert len(assigning.assign_waiting(floor.session, floor.now)) == 1


def test_who_waits_in_wecom_is_given_to_nobody_at_the_console(floor: Floor) -> None:
    floor.hire()
    in_pool, passing = floor.write_in("wecom"), floor.write_in("wecom")
    terms.set_terms(floor.session, kf_place="wecom")
    for talk_id in (in_pool, passing):
        sessions.begin(floor.session, talk_id, floor.now)
        floor.ask(talk_id)
    sessions.note(floor.session, in_pool, State.POOL, "", floor.now)
    assert assigning.assign_waiting(floor.session, floor.now) == []

    floor.advance(minutes=1)
    floor.seen(*floor.session.exec(select(Staff.id)))
    given = assigning.assign_waiting(floor.session, floor.now)
    assert [each.conversation_id for each in given] == [passing]  # WeCom has not taken it.


def test_leaving_the_queue_moves_the_others_up_and_works_once(floor: Floor) -> None:
    floor.hire(is_online=False)
    first, second = floor.write_in(), floor.write_in()
    floor.ask(first)
    behind = floor.ask(second)
    assert behind.position == 2

    assert queue.cancel(floor.session, first, "customer", floor.now)
    assert not queue.cancel(floor.session, first, "customer", floor.now)

    assert queue.place(floor.session, behind.handover_id).position == 1


def test_out_of_hours_word_is_left_once_and_taken_up_when_somebody_is_there(floor: Floor) -> None:
    wang, talk_id = floor.hire(is_online=False), floor.write_in()
    set_week(floor.session, {0: [(15 * 60, 18 * 60)]})

    asked = floor.ask(talk_id)
    assert (asked.kind, asked.is_told) == ("left_word", False)
    assert floor.ask(talk_id).is_told
    assert find_live(floor.session, talk_id) is None

    presence.be(floor.session, wang, Presence.ONLINE, floor.now)
    assert queue.take_up_word(floor.session, talk_id, floor.now)
    assert not queue.take_up_word(floor.session, talk_id, floor.now)
    live = find_live(floor.session, talk_id)
    assert live is not None
    assert (live.id, live.state) == (asked.handover_id, HandoverState.QUEUED)


def test_who_takes_a_conversation_out_of_hours_takes_up_the_word_left_in_it(floor: Floor) -> None:
    talk_id = floor.write_in()
    asked = floor.ask(talk_id)
    assert asked.kind == "left_word"
    wang = floor.hire()

    assert owning.take(floor.session, talk_id, wang, 0, floor.now).id == asked.handover_id
    assert find_left_word(floor.session, talk_id) is None


def test_the_wait_is_what_services_took_spread_over_the_seats(floor: Floor) -> None:
    wang = floor.hire(capacity=1)
    for _ in range(2):
        talk_id = floor.write_in()
        owning.take(floor.session, talk_id, wang, 0, floor.now)
        floor.advance(minutes=12)
        owning.end(floor.session, talk_id, speaker_of(wang), 1, floor.now)
    floor.seen(wang)

    waits = [floor.ask(floor.write_in()).wait_minutes for _ in range(3)]

    assert waits == [12, 24, 36]
    assert floor.session.exec(select(Staff.capacity)).all() == [1]
