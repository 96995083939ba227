"""What WeCom tells between the messages."""

from typing import Any

import pytest
from sqlmodel import select

from bot import texts
from bot.clock import FrozenClock
from bot.contacts.tables import Place, Welcome
from bot.contacts.welcomes import EVERY_DAY, save_welcome
from bot.handover import owning
from bot.kf.tables import KfSession, RecalledMessage
from bot.tables import Conversation, InboxMessage
from commerce.customers.nicknames import read_nicknames
from commerce.customers.tables import Identity
from tests.bot.kf.desk import Desk, key
from tests.bot.kf.wecom_service import OPEN_KFID, WeComService


async def test_who_enters_is_welcomed_by_the_code(desk: Desk, service: WeComService) -> None:
    service.tell("enter_session", "wm-alice", scene="shelf", scene_param="a=1", welcome_code="W")

    await desk.hear()

    (welcome,) = service.by_code
    assert (welcome["code"], welcome["msgtype"]) == ("W", "msgmenu")
    options = [each["click"]["content"] for each in welcome["msgmenu"]["list"]]
    assert options == list(texts.MENU)
    (seen,) = await desk.rows(KfSession)
    assert (seen.scene, seen.scene_param) == ("shelf", "a=1")
    assert [author for author, _ in await desk.said()] == ["bot"]


async def test_whom_somebody_has_taken_the_bot_does_not_welcome(
    desk: Desk, service: WeComService
) -> None:
    service.tell("enter_session", "wm-alice", scene="", scene_param="", welcome_code="W1")
    await desk.sync.poke(OPEN_KFID, "")
    talk_id = (await desk.talk()).id

    await desk.write(owning.taken_by_servicer, talk_id, "zhang", desk.clock.now())
    service.tell("enter_session", "wm-alice", scene="", scene_param="", welcome_code="W2")
    await desk.hear()

    assert service.by_code == []
    assert await desk.replies("wecom.on_event") == [
        ("superseded", "the conversation was taken over")
    ]


