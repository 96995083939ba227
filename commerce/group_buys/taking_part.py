"""What an order bought in a group-buy does to its group."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from commerce.deals.choices import GroupDeal
from commerce.errors import NotFound
from commerce.ordering.tables import Order
from commerce.pricing.values import UnitOffer


def offer(
    session: Session,
    customer_id: int,
    deal: GroupDeal,
    quantities: Mapping[int, int],
    now: datetime,
) -> dict[int, UnitOffer]:
    """The price of one piece, by variant id. Raises NotFound."""
    raise NotFound("没有这个活动")


def bind(
    session: Session, deal: GroupDeal, order: Order, quantities: Mapping[int, int], now: datetime
) -> None:
    """Take what the deal limits, for an order just placed."""


def latest_at(session: Session, deal: GroupDeal, now: datetime) -> datetime | None:
    """When the order must be paid at the latest."""
    return None


def on_paid(session: Session, order: Order, paid_at: datetime, now: datetime) -> None:
    """The order is paid."""


def on_closed(session: Session, order: Order, now: datetime) -> None:
    """The order ended unpaid: give back what it took."""
