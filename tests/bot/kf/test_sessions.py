"""Who has a session: WeCom says, the shop follows, and never speaks out of turn."""

import random
from typing import Any

import pytest
from sqlmodel import Session

from bot import conversations
from bot.clock import FrozenClock
from bot.handover import owning, queue
from bot.handover.tables import Handover, Reason
from bot.handover.words import say_as
from bot.kf import sessions
from bot.kf.tables import KfSession, State
from bot.messages import Text
from bot.staff.tables import Role, Staff
from bot.tables import OutboxMessage
from tests.bot.kf.desk import Desk
from tests.bot.kf.wecom_service import ENDED, POOL, SERVICER, WeComService

STATES = {0: "sent", 1: "sent", 2: "superseded", 3: "superseded", 4: "parked"}


@pytest.mark.parametrize(("state", "became"), STATES.items())
async def test_an_answer_is_sent_only_while_the_session_is_ours(
    desk: Desk, service: WeComService, state: int, became: str
) -> None:
    service.write("wm-alice", "在吗")
    service.states["wm-alice"], service.owners["wm-alice"] = state, "zhang"

    await desk.hear()

    assert [each for each, _ in await desk.replies()] == [became]
    assert service.errors == {}
    (seen,) = await desk.rows(KfSession)
    assert seen.state == (1 if state == 0 else state)


async def test_a_session_taken_between_look_and_word_is_followed(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "在吗")

    def take() -> None:
        service.states["wm-alice"], service.owners["wm-alice"] = SERVICER, "zhang"

    service.before_send = take

    await desk.hear()

    assert service.errors == {95018: 1}
    assert [each for each, _ in await desk.replies()] == ["superseded"]
    assert (await desk.talk()).owner == "wecom:zhang"


