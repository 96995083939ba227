"""Codes and welcomes of customer groups become WeCom's."""

from typing import Any

import pytest
from sqlmodel import Session

from bot.communities import telling
from bot.tables import OutboxMessage, OutboxState
from commerce.community import codes, mirroring, welcomes
from commerce.community.codes import CodeDraft
from commerce.community.tables import CommunityCode, CommunityWelcome
from commerce.community.welcomes import WelcomeDraft
from tests.bot.communities.conftest import CHAT, WELCOME, Office
from wecom.groups import NO_SUCH_CODE


async def enters_code(office: Office, **changes: Any) -> None:
    """An operator saves the code `qun`, which leads into `wr-1`."""
    draft = CodeDraft(**{"key": "qun", "name": "包裹卡", "chat_ids": ["wr-1"], **changes})

    def write(session: Session) -> None:
        mirroring.know(session, "wr-1", office.clock.now())
        telling.save_code(session, office.sealer, draft, office.clock.now())

    await office.database.write(write)


async def enters_welcome(office: Office, welcome_id: int | None = None, **changes: Any) -> None:
    """An operator saves a welcome."""
    draft = WelcomeDraft(**{"name": "通用", "words": "欢迎%NICKNAME%", **changes})

    def write(session: Session) -> None:
        telling.save_welcome(session, office.sealer, draft, office.clock.now(), welcome_id)

    await office.database.write(write)


async def the_code(office: Office) -> CommunityCode:
    (code,) = await office.rows(CommunityCode)
    return code


async def the_welcome(office: Office) -> CommunityWelcome:
    (welcome,) = await office.rows(CommunityWelcome)
    return welcome


async def test_a_code_is_made_and_its_picture_fetched(office: Office) -> None:
    way = {"chat_id_list": ["wr-1", "wr-8"], "room_base_id": 2, "qr_code": "https://p/1"}
    office.corp.answer(f"{CHAT}get_join_way", {"join_way": way})
    await enters_code(office, base_name="小鹿群")
    await office.sends()

    (asked,) = office.corp.asked(f"{CHAT}add_join_way")
    assert asked == {
        "scene": 2,
        "remark": "包裹卡",
        "auto_create_room": 1,
        "room_base_name": "小鹿群",
        "room_base_id": 1,
        "chat_id_list": ["wr-1"],
        "state": "qun",
    }
    code = await the_code(office)
    assert (code.config_id, code.picture_url) == ("c-1", "https://p/1")
    assert (code.chat_ids, code.base_number) == (["wr-1", "wr-8"], 2)


async def test_a_code_is_changed_under_its_id_and_only_as_it_was_left_last(office: Office) -> None:
    await enters_code(office)
    await office.sends()
    await enters_code(office, name="海报")
    await enters_code(office, name="门店")
    await office.sends()

    (changed,) = office.corp.asked(f"{CHAT}update_join_way")
    assert (changed["config_id"], changed["remark"]) == ("c-1", "门店")
    assert len(office.corp.asked(f"{CHAT}add_join_way")) == 1


async def test_a_code_that_is_switched_off_is_taken_away_and_made_anew_later(
    office: Office,
) -> None:
    await enters_code(office)
    await office.sends()
    await enters_code(office, is_active=False)
    await office.sends()
    code = await the_code(office)
    assert (code.config_id, code.picture_url) == (None, "")
    assert office.corp.asked(f"{CHAT}del_join_way") == [{"config_id": "c-1"}]

    await enters_code(office)
    await office.sends()
    assert (await the_code(office)).config_id == "c-1"
    assert len(office.corp.asked(f"{CHAT}add_join_way")) == 2


async def test_a_code_that_somebody_deleted_in_wecom_is_made_again(office: Office) -> None:
    await enters_code(office)
    await office.sends()
    office.corp.answer(f"{CHAT}update_join_way", {"errcode": NO_SUCH_CODE})
    office.corp.answer(f"{CHAT}add_join_way", {"config_id": "c-2"})
    await enters_code(office, name="海报")
    await office.sends()

    assert (await the_code(office)).config_id == "c-2"


@pytest.mark.parametrize(
    ("answer", "state"), [({}, OutboxState.UNKNOWN), ({"errcode": 40058}, OutboxState.FAILED)]
)
async def test_a_code_that_may_have_been_made_is_not_made_again_by_itself(
    office: Office, answer: dict[str, Any], state: OutboxState
) -> None:
    office.corp.answer(f"{CHAT}add_join_way", answer)
    await enters_code(office)
    await office.sends()
    office.clock.advance(hours=1)
    await office.sends()

    (row,) = await office.rows(OutboxMessage)
    assert row.state == state
    assert len(office.corp.asked(f"{CHAT}add_join_way")) == 1


async def test_words_become_a_template_and_are_replaced_and_taken_away(office: Office) -> None:
    link = {"kind": "link", "ref": "https://shop.example/a", "title": "进店看看"}
    await enters_welcome(office, attachment=link)
    await office.sends()
    welcome = await the_welcome(office)
    assert welcome.template_id == "t-1"
    (made,) = office.corp.asked(f"{WELCOME}add")
    assert made["text"] == {"content": "欢迎%NICKNAME%"}
    assert made["link"]["title"] == "进店看看"
    assert made["link"]["url"].startswith("https://shop.example/a?source=qwelcome-")

    await enters_welcome(office, welcome.id, words="您好")
    await office.sends()
    assert office.corp.asked(f"{WELCOME}edit") == [
        {"template_id": "t-1", "text": {"content": "您好"}}
    ]

    await enters_welcome(office, welcome.id, is_active=False)
    await office.sends()
    assert (await the_welcome(office)).template_id is None
    assert office.corp.asked(f"{WELCOME}del") == [{"template_id": "t-1"}]


async def test_a_welcome_whose_card_is_gone_is_not_made(office: Office) -> None:
    await enters_welcome(office, attachment={"kind": "product", "ref": "99", "title": ""})
    await office.sends()

    (row,) = await office.rows(OutboxMessage)
    assert (row.state, row.reason) == (OutboxState.FAILED, "这件商品已经下架，请换一件")
    assert office.corp.asked(f"{WELCOME}add") == []


async def test_what_was_entered_before_the_shop_was_in_wecom_is_told_once(office: Office) -> None:
    def enter(session: Session) -> None:
        now = office.clock.now()
        mirroring.know(session, "wr-1", now)
        codes.save_code(session, CodeDraft("qun", "包裹卡", ["wr-1"]), now)
        welcomes.save_welcome(session, WelcomeDraft("通用", "欢迎"), now)

    await office.database.write(enter)
    assert await office.rounds.tell_unmade() == 2
    assert await office.rounds.tell_unmade() == 0
    await office.sends()

    assert (await the_code(office)).config_id == "c-1"
    assert (await the_welcome(office)).template_id == "t-1"
    assert await office.rounds.tell_unmade() == 0
