"""Calls to WeChat Pay v3, through wechatpayv3's asynchronous client.

Every call names its order or refund by our own number, and WeChat Pay does nothing twice under
one number: after `OutcomeUnknown` repeat the call with the same number, or ask.
"""

import asyncio
import json
import re
import secrets
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self, TypedDict
from zoneinfo import ZoneInfo

from bot.payments.errors import OrderClosed, PayRefused, refusal
from bot.payments.merchant import Merchant
from bot.payments.records import Payment, PaymentOnWire, Refund, RefundOnWire
from bot.payments.trade_bill import BillRefused, TradeBill, read_bill, unpack
from bot.payments.transfers import COMMISSIONS, Transfers, TransferScene
from bot.payments.wire import PayWire
from wecom.errors import OutcomeUnknown
from wecom.xml import cut

DEADLINE: Final = timedelta(seconds=3)
BILL_SECONDS: Final = 30.0
OFFICIAL_URL: Final = "https://api.mch.weixin.qq.com"

_NUMBER: Final = re.compile(r"[0-9A-Za-z_-]{6,32}")
_REFUND_NUMBER: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_BILL_PATH: Final = "/v3/billdownload/"
_BEIJING: Final = ZoneInfo("Asia/Shanghai")
_DESCRIPTION_LIMIT: Final = 127
_ATTACH_LIMIT: Final = 128
_REASON_LIMIT: Final = 80


class PayArguments(TypedDict):
    """The argument of the mini-program's `wx.requestPayment`."""

    timeStamp: str
    nonceStr: str
    package: str
    signType: str
    paySign: str


class ConfirmArguments(TypedDict):
    """The argument of the mini-program's `wx.requestMerchantTransfer`."""

    mchId: str
    appId: str
    package: str


