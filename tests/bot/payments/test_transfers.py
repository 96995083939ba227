"""Transfers to customers, against a far end that checks every signature."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from multidict import CIMultiDict

from bot.payments.client import PayClient
from bot.payments.notify import BadNotify, NotifyVerifier
from bot.payments.records import TransferBill, TransferState
from tests.bot.payments.conftest import NOTIFY_URL
from tests.bot.payments.pay_platform import APP_ID, MCH_ID, PayPlatform, transferred
from wecom.errors import OutcomeUnknown

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
BILL = "WD202611110001"
PATH = "/v3/fund-app/mch-transfer/transfer-bills"


def finished(**changed: Any) -> dict[str, Any]:
    return transferred(**{"state": "SUCCESS", **changed})


async def test_a_transfer_is_announced_with_all_that_wechat_pay_asks(
    pay: PayClient, platform: PayPlatform
) -> None:
    platform.answer = {
        "out_bill_no": BILL,
        "transfer_bill_no": "1330",
        "create_time": "2026-11-11T20:00:00+08:00",
        "state": "WAIT_USER_CONFIRM",
        "package_info": "affffddafdfafddffda==",
    }

    bill = await pay.transfers.transfer(BILL, "oUser", 1200, "推广佣金提现" + "。" * 40)

    assert bill == TransferBill(
        BILL, "WAIT_USER_CONFIRM", "1330", package_info="affffddafdfafddffda=="
    )
    [call] = platform.calls
    assert (call.method, call.path) == ("POST", PATH)
    assert call.content == {
        "appid": APP_ID,
        "out_bill_no": BILL,
        "transfer_scene_id": "1005",
        "openid": "oUser",
        "transfer_amount": 1200,
        "transfer_remark": "推广佣金提现" + "。" * 26,
        "notify_url": NOTIFY_URL,
        "transfer_scene_report_infos": [
            {"info_type": "岗位类型", "info_content": "推广员"},
            {"info_type": "报酬说明", "info_content": "推广商品的佣金"},
        ],
    }


@pytest.mark.parametrize("state", get_args(TransferState))
async def test_a_transfer_is_found_in_any_state(
    pay: PayClient, platform: PayPlatform, state: TransferState
) -> None:
    platform.answer = transferred(state=state, fail_reason="OVERDUE_CLOSE")

    bill = await pay.transfers.query(BILL)

    assert bill is not None
    assert (bill.state, bill.amount, bill.fail_reason) == (state, 1200, "OVERDUE_CLOSE")
    assert platform.calls[0].path == f"{PATH}/out-bill-no/{BILL}"


async def test_a_transfer_that_wechat_pay_never_heard_of_is_none(
    pay: PayClient, platform: PayPlatform
) -> None:
    platform.status, platform.answer = 404, {"code": "NOT_FOUND", "message": "记录不存在"}

    assert await pay.transfers.query(BILL) is None


@pytest.mark.parametrize(
    "answer",
    [
        transferred(mch_id="1900000002"),
        transferred(out_bill_no="WD2"),
        transferred(state="GREAT"),
        transferred(transfer_amount="1200"),
        {},
    ],
    ids=["another merchant", "another bill", "a new state", "no amount", "nothing"],
)
async def test_an_answer_that_does_not_add_up_says_nothing(
    pay: PayClient, platform: PayPlatform, answer: Any
) -> None:
    platform.answer = answer

    with pytest.raises(OutcomeUnknown):
        await pay.transfers.query(BILL)


async def test_taking_back_sends_the_body_that_it_signs(
    pay: PayClient, platform: PayPlatform
) -> None:
    platform.answer = {"out_bill_no": BILL, "transfer_bill_no": "1330", "state": "CANCELING"}

    bill = await pay.transfers.cancel(BILL)

    assert bill.state == "CANCELING"
    [call] = platform.calls
    assert (call.path, call.content) == (f"{PATH}/out-bill-no/{BILL}/cancel", {})


@pytest.mark.parametrize(
    ("number", "amount"), [(BILL, 9), (BILL, 200_000), ("WD-1", 1200), ("", 1200), ("W" * 33, 10)]
)
async def test_what_cannot_be_transferred_is_not_asked_for(
    pay: PayClient, platform: PayPlatform, number: str, amount: int
) -> None:
    with pytest.raises(ValueError, match=r"transferred|is not"):
        await pay.transfers.transfer(number, "oUser", amount, "佣金")
    assert platform.calls == []


def test_the_mini_program_gets_what_it_confirms_with(platform: PayPlatform) -> None:
    pay = PayClient(platform.merchant, notify_url=NOTIFY_URL)

    assert pay.confirm_arguments("p") == {"mchId": MCH_ID, "appId": APP_ID, "package": "p"}


# Notices.


def test_a_finished_transfer_is_believed(platform: PayPlatform) -> None:
    headers, body = platform.notify(finished(), at=NOW, event_type="MCHTRANSFER.BILL.FINISHED")

    notice = NotifyVerifier(platform.merchant).verify(CIMultiDict(headers), body, now=NOW)

    assert isinstance(notice.content, TransferBill)
    assert (notice.content.state, notice.content.amount) == ("SUCCESS", 1200)


@pytest.mark.parametrize(
    ("event_type", "changed", "reason"),
    [
        ("MCHTRANSFER.BILL.FINISHED", {"mch_id": "1900000002"}, "wrong_merchant"),
        ("MCHTRANSFER.BILL.FINISHED", {"mch_id": None}, "wrong_merchant"),
        ("MCHTRANSFER.BILL.FINISHED", {"state": "GREAT"}, "resource"),
        ("MCHTRANSFER.BILL.FINISHED", {"out_bill_no": ""}, "resource"),
        ("MCHTRANSFER.BATCH.FINISHED", {}, "body"),
    ],
)
def test_another_notice_of_a_transfer_is_refused(
    platform: PayPlatform, event_type: str, changed: dict[str, Any], reason: str
) -> None:
    headers, body = platform.notify(finished(**changed), at=NOW, event_type=event_type)

    with pytest.raises(BadNotify) as caught:
        NotifyVerifier(platform.merchant).verify(CIMultiDict(headers), body, now=NOW)
    assert caught.value.reason == reason
