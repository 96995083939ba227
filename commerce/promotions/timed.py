"""Discounts for a time: what one piece of a variant costs while they run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from commerce.catalogue.tables import Variant
from commerce.pricing.values import UnitOffer
from commerce.promotions.tables import RewardActivity, TimedDiscount, TimedPrice


def running_prices(
    session: Session, variant_ids: Sequence[int], now: datetime
) -> dict[int, UnitOffer]:
    """The lowest price of each of these variants in a discount that runs now.

    Variants that are in none are left out. The price may be above the variant's own.
    """
    statement = (
        select(TimedPrice.variant_id, TimedDiscount.name, TimedPrice.price)
        .join(TimedDiscount, col(TimedDiscount.id) == col(TimedPrice.discount_id))
        .where(col(TimedPrice.variant_id).in_(variant_ids), is_running(TimedDiscount, now))
        .order_by(col(TimedPrice.price).desc(), col(TimedDiscount.id).desc())
    )
    return {variant: UnitOffer(name, price) for variant, name, price in session.exec(statement)}


def products_reduced(
    session: Session, product_ids: Sequence[int], now: datetime
) -> dict[int, UnitOffer]:
    """The lowest price of each of these products that has a variant which costs less now."""
    statement = (
        select(Variant.product_id, TimedDiscount.name, TimedPrice.price)
        .join(TimedPrice, col(TimedPrice.variant_id) == col(Variant.id))
        .join(TimedDiscount, col(TimedDiscount.id) == col(TimedPrice.discount_id))
        .where(
            col(Variant.product_id).in_(product_ids),
            col(Variant.on_sale),
            col(TimedPrice.price) < col(Variant.price),
            is_running(TimedDiscount, now),
        )
        .order_by(col(TimedPrice.price).desc(), col(TimedDiscount.id).desc())
    )
    return {product: UnitOffer(name, price) for product, name, price in session.exec(statement)}


def list_running(session: Session, now: datetime) -> Sequence[TimedDiscount]:
    """Discounts that run now, the one that ends first at the front."""
    statement = select(TimedDiscount).where(is_running(TimedDiscount, now))
    ends = col(TimedDiscount.ends_at)
    return session.exec(statement.order_by(ends.is_(None), ends, col(TimedDiscount.id))).all()


def discounted_variants(session: Session, discount_id: int) -> dict[int, int]:
    """The prices of a discount by variant id."""
    statement = select(TimedPrice.variant_id, TimedPrice.price).where(
        TimedPrice.discount_id == discount_id
    )
    return dict(session.exec(statement).all())


def is_running(table: type[TimedDiscount] | type[RewardActivity], now: datetime) -> Any:
    """The condition that a row is switched on and within its window."""
    begins: ColumnElement[bool] = or_(col(table.starts_at).is_(None), col(table.starts_at) <= now)
    goes_on: ColumnElement[bool] = or_(col(table.ends_at).is_(None), col(table.ends_at) > now)
    return col(table.is_active) & begins & goes_on
