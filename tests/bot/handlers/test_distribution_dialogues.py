"""Commission in chat: joining, what one has, the code, and whom one has brought."""

import pytest
from sqlmodel import Session, select

from bot.handlers import distribution_words as words
from bot.messages import Card, reply_as_words
from bot.promoter_codes import KIND
from bot.tables import OutboxMessage
from commerce.distribution import statements
from commerce.distribution.promoters import find_promoter, stop
from commerce.distribution.tables import BindingRule, Who
from commerce.money import yuan
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.earning import DISTRIBUTION, becomes_promoter, change, earns
from tests.bot.handlers.script import line, play
from tests.commerce.distribution.team import (
    BY_US,
    asks,
    rules,
)


@pytest.fixture
async def me(chat: Chat) -> int:
    """The id of this customer, a promoter."""
    return await becomes_promoter(chat)


def pictures_called_for(session: Session) -> int:
    wanted = select(OutboxMessage).where(OutboxMessage.kind == KIND)
    return len(session.exec(wanted).all())


async def test_the_figures_are_those_of_the_ledger(chat: Chat, me: int) -> None:
    await earns(chat, me, 12_345)
    await earns(chat, me, 3333, is_free=False)
    await change(chat, asks, me, 500, chat.clock.now())

    told = await chat.words("我的佣金")

    found = await chat.database.read(statements.standing, me, chat.clock.now())
    lines = await chat.database.read(statements.list_lines, me)
    assert (found.available, found.pending, found.in_transit) == (734, 333, 500)
    for amount in (found.available, found.pending, found.in_transit, found.this_month):
        assert yuan(amount) in told
    assert "累计已提现¥0" in told
    listed = await chat.words("佣金明细")
    assert listed.splitlines()[1:] == [words.line_in_words(each) for each in lines]
    assert "申请提现" in listed
    assert "-¥5" in listed
    assert sum(each.amount for each in lines) == found.available + found.pending


async def test_too_little_and_nothing_are_told_as_such(chat: Chat, me: int) -> None:
    await play(
        chat,
        line("我的佣金", "还没有佣金", "我的推广码"),
        line("佣金明细", "还没有佣金明细"),
        line("提现", "可提现佣金¥0，满¥1才能提现", asks=""),
        line("提现到哪了", "没有申请过提现", "满¥1起提", "不收手续费"),
        line("撤销提现申请", "没有申请过提现", intent=DISTRIBUTION),
    )


async def test_a_code_comes_as_a_card_and_its_picture_is_called_for(chat: Chat, me: int) -> None:
    told, card = await chat.says("我的推广码")

    promoter = await chat.database.read(find_promoter, me)
    assert promoter is not None
    assert promoter.code in reply_as_words(told)
    assert isinstance(card, Card)
    assert card.path == f"pages/index/index?p={promoter.code}&source=oa-chat"
    assert await chat.database.read(pictures_called_for) == 1


async def test_those_who_were_brought_are_counted_and_not_named(chat: Chat, me: int) -> None:
    await play(chat, line("我拉了多少人了", "还没有顾客", intent=DISTRIBUTION))
    await earns(chat, me, 1000)
    await earns(chat, me, 1000)

    await play(chat, line("我邀请了多少人", "2位顾客", "不显示", intent=DISTRIBUTION))


async def test_a_stopped_promoter_keeps_what_was_earned(chat: Chat, me: int) -> None:
    await earns(chat, me, 50_000)
    await change(chat, lambda session: stop(session, me, **BY_US))

    await play(
        chat,
        line("我的佣金", "可提现佣金¥50"),
        line("我的推广码", "已停用", "照样可以提现"),
        line("我要当推广员", "已停用", "转人工"),
        line("提现20", "申请提现¥20", asks="confirm_withdrawal"),
        line("确认", "申请收到了：¥20"),
    )


async def test_whoever_is_no_promoter_hears_how_to_become_one(chat: Chat) -> None:
    for says in ("提现", "我的推广码", "佣金明细", "我的佣金"):
        await play(chat, line(says, "您还不是推广员", "店里邀请", asks="", never=("¥0",)))
    await play(chat, line("提现到哪了", "没有申请过提现"))


@pytest.mark.parametrize(
    ("who", "hears"),
    [
        (Who.EVERYONE, "想加入就说“我要当推广员”"),
        (Who.APPOINTED, "由店里邀请加入"),
        (Who.AFTER_PURCHASE, "确认收货一单就能加入"),
    ],
)
async def test_how_to_join_is_told_and_joins_nobody(chat: Chat, who: Who, hears: str) -> None:
    await change(chat, lambda session: rules(session, who=who))

    await play(
        chat,
        line("怎么当分销员", hears, "10%算佣金", "TA再带来的顾客是5%", intent=DISTRIBUTION),
        line("可以做推广吗", hears, intent=DISTRIBUTION),
        line("佣金几个点", "10%", "7天后", "不含运费", hears, intent=DISTRIBUTION),
    )

    assert await chat.database.read(find_promoter, await chat.customer_id()) is None


async def test_a_customer_joins_by_saying_so_where_the_rule_allows_it(chat: Chat) -> None:
    await play(chat, line("我要当推广员", "由店里邀请加入", never=("您已经是",)))
    await change(chat, lambda session: rules(session, who=Who.EVERYONE, second_bp=0))

    await play(
        chat,
        line("我要当推广员", "您已经是推广员，推广码是", "不含运费", never=("再往后",)),
        line("我想做分销", "您已经是推广员了", intent=DISTRIBUTION),
        line("不想做推广员了", "转人工", intent=DISTRIBUTION),
        line("能不能一件代发", "拿货、代发", intent=DISTRIBUTION),
    )


@pytest.mark.parametrize(
    ("binding", "hears"),
    [
        (BindingRule.PERMANENT, "一直算谁的"),
        (BindingRule.DAYS, "30天内下单都算您的"),
        (BindingRule.LAST_WINS, "15天保护期内不变"),
    ],
)
async def test_how_long_customers_stay_is_told_by_the_rule(
    chat: Chat, binding: BindingRule, hears: str
) -> None:
    await change(chat, lambda session: rules(session, binding=binding))

    await play(chat, line("客户绑定多久有效", hears, intent=DISTRIBUTION))
