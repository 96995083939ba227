"""WeChat Pay's bill as a file: whole or refused, and each row of it in fen."""

import gzip
import hashlib
from collections.abc import Callable

import pytest

from bot.payments.trade_bill import BillRefused, read_bill, unpack
from commerce.reconciliation.bill_days import BillEntry
from commerce.reconciliation.tables import BillRowKind

APP = "wx1234567890abcdef"
NAMES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUM_NAMES = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
PAID = (
    f"`2026-11-11 12:00:00,`{APP},`1900000001,`0,`,`4200000001,`ZG1-1,`oUser,`JSAPI,`SUCCESS,"
    "`OTHERS,`CNY,`35.00,`4.00,`0,`0,`0.00,`0.00,`,`,`拖鞋, 云朵,`,`0.21000,`0.60%,`39.00,`0.00,`"
)
BACK = (
    f"`2026-11-11 13:00:00,`{APP},`1900000001,`0,`,`4200000001,`ZG1-1,`oUser,`JSAPI,`REFUND,"
    "`OTHERS,`CNY,`0.00,`0.00,`50300001,`RZG1-1-1,`9.05,`0.00,`ORIGINAL,`PROCESSING,`拖鞋, 云朵,`,"
    "`-0.05000,`0.60%,`0.00,`9.05,`"
)
FOREIGN = PAID.replace(APP, "wxotherapp").replace("ZG1-1", "OTHER-1")
ENTRIES = (
    BillEntry(BillRowKind.PAYMENT, "ZG1-1", "4200000001", 3900),
    BillEntry(BillRowKind.REFUND, "RZG1-1-1", "4200000001", 905),
)


def bill(*rows: str, sums: str = "`2,`35.00,`9.05,`0.00,`0.16000,`39.00,`9.05") -> bytes:
    return ("\ufeff" + "\r\n".join((NAMES, *rows, SUM_NAMES, sums)) + "\r\n").encode()


def sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def test_payments_and_refunds_are_read_in_fen() -> None:
    content = bill(PAID, BACK)

    read = read_bill(content, APP)

    assert read.entries == ENTRIES
    assert read.sha1 == sha1(content)


def test_rows_of_another_app_count_in_the_sums_and_are_left_out() -> None:
    content = bill(PAID, FOREIGN, BACK, sums="`3,`70.00,`9.05,`0.00,`0.37000,`78.00,`9.05")

    assert read_bill(content, APP).entries == ENTRIES


def test_a_day_without_business_is_an_empty_bill() -> None:
    assert read_bill(bill(sums="`0,`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00"), APP).entries == ()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_is_taken_packed_or_not_when_its_digest_is_right(
    pack: Callable[[bytes], bytes],
) -> None:
    content = bill(PAID, BACK)

    assert unpack(pack(content), sha1(content).upper()) == content


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(bill(PAID)),
        gzip.compress(bill(PAID, BACK))[:-9],
        b"\x1f\x8bnothing packed",
        bill(PAID, BACK) + b"\n",
        b"",
    ],
    ids=["another bill", "cut off", "no gzip", "a byte more", "nothing"],
)
def test_a_file_of_another_digest_is_refused(content: bytes) -> None:
    with pytest.raises(BillRefused):
        unpack(content, sha1(bill(PAID, BACK)))


@pytest.mark.parametrize(
    "content",
    [
        bill(PAID),
        bill(PAID, BACK, BACK, sums="`3,`35.00,`18.10,`0.00,`0.11000,`39.00,`18.10"),
        bill(PAID.replace("`39.00", "`39.001"), BACK),
        bill(PAID.replace("`39.00", "`40.00"), BACK),
        bill(PAID.replace("`39.00", "`三十九"), BACK),
        bill(PAID.replace("CNY", "USD"), BACK),
        bill(PAID.replace("SUCCESS", "PAYERROR"), BACK),
        bill(PAID.removeprefix("`"), BACK),
        bill(PAID + ",`more", BACK),
        bill(PAID, BACK).replace("订单金额,申请".encode(), "总金额,申请".encode()),
        bill(PAID, BACK).replace(SUM_NAMES.encode(), b""),
        b"{}",
        b"\xff" * 20,
    ],
    ids=[
        *("a row too few", "a number twice", "a third decimal", "another sum", "no number"),
        *("no yuan", "unknown state", "no backtick", "a value more", "older form", "no sums"),
        *("no bill", "no text"),
    ],
)
def test_a_bill_that_is_not_as_we_know_it_is_refused_whole(content: bytes) -> None:
    with pytest.raises(BillRefused):
        read_bill(content, APP)
