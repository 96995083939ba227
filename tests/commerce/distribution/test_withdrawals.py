"""Commission on its way out: asked for, decided, transferred, and back at most once."""

import asyncio
from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.database import Database
from commerce import customers
from commerce.corrections import CorrectionKind, MoneyAudit
from commerce.distribution import statements, withdrawals
from commerce.distribution.tables import TransferState, Withdrawal, WithdrawalState
from commerce.distribution.withdrawals import (
    approve,
    find_live,
    record_transfer,
    refuse,
    take_to_ask,
)
from commerce.errors import IllegalMove, InvalidInput
from commerce.ledger.posting import AccountKey, AccountKind, Insufficient, balance
from commerce.reconciliation.books import examine_books
from tests.commerce.distribution.team import (
    asks,
    available,
    days,
    in_transit,
    rules,
    with_available,
)
from tests.commerce.ledger.books import SHOP_MONEY, assert_books_balance
from tests.commerce.shop import NOW, events, new_customer

AGENT: dict[str, Any] = {"actor": "agent:1", "now": NOW}
ACCEPTED, PROCESSING, WAIT, TRANSFERING, SUCCESS, FAIL, CANCELING, CANCELLED = TransferState


def approved(session: Session, amount: int = 1000) -> Withdrawal:
    withdrawal = asks(session, with_available(session, 5000), amount)
    return approve(session, withdrawal.withdrawal_no, **AGENT)


def says(session: Session, withdrawal: Withdrawal, result: TransferState, **more: Any) -> bool:
    """WeChat Pay says how the transfer stands; whether that was news."""
    is_news = record_transfer(session, withdrawal.out_bill_no, result, **{"now": NOW, **more})
    session.refresh(withdrawal)
    return is_news


def test_what_is_asked_for_is_in_transit_at_once(session: Session) -> None:
    customer = with_available(session, 5000)

    withdrawal = asks(session, customer, 3000)

    assert (available(session, customer), in_transit(session, customer)) == (2000, 3000)
    assert (withdrawal.state, withdrawal.net) == (WithdrawalState.ASKED, 3000)
    assert len(withdrawal.out_bill_no) <= 32
    assert withdrawal.out_bill_no.isalnum()
    with pytest.raises(IllegalMove, match="上一笔"):
        asks(session, customer, 100)
    assert_books_balance(session)


@pytest.mark.parametrize(
    ("amount", "error", "words"),
    [
        (99, InvalidInput, "满¥1"),
        (200_000, InvalidInput, "一次最多"),
        (5001, Insufficient, "现在可提现¥50"),
    ],
)
def test_too_little_too_much_and_more_than_there_is_leave_nothing_behind(
    session: Session, amount: int, error: type[Exception], words: str
) -> None:
    customer = with_available(session, 5000)

    with pytest.raises(error, match=words):
        asks(session, customer, amount)

    assert find_live(session, customer) is None
    assert (available(session, customer), in_transit(session, customer)) == (5000, 0)


def test_a_refused_one_is_back_exactly_once_with_its_reason(session: Session) -> None:
    customer = with_available(session, 5000)
    number = asks(session, customer, 3000).withdrawal_no

    with pytest.raises(InvalidInput):
        refuse(session, number, reason=" ", **AGENT)
    assert in_transit(session, customer) == 3000
    refused = refuse(session, number, reason="资料对不上", **AGENT)

    with pytest.raises(IllegalMove):
        refuse(session, number, reason="再拒", **AGENT)
    with pytest.raises(IllegalMove):
        approve(session, number, **AGENT)
    assert (available(session, customer), in_transit(session, customer)) == (5000, 0)
    assert (refused.state, refused.reason) == (WithdrawalState.REFUSED, "资料对不上")
    (audit,) = session.exec(select(MoneyAudit).where(MoneyAudit.subject == number))
    assert (audit.kind, audit.reason) == (CorrectionKind.WITHDRAWAL_REFUSED, "资料对不上")
    assert asks(session, customer, 3000).withdrawal_no != number
    assert_books_balance(session)


