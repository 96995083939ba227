"""Flash sales in chat: countdown, what is left, the next start, a reminder by consent."""

from datetime import timedelta

from bot.handlers import flash_sale_words as words
from bot.messages import Card, Text
from commerce.flash_sales import reminding
from miniprogram_cards.paths import FLASH_SALE_PAGE, parse
from tests.bot.handlers.buying import later
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.dealing import flash_sale
from tests.bot.handlers.script import line, play

HOUR = timedelta(hours=1)


async def wanted(chat: Chat) -> list[int]:
    customer_id = await chat.customer_id()
    return await chat.database.read(lambda each: reminding.list_wanted(each, customer_id))


async def test_without_any_nothing_is_promised(chat: Chat) -> None:
    await play(
        chat,
        line("秒杀几点开始", words.NONE, asks=""),
        line("秒杀提醒我", words.NONE),
        line("取消秒杀提醒", words.NOTHING_TO_WITHDRAW),
    )


async def test_a_sale_that_runs_is_told_with_countdown_pieces_and_card(chat: Chat) -> None:
    sale = await flash_sale(chat, chat.clock.now())
    later(chat, minutes=30)

    told, card = await chat.says("秒杀")

    assert isinstance(told, Text)
    assert "还有1小时30分钟结束" in told.content
    assert "¥9.9（平时¥65），剩5件" in told.content
    assert isinstance(card, Card)
    assert card.title.endswith("秒杀¥9.9 剩5件")
    assert (parse(card.path).page, parse(card.path).subject) == (FLASH_SALE_PAGE, str(sale))


async def test_the_next_start_is_told_and_a_reminder_given_only_to_who_wants_it(
    chat: Chat,
) -> None:
    sale = await flash_sale(chat, chat.clock.now() + 3 * HOUR)

    await play(
        chat,
        line("秒杀几点开始", "今天15:00开抢", "还有3小时", "共5件", words.MAY_REMIND,
             asks="flash_reminder"),
        line("不用", words.NO_NEED, asks=""),
    )  # fmt: skip
    assert await wanted(chat) == []
    await play(
        chat,
        line("几点秒杀", words.MAY_REMIND),
        line("提醒我", "今天15:00开抢", "前5分钟", asks=""),
        line("几点秒杀", words.WILL_REMIND, asks=""),
    )
    assert await wanted(chat) == [sale]
    await play(chat, line("不用提醒了", words.WITHDRAWN), line("秒杀提醒我", "前5分钟"))
    assert await wanted(chat) == [sale]
    await play(chat, line("取消秒杀提醒", words.WITHDRAWN))
    assert await wanted(chat) == []


async def test_far_ahead_the_reply_window_is_told_of_and_at_night_no_reminder_is_offered(
    chat: Chat,
) -> None:
    await flash_sale(chat, chat.clock.now() + timedelta(days=3))
    await play(chat, line("秒杀提醒我", "前5分钟", "48小时"))

    await flash_sale(chat, chat.clock.now() + 12 * HOUR, key="at-night")
    await play(
        chat,
        line("几点秒杀", "明天00:00", never=(words.MAY_REMIND,)),
        line("秒杀提醒我", "休息时间"),
    )


async def test_an_item_is_found_by_its_name_and_price_and_deals_mention_it(chat: Chat) -> None:
    await flash_sale(chat, chat.clock.now())

    await play(
        chat,
        line("牛奶秒杀吗", "青牧坡", "剩5件", "[小程序]", intent="flash_sale",
             entities={"product": ["牛奶"]}),
        line("多少钱", "¥65", "正在秒杀：¥9.9，剩5件", intent="ask_product_detail"),
        line("有什么优惠", "秒杀“晚八点场”", "低至¥9.9"),
    )  # fmt: skip
