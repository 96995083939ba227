"""The shop's counter for tests: terms to buy under, and its figures beside those of a model."""

from collections import Counter
from typing import Any

from sqlmodel import Session, col, func, select

from commerce.aftersale.tables import AfterSale, RefundedLine
from commerce.catalogue.tables import Variant
from commerce.freight.tables import FreightFreeRule, FreightPolicy, FreightTemplate
from commerce.inserting import id_of
from commerce.ledger.auditing import list_discrepancies, totals
from commerce.ledger.posting import AccountKey, AccountKind, balance
from commerce.membership.tables import MembershipTerms
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderState
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from commerce.promotions.tables import Coupon, CouponState
from tests.commerce.money import model
from tests.commerce.promotions.coupons import assert_coupons_add_up
from tests.commerce.shop import NOW, assert_money_adds_up

STATES = {
    "agreed": "requested",
    "returning": "requested",
    "arrived": "requested",
    "refused": "dropped",
    "withdrawn": "dropped",
}
"""What the model makes no difference between."""


def set_terms(session: Session) -> None:
    """20 points are worth 10 fen, and a yuan gives 3; freight is by the piece, five go free."""
    session.add(MembershipTerms(spend_points=20, spend_fen=10, most_percent=100, points_per_yuan=3))
    template = FreightTemplate(
        name="按件",
        charged_by="piece",
        first_units=2,
        first_price=610,
        extra_units=1,
        extra_price=135,
        updated_at=NOW,
    )
    session.add(template)
    session.flush()
    session.add(FreightFreeRule(template_id=id_of(template), regions=[], pieces=5))
    session.add(FreightPolicy(default_template_id=template.id))
    session.flush()


def as_placed(session: Session, order: Order) -> model.Order:
    """An order as the model has it; what its lines say sums to what it says itself."""
    rows = list_lines(session, order)
    lines = {
        id_of(row): model.Line(
            row.variant_id, row.quantity, row.total, row.points_spent, row.points_given
        )
        for row in rows
    }
    assert sum(line.paid for line in lines.values()) == order.payable - order.freight
    assert sum(line.spent for line in lines.values()) == order.points_spent
    assert sum(line.given for line in lines.values()) == order.points_given
    assert sum(row.freight for row in rows) == order.freight
    return model.Order(lines, order.payable, order.freight, order.coupon_id, order.points_given)


def shop_figures(session: Session, customer_id: int) -> dict[str, Any]:
    """What the database says."""
    session.flush()
    refunded = session.exec(
        select(Payment.order_id, func.sum(Payment.refunded)).group_by(col(Payment.order_id))
    )
    came_in = select(Payment.out_trade_no).where(Payment.state == PaymentState.PAID)
    promised = select(func.sum(RefundedLine.money + RefundedLine.freight_back))
    requests = session.exec(select(AfterSale.request_no, AfterSale.state))
    used = select(Coupon.id).where(Coupon.state == CouponState.USED)
    return {
        "stock": dict(session.exec(select(Variant.id, Variant.stock)).all()),
        "orders": dict(session.exec(select(Order.id, Order.state)).all()),
        "came in": set(session.exec(came_in)),
        "refunded": {order: int(fen) for order, fen in refunded if fen},
        "given up": int(session.exec(promised).one() or 0),
        "requests": {number: STATES.get(state, state) for number, state in requests},
        "refunds": dict(session.exec(select(Refund.out_refund_no, Refund.state)).all()),
        "coupons": set(session.exec(used)),
        "points": balance(session, AccountKey(AccountKind.POINTS, customer_id)),
        "owed": balance(session, AccountKey(AccountKind.REFUND_OWED, customer_id)),
        "money": -balance(session, AccountKey(AccountKind.SHOP_MONEY)),
    }


def model_figures(shop: model.Shop) -> dict[str, Any]:
    """What the model says, in the same terms."""
    back: Counter[int] = Counter()
    numbers = {id(order): number for number, order in shop.orders.items()}
    orders, returns = shop.orders.values(), shop.returns.values()
    for each in returns:
        if each.tries and list(each.tries.values())[-1] != RefundState.CLOSED:
            back[numbers[id(each.order)]] += each.amount
    asked = {number: each for number, each in shop.returns.items() if each.pieces}
    return {
        "stock": dict(shop.stock),
        "orders": {number: order.state for number, order in shop.orders.items()},
        "came in": {number for order in orders for number in order.came_in},
        "refunded": dict(back),
        "given up": sum(each.amount for each in asked.values()),
        "requests": {number: each.state for number, each in asked.items()},
        "refunds": {n: state for each in returns for n, state in each.tries.items()},
        "coupons": shop.used - {None},
        "points": shop.points,
        "owed": sum(each.amount for each in returns if each.state == "refunding"),
        "money": sum(order.payable * len(order.came_in) for order in orders)
        - sum(each.amount for each in returns if each.state == "done"),
    }


def assert_same(session: Session, shop: model.Shop, customer_id: int) -> None:
    """The shop is where the model is, its ledger balances, and nothing gives back more than came.

    Refunds owed are what was promised and has not succeeded.
    """
    assert shop_figures(session, customer_id) == model_figures(shop)
    assert set(totals(session).values()) <= {0}
    assert list_discrepancies(session) == []
    over = select(Payment.id).where(Payment.refunded > Payment.amount)
    assert session.exec(over).first() is None


def assert_all_is_settled(session: Session) -> None:
    """No order is unpaid any more, and all that was counted in several places agrees."""
    waiting = select(Order.id).where(Order.state == OrderState.UNPAID)
    assert session.exec(waiting).first() is None
    assert_money_adds_up(session)
    assert_coupons_add_up(session)