def test_a_paid_one_leaves_the_bank_less_the_fee(session: Session) -> None:
    rules(session, fee_bp=60)
    withdrawal = approved(session, 1999)

    assert says(session, withdrawal, WAIT, package="p", transfer_bill_no="13")
    assert says(session, withdrawal, SUCCESS)

    assert (withdrawal.fee, withdrawal.net, withdrawal.state) == (11, 1988, WithdrawalState.PAID)
    assert in_transit(session, withdrawal.customer_id) == 0
    assert balance(session, SHOP_MONEY) == 1988
    assert balance(session, AccountKey(AccountKind.SHOP_EXPENSE)) == 11 - 5000
    assert statements.standing(session, withdrawal.customer_id, NOW).withdrawn == 1999
    assert_books_balance(session)


@pytest.mark.parametrize("order", list(permutations([ACCEPTED, PROCESSING, WAIT, SUCCESS])))
def test_results_in_any_order_pay_once_and_never_go_back(
    session: Session, order: tuple[TransferState, ...]
) -> None:
    withdrawal = approved(session)

    for result in order * 2:
        says(session, withdrawal, result, package="p" if result == WAIT else "")

    assert withdrawal.state == WithdrawalState.PAID
    assert (in_transit(session, withdrawal.customer_id), balance(session, SHOP_MONEY)) == (0, 1000)
    assert len(events(session, "withdrawal_paid")) == 1
    assert len(events(session, "withdrawal_confirm_wanted")) <= 1


@pytest.mark.parametrize("end", [FAIL, CANCELLED])
def test_a_transfer_that_ends_without_success_gives_the_money_back_once(
    session: Session, end: TransferState
) -> None:
    withdrawal = approved(session)
    customer = withdrawal.customer_id
    for result in (ACCEPTED, WAIT, CANCELING):
        assert says(session, withdrawal, result)

    assert says(session, withdrawal, end, reason="没有确认收款")
    assert not says(session, withdrawal, end)
    assert not says(session, withdrawal, WAIT, package="late")

    assert (withdrawal.state, withdrawal.package) == (WithdrawalState.FAILED, "")
    assert (available(session, customer), in_transit(session, customer)) == (5000, 0)
    (told,) = events(session, "withdrawal_failed")
    assert told.subject["reason"] == "没有确认收款"
    assert_books_balance(session)


def test_an_end_that_contradicts_the_books_is_shown_to_a_person_and_moves_nothing(
    session: Session,
) -> None:
    withdrawal = approved(session)
    says(session, withdrawal, FAIL)

    assert not says(session, withdrawal, SUCCESS)
    assert not says(session, withdrawal, SUCCESS)

    assert len(events(session, "withdrawal_mismatch")) == 1
    assert (withdrawal.state, balance(session, SHOP_MONEY)) == (WithdrawalState.FAILED, 0)


def test_nobody_is_paid_who_was_not_approved(session: Session) -> None:
    withdrawal = asks(session, with_available(session, 5000), 1000)

    assert not says(session, withdrawal, SUCCESS)

    assert (withdrawal.state, balance(session, SHOP_MONEY)) == (WithdrawalState.ASKED, 0)


def test_the_promoter_can_confirm_once_the_package_is_known(session: Session) -> None:
    withdrawal = approved(session)

    assert says(session, withdrawal, WAIT)
    assert events(session, "withdrawal_confirm_wanted") == []
    assert says(session, withdrawal, WAIT, package="p-1")
    assert not says(session, withdrawal, WAIT, package="p-2")

    assert (withdrawal.package, withdrawal.confirm_until) == ("p-1", days(1))
    assert len(events(session, "withdrawal_confirm_wanted")) == 1


