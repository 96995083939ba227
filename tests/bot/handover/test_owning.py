"""Who has a conversation: taken, passed on, given back, ended; each move once, and by one only."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, func, select

from bot import conversations
from bot.conversations import OwnerChanged
from bot.database import Database
from bot.handover import owning, queue
from bot.handover.episodes import find_live, speaker_of
from bot.handover.tables import Handover, HandoverState, Reason
from bot.staff.tables import Staff
from tests.bot.handover.conftest import Floor, begin_talk, hire
from tests.commerce.shop import NOW


def test_a_taken_conversation_is_theirs_with_one_more_epoch_and_a_line_of_history(
    floor: Floor,
) -> None:
    wang, talk_id = floor.hire(), floor.write_in()

    handover = owning.take(floor.session, talk_id, wang, 0, floor.now)

    talk = floor.view(talk_id)
    assert (talk.owner, talk.epoch, talk.owner_since) == (speaker_of(wang), 1, floor.now)
    assert (handover.state, handover.reason, handover.staff_id) == ("owned", Reason.STAFF, wang)
    assert floor.moves(handover.id or 0) == ["taken"]
    assert [each["staff_id"] for each in floor.events("handover_taken")] == [wang]


def test_who_saw_an_earlier_epoch_comes_too_late_whatever_they_want(floor: Floor) -> None:
    wang, li, talk_id = floor.hire(), floor.hire(), floor.write_in()
    owning.take(floor.session, talk_id, wang, 0, floor.now)

    late: list[Callable[[], object]] = [
        lambda: owning.take(floor.session, talk_id, li, 0, floor.now),
        lambda: owning.take(floor.session, talk_id, wang, 1, floor.now),
        lambda: owning.transfer(floor.session, talk_id, li, wang, 1, floor.now),
        lambda: owning.transfer(floor.session, talk_id, wang, li, 0, floor.now),
        lambda: owning.hand_back(floor.session, talk_id, speaker_of(wang), 0, floor.now),
        lambda: owning.end(floor.session, talk_id, speaker_of(wang), 2, floor.now),
    ]
    for attempt in late:
        with pytest.raises(OwnerChanged):
            attempt()
    assert floor.view(talk_id).owner == speaker_of(wang)


def test_passed_on_it_stays_one_episode_and_given_back_it_is_the_bots(floor: Floor) -> None:
    wang, li, talk_id = floor.hire(), floor.hire(), floor.write_in()
    asked = floor.ask(talk_id)
    owning.take(floor.session, talk_id, wang, 0, floor.now)
    owning.transfer(floor.session, talk_id, wang, li, 1, floor.now)
    handover = owning.hand_back(floor.session, talk_id, speaker_of(li), 2, floor.now)

    assert handover.id == asked.handover_id
    assert floor.moves(asked.handover_id) == ["queued", "taken", "transferred", "handed_back"]
    assert (handover.state, handover.staff_id) == (HandoverState.ENDED, li)
    talk = floor.view(talk_id)
    assert (talk.owner, talk.epoch) == ("bot", 3)
    assert find_live(floor.session, talk_id) is None


def test_a_servicer_of_wecom_is_the_colleague_with_that_user_id_or_stays_a_servicer(
    floor: Floor,
) -> None:
    wang = floor.hire(wecom_userid="wang")
    known, unknown = floor.write_in("wecom"), floor.write_in("wecom")
    floor.ask(known)

    handover = owning.taken_by_servicer(floor.session, known, "wang", floor.now)
    owning.taken_by_servicer(floor.session, known, "wang", floor.now)
    owning.taken_by_servicer(floor.session, unknown, "zhao", floor.now)

    assert (handover.staff_id, handover.about["place"]) == (wang, "wecom")
    assert floor.moves(handover.id or 0) == ["queued", "taken"]
    assert floor.view(unknown).owner == "wecom:zhao"

    ended = owning.ended_by_platform(floor.session, known, floor.now, code="c")
    assert ended is not None
    assert ended.ended_by == "platform"
    assert floor.events("handover_ended")[0]["code"] == "c"
    assert owning.ended_by_platform(floor.session, known, floor.now) is None


def test_a_wait_in_wecoms_own_pool_that_wecom_ends_is_called_off(floor: Floor) -> None:
    floor.hire()
    talk_id = floor.write_in("wecom")
    floor.ask(talk_id)

    ended = owning.ended_by_platform(floor.session, talk_id, floor.now)

    assert ended is not None
    assert (ended.state, floor.view(talk_id).epoch) == (HandoverState.CANCELLED, 0)


@pytest.mark.slow
@pytest.mark.database
async def test_of_fifty_who_take_two_hundred_conversations_each_has_one_winner(
    database: Database,
) -> None:
    def prepare(session: Session) -> tuple[list[int], list[int]]:
        people = [hire(session, NOW) for _ in range(50)]
        return people, [begin_talk(session, NOW) for _ in range(200)]

    people, talks = await database.write(prepare)
    won = dict.fromkeys(talks, 0)

    async def claim(talk_id: int, staff_id: int) -> None:
        try:
            await database.write(owning.take, talk_id, staff_id, 0, NOW)
        except OwnerChanged:
            return
        won[talk_id] += 1

    for talk_id in talks:
        await asyncio.gather(*(claim(talk_id, staff_id) for staff_id in people))

    assert set(won.values()) == {1}
    owned = select(func.count()).select_from(Handover).where(Handover.state == "owned")
    assert await database.read(lambda session: session.exec(owned).one()) == 200


class TakingOver(RuleBasedStateMachine):
    """The guarded updates against a model of one conversation: who has it, whether it waits."""

    session: Session
    now: datetime = NOW

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.session.begin_nested()
        self.staff = [hire(self.session, NOW) for _ in range(3)]
        self.talk_id = begin_talk(self.session, NOW)
        self.owner = "bot"
        self.epoch = 0
        self.waits = False

    def attempt(self, is_legal: bool, act: Callable[[], object]) -> bool:
        try:
            with self.session.begin_nested():
                act()
        except OwnerChanged:
            assert not is_legal
            return False
        assert is_legal
        return True

    @rule(who=st.integers(0, 2), lag=st.integers(0, 1))
    def take(self, who: int, lag: int) -> None:
        staff_id, seen = self.staff[who], self.epoch - lag
        is_legal = lag == 0 and self.owner != speaker_of(staff_id)
        if self.attempt(
            is_legal,
            lambda: owning.take(self.session, self.talk_id, staff_id, seen, self.now),
        ):
            self._is_now(speaker_of(staff_id), waits=False)

    @rule(giver=st.integers(0, 2), receiver=st.integers(0, 2))
    def transfer(self, giver: int, receiver: int) -> None:
        one, other = self.staff[giver], self.staff[receiver]
        is_legal = self.owner == speaker_of(one) and one != other
        if self.attempt(
            is_legal,
            lambda: owning.transfer(self.session, self.talk_id, one, other, self.epoch, self.now),
        ):
            self._is_now(speaker_of(other), waits=False)

    @rule(how=st.sampled_from([owning.hand_back, owning.end]), lag=st.integers(0, 1))
    def give_back(self, how: Callable[..., object], lag: int) -> None:
        seen = self.epoch - lag
        is_legal = lag == 0 and self.owner != "bot"
        if self.attempt(is_legal, lambda: how(self.session, self.talk_id, "clock", seen, self.now)):
            self._is_now("bot", waits=False)

    @rule()
    def requeue(self) -> None:
        if self.attempt(
            self.owner != "bot",
            lambda: owning.requeue(
                self.session, self.talk_id, "clock", self.epoch, self.now, why="silent"
            ),
        ):
            self._is_now("bot", waits=True)

    @rule()
    def ask(self) -> None:
        talk = conversations.lock(self.session, self.talk_id)
        asked = queue.ask(self.session, talk, Reason.ASKED, self.now)
        expected = "owned" if self.owner != "bot" else "waiting_already" if self.waits else "queued"
        assert asked.kind == expected
        self.waits = self.owner == "bot"

    @rule()
    def cancel(self) -> None:
        assert queue.cancel(self.session, self.talk_id, "customer", self.now) is self.waits
        self.waits = False

    @invariant()
    def the_rows_say_the_same(self) -> None:
        talk = conversations.lock(self.session, self.talk_id)
        assert (talk.owner, talk.epoch) == (self.owner, self.epoch)
        live = find_live(self.session, self.talk_id)
        state = "owned" if self.owner != "bot" else "queued" if self.waits else None
        assert (live.state if live else None) == state
        assert (live.owner if live and state == "owned" else "bot") == self.owner

    def _is_now(self, owner: str, *, waits: bool) -> None:
        self.owner, self.waits = owner, waits
        self.epoch += 1

    def teardown(self) -> None:
        self.savepoint.rollback()


def test_owner_and_queue_agree_with_a_model_of_them(session: Session) -> None:
    class Machine(TakingOver):
        pass

    Machine.session = session
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=8, stateful_step_count=20, deadline=None)
    )
    assert session.exec(select(func.count()).select_from(Staff)).one() == 0
