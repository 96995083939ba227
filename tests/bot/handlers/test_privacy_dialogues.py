"""A copy of one's data, its deletion, or the end of the account: taken after a yes, and tracked."""

from datetime import timedelta

import pytest

from commerce.events import ShopEvent
from commerce.privacy import requests
from commerce.privacy.tables import PrivacyKind, PrivacyRequest
from tests.bot.handlers.buying import rows
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play

ASKED = [
    ("导出我的数据", PrivacyKind.EXPORT, "导出您在店里"),
    ("把我的个人信息发我一份", PrivacyKind.EXPORT, "导出您在店里"),
    ("删除我的个人信息", PrivacyKind.ERASE, "找不回来"),
    ("能把我的资料都清掉吗", PrivacyKind.ERASE, "找不回来"),
    ("注销账号", PrivacyKind.CLOSE_ACCOUNT, "看不到了"),
    ("怎么注销账号，帮我注销", PrivacyKind.CLOSE_ACCOUNT, "看不到了"),
]


@pytest.mark.parametrize(("text", "kind", "warning"), ASKED, ids=[each[0] for each in ASKED])
async def test_a_request_is_taken_after_a_yes_with_number_and_day(
    chat: Chat, text: str, kind: PrivacyKind, warning: str
) -> None:
    await play(
        chat,
        line(text, warning, "“确认”", asks="privacy_confirm", intent="privacy_request"),
        line("不用", "没有登记", asks=""),
        line(text, asks="privacy_confirm", intent="privacy_request"),
    )
    assert await rows(chat, PrivacyRequest) == []

    await play(chat, line("确认", "已经登记", "GR", "12月8日", never=("已删除", "已注销")))

    (request,) = await rows(chat, PrivacyRequest)
    assert request.kind == kind
    assert request.due_at - request.received_at == timedelta(days=15)
    told = [each.subject for each in await rows(chat, ShopEvent) if each.kind == "person_wanted"]
    assert [(each["reason"], each["request_no"]) for each in told] == [
        ("privacy_request", request.request_no)
    ]


async def test_saying_it_again_is_no_yes(chat: Chat) -> None:
    await play(
        chat,
        line("删除我的个人信息", asks="privacy_confirm"),
        line("删除我的数据", "找不回来", asks="privacy_confirm"),
        line("注销账号", "看不到了", asks="privacy_confirm"),
        line("在吗", never=("已经登记",)),
        line("好的", never=("已经登记",)),
    )

    assert await rows(chat, PrivacyRequest) == []


async def test_asked_again_its_state_is_told_and_it_can_be_taken_back(chat: Chat) -> None:
    await play(chat, line("删除我的个人信息"), line("确认", "已经登记"))
    (request,) = await rows(chat, PrivacyRequest)
    number = request.request_no

    await play(
        chat,
        line("删除我的个人信息", "已经申请过", number, asks=""),
        line("我的信息删了吗", number, "12月8日", intent="privacy_request"),
        line(f"{number}", number, "已登记"),
        line("撤销删除个人信息", f"要撤销申请 {number}", asks="privacy_withdraw",
             intent="privacy_request"),
        line("不用", "保留着"),
        line("不删了", asks="privacy_withdraw", intent="privacy_request"),
        line("确认", "已撤销"),
        line(f"{number}", "已撤销"),
    )  # fmt: skip


async def test_the_customer_is_told_when_it_is_done(chat: Chat) -> None:
    await play(chat, line("导出我的数据"), line("确认"))
    (request,) = await rows(chat, PrivacyRequest)

    await chat.database.write(
        lambda session: requests.finish(
            session, request.request_no, actor="agent:1", now=chat.clock.now()
        )
    )

    (news,) = await chat.hears()
    assert f"您申请的导出个人信息（{request.request_no}）已经办好了" in str(news)


async def test_somebody_elses_request_is_not_found(open_chat: OpenChat) -> None:
    alice, mallory = open_chat("o-alice"), open_chat("o-mallory")
    await play(alice, line("导出我的数据"), line("确认"))
    (request,) = await rows(alice, PrivacyRequest)

    await play(
        mallory,
        line(f"{request.request_no}", "没有查到", never=("导出",)),
        line(f"撤销{request.request_no}", "没有查到", asks="", intent="privacy_request"),
    )


async def test_a_question_is_no_request(chat: Chat) -> None:
    await play(
        chat,
        line("你们怎么用我的个人信息", never=("“确认”",), asks="", intent="privacy_request"),
        line("我的数据怎么办", "注销账号", asks="privacy_which", intent="privacy_request"),
        line("删除个人信息", "找不回来", asks="privacy_confirm"),
    )

    assert await rows(chat, PrivacyRequest) == []
