"""Reading an account: each message once, in order, whatever becomes of the pokes."""

import asyncio
from collections.abc import Callable

import pytest
from sqlmodel import delete

from bot.clock import FrozenClock
from bot.database import Database
from bot.kf.tables import KfCursor
from tests.bot.kf.desk import Desk, key
from tests.bot.kf.wecom_service import OPEN_KFID, WeComService


async def test_a_message_is_answered_by_the_api(desk: Desk, service: WeComService) -> None:
    service.write("wm-alice", "在吗")

    await desk.hear()

    assert [(each["touser"], each["text"]["content"]) for each in service.sent] == [
        ("wm-alice", "第1句：在吗")
    ]
    assert await desk.said() == [("customer", "在吗"), ("bot", "第1句：在吗")]


async def test_cards_and_menus_leave_in_the_services_own_form(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "找鞋")
    service.write("wm-alice", "选项")

    await desk.hear()

    assert [each["msgtype"] for each in service.sent] == ["text", "miniprogram", "msgmenu"]
    card = service.sent[1]["miniprogram"]
    assert (card["appid"], card["thumb_media_id"][:6]) == ("wx-mini", "media-")


async def test_messages_are_answered_in_their_order_over_pages(
    desk: Desk, service: WeComService
) -> None:
    service.page = 2
    written = [service.write("wm-alice", f"第{n}条") for n in range(5)]

    await desk.hear()

    assert [each for each, _ in await desk.heard()] == [key(msgid) for msgid in written]
    answers = [words for author, words in await desk.said() if author == "bot"]
    assert answers == [f"第{n + 1}句：第{n}条" for n in range(5)]
    assert len(service.syncs) == 3


async def test_reading_goes_on_after_a_page_without_messages(
    desk: Desk, service: WeComService, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = service._sync, iter(["empty"])

    def first_page_empty(body: dict[str, object]) -> object:
        if next(asked, None):
            return {"next_cursor": "c0", "has_more": 1, "msg_list": []}
        return real(body)

    monkeypatch.setattr(service, "_sync", first_page_empty)
    service.write("wm-alice", "在吗")

    await desk.hear()

    assert len(await desk.heard()) == 1


async def test_a_cursor_that_stands_still_is_not_asked_for_ever(
    desk: Desk, service: WeComService, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    def stand_still(body: dict[str, object]) -> object:
        asked.append(body)
        return {"next_cursor": "c0", "has_more": int(len(asked) < 100), "msg_list": []}

    monkeypatch.setattr(service, "_sync", stand_still)

    await desk.hear()

    assert len(asked) == 2


async def test_ten_pokes_for_one_message_answer_it_once(desk: Desk, service: WeComService) -> None:
    service.write("wm-alice", "在吗")

    await asyncio.gather(*(desk.sync.poke(OPEN_KFID, "t") for _ in range(10)))
    await desk.rest()

    assert len(service.sent) == 1
    assert len(service.syncs) <= 3, "those who came while it was read share the next reading"


async def test_a_lost_poke_is_made_up_for_by_the_slow_lane(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "在吗")

    await desk.sync.run_all()
    await desk.rest()

    assert len(service.sent) == 1
    assert "token" not in service.syncs[0]


async def test_a_token_is_used_for_ten_minutes_only(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    await desk.hear("fresh")
    frozen_clock.advance(minutes=10)
    await desk.sync.run_all()

    assert [each.get("token") for each in service.syncs] == ["fresh", None]


async def test_a_lapsed_token_is_left_out(desk: Desk, service: WeComService) -> None:
    service.token = "another"
    service.write("wm-alice", "在吗")

    await desk.hear("lapsed")

    assert [each.get("token") for each in service.syncs] == ["lapsed", None]
    assert len(service.sent) == 1


@pytest.mark.parametrize(("code", "pause"), [(45011, 60), (45009, 300)])
async def test_a_platform_that_wants_a_pause_gets_one(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock, code: int, pause: int
) -> None:
    service.write("wm-alice", "在吗")
    service.fail_next = [code]
    await desk.hear()
    frozen_clock.advance(seconds=pause - 1)
    await desk.hear()
    assert service.syncs == []

    frozen_clock.advance(seconds=1)
    await desk.hear()

    assert len(service.sent) == 1


@pytest.mark.database
async def test_a_cursor_that_is_lost_brings_everything_again_and_answers_nothing_twice(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "在吗")
    service.tell("enter_session", "wm-alice", scene="s", scene_param="", welcome_code="W")
    await desk.hear()
    before = await desk.said()

    await desk.write(lambda session: session.exec(delete(KfCursor)))
    await desk.hear()

    assert service.syncs[-1].get("cursor") is None
    assert await desk.said() == before
    assert len(service.sent) == 1


@pytest.mark.database
async def test_two_processes_that_read_at_once_keep_each_message_once(
    open_desk: Callable[[Database], Desk],
    database: Database,
    database_url: str,
    service: WeComService,
) -> None:
    service.page = 7
    users = [f"wm-{n % 3}" for n in range(60)]
    written = [service.write(user, f"第{n}条") for n, user in enumerate(users)]
    other = Database(database_url)
    desks = [open_desk(database), open_desk(other)]

    await asyncio.gather(*(desk.sync.poke(OPEN_KFID, "") for desk in desks))
    for desk in desks:
        await desk.rest()

    heard = await desks[0].heard()
    other.close()
    assert [each for each, _ in heard] == [key(msgid) for msgid in written]
    assert {state for _, state in heard} == {"answered"}


async def test_what_was_sent_before_the_first_reading_is_shown_and_not_answered(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    service.write("wm-alice", "三天前")
    frozen_clock.advance(hours=40)
    service.write("wm-alice", "刚才")
    frozen_clock.advance(minutes=1)

    await desk.hear()

    assert [words for _, words in await desk.said()] == ["三天前", "刚才", "第1句：刚才"]
    assert [state for _, state in await desk.heard()] == ["answered", "answered"]


async def test_what_came_while_the_shop_was_down_is_answered_for_48_hours(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    await desk.hear()
    service.write("wm-alice", "太久了")
    frozen_clock.advance(hours=1, minutes=30)
    service.write("wm-bob", "还来得及")
    frozen_clock.advance(hours=47)

    await desk.hear()

    assert [each["touser"] for each in service.sent] == ["wm-bob"]
    assert ("customer", "太久了") in await desk.said()


async def test_an_entry_that_nobody_can_read_keeps_no_other_from_coming(
    desk: Desk, service: WeComService
) -> None:
    service.log.append({"msgid": "broken"})
    service.tell("session_status_change", "wm-alice", change_type="x", msg_code=["?"])
    service.tell("something_new", "wm-alice")
    service.write("wm-alice", "在吗")

    await desk.hear()

    assert len(service.sent) == 1


async def test_an_account_of_somebody_else_is_not_read(desk: Desk, service: WeComService) -> None:
    await desk.sync.poke("wk-foreign", "t")

    assert service.syncs == []
