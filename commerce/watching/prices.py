"""What products cost as they are shown, for comparing many at once."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, case, func, select
from sqlmodel import Session, SQLModel

from commerce.catalogue.tables import Product, Variant
from commerce.inserting import core
from commerce.promotions.tables import TimedDiscount, TimedPrice
from commerce.promotions.timed import is_running

_TABLES: Final = SQLModel.metadata.tables
_PRODUCT: Final = _TABLES[Product.__tablename__]
_VARIANT: Final = _TABLES[Variant.__tablename__]
_TIMED: Final = _TABLES[TimedPrice.__tablename__]
_DISCOUNT: Final = _TABLES[TimedDiscount.__tablename__]


def price_now(session: Session, product_id: int, now: datetime) -> int | None:
    """Fen of the cheapest variant in stock, or of the cheapest at all; None when off the shelves.

    Discounts for a time count while they run.
    """
    statement = prices(now).where(_VARIANT.c.product_id == product_id)
    row = core(session).execute(statement).first()
    if row is None:
        return None
    price: int = row.anything if row.in_stock is None else row.in_stock
    return price


def prices(now: datetime) -> Select[Any]:
    """A row a product on sale: the lowest price `in_stock` (null: nothing is) and of `anything`."""
    timed = (
        select(func.min(_TIMED.c.price))
        .join(_DISCOUNT, _DISCOUNT.c.id == _TIMED.c.discount_id)
        .where(_TIMED.c.variant_id == _VARIANT.c.id, is_running(TimedDiscount, now))
        .correlate(_VARIANT)
        .scalar_subquery()
    )
    price = case((timed < _VARIANT.c.price, timed), else_=_VARIANT.c.price)
    return (
        select(
            _VARIANT.c.product_id,
            func.min(case((_VARIANT.c.stock > 0, price))).label("in_stock"),
            func.min(price).label("anything"),
        )
        .join(_PRODUCT, _PRODUCT.c.id == _VARIANT.c.product_id)
        .where(_PRODUCT.c.on_sale, _VARIANT.c.on_sale)
        .group_by(_VARIANT.c.product_id)
    )
