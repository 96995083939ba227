"""What customers looked at: a row a product, the latest hundred."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select, update

from commerce.catalogue.tables import Product
from commerce.inserting import affected_rows, insert_once
from commerce.watching.tables import ProductLookedAt

KEPT: Final = 100
"""So many products of a customer's history are kept."""


def note_look(session: Session, customer_id: int, product_id: int, now: datetime) -> None:
    """Note that a customer opened the page of a product; what is beyond the hundredth goes."""
    shelf = session.exec(select(Product.category_id).where(Product.id == product_id)).first()
    again = (
        update(ProductLookedAt)
        .where(
            col(ProductLookedAt.customer_id) == customer_id,
            col(ProductLookedAt.product_id) == product_id,
        )
        .values(category_id=shelf, times=col(ProductLookedAt.times) + 1, at=now)
    )
    if affected_rows(session, again):
        return
    look = {"customer_id": customer_id, "product_id": product_id, "category_id": shelf}
    if insert_once(session, ProductLookedAt, **look, times=1, at=now):
        forget_oldest(session, customer_id)
    else:  # Another process noted the first one at this moment.
        affected_rows(session, again)


def list_looked_at(session: Session, customer_id: int, *, limit: int = KEPT) -> Sequence[int]:
    """Ids of the products that the customer looked at, the latest first."""
    statement = (
        select(ProductLookedAt.product_id)
        .where(ProductLookedAt.customer_id == customer_id)
        .order_by(col(ProductLookedAt.at).desc(), col(ProductLookedAt.product_id))
        .limit(limit)
    )
    return session.exec(statement).all()


def clear_looks(session: Session, customer_id: int) -> int:
    """Forget what the customer looked at; how many products these were."""
    statement = delete(ProductLookedAt).where(col(ProductLookedAt.customer_id) == customer_id)
    return affected_rows(session, statement)


def forget_oldest(session: Session, customer_id: int) -> None:
    """Keep the latest hundred."""
    kept = (
        select(ProductLookedAt.product_id)
        .where(ProductLookedAt.customer_id == customer_id)
        .order_by(col(ProductLookedAt.at).desc(), col(ProductLookedAt.product_id))
        .limit(KEPT)
    )
    beyond = delete(ProductLookedAt).where(
        col(ProductLookedAt.customer_id) == customer_id,
        col(ProductLookedAt.product_id).not_in(kept),
    )
    affected_rows(session, beyond)
