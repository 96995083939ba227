"""Flash sales for tests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import Session, select

from commerce.deals.choices import FlashDeal
from commerce.flash_sales.drafts import ItemDraft, SaleDraft
from commerce.flash_sales.planning import plan, switch_on
from commerce.flash_sales.tables import FlashHolding, FlashItem
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from tests.commerce.shop import NOW, place

PRICE = 1900
LASTS = timedelta(hours=2)
_number = count(1)


def sale_draft(
    items: Mapping[int, ItemDraft] | int, *, starts_at: datetime = NOW, **changes: Any
) -> SaleDraft:
    """A sale of two hours; of a single variant 5 pieces, 2 for each customer."""
    given = {items: ItemDraft(items, PRICE, 5, 2)} if isinstance(items, int) else items
    values: dict[str, Any] = {
        "key": f"sale-{next(_number)}",
        "name": "晚八点场",
        "starts_at": starts_at,
        "ends_at": starts_at + LASTS,
        "items": tuple(given.values()),
    }
    return SaleDraft(**{**values, **changes})


def planned_sale(
    session: Session, variant_id: int, *, pieces: int = 5, per_customer: int = 2, **changes: Any
) -> int:
    """The id of a sale of one variant that is planned."""
    items = {variant_id: ItemDraft(variant_id, PRICE, pieces, per_customer)}
    return id_of(plan(session, sale_draft(items, **changes), NOW))


def running_sale(
    session: Session, variant_id: int, *, pieces: int = 5, per_customer: int = 2, **changes: Any
) -> int:
    """The id of the only item of a sale that has just started."""
    sale_id = planned_sale(session, variant_id, pieces=pieces, per_customer=per_customer, **changes)
    assert switch_on(session, sale_id, NOW)
    return item_of(session, sale_id)


def item_of(session: Session, sale_id: int) -> int:
    return id_of(session.exec(select(FlashItem).where(FlashItem.sale_id == sale_id)).one())


def buy(
    session: Session,
    customer_id: int,
    item_id: int,
    pieces: int = 1,
    now: datetime = NOW,
    **changes: Any,
) -> Order:
    """Place an order at the sale's price."""
    item = session.get_one(FlashItem, item_id)
    request: dict[str, Any] = {
        "deal": FlashDeal(item_id),
        "expected_payable": item.price * pieces,
        "now": now,
    }
    return place(session, customer_id, {item.variant_id: pieces}, **{**request, **changes})


def left_of(session: Session, item_id: int) -> int:
    item = session.get_one(FlashItem, item_id)
    session.refresh(item)
    return item.left


def had_by(session: Session, item_id: int, customer_id: int) -> int:
    holding = session.get(FlashHolding, (item_id, customer_id), populate_existing=True)
    return holding.pieces if holding else 0
