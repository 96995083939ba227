"""Money on its way to a promoter, in chat: how much, a yes, and where it is."""

import pytest
from sqlmodel import Session

from bot.messages import Card, reply_as_words
from commerce.customers.tables import Identity
from commerce.distribution import withdrawals
from commerce.distribution.tables import TransferState, Withdrawal
from tests.bot import promoting
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.earning import DISTRIBUTION, becomes_promoter, change, earns
from tests.bot.handlers.script import line, play
from tests.commerce.distribution.team import (
    asks,
    available,
    brought,
    buys,
    receives,
    rules,
    sends_back,
)
from tests.commerce.shop import NOW


@pytest.fixture
async def me(chat: Chat) -> int:
    """The id of this customer, a promoter."""
    return await becomes_promoter(chat)


def opens_the_mini_program(session: Session, customer: int) -> None:
    mini = Identity(
        customer_id=customer,
        channel="mini_program",
        account="wx-mini",
        external_user="o-mini",
        created_at=NOW,
    )
    session.add(mini)


async def test_money_is_withdrawn_after_a_yes(chat: Chat, me: int) -> None:
    await earns(chat, me, 50_000)

    await play(
        chat,
        line("提现", "可提现¥50", "要提多少", asks="withdraw_amount"),
        line("12.5元", "申请提现¥12.5", "确认吗", asks="confirm_withdrawal", never=("手续费",)),
        line("不要了", "申请提现¥12.5", asks="confirm_withdrawal"),
        line("改成20", "申请提现¥20", asks="confirm_withdrawal"),
        line("确认", "申请收到了：¥20", "编号TX", asks=""),
        line("确认", never=("申请收到了",)),
        line("提现30", "上一笔办完才能再提", "¥20", "审核中", asks=""),
        line("我的佣金", "可提现佣金¥30", "提现途中¥20"),
    )

    [made] = await chat.database.read(withdrawals.list_own, me)
    assert made.amount == 2000


async def test_a_no_withdraws_nothing_and_neither_does_another_subject(chat: Chat, me: int) -> None:
    await earns(chat, me, 50_000)

    await play(
        chat,
        line("提现30", "申请提现¥30", asks="confirm_withdrawal"),
        line("算了", "先不提", asks=""),
        line("提现30", asks="confirm_withdrawal"),
        line("我的订单", asks=""),
        line("好的", never=("申请收到了",)),
        line("提现", asks="withdraw_amount"),
        line("看看购物车", "购物车", "要提多少", asks="withdraw_amount"),
        line("有没有100块以下的面膜", never=("申请提现",), intent="search_product"),
        line("提现", asks="withdraw_amount"),
        line("不用了", "先不提", asks=""),
    )

    assert await chat.database.read(withdrawals.list_own, me) == []


@pytest.mark.parametrize(
    ("says", "hears", "asks_then"),
    [
        ("全部提现", "申请提现¥50（手续费¥1，到手¥49）", "confirm_withdrawal"),
        ("提现1千", "只有¥50", "withdraw_amount"),
        ("提现5元", "一次可以提¥10到¥50", "withdraw_amount"),
        ("提现五十块", "申请提现¥50", "confirm_withdrawal"),
        ("提现0.004", "要提多少", "withdraw_amount"),
    ],
)
async def test_what_can_be_withdrawn_is_told_before_it_is(
    chat: Chat, me: int, says: str, hears: str, asks_then: str
) -> None:
    await earns(chat, me, 50_000)
    await change(chat, lambda session: rules(session, fee_bp=200, withdraw_min=1000))

    await play(chat, line(says, hears, asks=asks_then))


async def test_all_of_it_is_what_wechat_transfers_at_a_time(chat: Chat, me: int) -> None:
    await earns(chat, me, 5_000_000)

    await play(
        chat,
        line("提现", "可提现¥5000", asks="withdraw_amount"),
        line("全部", "申请提现¥1999", asks="confirm_withdrawal"),
    )


