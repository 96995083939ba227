"""Pictures as evidence: taken while a request is open, acknowledged once, missed aloud."""

from bot.tables import OutboxMessage
from commerce.aftersale import pictures
from commerce.aftersale.tables import (
    AfterSalePicture,
)
from tests.bot.handlers.buying import (
    has_received,
    only_request,
    rows,
    sends_picture,
)
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play


async def test_pictures_are_taken_whenever_a_request_is_open_and_acknowledged_once(
    chat: Chat,
) -> None:
    await chat.says("你好")
    await has_received(chat)

    await chat.says("我要退货")
    assert "照片收到，一共1张。是什么原因" in await sends_picture(chat, "m-1")
    await play(chat, line("外壳碎了", "照片：1张", asks="aftersale_confirm"))
    assert "一共2张" in await sends_picture(chat, "m-2")
    assert "一共2张" in await sends_picture(chat, "m-2")  # The same again.
    await play(chat, line("确认", "已经登记", "接着发", asks="aftersale_more"))
    request = await only_request(chat)
    assert request.request_no in await sends_picture(chat, "m-3")
    await play(chat, line("谢谢", "不客气", asks="aftersale_more"))

    pictures = await rows(chat, AfterSalePicture)
    assert [each.media_id for each in pictures] == ["m-1", "m-2", "m-3"]
    wanted = [each for each in await rows(chat, OutboxMessage) if each.kind.endswith("evidence")]
    assert {each.key for each in wanted} == {f"evidence:{each.row_key}" for each in pictures}


async def test_a_picture_is_awaited_until_there_is_one_or_none(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat)

    await play(
        chat,
        line("口红断了要退款", "照片", asks="aftersale_pictures", intent="request_refund"),
        line("好的", "等您的照片", asks="aftersale_pictures"),
    )
    assert "发完说“好了”" in await sends_picture(chat)
    await play(chat, line("好了", "照片：1张", asks="aftersale_confirm"))


async def test_a_picture_that_cannot_be_had_is_told(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat)
    await chat.says("口红断了要退款", intent="request_refund")
    await sends_picture(chat)
    await play(chat, line("好了"), line("确认", "已经登记"))
    (picture,) = await rows(chat, AfterSalePicture)

    await chat.database.write(pictures.lose_picture, picture.row_key, chat.clock.now())

    (news,) = await chat.hears()
    assert "有照片没能取到" in str(news)


async def test_a_picture_without_a_request_is_nothing_to_us(chat: Chat) -> None:
    await chat.says("你好")

    assert "不会看图" in await sends_picture(chat)