def test_it_is_asked_about_until_it_is_over_and_not_before_it_is_approved(
    session: Session,
) -> None:
    asked = asks(session, with_available(session, 5000), 1000)
    withdrawal = approved(session)
    at = withdrawals.ASK_AFTER[0]

    assert take_to_ask(session, NOW) == []
    assert [each.id for each in take_to_ask(session, NOW + at)] == [withdrawal.id]
    assert take_to_ask(session, NOW + at) == []
    says(session, withdrawal, SUCCESS)
    assert take_to_ask(session, days(9)) == []
    assert asked.ask_at is None


def test_withdrawals_of_two_records_of_one_person_are_both_seen_and_end(session: Session) -> None:
    withdrawal = approved(session)
    kept = with_available(session, 700)

    customers.merge(session, kept, withdrawal.customer_id, NOW)

    assert available(session, kept) == 4700
    with pytest.raises(IllegalMove, match="上一笔"):
        asks(session, kept, 700)
    assert says(session, withdrawal, FAIL)
    assert (available(session, kept), in_transit(session, kept)) == (5700, 0)
    assert [each.id for each in withdrawals.list_own(session, kept)] == [withdrawal.id]
    assert statements.standing(session, kept, NOW).available == 5700
    lines = statements.list_lines(session, kept)
    assert sum(line.amount for line in lines) == 5700
    assert_books_balance(session)


async def ends(*calls: Any) -> Counter[str]:
    results = await asyncio.gather(*calls, return_exceptions=True)
    return Counter(type(each).__name__ for each in results)


@pytest.mark.database
async def test_of_ten_that_are_asked_for_at_once_one_is_under_way(database: Database) -> None:
    customer = await database.write(with_available, 5000)

    ended = await ends(*(database.write(asks, customer, 900) for _ in range(10)))

    assert ended == {"Withdrawal": 1, "IllegalMove": 9}
    assert await database.read(available, customer) == 4100
    assert await database.read(in_transit, customer) == 900


@pytest.mark.database
async def test_refusing_approving_and_results_at_once_end_it_once(database: Database) -> None:
    def two(session: Session) -> tuple[Withdrawal, Withdrawal]:
        return asks(session, with_available(session, 5000), 900), approved(session, 900)

    asked, sent = await database.write(two)

    decided = await ends(
        *(database.write(approve, asked.withdrawal_no, **AGENT) for _ in range(3)),
        *(database.write(refuse, asked.withdrawal_no, reason="不行", **AGENT) for _ in range(3)),
    )
    assert decided == {"Withdrawal": 1, "IllegalMove": 5}
    results = (SUCCESS, FAIL, CANCELLED, SUCCESS, FAIL)
    news = await asyncio.gather(
        *(database.write(record_transfer, sent.out_bill_no, each, now=NOW) for each in results)
    )
    assert sum(news) == 1

    def left(session: Session) -> int:
        ended = session.exec(select(Withdrawal).where(col(Withdrawal.id) == sent.id)).one()
        back = 900 if ended.state == WithdrawalState.FAILED else 0
        assert available(session, sent.customer_id) == 4100 + back
        assert balance(session, SHOP_MONEY) == 900 - back
        return in_transit(session, sent.customer_id)

    assert await database.read(left) == 0
    await database.read(assert_books_balance)


def test_withdrawals_in_every_state_reconcile_and_a_lost_row_does_not(session: Session) -> None:
    for end in (SUCCESS, FAIL, WAIT):
        says(session, approved(session), end)
    lost = asks(session, with_available(session, 5000), 1000)
    assert list(examine_books(session)) == []

    session.delete(lost)
    session.flush()

    (found,) = examine_books(session)
    assert (found.subject, found.ours, found.theirs) == ("withdrawal_in_transit", 2000, 1000)


def test_somebody_who_never_earned_stands_at_nothing(session: Session) -> None:
    customer = new_customer(session)

    assert statements.standing(session, customer, NOW) == statements.Standing(0, 0, 0, 0, 0)
    assert statements.list_lines(session, customer) == []