async def test_nobody_is_welcomed_after_twenty_seconds(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    service.tell("enter_session", "wm-alice", scene="", scene_param="", welcome_code="W")
    frozen_clock.advance(seconds=20)

    await desk.hear()

    assert service.by_code == []
    assert await desk.said() == []


async def test_a_code_is_used_once_however_often_the_event_comes(
    desk: Desk, service: WeComService
) -> None:
    for _ in range(3):
        service.tell("enter_session", "wm-alice", scene="", scene_param="", welcome_code="W")

    await desk.hear()

    assert len(service.by_code) == 1
    assert service.errors == {}


@pytest.mark.parametrize(
    ("fail_type", "reason"),
    [
        (0, "没有送达：企业微信没有说明原因"),
        (1, "没有送达：客服账号已被删除"),
        (4, "没有送达：离客户上次发消息超过48小时"),
        (5, "没有送达：会话已经结束"),
        (6, "没有送达：客户回复之前最多发5条，已经用完"),
        (10, "没有送达：客户拒收消息"),
        (99, "没有送达：企业微信没有说明原因"),
    ],
)
async def test_a_message_that_was_not_delivered_says_why(
    desk: Desk, service: WeComService, fail_type: int, reason: str
) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()
    msgid = service.sent[0]["msgid"]

    service.tell("msg_send_fail", "wm-alice", fail_msgid=msgid, fail_type=fail_type)
    await desk.hear()

    assert await desk.replies() == [("failed", reason)]
    talk = await desk.talk()
    assert (talk.window_opened_by is None) is (fail_type == 4)
    if fail_type == 6:
        assert talk.window_used == 5


async def test_a_failure_of_a_message_that_is_not_ours_harms_none(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()

    for msgid in ("", "x", "_" * 32, service.sent[0]["msgid"][:31]):
        service.tell("msg_send_fail", "wm-alice", fail_msgid=msgid, fail_type=0)
    await desk.hear()

    assert await desk.replies() == [("sent", "")]


async def test_a_customer_who_rejects_messages_gets_them_once_they_allow_them(
    desk: Desk, service: WeComService
) -> None:
    service.write("wm-alice", "在吗")
    service.tell("reject_customer_msg_switch_change", "wm-alice", reject_switch=1)
    await desk.hear()
    assert await desk.replies() == [("parked", "客户关闭了接收消息")]

    service.tell("reject_customer_msg_switch_change", "wm-alice", reject_switch=0)
    await desk.hear()

    assert [state for state, _ in await desk.replies()] == ["sent"]


async def test_a_message_that_was_taken_back_is_marked(desk: Desk, service: WeComService) -> None:
    msgid = service.write("wm-alice", "在吗")
    service.tell("user_recall_msg", "wm-alice", recall_msgid=msgid)

    await desk.hear()

    assert [each.inbox_key for each in await desk.rows(RecalledMessage)] == [key(msgid)]


async def test_the_end_of_a_session_is_said_by_its_code(desk: Desk, service: WeComService) -> None:
    service.write("wm-alice", "在吗")
    await desk.hear()
    code = service.end("wm-alice")

    await desk.hear()

    assert [each["code"] for each in service.by_code] == [code]


async def test_a_customer_is_joined_with_who_has_their_unionid_and_called_by_their_nickname(
    desk: Desk, service: WeComService
) -> None:
    service.unionids = {"wm-alice": "u-1", "wm-alice-too": "u-1"}
    for user in service.unionids:
        service.write(user, "在吗")

    await desk.hear()

    ids = await desk.rows(Identity)
    assert {each.unionid for each in ids} == {"u-1"}
    owners = {each.customer_id for each in ids}
    nicknames = await desk.database.read(read_nicknames, desk.sealer, owners)
    assert nicknames == dict.fromkeys(owners, "某")
    assert len({each.customer_id for each in ids}) == 1


@pytest.mark.parametrize(
    ("kind", "about", "heard_as"),
    [
        ("text", {"content": "转人工", "menu_id": "7"}, "menu_choice"),
        ("image", {"media_id": "M"}, "image"),
        ("voice", {"media_id": "M"}, "voice"),
        ("video", {"media_id": "M"}, "video"),
        ("file", {"media_id": "M"}, "file"),
        ("location", {"name": "店", "latitude": 1.0}, "location"),
        ("link", {"title": "看"}, "link"),
        ("business_card", {"userid": "li"}, "unknown"),
        ("miniprogram", {"title": "小程序"}, "mini_program_page"),
        ("merged_msg", {"item": []}, "unknown"),
        ("something_new", {}, "unknown"),
    ],
)
async def test_a_message_of_any_kind_is_kept_with_all_its_fields_and_answered(
    desk: Desk, service: WeComService, kind: str, about: dict[str, Any], heard_as: str
) -> None:
    service.add("wm-alice", kind, about)

    service.states["wm-alice"] = 0
    await desk.hear()

    (row,) = await desk.rows(InboxMessage)
    assert (row.kind, row.state) == (heard_as, "answered")
    assert len(service.sent) == 1


async def test_a_customer_without_a_conversation_is_nobodys_trouble(
    desk: Desk, service: WeComService
) -> None:
    service.tell("session_status_change", "", change_type=1, new_servicer_userid="zhang")

    await desk.hear()

    found = await desk.database.read(lambda session: session.exec(select(Conversation)).all())
    assert found == []


@pytest.mark.parametrize(
    ("scene", "param", "words"),
    [("shelf", "", "货架来的"), ("shelf", "a1", "一号来的"), ("other", "", "都一样")],
)
async def test_the_shops_own_welcome_fits_where_the_customer_comes_from(
    desk: Desk, service: WeComService, scene: str, param: str, words: str
) -> None:
    for code_key, each in (("shelf", "货架来的"), ("a1", "一号来的"), ("", "都一样")):
        welcome = Welcome(
            place=Place.CUSTOMER_SERVICE,
            options=[],
            code_key=code_key,
            words=each,
            weekdays=list(EVERY_DAY),
        )
        await desk.write(save_welcome, welcome)
    about = {"scene": scene, "scene_param": param, "welcome_code": "W"}
    service.tell("enter_session", "wm-alice", **about)

    await desk.hear()

    assert [each["text"]["content"] for each in service.by_code] == [words]