async def test_where_a_withdrawal_is_can_be_asked_at_every_step(chat: Chat, me: int) -> None:
    await earns(chat, me, 50_000)
    await change(chat, opens_the_mini_program, me)
    bill = (await change(chat, asks, me, 2000, chat.clock.now())).out_bill_no

    async def recorded(state: TransferState, **told: str) -> None:
        def record(session: Session) -> None:
            withdrawals.record_transfer(session, bill, state, now=chat.clock.now(), **told)

        await change(chat, record)

    await play(
        chat,
        line("提现到哪了", "¥20", "店里审核中"),
        line("撤销提现申请", "不能自己撤回", "转人工", intent=DISTRIBUTION),
    )
    number = (await chat.database.read(promoting.latest)).withdrawal_no
    await change(
        chat,
        lambda session: withdrawals.approve(session, number, actor="clerk:1", now=chat.clock.now()),
    )
    await play(chat, line("提现到账了吗", "审核通过，正在交给微信"))
    await recorded(TransferState.PROCESSING)
    await play(chat, line("提现进度", "微信处理中"))
    await recorded(TransferState.WAIT_USER_CONFIRM, package="p")
    told, card = await chat.says("提现到哪了")
    assert "等您在小程序里确认收款" in reply_as_words(told)
    assert "11月24日 12:" in reply_as_words(told)
    assert isinstance(card, Card)
    assert card.path == f"pages/promoter/index?withdrawal_no={number}&source=oa-chat"
    await recorded(TransferState.FAIL, reason="24小时内没有确认收款")
    await play(
        chat,
        line("提现到哪了", "没有成功", "退回可提现佣金", "24小时内没有确认收款"),
        line("我的佣金", "可提现佣金¥50"),
    )


async def test_a_refused_and_a_paid_withdrawal_are_told_as_that(chat: Chat, me: int) -> None:
    await earns(chat, me, 50_000)

    def end(session: Session) -> Withdrawal:
        now = chat.clock.now()
        first = asks(session, me, 1000, now)
        number, reason = first.withdrawal_no, "账号信息不符。"
        return withdrawals.refuse(session, number, actor="clerk:1", reason=reason, now=now)

    await change(chat, end)
    await play(chat, line("提现到哪了", "没有通过", "原因：账号信息不符。", never=("符。。",)))

    def pay(session: Session) -> None:
        paid = promoting.approved(session, me, chat.clock.now())
        withdrawals.record_transfer(
            session, paid.out_bill_no, TransferState.SUCCESS, now=chat.clock.now(), reason="无"
        )

    chat.clock.advance(seconds=1)
    await change(chat, pay)
    await play(
        chat,
        line("提现到哪了", "¥12", "已到微信零钱", never=("原因",)),
        line("我的佣金", "可提现佣金¥38", "累计已提现¥12"),
    )


async def test_a_refund_after_a_withdrawal_is_a_debt_and_told_as_one(chat: Chat, me: int) -> None:
    def take_back(session: Session) -> None:
        order = receives(
            session,
            buys(session, brought(session, me), 2000, pieces=5, now=chat.clock.now()),
            chat.clock.now(),
        )
        asks(session, me, 1000, chat.clock.now())
        sends_back(session, order, 2, chat.clock.now())

    await change(chat, lambda session: rules(session, freeze_days=0))
    await change(chat, take_back)

    assert await chat.database.read(available, me) == -400
    await play(
        chat,
        line("我的佣金", "可提现佣金-¥4", "会先补上"),
        line("佣金明细", "退款扣回佣金", "-¥4"),
        line("提现", "上一笔", "审核中", asks=""),
    )

    def pay(session: Session) -> None:
        asked, now = promoting.latest(session), chat.clock.now()
        withdrawals.approve(session, asked.withdrawal_no, actor="clerk:1", now=now)
        withdrawals.record_transfer(session, asked.out_bill_no, TransferState.SUCCESS, now=now)

    await change(chat, pay)
    await play(chat, line("提现", "还差¥4", "不用您补钱", asks=""))


async def test_commission_is_asked_for_in_the_middle_of_something_else(chat: Chat, me: int) -> None:
    await earns(chat, me, 50_000)

    await play(
        chat,
        line("生日有礼吗", "几月几日", asks="birthday", intent="ask_points"),
        line("我的佣金", "可提现佣金¥50", "几月几日", asks="birthday"),
        line("提现", "要提多少", asks="withdraw_amount", never=("几月几日",)),
        line("佣金明细", "推广佣金", "要提多少", asks="withdraw_amount"),
        line("30", "申请提现¥30", asks="confirm_withdrawal"),
    )
