"""From an unpaid order to the arguments of `wx.requestPayment`."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.api.answers import PayCall
from bot.api.endpoint import Call, NoBody
from bot.api.requests import OrderPath
from bot.api.shopfront import Caller, Shopfront
from bot.clock import real_now
from bot.payments.errors import OrderClosed, OrderPaid
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.ordering.orders import get_order, list_lines
from commerce.ordering.tables import Order
from commerce.payments.opening import (
    find_payment,
    open_payment,
    record_prepay,
    usable_prepay_id,
)
from commerce.payments.tables import PaymentState


@dataclass(frozen=True, slots=True)
class Bill:
    """What WeChat Pay is told of a payment, and the prepay id it gave for it if it still holds."""

    payment_id: int
    out_trade_no: str
    description: str
    amount: int
    payer: str
    expires_at: datetime
    prepay_id: str | None


async def prepay(shop: Shopfront, call: Call[OrderPath, NoBody]) -> PayCall:
    """Announce the payment to WeChat Pay, unless it was already; what the phone needs to pay.

    Our number makes it one payment however often it is announced. No transaction is open while
    WeChat Pay is asked.
    """
    bill = await shop.database.write(make_out_bill, call.caller, call.parameters.order_no, call.now)
    prepay_id = bill.prepay_id
    if prepay_id is None:
        prepay_id = await announce(shop, bill)
        await shop.database.write(keep_prepay_id, bill, prepay_id, call.now)
    arguments = shop.pay.pay_arguments(prepay_id, real_now=real_now())
    return PayCall.model_validate(arguments)


def make_out_bill(session: Session, caller: Caller, order_no: str, now: datetime) -> Bill:
    """The order's one live payment, begun if need be. Raises NotFound or IllegalMove."""
    order = get_order(session, caller.present_id(session), order_no)
    payment = open_payment(session, order, caller.openid, now)
    return Bill(
        payment_id=id_of(payment),
        out_trade_no=payment.out_trade_no,
        description=describe(session, order),
        amount=payment.amount,
        payer=payment.payer,
        expires_at=payment.expires_at,
        prepay_id=usable_prepay_id(payment, now),
    )


async def announce(shop: Shopfront, bill: Bill) -> str:
    """WeChat Pay's prepay id for the bill. Raises WeChatError, and IllegalMove if it is over."""
    try:
        return await shop.pay.prepay(
            out_trade_no=bill.out_trade_no,
            description=bill.description,
            total=bill.amount,
            payer_openid=bill.payer,
            time_expire=bill.expires_at,
        )
    except OrderPaid as error:
        raise IllegalMove("订单已经付过款了，请稍后刷新") from error
    except OrderClosed as error:
        raise IllegalMove("订单已关闭，请重新下单") from error


def keep_prepay_id(session: Session, bill: Bill, prepay_id: str, now: datetime) -> None:
    """Keep the prepay id for the next call. Raises IllegalMove when paying is no longer wanted."""
    record_prepay(session, bill.payment_id, prepay_id, now)
    payment = find_payment(session, bill.out_trade_no)
    if payment is None or payment.state != PaymentState.OPEN:
        raise IllegalMove("订单状态有变，请刷新后再看")


def describe(session: Session, order: Order) -> str:
    """What the customer reads on the payment sheet; always the same for one order."""
    lines = list_lines(session, order)
    pieces = sum(line.quantity for line in lines)
    return f"{lines[0].title}等{pieces}件" if pieces > 1 else lines[0].title
