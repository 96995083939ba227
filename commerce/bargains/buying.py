"""What an order bought by a bargain does to it."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from commerce.deals.choices import BargainDeal
from commerce.errors import NotFound
from commerce.ordering.tables import Order
from commerce.pricing.values import UnitOffer


def offer(
    session: Session, customer_id: int, deal: BargainDeal, quantities: Mapping[int, int], now: datetime
) -> dict[int, UnitOffer]:
    """The price of one piece, by variant id. Raises NotFound."""
    raise NotFound("没有这个活动")


def bind(
    session: Session, deal: BargainDeal, order: Order, quantities: Mapping[int, int], now: datetime
) -> None:
    """Take what the deal limits, for an order just placed."""


def latest_at(session: Session, deal: BargainDeal, now: datetime) -> datetime | None:
    """When the order must be paid at the latest."""
    return None


def on_paid(session: Session, order: Order, paid_at: datetime, now: datetime) -> None:
    """The order is paid."""


def on_closed(session: Session, order: Order, now: datetime) -> None:
    """The order ended unpaid: give back what it took."""
