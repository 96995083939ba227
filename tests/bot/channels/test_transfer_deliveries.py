"""Transfers leave under one number, and what WeChat Pay answers decides where the money is."""

from typing import Any, get_args

import pytest
from structlog.testing import capture_logs

from bot.channels.transfer_delivery import SURE_AFTER, TransferDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Postponed, Sent
from bot.pay_reports import PayReports
from bot.payments.client import PayClient
from bot.payments.records import TransferState as StateOnWire
from commerce.distribution.tables import TransferState, Withdrawal, WithdrawalState
from tests.bot import promoting
from tests.bot.channels.delivering import claimed, note
from tests.bot.channels.test_pay_deliveries import MovingPlatform
from tests.bot.payments.pay_platform import transferred
from tests.commerce import shop

REFUSED = (400, {"code": "INVALID_REQUEST", "message": "单号已存在但信息不一致"})
UNKNOWN = (404, {"code": "NOT_FOUND", "message": "记录不存在"})
TROUBLE = (500, {"code": "SYSTEM_ERROR", "message": "系统异常"})


@pytest.fixture
def wechat_pay(pay_keys: tuple[Any, Any]) -> MovingPlatform:
    return MovingPlatform(*pay_keys)


@pytest.fixture
def withdrawal(database: Database) -> Withdrawal:
    with database.writing() as session:
        customer_id = promoting.promoter(session, "oUser", shop.NOW)
        return promoting.approved(session, customer_id, shop.NOW)


@pytest.fixture
def delivery(pay_client: PayClient, wechat_pay: MovingPlatform) -> TransferDelivery:
    reports = PayReports(wechat_pay.merchant)
    return TransferDelivery(pay_client.transfers, reports, FrozenClock(shop.NOW))


def wanted(withdrawal: Withdrawal, *, attempt: int = 1, amount: int = 1200) -> Claimed:
    payload = {
        "out_bill_no": withdrawal.out_bill_no,
        "openid": "oUser",
        "amount": amount,
        "remark": "推广佣金提现",
    }
    return claimed(payload, kind="pay.transfer", attempt=attempt)


def bill(withdrawal: Withdrawal, state: str, **changed: Any) -> tuple[int, Any]:
    return 200, transferred(out_bill_no=withdrawal.out_bill_no, state=state, **changed)


def standing(database: Database) -> tuple[str, int, int]:
    """The withdrawal's state, what can be withdrawn, what is on its way."""
    with database.reading() as session:
        row = promoting.latest(session)
        return row.state, *promoting.accounts(session, row.customer_id)


def test_every_state_of_a_transfer_is_thought_of() -> None:
    assert set(get_args(StateOnWire)) == set(TransferState)


async def test_a_transfer_that_waits_for_its_receiver_keeps_its_package(
    delivery: TransferDelivery,
    wechat_pay: MovingPlatform,
    database: Database,
    withdrawal: Withdrawal,
) -> None:
    wechat_pay.turns = [bill(withdrawal, "WAIT_USER_CONFIRM", package_info="p")] * 2

    for _ in range(2):
        assert isinstance(await note(database, delivery, wanted(withdrawal)), Sent)

    assert standing(database) == (WithdrawalState.WAIT_CONFIRM, 3800, 1200)
    with database.reading() as session:
        assert promoting.latest(session).package == "p"
        assert len(shop.events(session, "withdrawal_confirm_wanted")) == 1


@pytest.mark.parametrize(
    ("turns", "attempt", "outcome"),
    [
        ([TROUBLE], 1, Postponed),
        ([(403, {"code": "NOT_ENOUGH", "message": "资金不足"})], 1, Postponed),
        ([(429, {"code": "FREQUENCY_LIMITED", "message": "频率超限"})], 1, Postponed),
        ([REFUSED, TROUBLE], 1, Postponed),
        ([REFUSED, UNKNOWN], 2, Postponed),
        ([REFUSED, UNKNOWN], 1, Failed),
        ([REFUSED, UNKNOWN], SURE_AFTER, Failed),
    ],
)
async def test_money_comes_back_only_when_no_transfer_can_exist(
    delivery: TransferDelivery,
    wechat_pay: MovingPlatform,
    database: Database,
    withdrawal: Withdrawal,
    turns: list[tuple[int, Any]],
    attempt: int,
    outcome: type[Outcome],
) -> None:
    wechat_pay.turns = list(turns)

    with capture_logs():
        assert isinstance(
            await note(database, delivery, wanted(withdrawal, attempt=attempt)), outcome
        )

    is_over = outcome is Failed
    state = WithdrawalState.FAILED if is_over else WithdrawalState.APPROVED
    assert standing(database) == (state, *((5000, 0) if is_over else (3800, 1200)))
    assert len(wechat_pay.calls) == len(turns)


async def test_a_refused_repetition_of_a_transfer_that_exists_gives_nothing_back(
    delivery: TransferDelivery,
    wechat_pay: MovingPlatform,
    database: Database,
    withdrawal: Withdrawal,
) -> None:
    wechat_pay.turns = [REFUSED, bill(withdrawal, "WAIT_USER_CONFIRM")]

    assert isinstance(await note(database, delivery, wanted(withdrawal)), Sent)

    assert standing(database) == (WithdrawalState.WAIT_CONFIRM, 3800, 1200)


async def test_what_wechat_pay_never_transfers_is_not_even_asked_for(
    delivery: TransferDelivery,
    wechat_pay: MovingPlatform,
    database: Database,
    withdrawal: Withdrawal,
) -> None:
    with capture_logs():
        outcome = await note(database, delivery, wanted(withdrawal, amount=200_000))

    assert isinstance(outcome, Failed)
    assert wechat_pay.calls == []
    assert standing(database) == (WithdrawalState.FAILED, 5000, 0)


async def test_a_bill_of_another_amount_is_not_believed(
    delivery: TransferDelivery,
    wechat_pay: MovingPlatform,
    database: Database,
    withdrawal: Withdrawal,
) -> None:
    wechat_pay.turns = [bill(withdrawal, "SUCCESS", transfer_amount=1201)]

    with capture_logs() as lines:
        await note(database, delivery, wanted(withdrawal))

    assert standing(database) == (WithdrawalState.APPROVED, 3800, 1200)
    assert [line["event"] for line in lines] == ["transfer contradicts our books"]
