"""What WeChat Pay is asked to do, and what a customer hears of their money."""

from sqlmodel import select

from bot import texts
from bot.pay_calls import want_closed, want_refunded
from bot.reactions.heard import Heard, order_of, tell
from commerce.money import yuan
from commerce.payments.tables import Refund


def payment_close_wanted(heard: Heard) -> None:
    """Close the order at WeChat Pay, so that it cannot be paid any more."""
    want_closed(heard.session, heard.sealer, heard.about["out_trade_no"], heard.now)


def refund_requested(heard: Heard) -> None:
    """Ask WeChat Pay for the refund, under its one number for ever."""
    want_refunded(heard.session, heard.sealer, _refund_of(heard), heard.now)


def refund_started(heard: Heard) -> None:
    """Tell the customer that money is on its way back."""
    order, refund = order_of(heard), _refund_of(heard)
    words = texts.REFUND_STARTED.format(
        order_no=order.order_no, amount=yuan(refund.amount), reason=refund.reason
    )
    tell(heard, order, words)


def refund_succeeded(heard: Heard) -> None:
    """Tell the customer that the money is back."""
    tell(heard, order_of(heard), texts.REFUND_DONE.format(amount=yuan(heard.about["amount"])))


def _refund_of(heard: Heard) -> Refund:
    number = heard.about["out_refund_no"]
    return heard.session.exec(select(Refund).where(Refund.out_refund_no == number)).one()
