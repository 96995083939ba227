"""People who bring one another, orders of theirs that reach each state, and what that books."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from commerce.aftersale import deciding, requests
from commerce.aftersale.paying_back import record_refund_result
from commerce.aftersale.tables import Reason, RequestKind
from commerce.distribution.bindings import Bound, bind
from commerce.distribution.following import follow
from commerce.distribution.promoters import appoint, get_promoter
from commerce.distribution.tables import Commission, Withdrawal
from commerce.distribution.terms import TermsChange, set_terms
from commerce.distribution.withdrawals import ask
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, balance, post
from commerce.ordering.orders import list_lines
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState
from commerce.payments.tables import Refund, RefundState
from tests.commerce.shop import NOW, SEALER, begin_to_pay, new_customer, pay, place, put_on_sale

BY_US: dict[str, Any] = {"actor": "agent:1", "reason": "店里决定", "now": NOW}
DAY = timedelta(days=1)


def days(number: float) -> datetime:
    """So many days after the shop's first moment."""
    return NOW + number * DAY


def rules(session: Session, **change: Any) -> None:
    """Set terms: 10 % and 5 %, seven days of freezing, for good, unless told otherwise."""
    wanted = {"first_bp": 1000, "second_bp": 500, "freeze_days": 7, **change}
    set_terms(session, **BY_US, **TermsChange(**wanted))  # type: ignore[typeddict-item]


def promoter(session: Session) -> int:
    """The customer id of a new promoter."""
    customer = new_customer(session)
    appoint(session, customer, **BY_US)
    return customer


def comes_by(session: Session, customer: int, bringer: int, now: datetime = NOW) -> Bound:
    """A customer scans a promoter's code."""
    return bind(session, customer, get_promoter(session, bringer).code, source="qr", now=now)


def brought(session: Session, bringer: int) -> int:
    """A new customer who came by a promoter."""
    customer = new_customer(session)
    assert comes_by(session, customer, bringer) is Bound.BOUND
    return customer


def buys(
    session: Session, customer: int, price: int, *, pieces: int = 1, freight: int = 0, **more: Any
) -> Order:
    """An order of one line, paid."""
    now: datetime = more.get("now", NOW)
    variant = put_on_sale(session, price=price, pieces=pieces)
    order = place(session, customer, {variant: pieces}, now=now)
    if freight:
        (line,) = list_lines(session, order)
        line.freight = order.freight = freight
        order.payable += freight
        session.add_all((line, order))
        session.flush()
    pay(session, begin_to_pay(session, order, now), now)
    session.refresh(order)
    return order


def receives(session: Session, order: Order, now: datetime = NOW) -> Order:
    """The order is sent and received, and its commission follows."""
    for step in (OrderState.PACKED, OrderState.SHIPPED, OrderState.RECEIVED):
        move(session, id_of(order), step, actor="test", reason="", now=now)
    follow(session, id_of(order), now)
    session.refresh(order)
    return order


def sends_back(session: Session, order: Order, pieces: int, now: datetime) -> None:
    """The customer gets the money for so many pieces, and the commission follows."""
    (line,) = list_lines(session, order)
    request = requests.open_request(
        session,
        SEALER,
        customer_id=order.customer_id,
        order_id=id_of(order),
        pieces={id_of(line): pieces},
        kind=RequestKind.REFUND_ONLY,
        reason=Reason.UNWANTED,
        words="",
        now=now,
    )
    deciding.agree(session, request.request_no, actor="agent:1", note="", now=now)
    session.refresh(request)
    refund = session.get_one(Refund, request.refund_id)
    record_refund_result(session, refund.out_refund_no, RefundState.SUCCEEDED, now)
    follow(session, id_of(order), now)


def commissions(session: Session, order: Order) -> list[Commission]:
    """An order's commissions, the first level first."""
    wanted = select(Commission).where(Commission.order_id == order.id)
    return list(session.exec(wanted.order_by(col(Commission.level))))


def pending(session: Session, customer: int) -> int:
    return balance(session, AccountKey(AccountKind.COMMISSION_PENDING, customer))


def available(session: Session, customer: int) -> int:
    return balance(session, AccountKey(AccountKind.COMMISSION_AVAILABLE, customer))


def in_transit(session: Session, customer: int) -> int:
    return balance(session, AccountKey(AccountKind.WITHDRAWAL_IN_TRANSIT, customer))


def with_available(session: Session, amount: int) -> int:
    """The customer id of a new promoter who can withdraw so much."""
    customer = promoter(session)
    post(
        session,
        kind="commission_earned",
        ref=f"given:{customer}",
        entries={
            AccountKey(AccountKind.COMMISSION_AVAILABLE, customer): amount,
            AccountKey(AccountKind.SHOP_EXPENSE): -amount,
        },
        actor="test",
        memo="",
        now=NOW,
    )
    return customer


def asks(session: Session, customer: int, amount: int, now: datetime = NOW) -> Withdrawal:
    """A promoter asks for money."""
    return ask(session, customer, amount, now)
