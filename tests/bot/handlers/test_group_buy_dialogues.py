"""Group-buys in chat: what runs, one's own groups, groups to join, and what comes of failure."""

from bot.handlers import group_buy_words as words
from bot.handlers.group_buy_disclosure import MAY_BE_COMPLETED
from bot.messages import Card, Text
from commerce.distribution import promoters
from miniprogram_cards.paths import GROUP_BUY_PAGE, GROUP_PAGE, parse
from tests.bot.handlers.buying import LIPSTICK, MILK, later
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.dealing import group_buy_runs, takes_part
from tests.bot.handlers.script import line, play


async def test_without_any_the_usual_price_is_said(chat: Chat) -> None:
    await play(
        chat,
        line("有什么拼团", words.NONE_RUNNING, asks=""),
        line("怎么拼团", "凑够人数就成团", "全额原路退回", words.NONE_RUNNING),
        line("我要开团", words.NONE_RUNNING),
        line("帮我拼一个", words.NONE_RUNNING),
        line("我的团", words.OWN_NONE, never=("加入",)),
    )


async def test_an_activity_is_told_with_its_ladder_and_opened_by_card(chat: Chat) -> None:
    activity = await group_buy_runs(chat)

    told, card = await chat.says("我要开团")

    assert isinstance(told, Text)
    for said in ("3人团¥99、5人团¥89", "单买¥129", "24小时内满3人成团", "没满全额退", "差价"):
        assert said in told.content
    assert MAY_BE_COMPLETED not in told.content
    assert isinstance(card, Card)
    assert card.title.endswith("3人团¥99")
    assert parse(card.path).page == GROUP_BUY_PAGE
    assert parse(card.path).subject == str(activity)


async def test_of_several_one_is_chosen_by_place_or_by_name(chat: Chat) -> None:
    await group_buy_runs(chat)
    await group_buy_runs(chat, MILK, ((2, 5900),))

    await play(
        chat,
        line("有什么拼团", "1. 奈鹿", "2. 青牧坡", "2人团¥59", asks="which_group_buy"),
        line("第九个", "有2个", asks="which_group_buy"),
        line("第二个", "青牧坡", "[小程序]", "2人团¥59", asks=""),
        line("拼口红", "奈鹿", "[小程序]", intent="search_product", entities={"product": ["口红"]}),
        line("拼牛奶", "青牧坡", "[小程序]", intent="group_buy", entities={"product": ["牛奶"]}),
        line(
            "拼拖鞋", "没有在拼的团", "1. 奈鹿", intent="group_buy", entities={"product": ["拖鞋"]}
        ),
        line("算了", words.LATER),
    )


async def test_what_only_sounds_like_it_is_searched_for(chat: Chat) -> None:
    await group_buy_runs(chat)

    await play(
        chat, line("拼图", never=("拼团",), intent="search_product", entities={"product": ["拼图"]})
    )


async def test_ones_own_group_is_shown_with_a_card_to_pass_on(chat: Chat) -> None:
    group = await takes_part(chat, await group_buy_runs(chat))
    assert group is not None
    later(chat, hours=22)

    told, card = await chat.says("还差几个人")

    assert isinstance(told, Text)
    assert "还差2人成团，剩2小时" in told.content
    assert isinstance(card, Card)
    assert card.title.endswith("¥99 还差2人 剩2小时")
    assert card.picture == "seats-5-1-738b.png"
    path = parse(card.path)
    assert (path.page, path.subject, path.promoter) == (GROUP_PAGE, group.group_no, "")


async def test_a_promoters_card_carries_their_code(chat: Chat) -> None:
    await takes_part(chat, await group_buy_runs(chat))
    customer_id, now = await chat.customer_id(), chat.clock.now()
    promoter = await chat.database.write(
        lambda session: (
            promoters.appoint(session, customer_id, actor="agent:1", reason="熟客", now=now).code
        )
    )

    _, card = await chat.says("我的团")

    assert isinstance(card, Card)
    assert parse(card.path).promoter == promoter


async def test_an_order_that_is_not_paid_has_no_seat_and_is_shown_as_such(chat: Chat) -> None:
    await takes_part(chat, await group_buy_runs(chat), pays=False)

    await play(chat, line("我的团", words.OWN_UNPAID, "待付款"))


async def test_others_find_the_group_to_join_and_its_leader_does_not(
    chat: Chat, open_chat: OpenChat
) -> None:
    activity = await group_buy_runs(chat)
    group = await takes_part(chat, activity)
    other = open_chat("o-bob")
    assert group is not None

    told, card = await other.says("帮我拼一个")

    assert isinstance(told, Text)
    assert "还差2人成团" in told.content
    assert isinstance(card, Card)
    assert parse(card.path).subject == group.group_no
    await play(chat, line("加入拼团", words.NONE_TO_JOIN, "3人团¥99"))
    await play(other, line("我的团", words.OWN_NONE, words.SAY_JOIN))
    later(chat, hours=24)
    await play(other, line("加入拼团", words.NONE_TO_JOIN))


async def test_with_enough_heads_the_next_step_of_the_price_is_said(
    chat: Chat, open_chat: OpenChat
) -> None:
    activity = await group_buy_runs(chat)
    group = await takes_part(chat, activity)
    assert group is not None
    for name in ("o-bob", "o-carol"):
        await takes_part(open_chat(name), activity, group.group_no)

    await play(chat, line("拼团进度", words.IS_ENOUGH, "再来2人按¥89算", "还差2人到¥89"))


async def test_tiers_and_failure_are_explained(chat: Chat) -> None:
    await group_buy_runs(chat, virtual=60)

    await play(
        chat,
        line("阶梯价怎么算", "按最后的人数算", "3人团¥99、5人团¥89", intent="out_of_scope"),
        line("没拼成怎么办", "全额原路退回", "不用申请", MAY_BE_COMPLETED),
        line("我要开团", MAY_BE_COMPLETED),
    )


async def test_price_and_deals_mention_a_group_buy_that_runs(chat: Chat) -> None:
    await group_buy_runs(chat, LIPSTICK)

    await play(
        chat,
        line("有什么优惠", "拼团：奈鹿", "低至¥89"),
        line("奈鹿丝绒哑光口红"),
        line("第一个多少钱", "¥129", "正在拼团：3人团¥99"),
    )
