"""A withdrawal goes to WeChat Pay once it is approved, and its promoter hears of each step."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.handlers import withdrawal_words as words
from bot.handlers.order_words import moment_in_words
from bot.listeners import Listeners
from bot.pay_calls import REMARK, TRANSFER
from commerce.customers.tables import Identity
from commerce.distribution import withdrawals
from commerce.distribution.tables import TransferState, Withdrawal, WithdrawalState
from tests.bot import promoting
from tests.bot.counter import Counter
from tests.bot.listening.hearing import hear_all, said, unheard
from tests.commerce import shop
from tests.commerce.shop import put_on_sale


@pytest.fixture
def promoter(chat: Counter, buyer: tuple[int, int]) -> int:
    """Somebody who chats, uses the mini-program, and has earned 50 yuan."""
    with chat.database.writing() as session:
        mini = Identity(
            customer_id=buyer[0],
            channel="mini_program",
            account="wx-mini",
            external_user="o-mini",
            created_at=shop.NOW,
        )
        session.add(mini)
        promoting.earn(session, buyer[0], shop.NOW)
    return buyer[0]


def record(chat: Counter, state: TransferState, *, package: str = "", reason: str = "") -> None:
    with chat.database.writing() as session:
        number = promoting.latest(session).out_bill_no
        withdrawals.record_transfer(
            session, number, state, now=shop.NOW, package=package, reason=reason
        )


def approve(session: Session, customer_id: int) -> Withdrawal:
    return promoting.approved(session, customer_id, shop.NOW)


async def test_an_approved_withdrawal_is_asked_of_wechat_pay_once_and_told(
    chat: Counter, listeners: Listeners, promoter: int
) -> None:
    with chat.database.writing() as session:
        number = approve(session, promoter).out_bill_no

    for _ in range(2):
        await hear_all(chat, listeners)

    payload = {"out_bill_no": number, "openid": "o-mini", "amount": 1200, "remark": REMARK}
    assert await chat.outbox(TRANSFER) == [("pending", payload)]
    assert await said(chat) == [words.APPROVED.format(net="¥12", fee="")]
    assert await unheard(chat) == 0


async def test_a_transfer_that_waits_is_told_with_a_card_while_it_waits(
    chat: Counter, listeners: Listeners, promoter: int
) -> None:
    with chat.database.writing() as session:
        put_on_sale(session)
        session.connection().exec_driver_sql("UPDATE product SET picture = 'slippers.png'")
        number = approve(session, promoter).withdrawal_no
    record(chat, TransferState.WAIT_USER_CONFIRM, package="p")

    await hear_all(chat, listeners)

    [(_, card)] = await chat.outbox()
    path = f"pages/promoter/index?withdrawal_no={number}&source=oa-chat"
    assert card == {
        "type": "card",
        "title": f"{words.CONFIRM_CARD} ¥12",
        "path": path,
        "picture": "slippers.png",
    }
    chat.clock.advance(hours=24)  # type: ignore[attr-defined]
    assert await chat.send_all() == []


async def test_without_a_picture_the_promoter_is_told_in_words(
    chat: Counter, listeners: Listeners, promoter: int
) -> None:
    with chat.database.writing() as session:
        approve(session, promoter)
    record(chat, TransferState.WAIT_USER_CONFIRM, package="p")

    await hear_all(chat, listeners)

    until = moment_in_words(shop.NOW + timedelta(hours=24))
    assert await said(chat) == [words.CONFIRM.format(net="¥12", until=until)]


@pytest.mark.parametrize(
    ("state", "reason", "sentence"),
    [
        (TransferState.SUCCESS, "", words.PAID.format(net="¥12")),
        (
            TransferState.FAIL,
            "24小时内没有确认收款",
            words.FAILED.format(reason="24小时内没有确认收款", amount="¥12"),
        ),
    ],
)
async def test_how_a_withdrawal_ends_is_told_once(
    chat: Counter,
    listeners: Listeners,
    promoter: int,
    state: TransferState,
    reason: str,
    sentence: str,
) -> None:
    with chat.database.writing() as session:
        approve(session, promoter)
    for _ in range(2):
        record(chat, state, reason=reason)

    await hear_all(chat, listeners)

    assert await said(chat) == [sentence]


async def test_a_refused_withdrawal_is_told_with_its_reason(
    chat: Counter, listeners: Listeners, promoter: int
) -> None:
    with chat.database.writing() as session:
        asked = withdrawals.ask(session, promoter, 1200, shop.NOW)
        withdrawals.refuse(
            session, asked.withdrawal_no, actor="clerk:1", reason="资料不全。", now=shop.NOW
        )

    await hear_all(chat, listeners)

    assert await said(chat) == [words.REFUSED.format(reason="资料不全", amount="¥12")]


async def test_a_promoter_without_the_mini_program_keeps_the_money_and_hears_why(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        promoting.earn(session, buyer[0], shop.NOW)
        approve(session, buyer[0])

    await hear_all(chat, listeners)

    assert await chat.outbox(TRANSFER) == []
    with chat.database.reading() as session:
        assert promoting.latest(session).state == WithdrawalState.FAILED
        assert promoting.accounts(session, buyer[0]) == (5000, 0)
    assert await said(chat) == [words.FAILED.format(reason=words.NO_ACCOUNT, amount="¥12")]


def test_every_reason_that_is_told_is_a_clause_of_its_own() -> None:
    for code in ("OVERDUE_CLOSE", "ACCOUNT_FROZEN", "SOMETHING_NEW"):
        assert not words.reason_in_words("FAIL", code).endswith("。")
    assert words.reason_in_words("CANCELLED", "") == words.TAKEN_BACK
