"""Which campaign an order is credited to: the last one by which its customer came in time."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select, update

from campaigns.attribution.tables import CampaignCredit, CampaignVisit
from campaigns.tables import Campaign
from commerce.customers.merging import ids_of
from commerce.inserting import affected_rows, insert_once
from commerce.ordering.tables import Order
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState

LONGEST_DAYS: Final = 90
"""No campaign is credited for longer (`campaign.attribution_days`)."""


def credit(session: Session, order: Order) -> bool:
    """Credit a paid order to its last touch; whether it is credited now and was not before.

    What counts is when the order was placed: a card opened after that brought nothing.
    """
    if order.paid_at is None:
        return False
    visit = _last_touch(session, order)
    if visit is None:
        return False
    return insert_once(
        session,
        CampaignCredit,
        order_id=order.id,
        visit_id=visit.id,
        campaign_id=visit.campaign_id,
        run_id=visit.run_id,
        node=visit.node,
        arm=visit.arm,
        group_id=visit.group_id,
        customer_id=order.customer_id,
        paid=order.payable,
        refunded=_refunded(session, order, order.payable),
        at=order.paid_at,
    )


def follow_refunds(session: Session, order: Order) -> bool:
    """Bring a credit in line with what went back to the customer; whether it changed."""
    known = session.get(CampaignCredit, order.id)
    if known is None:
        return False
    refunded = _refunded(session, order, known.paid)
    statement = (
        update(CampaignCredit)
        .where(col(CampaignCredit.order_id) == order.id, col(CampaignCredit.refunded) != refunded)
        .values(refunded=refunded)
    )
    return affected_rows(session, statement) == 1


def _last_touch(session: Session, order: Order) -> CampaignVisit | None:
    """The latest visit before the order, of a campaign whose days reach so far."""
    statement = (
        select(CampaignVisit, Campaign.attribution_days)
        .join(Campaign, col(Campaign.id) == col(CampaignVisit.campaign_id))
        .where(
            col(CampaignVisit.customer_id).in_(ids_of(session, order.customer_id)),
            col(CampaignVisit.at) <= order.created_at,
            col(CampaignVisit.at) > order.created_at - timedelta(days=LONGEST_DAYS),
        )
        .order_by(col(CampaignVisit.at).desc(), col(CampaignVisit.id).desc())
    )
    for visit, days in session.exec(statement):
        if is_in_time(visit.at, days, order.created_at):
            return visit
    return None


def is_in_time(visited_at: datetime, days: int, ordered_at: datetime) -> bool:
    """Whether an order was placed within so many days of a visit."""
    return visited_at <= ordered_at < visited_at + timedelta(days=days)


def refunded() -> ColumnElement[int]:
    """Fen that went back of the order of the enclosing statement, as SQL.

    An order may have been paid twice, and the second payment goes back whole by itself: what is
    left of both together counts, never more than the order's worth.
    """
    paid = (
        select(func.coalesce(func.sum(col(Payment.amount)), 0))
        .where(col(Payment.order_id) == col(Order.id), Payment.state == PaymentState.PAID)
        .correlate(Order)
        .scalar_subquery()
    )
    returned = (
        select(func.coalesce(func.sum(col(Refund.amount)), 0))
        .join(Payment, col(Payment.id) == col(Refund.payment_id))
        .where(col(Payment.order_id) == col(Order.id), Refund.state == RefundState.SUCCEEDED)
        .correlate(Order)
        .scalar_subquery()
    )
    surplus = case((paid > col(Order.payable), paid - col(Order.payable)), else_=0)
    return case((returned > surplus, returned - surplus), else_=0)


def _refunded(session: Session, order: Order, paid: int) -> int:
    """Fen that went back, of what was paid."""
    statement = select(refunded()).where(col(Order.id) == order.id)
    return min(paid, int(session.exec(statement).one()))