async def test_the_bot_is_silent_while_a_servicer_has_the_customer_and_afterwards_for_what_was_said(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()
    service.take("wm-alice", "zhang")
    service.write("wm-alice", "对客服说")
    service.add("wm-alice", "text", {"content": "您好"}, origin=5, servicer_userid="zhang")
    service.end("wm-alice")
    service.write("wm-alice", "又来了")

    await desk.hear()

    answers = [each["text"]["content"] for each in service.sent]
    assert answers == ["第1句：在吗", "第2句：又来了"]
    assert ("wecom:zhang", "您好") in await desk.said()
    (episode,) = await desk.rows(Handover)
    assert (episode.owner, episode.state) == ("wecom:zhang", "ended")
    assert episode.first_replied_at is not None
    assert (await desk.talk()).owner == "bot"


async def test_a_servicer_who_gives_back_a_customer_in_our_queue_stops_no_reading(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()
    talk = await desk.talk()

    def wait(session: Session) -> None:
        session.add(
            Staff(row_key="s", login="s", name="s", role=Role.AGENT, created_at=desk.clock.now())
        )
        session.flush()
        view = conversations.lock(session, talk.id or 0)
        queue.ask(session, view, Reason.ASKED, desk.clock.now())

    await desk.write(wait)
    service.add("wm-alice", "text", {"content": "交还机器人"}, origin=5, servicer_userid="zhang")
    service.write("wm-bob", "在吗")
    await desk.hear()

    assert [each["touser"] for each in service.sent] == ["wm-alice", "wm-bob"]
    (episode,) = await desk.rows(Handover)
    assert (episode.state, episode.owner) == ("ended", "wecom:zhang")


async def test_in_the_pool_the_bot_keeps_still(desk: Desk, service: WeComService) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()
    talk = await desk.talk()
    await desk.write(sessions.want, talk.id, POOL, "", desk.clock.now())
    await desk.react()
    assert service.states["wm-alice"] == POOL

    service.write("wm-alice", "人呢")
    await desk.hear()

    assert [each["text"]["content"] for each in service.sent] == ["第1句：在吗"]
    assert [each["text"]["content"] for each in service.by_code] == [
        "好的，正在为您转接人工客服，下一位就是您，请稍等。"
    ]
    assert ("customer", "人呢") in await desk.said()


@pytest.mark.parametrize(
    ("receiving", "wanted", "state", "owner"),
    [
        ({"zhang": True}, "zhang", SERVICER, "zhang"),
        ({"zhang": False, "li": True}, "zhang", SERVICER, "li"),
        ({"li": True}, "wang", SERVICER, "li"),
        ({"zhang": False}, "zhang", POOL, ""),
        ({}, "", POOL, ""),
    ],
)
async def test_who_does_not_take_customers_is_passed_over(
    desk: Desk,
    service: WeComService,
    receiving: dict[str, bool],
    wanted: str,
    state: int,
    owner: str,
) -> None:
    service.receiving = receiving
    service.write("wm-alice", "在吗")
    await desk.hear()
    talk = await desk.talk()

    await desk.write(sessions.want, talk.id, SERVICER, wanted, desk.clock.now())
    await desk.react()

    assert service.states["wm-alice"] == state
    assert (await desk.talk()).owner == (f"wecom:{owner}" if owner else "bot")
    assert len(service.by_code) == 1


async def test_a_later_wish_replaces_an_earlier_one(desk: Desk, service: WeComService) -> None:
    service.receiving = {"zhang": True}
    service.write("wm-alice", "在吗")
    await desk.hear()
    talk, now = await desk.talk(), desk.clock.now()

    await desk.write(sessions.want, talk.id, POOL, "", now)
    await desk.write(sessions.want, talk.id, SERVICER, "zhang", now)
    await desk.react()

    assert service.states["wm-alice"] == SERVICER
    assert [state for state, _ in await desk.replies("wecom.session")] == ["failed", "sent"]


async def test_a_console_agent_is_told_why_their_words_cannot_leave(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()
    await _speak_as_staff(desk)
    service.states["wm-alice"], service.owners["wm-alice"] = SERVICER, "zhang"

    await desk.rest()

    state, reason = (await desk.replies())[-1]
    assert (state, reason) == ("failed", "客户正由企业微信里的客服接待，请在企业微信客户端回复")


async def test_the_end_of_a_session_that_nobody_told_of_is_found_by_asking(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()
    service.take("wm-alice", "zhang")
    await desk.hear()
    service.states["wm-alice"] = ENDED
    frozen_clock.advance(minutes=11)

    await desk.rounds.ask_sessions()

    assert (await desk.talk()).owner == "bot"
    assert await desk.database.read(sessions.state_of, (await desk.talk()).id or 0) is State.ENDED


async def test_servicers_are_known_from_the_list_and_from_events(
    desk: Desk, service: WeComService
) -> None:
    service.receiving = {"zhang": True, "li": False}
    await desk.rounds.ask_servicers()
    assert await desk.database.read(sessions.list_receiving, "wk-shop") == ["zhang"]

    service.tell("servicer_status_change", servicer_userid="zhang", status=2)
    service.tell("servicer_status_change", servicer_userid="li", status=1)
    await desk.hear()

    assert await desk.database.read(sessions.list_receiving, "wk-shop") == ["li"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
async def test_a_thousand_steps_at_random_never_meet_95018(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock, seed: int
) -> None:
    chance = random.Random(seed)
    service.receiving = {"zhang": True, "li": True}
    service.write("wm-alice", "在吗")
    await desk.hear()
    talk_id = (await desk.talk()).id or 0
    counts: dict[str, int] = {}
    for _ in range(500):
        step = chance.choice(list(STEPS))
        await STEPS[step](desk, service, chance, talk_id)
        counts[step] = counts.get(step, 0) + 1
        frozen_clock.advance(seconds=chance.choice((1, 30, 700)))

    assert service.errors[95018] == 0
    assert len(counts) == len(STEPS)
    assert len(service.sent) > 20
    rows: list[OutboxMessage] = list(await desk.rows(OutboxMessage))
    assert {row.state for row in rows} <= {"sent", "superseded", "parked", "failed"}


async def _write(desk: Desk, service: WeComService, _chance: Any, _talk_id: int) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()


async def _write_unread(_desk: Desk, service: WeComService, _chance: Any, _talk_id: int) -> None:
    service.write("wm-alice", "还没读到")


async def _taken(desk: Desk, service: WeComService, chance: Any, _talk_id: int) -> None:
    if service.states["wm-alice"] != ENDED:
        service.take("wm-alice", chance.choice(("zhang", "li")))
    if chance.random() < 0.5:
        await desk.hear()


async def _ended(desk: Desk, service: WeComService, chance: Any, _talk_id: int) -> None:
    if service.states["wm-alice"] == SERVICER:
        service.end("wm-alice")
    if chance.random() < 0.5:
        await desk.hear()


async def _wish(desk: Desk, _service: WeComService, chance: Any, talk_id: int) -> None:
    state = chance.choice((POOL, SERVICER, ENDED))
    servicer = chance.choice(("zhang", "li", "nobody")) if state == SERVICER else ""
    await desk.write(sessions.want, talk_id, state, servicer, desk.clock.now())
    await desk.react()


async def _agent(desk: Desk, _service: WeComService, _chance: Any, _talk_id: int) -> None:
    await desk.rounds.ask_sessions()
    await desk.react()


async def _away(_desk: Desk, service: WeComService, chance: Any, _talk_id: int) -> None:
    service.receiving[chance.choice(("zhang", "li"))] = chance.random() < 0.7


STEPS = {
    "write": _write,
    "unread": _write_unread,
    "taken": _taken,
    "ended": _ended,
    "wish": _wish,
    "round": _agent,
    "away": _away,
}


async def _speak_as_staff(desk: Desk) -> None:
    talk, now = await desk.talk(), desk.clock.now()

    def speak(session: Session) -> None:
        session.add(
            Staff(id=7, row_key="s7", login="wu", name="小吴", role=Role.AGENT, created_at=now)
        )
        session.flush()
        owning.take(session, talk.id or 0, 7, talk.epoch, now)
        held = conversations.lock(session, talk.id or 0)
        words = [Text("我来看看")]
        say_as(session, desk.sealer, held, 7, words, now, seen_epoch=held.epoch, key="k")

    await desk.write(speak)
