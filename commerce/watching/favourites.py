"""The products that customers have marked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, func, select

from commerce.catalogue.queries import get_product
from commerce.errors import IllegalMove
from commerce.inserting import affected_rows, insert_once
from commerce.watching.tables import Favourite

MOST: Final = 200


def add_favourite(session: Session, customer_id: int, product_id: int, now: datetime) -> bool:
    """Mark a product; false when it was marked. Raises NotFound, or IllegalMove when too many."""
    get_product(session, product_id)
    if not insert_once(session, Favourite, customer_id=customer_id, product_id=product_id, at=now):
        return False
    marked = select(func.count()).where(col(Favourite.customer_id) == customer_id)
    if session.exec(marked).one() > MOST:
        raise IllegalMove(f"最多收藏{MOST}件，先取消几件再收藏吧")
    return True


def remove_favourite(session: Session, customer_id: int, product_id: int) -> bool:
    """Take the mark off; whether it was there."""
    statement = delete(Favourite).where(
        col(Favourite.customer_id) == customer_id, col(Favourite.product_id) == product_id
    )
    return affected_rows(session, statement) == 1


def list_favourites(session: Session, customer_id: int) -> Sequence[int]:
    """Ids of the marked products, the latest first."""
    statement = (
        select(Favourite.product_id)
        .where(Favourite.customer_id == customer_id)
        .order_by(col(Favourite.at).desc(), col(Favourite.product_id))
    )
    return session.exec(statement).all()


def is_favourite(session: Session, customer_id: int, product_id: int) -> bool:
    """Whether the customer has marked the product."""
    statement = select(Favourite.product_id).where(
        Favourite.customer_id == customer_id, Favourite.product_id == product_id
    )
    return session.exec(statement).first() is not None
