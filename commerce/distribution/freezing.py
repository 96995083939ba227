"""Who earns by an order, and at what rate: decided once, when it is paid."""

from datetime import datetime

from sqlmodel import Session

from commerce.ordering.tables import Order


def freeze(session: Session, order: Order, now: datetime) -> None:
    """Write down the promoters of an order that has just been paid, with their rates."""
