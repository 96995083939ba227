"""What WeChat Pay reports, by notify or when asked, compared with our books and written down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlmodel import Session, select

from bot.errors import BotError
from bot.handlers.withdrawal_words import NOT_TAKEN, reason_in_words
from bot.payments.merchant import Merchant
from bot.payments.notify import Notice
from bot.payments.records import Payment, Refund, TransferBill
from commerce.aftersale.paying_back import record_refund_result
from commerce.distribution import withdrawals
from commerce.distribution.tables import TransferState, Withdrawal
from commerce.errors import NotFound
from commerce.payments import closing, notices, opening, refunds, settling
from commerce.payments.tables import RefundState

log = structlog.get_logger()

PAID: Final = frozenset({"SUCCESS", "REFUND"})
OVER: Final = frozenset({"CLOSED", "REVOKED", "PAYERROR"})
REFUND_STATES: Final = {
    "SUCCESS": RefundState.SUCCEEDED,
    "CLOSED": RefundState.CLOSED,
    "PROCESSING": RefundState.PROCESSING,
    "ABNORMAL": RefundState.ABNORMAL,
}


class ForeignPayment(BotError):
    """A genuine report about somebody else's payment: another merchant number or app."""


@dataclass(frozen=True, slots=True)
class PayReports:
    """Compares reports with one merchant's account. Methods run inside a transaction."""

    merchant: Merchant

    def note_notice(self, session: Session, notice: Notice, now: datetime) -> str:
        """Take a verified notify once; what it came to. Raises NotFound and ForeignPayment."""
        earlier = notices.find_notice(session, notice.id)
        if earlier is not None:
            return earlier.outcome
        if isinstance(notice.content, Payment):
            number = notice.content.out_trade_no
            outcome = self.note_payment(session, notice.content, now)
        elif isinstance(notice.content, TransferBill):
            number = notice.content.out_bill_no
            outcome = self.note_transfer(session, notice.content, now)
        else:
            number = notice.content.out_refund_no
            outcome = self.note_refund(session, notice.content, now)
        notices.keep_notice(
            session,
            notice_id=notice.id,
            event_type=notice.event_type,
            number=number,
            outcome=outcome,
            now=now,
        )
        return outcome

    def note_payment(self, session: Session, payment: Payment, now: datetime) -> str:
        """Write down how a payment stands. Raises NotFound and ForeignPayment."""
        if (payment.mch_id, payment.app_id) != (self.merchant.mch_id, self.merchant.app_id):
            raise ForeignPayment(payment.out_trade_no)
        if payment.state in OVER:
            return (
                "closed" if closing.record_closed(session, payment.out_trade_no, now) else "known"
            )
        if payment.state not in PAID:
            closing.record_still_open(session, payment.out_trade_no, now)
            return "open"
        # A paid report without these does not pass the wire's own model.
        assert payment.total and payment.transaction_id  # noqa: S101, PT018
        assert payment.payer_openid and payment.paid_at  # noqa: S101, PT018
        outcome = settling.record_paid(
            session,
            out_trade_no=payment.out_trade_no,
            transaction_id=payment.transaction_id,
            amount=payment.total,
            payer=payment.payer_openid,
            success_time=payment.paid_at,
            now=now,
        )
        if outcome is settling.PaidOutcome.MISMATCH:
            log.error("payment contradicts our books", out_trade_no=payment.out_trade_no)
        return outcome

    def note_closed(self, session: Session, out_trade_no: str, now: datetime) -> None:
        """WeChat Pay has closed a payment, or never heard of it: nobody can pay it any more."""
        closing.record_closed(session, out_trade_no, now)

    def note_unknown_payment(self, session: Session, out_trade_no: str, now: datetime) -> None:
        """WeChat Pay has never heard of a payment: nobody can pay what was never announced."""
        payment = opening.find_payment(session, out_trade_no)
        if payment is None:
            raise NotFound("没有这笔支付", out_trade_no=out_trade_no)
        if now >= payment.expires_at or payment.state == "closing":
            closing.record_closed(session, out_trade_no, now)
        else:
            closing.record_still_open(session, out_trade_no, now)

    def note_refund(self, session: Session, refund: Refund, now: datetime) -> str:
        """Write down how a refund stands. Raises NotFound."""
        ours = refunds.find_refund(session, refund.out_refund_no)
        if ours is not None and ours.amount != refund.refund:
            log.error("refund contradicts our books", out_refund_no=refund.out_refund_no)
            return "mismatch"
        state = REFUND_STATES[refund.state]
        if record_refund_result(session, refund.out_refund_no, state, now):
            return state
        if state is RefundState.PROCESSING:
            refunds.record_refund_pending(session, refund.out_refund_no, now)
        return "known"

    def note_transfer(self, session: Session, bill: TransferBill, now: datetime) -> str:
        """Write down how a transfer stands. Raises NotFound."""
        statement = select(Withdrawal.net).where(Withdrawal.out_bill_no == bill.out_bill_no)
        if bill.amount is not None and session.exec(statement).first() not in (None, bill.amount):
            log.error("transfer contradicts our books", out_bill_no=bill.out_bill_no)
            return "mismatch"
        is_news = withdrawals.record_transfer(
            session,
            bill.out_bill_no,
            TransferState(bill.state),
            now=now,
            transfer_bill_no=bill.transfer_bill_no,
            package=bill.package_info,
            reason=reason_in_words(bill.state, bill.fail_reason),
        )
        return bill.state.lower() if is_news else "known"

    def note_no_transfer(self, session: Session, out_bill_no: str, now: datetime) -> None:
        """WeChat Pay has refused a transfer and does not know its number: it will never be."""
        withdrawals.record_transfer(
            session, out_bill_no, TransferState.FAIL, now=now, reason=NOT_TAKEN
        )
