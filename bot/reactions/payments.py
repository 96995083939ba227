"""What WeChat Pay is asked to do, and what a customer hears of their money."""

from sqlmodel import select

from bot import texts
from bot.notices import news
from bot.pay_calls import want_closed, want_refunded
from bot.reactions.heard import Heard, order_of, tell
from commerce.aftersale.queries import find_by_refund
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.payments import rebates
from commerce.payments.tables import Refund


def payment_close_wanted(heard: Heard) -> None:
    """Close the order at WeChat Pay, so that it cannot be paid any more."""
    want_closed(heard.session, heard.sealer, heard.about["out_trade_no"], heard.now)


def refund_requested(heard: Heard) -> None:
    """Ask WeChat Pay for the refund, under its one number for ever."""
    want_refunded(heard.session, heard.sealer, _refund_of(heard), heard.now)


def refund_started(heard: Heard) -> None:
    """Tell the customer that money is on its way back, unless what it follows from tells them."""
    order, refund = order_of(heard), _refund_of(heard)
    if find_by_refund(heard.session, id_of(refund)) is not None:
        return
    if rebates.find_by_refund(heard.session, id_of(refund)) is not None:
        return
    words = texts.REFUND_STARTED.format(
        order_no=order.order_no, amount=yuan(refund.amount), reason=refund.reason
    )
    tell(heard, order, words)


def refund_succeeded(heard: Heard) -> None:
    """Tell the customer that the money is back, unless their request tells them."""
    if find_by_refund(heard.session, heard.about["refund_id"]) is not None:
        return
    order, amount = order_of(heard), heard.about["amount"]
    words = texts.REFUND_DONE.format(amount=yuan(amount))
    tell(heard, order, words, notice=news.refund_paid(order, amount))


def _refund_of(heard: Heard) -> Refund:
    number = heard.about["out_refund_no"]
    return heard.session.exec(select(Refund).where(Refund.out_refund_no == number)).one()