class PayClient:
    """One merchant's payments; an asynchronous context manager.

    Methods raise NotSent, OutcomeUnknown or PayRefused (all `wecom.errors.WeChatError`), and
    ValueError for a number that WeChat Pay does not allow.
    """

    def __init__(
        self,
        merchant: Merchant,
        *,
        notify_url: str,
        base_url: str = OFFICIAL_URL,
        deadline: timedelta = DEADLINE,
        transfer_scene: TransferScene = COMMISSIONS,
    ) -> None:
        self._merchant = merchant
        self._wire = PayWire(merchant, notify_url=notify_url, base_url=base_url, deadline=deadline)
        self._pay = self._wire.library
        self.transfers = Transfers(self._wire, merchant, transfer_scene)

    async def __aenter__(self) -> Self:
        await self._wire.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._wire.__aexit__(kind, error, trace)

    async def prepay(
        self,
        *,
        out_trade_no: str,
        description: str,
        total: int,
        payer_openid: str,
        time_expire: datetime,
        attach: str = "",
    ) -> str:
        """Announce an order of `total` fen; the prepay id, good for two hours.

        `time_expire` is aware, and at least a minute away in real time. Repeating it with the same
        number and content gives a prepay id for the same order; with other content it is refused.
        """
        answer = await self._wire.call(
            "prepay",
            lambda: self._pay.pay(
                description=description[:_DESCRIPTION_LIMIT],
                out_trade_no=_number(out_trade_no),
                amount={"total": total, "currency": "CNY"},
                payer={"openid": payer_openid},
                time_expire=_beijing_time(time_expire),
                attach=attach[:_ATTACH_LIMIT] or None,
            ),
        )
        prepay_id = answer.get("prepay_id")
        if not isinstance(prepay_id, str) or not prepay_id:
            raise OutcomeUnknown("prepay: answer without a prepay id")
        return prepay_id

    def pay_arguments(self, prepay_id: str, *, real_now: datetime) -> PayArguments:
        """What the mini-program passes to `wx.requestPayment`.

        `real_now` is the real time, also where the shop's clock has been moved: the customer's
        WeChat compares it with its own.
        """
        timestamp, nonce = str(int(real_now.timestamp())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        signature = self._pay.sign([self._merchant.app_id, timestamp, nonce, package])
        return PayArguments(
            timeStamp=timestamp,
            nonceStr=nonce,
            package=package,
            signType="RSA",
            paySign=str(signature),
        )

    def confirm_arguments(self, package: str) -> ConfirmArguments:
        """What the mini-program passes to `wx.requestMerchantTransfer` (小程序调起用户确认收款)."""
        merchant = self._merchant
        return ConfirmArguments(mchId=merchant.mch_id, appId=merchant.app_id, package=package)

    async def query(self, out_trade_no: str) -> Payment | None:
        """The payment as WeChat Pay knows it; None if it has never heard of that number."""
        try:
            answer = await self._wire.call(
                "query", lambda: self._pay.query(out_trade_no=_number(out_trade_no))
            )
        except PayRefused as refused:
            if refused.is_not_found:
                return None
            raise
        return self._payment(answer)

    async def close(self, out_trade_no: str) -> None:
        """Make sure that the order can no longer be paid.

        Closing it again is fine, and so is a number that was never announced. Raises
        `bot.payments.errors.OrderPaid` when the customer was faster.
        """
        try:
            await self._wire.call(
                "close", lambda: self._pay.close(out_trade_no=_number(out_trade_no))
            )
        except PayRefused as refused:
            if not (isinstance(refused, OrderClosed) or refused.is_not_found):
                raise

    async def refund(
        self,
        *,
        out_refund_no: str,
        refund: int,
        total: int,
        reason: str,
        out_trade_no: str | None = None,
        transaction_id: str | None = None,
    ) -> Refund:
        """Give back `refund` of the order's `total` fen. PROCESSING is the usual answer: the
        result comes as a notice or by `query_refund`.

        Keep the refund number for every repetition: a new one is a second refund.
        """
        if transaction_id is None and out_trade_no is None:
            raise ValueError("a refund names its order or its transaction")
        answer = await self._wire.call(
            "refund",
            lambda: self._pay.refund(
                out_refund_no=_refund_number(out_refund_no),
                amount={"refund": refund, "total": total, "currency": "CNY"},
                transaction_id=transaction_id,
                out_trade_no=_number(out_trade_no) if out_trade_no is not None else None,
                reason=cut(reason, _REASON_LIMIT) or None,
            ),
        )
        return _refund(answer)

    async def query_refund(self, out_refund_no: str) -> Refund | None:
        """The refund as WeChat Pay knows it; None if it has never heard of that number."""
        try:
            answer = await self._wire.call(
                "query_refund",
                lambda: self._pay.query_refund(out_refund_no=_refund_number(out_refund_no)),
            )
        except PayRefused as refused:
            if refused.is_not_found:
                return None
            raise
        return _refund(answer)

    async def trade_bill(self, day: date) -> TradeBill | None:
        """WeChat Pay's bill for a day in Shanghai; None if it says that there is none.

        To be had from ten on the next day, for three months. Raises BillRefused as well.
        """
        try:
            announced = await self._wire.call("bill", lambda: self._pay.trade_bill(day.isoformat()))
        except PayRefused as refused:
            if refused.pay_code == "NO_STATEMENT_EXIST":
                return None
            raise
        # The host is the one that we are set to; the library signs what follows it.
        _, mark, token = str(announced.get("download_url", "")).partition(_BILL_PATH)
        if not mark or announced.get("hash_type") != "SHA1":
            raise BillRefused("the bill is announced in a way that we do not know")
        content = await self._download(mark + token)
        unpacked = unpack(content, str(announced.get("hash_value", "")))
        return await asyncio.to_thread(read_bill, unpacked, self._merchant.app_id)

    async def _download(self, path: str) -> bytes:
        """A file, whose answer WeChat Pay does not sign (WeChat Pay docs 下载账单)."""
        request = self._pay.download_bill(path)
        status, content = await self._wire.reach("download", request, BILL_SECONDS)
        if status != 200 or isinstance(content, str):
            raise refusal("download", status, {})
        return content

    def _payment(self, answer: dict[str, Any]) -> Payment:
        try:
            payment = PaymentOnWire.model_validate_json(json.dumps(answer)).to_payment()
        except ValueError as error:
            raise OutcomeUnknown("query: unexpected answer") from error
        if payment.mch_id != self._merchant.mch_id:
            raise OutcomeUnknown("query: answer about another merchant")
        return payment


def _refund(answer: dict[str, Any]) -> Refund:
    try:
        return RefundOnWire.model_validate_json(json.dumps(answer)).to_refund()
    except ValueError as error:
        raise OutcomeUnknown("refund: unexpected answer") from error


def _number(out_trade_no: str) -> str:
    # WeChat Pay also allows | and *, but the library signs the path before it is escaped.
    if not _NUMBER.fullmatch(out_trade_no):
        raise ValueError(f"{out_trade_no!r} is not 6 to 32 of 0-9A-Za-z_-")
    return out_trade_no


def _refund_number(out_refund_no: str) -> str:
    if not _REFUND_NUMBER.fullmatch(out_refund_no):
        raise ValueError(f"{out_refund_no!r} is not 1 to 64 of 0-9A-Za-z_-")
    return out_refund_no


def _beijing_time(moment: datetime) -> str:
    """RFC 3339 with seconds and offset; WeChat Pay refuses fractions."""
    return moment.astimezone(_BEIJING).isoformat(timespec="seconds")
