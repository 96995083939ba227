"""What WeChat Pay says of a payment, refund or transfer, as the shop reads it. Money is int fen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

PaymentState = Literal[
    "SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "ACCEPT"
]
RefundState = Literal["SUCCESS", "CLOSED", "PROCESSING", "ABNORMAL"]
TransferState = Literal[
    "ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM", "TRANSFERING", "SUCCESS", "FAIL", "CANCELING",
    "CANCELLED"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment under our order number.

    `total`, `transaction_id`, `payer_openid` and `paid_at` are present once `state` is SUCCESS or
    REFUND (paid, and given back in part or whole).
    """

    mch_id: str
    app_id: str
    out_trade_no: str
    state: PaymentState
    total: int | None = None
    transaction_id: str | None = None
    payer_openid: str | None = None
    paid_at: datetime | None = None
    attach: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund under our refund number. SUCCESS alone means that the customer has the money;
    ABNORMAL asks the merchant to act in WeChat Pay's own console."""

    out_refund_no: str
    refund_id: str
    out_trade_no: str
    transaction_id: str
    state: RefundState
    refund: int
    total: int
    refunded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TransferBill:
    """A transfer to a customer under our bill number (商家转账). SUCCESS, FAIL and CANCELLED are
    final; only after one of the last two the money is ours again.

    `package_info` opens the page of confirmation; it comes with the answer to the transfer itself
    and with no other. `amount` is told by queries and notices.
    """

    out_bill_no: str
    state: TransferState
    transfer_bill_no: str = ""
    package_info: str = ""
    fail_reason: str = ""
    amount: int | None = None


class _Wire(BaseModel):
    # Strict: a total of "100" or 100.0 is not an amount. New fields appear at any time.
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Amount(_Wire):
    total: int | None = Field(default=None, gt=0)
    currency: Literal["CNY"] = "CNY"


class _Payer(_Wire):
    openid: str | None = Field(default=None, min_length=1, max_length=128)


class PaymentOnWire(_Wire):
    """The answer to a query, and the decrypted resource of TRANSACTION.* notices."""

    mchid: str = Field(min_length=1, max_length=32)
    appid: str = Field(min_length=1, max_length=32)
    out_trade_no: str = Field(min_length=6, max_length=32)
    trade_state: PaymentState
    amount: _Amount = _Amount()
    transaction_id: str | None = Field(default=None, min_length=1, max_length=32)
    payer: _Payer = _Payer()
    success_time: AwareDatetime | None = None
    attach: str | None = None

    def to_payment(self) -> Payment:
        """Raises ValueError for a paid order without amount, payer, number or time."""
        paid = self.trade_state in {"SUCCESS", "REFUND"}
        proof = (self.amount.total, self.payer.openid, self.transaction_id, self.success_time)
        if paid and None in proof:
            raise ValueError("paid, but incomplete")
        return Payment(
            mch_id=self.mchid,
            app_id=self.appid,
            out_trade_no=self.out_trade_no,
            state=self.trade_state,
            total=self.amount.total,
            transaction_id=self.transaction_id,
            payer_openid=self.payer.openid,
            paid_at=self.success_time,
            attach=self.attach or "",
        )


class _RefundAmount(_Wire):
    total: int = Field(gt=0)
    refund: int = Field(gt=0)


class RefundOnWire(_Wire):
    """The answer to a refund or its query, and the decrypted resource of REFUND.* notices.

    A notice calls the state `refund_status` and names the merchant, an answer does neither.
    """

    out_refund_no: str = Field(min_length=1, max_length=64)
    refund_id: str = Field(min_length=1, max_length=32)
    out_trade_no: str = Field(min_length=6, max_length=32)
    transaction_id: str = Field(min_length=1, max_length=32)
    status: RefundState | None = None
    refund_status: RefundState | None = None
    amount: _RefundAmount
    success_time: AwareDatetime | None = None
    mchid: str | None = None

    def to_refund(self) -> Refund:
        """Raises ValueError without a state."""
        state = self.status or self.refund_status
        if state is None:
            raise ValueError("a refund without a state")
        return Refund(
            out_refund_no=self.out_refund_no,
            refund_id=self.refund_id,
            out_trade_no=self.out_trade_no,
            transaction_id=self.transaction_id,
            state=state,
            refund=self.amount.refund,
            total=self.amount.total,
            refunded_at=self.success_time,
        )


class TransferOnWire(_Wire):
    """The answer to a transfer, its query or cancellation, and the decrypted resource of
    MCHTRANSFER.BILL.FINISHED. Only queries and notices name merchant and amount."""

    out_bill_no: str = Field(min_length=1, max_length=32)
    state: TransferState
    transfer_bill_no: str = Field(default="", max_length=64)
    package_info: str | None = Field(default=None, max_length=1024)
    fail_reason: str | None = None
    transfer_amount: int | None = Field(default=None, gt=0)
    mch_id: str | None = None

    def to_bill(self) -> TransferBill:
        return TransferBill(
            out_bill_no=self.out_bill_no,
            state=self.state,
            transfer_bill_no=self.transfer_bill_no,
            package_info=self.package_info or "",
            fail_reason=self.fail_reason or "",
            amount=self.transfer_amount,
        )
