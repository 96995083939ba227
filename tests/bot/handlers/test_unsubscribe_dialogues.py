"""退订 in any spelling stops campaign messages everywhere, and says so."""

import pytest
from sqlmodel import Session

from commerce import customers
from commerce.customers import subscription
from commerce.customers.tables import Customer, SubscriptionChange
from tests.bot.handlers.buying import has_bought, rows
from tests.bot.handlers.conversation import ACCOUNT, Chat
from tests.bot.handlers.script import line, play

STOPS = [
    *(
        "退订",
        "退订！",
        "退订。",
        "【退订】",
        "退 订",
        "退訂",
        "退订了",
        "“退订”",
        "我要退订",
        "帮我退订",
    ),
    *("TD", "td", "Td。", "ＴＤ", "ｔｄ", "t d", "回复TD", "回TD", "TD退订", "unsubscribe"),
    *("请退订谢谢", "取消订阅"),
]
SENTENCES = [
    *("别再发了", "不要再给我推送了", "别老给我发广告", "停止推送", "请勿打扰", "把推送关了"),
    "不想再收到你们的消息了",
]


async def refusals(chat: Chat) -> int:
    """Customers who want no campaign messages."""
    return sum(each.unsubscribed_at is not None for each in await rows(chat, Customer))


@pytest.mark.parametrize("text", [*STOPS, *SENTENCES])
async def test_it_is_heard_in_any_spelling(chat: Chat, text: str) -> None:
    intent = "unsubscribe" if text in SENTENCES else ""
    await play(
        chat,
        line(text, "已退订", "公众号、小程序和企业微信", "订单和物流", "恢复推送", intent=intent),
    )

    assert await refusals(chat) == 1
    (change,) = await rows(chat, SubscriptionChange)
    assert (change.channel, change.wants_messages) == ("official_account", False)
    assert subscription.read_words(chat.shop.sealer, change) == text


@pytest.mark.parametrize("misread", ["request_refund", "out_of_scope", "nlu_fallback", "deny"])
async def test_it_is_heard_however_it_was_understood_and_by_voice(chat: Chat, misread: str) -> None:
    await play(chat, line("退订。", "已退订", kind="voice", intent=misread))

    assert await refusals(chat) == 1


async def test_it_is_heard_in_the_middle_of_another_errand(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)

    for question, step in (
        ("我要退款", "aftersale_reason"),
        ("改地址", "address_place"),
        ("删除我的个人信息", "privacy_confirm"),
    ):
        await play(
            chat,
            line("恢复推送"),
            line(question, asks=step),
            line("TD", "已退订", asks=""),
        )


async def test_again_is_no_news_and_resuming_is_said(chat: Chat) -> None:
    await play(
        chat,
        line("退订", "已退订"),
        line("退订", "已经退订过"),
        line("恢复推送", "再告诉您"),
        line("恢复推送", "没有退订"),
        line("别再推送了", "已退订", intent="unsubscribe"),
        line("重新订阅", "再告诉您", intent="unsubscribe"),
        line("不要恢复推送", "已退订", intent="unsubscribe"),
    )

    changes = [each.wants_messages for each in await rows(chat, SubscriptionChange)]
    assert changes == [False, True, False, True, False]


@pytest.mark.parametrize("text", ["退订单", "我要退订单", "取消退订吗", "TD是什么意思"])
async def test_what_only_sounds_like_it_is_not_it(chat: Chat, text: str) -> None:
    await chat.says(text, intent="nlu_fallback")

    assert await refusals(chat) == 0


async def test_one_no_counts_for_all_channels_of_the_person(chat: Chat) -> None:
    await chat.says("你好")

    def join(session: Session) -> None:
        for channel, account, name in (
            ("official_account", ACCOUNT, chat.openid),
            ("mini_program", "wx-mini", "m-1"),
            ("wecom", "ww-1", "w-1"),
        ):
            customers.identify(session, channel, account, name, chat.clock.now(), unionid="u-1")

    await chat.database.write(join)
    await chat.says("TD")

    def present(session: Session) -> Customer:
        return customers.identify(session, "wecom", "ww-1", "w-1", chat.clock.now())

    assert (await chat.database.write(present)).unsubscribed_at is not None
