"""A small shop for tests: things on sale, people who buy, and the sums that must always hold."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, union
from sqlmodel import Session, col, select

from commerce.aftersale.tables import AfterSale
from commerce.catalogue import stock
from commerce.catalogue.tables import Product, StockMovement, Variant
from commerce.customers.addresses import AddressInput
from commerce.customers.summary import begin
from commerce.customers.tables import Customer
from commerce.events import ShopEvent
from commerce.flash_sales.tables import FlashItem
from commerce.inserting import id_of
from commerce.ordering.lines import WantedLine
from commerce.ordering.placing import place_order
from commerce.ordering.tables import Order, OrderMove, Reservation, ReservationState
from commerce.payments.opening import open_payment
from commerce.payments.settling import PaidOutcome, record_paid
from commerce.payments.tables import Payment, PaymentState, Rebate, Refund, RefundState
from commerce.sealing import Sealer

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
HOLD = timedelta(minutes=30)
SEALER = Sealer({"test": bytes(range(32))})
ADDRESS = AddressInput("王小明", "13800138000", "浙江省 杭州市 西湖区", "文三路 1 号 2 幢 301")
PAYER = "o-payer"

_number = count(1)


def put_on_sale(
    session: Session,
    title: str = "云朵拖鞋",
    *,
    price: int = 3900,
    pieces: int = 10,
    on_sale: bool = True,
    **attributes: str,
) -> int:
    """The id of a new product's only variant, with so many pieces in stock."""
    number = next(_number)
    product = Product(title=title, picture=f"{number}.jpg", updated_at=NOW, brand_id=None)
    found = session.exec(select(Product).where(Product.title == title)).first()
    if found is None:
        session.add(product)
        session.flush()
        found = product
    variant = Variant(
        product_id=id_of(found),
        sku=f"SKU-{number}",
        price=price,
        attributes=attributes,
        on_sale=on_sale,
    )
    session.add(variant)
    session.flush()
    stock.correct(session, id_of(variant), pieces, "initial", NOW)
    return id_of(variant)


def new_customer(session: Session) -> int:
    """The id of somebody new."""
    customer = Customer(created_at=NOW, last_seen_at=NOW)
    session.add(customer)
    session.flush()
    begin(session, id_of(customer), NOW)
    return id_of(customer)


def place(
    session: Session, /, customer_id: int, quantities: dict[int, int], **changes: Any
) -> Order:
    """Place an order at the price of the moment, under a key of its own."""
    prices = dict(session.exec(select(Variant.id, Variant.price)).all())
    request: dict[str, Any] = {
        "customer_id": customer_id,
        "lines": [WantedLine(variant, pieces) for variant, pieces in quantities.items()],
        "address": ADDRESS,
        "expected_payable": sum(prices[each] * n for each, n in quantities.items()),
        "idempotency_key": f"key-{next(_number)}",
        "source": "test",
        "now": NOW,
        "hold_for": HOLD,
    }
    return place_order(session, SEALER, **{**request, **changes})


def begin_to_pay(session: Session, order: Order, now: datetime = NOW) -> Payment:
    """Open the order's payment."""
    return open_payment(session, order, PAYER, now)


def pay(session: Session, /, payment: Payment, now: datetime = NOW, **changes: Any) -> PaidOutcome:
    """WeChat Pay reports that the payment succeeded."""
    report: dict[str, Any] = {
        "out_trade_no": payment.out_trade_no,
        "transaction_id": f"42000-{payment.out_trade_no}",
        "amount": payment.amount,
        "payer": payment.payer,
        "success_time": now,
        "now": now,
    }
    return record_paid(session, **{**report, **changes})


def stock_of(session: Session, variant_id: int) -> int:
    """Pieces of a variant that can be ordered."""
    return stock.available(session, [variant_id])[variant_id]


def events(session: Session, kind: str | None = None) -> list[ShopEvent]:
    """What was announced, in order."""
    session.flush()
    found = session.exec(select(ShopEvent).order_by(col(ShopEvent.id))).all()
    return [event for event in found if kind in (None, event.kind)]


def reload(session: Session, order: Order) -> Order:
    """The order as the database has it."""
    session.refresh(order)
    return order


def assert_stock_adds_up(session: Session) -> None:
    """Stock is the sum of its movements, and what came in less what is held and sold.

    What was set aside and not put back is what flash sales still have.
    """
    session.flush()
    aside = col(StockMovement.reason).in_(("set_aside", "put_back"))
    all_aside = _sums(session, StockMovement.variant_id, StockMovement.change, aside)
    in_sales = _sums(session, FlashItem.variant_id, FlashItem.left)
    came_in = col(StockMovement.reason).not_in(("reserved", "released"))
    gone = Reservation.state != ReservationState.RELEASED
    all_moved = _sums(session, StockMovement.variant_id, StockMovement.change)
    all_came_in = _sums(session, StockMovement.variant_id, StockMovement.change, came_in)
    all_gone = _sums(session, Reservation.variant_id, Reservation.quantity, gone)
    for variant, stock_now in session.exec(select(Variant.id, Variant.stock)):
        assert stock_now >= 0
        assert stock_now == all_moved[variant] == all_came_in[variant] - all_gone[variant]
        assert -all_aside[variant] == in_sales[variant]


def assert_money_adds_up(session: Session) -> None:
    """Every payment that came in is kept for one paid order, or goes back whole; never more.

    Of one that is kept, requests after buying and rebates may give back some.
    """
    session.flush()
    session.expire_all()
    for payment in session.exec(select(Payment)):
        promised = _sum(
            session,
            Refund.amount,
            Refund.payment_id == payment.id,
            Refund.state != RefundState.CLOSED,
        )
        assert payment.refunded == promised <= payment.amount
        assert promised == 0 or payment.state == PaymentState.PAID
    for order in session.exec(select(Order)):
        payments = session.exec(
            select(Payment).where(Payment.order_id == order.id, Payment.state == PaymentState.PAID)
        ).all()
        by_itself = {
            payment.id: payment.refunded - _asked_back(session, payment) for payment in payments
        }
        kept = [payment for payment in payments if by_itself[payment.id] == 0]
        is_paid = order.paid_at is not None and order.payable > 0
        assert len(kept) == (1 if is_paid else 0)
        assert all(by_itself[payment.id] in (0, payment.amount) for payment in payments)
        assert replayed_state(session, order) == order.state


def _asked_back(session: Session, payment: Payment) -> int:
    """Fen of a payment that go back by a request after buying, or as a rebate."""
    sent: Any = union(select(AfterSale.refund_id), select(Rebate.refund_id))
    return _sum(
        session,
        Refund.amount,
        Refund.payment_id == payment.id,
        Refund.state != RefundState.CLOSED,
        col(Refund.id).in_(sent),
    )


def replayed_state(session: Session, order: Order) -> str | None:
    """The state that an order's history leads to, every step beginning where the last ended."""
    state: str | None = None
    moves = session.exec(
        select(OrderMove).where(OrderMove.order_id == order.id).order_by(col(OrderMove.id))
    )
    for move in moves:
        assert move.from_state == state
        state = move.to_state
    return state


def _sums(session: Session, key: Any, column: Any, *conditions: Any) -> Counter[int | None]:
    statement = select(key, func.sum(column)).where(*conditions).group_by(key)
    return Counter({each: int(total) for each, total in session.exec(statement)})


def _sum(session: Session, column: Any, *conditions: Any) -> int:
    return int(session.exec(select(func.coalesce(func.sum(column), 0)).where(*conditions)).one())
