"""Which live stream is on, which come next, and what they show."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.live.tables import LiveItem, LiveSession


def list_coming(session: Session, now: datetime, limit: int = 20) -> Sequence[LiveSession]:
    """Streams that are not over, the running ones first, then by their beginning."""
    statement = (
        select(LiveSession)
        .where(col(LiveSession.is_on), col(LiveSession.ends_at) > now)
        .order_by(col(LiveSession.starts_at), col(LiveSession.id))
        .limit(limit)
    )
    return session.exec(statement).all()


def find_running(session: Session, now: datetime) -> LiveSession | None:
    """The stream that is on; of several the one that began last."""
    statement = (
        select(LiveSession)
        .where(
            col(LiveSession.is_on),
            col(LiveSession.starts_at) <= now,
            col(LiveSession.ends_at) > now,
        )
        .order_by(col(LiveSession.starts_at).desc(), col(LiveSession.id).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def find_next(session: Session, now: datetime) -> LiveSession | None:
    """The stream that begins next."""
    statement = (
        select(LiveSession)
        .where(col(LiveSession.is_on), col(LiveSession.starts_at) > now)
        .order_by(col(LiveSession.starts_at), col(LiveSession.id))
        .limit(1)
    )
    return session.exec(statement).first()


def find_live(session: Session, live_id: int) -> LiveSession | None:
    """The stream, unless it was taken off."""
    live = session.get(LiveSession, live_id)
    return live if live is not None and live.is_on else None


def list_positions(session: Session, live_id: int) -> dict[int, int]:
    """The ids of the products of a stream by their numbers, in order."""
    items = (
        select(LiveItem.position, LiveItem.product_id)
        .where(LiveItem.live_session_id == live_id)
        .order_by(col(LiveItem.position))
    )
    return dict(session.exec(items).all())


def list_shown(session: Session, live_id: int) -> dict[int, ProductView]:
    """The products of a stream that are on sale, by their numbers, in order."""
    positions = list_positions(session, live_id)
    products = {
        product.id: product for product in queries.list_products(session, list(positions.values()))
    }
    return {
        position: products[product_id]
        for position, product_id in positions.items()
        if product_id in products
    }
