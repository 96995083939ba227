"""Flash sales as customers see them: what runs, what comes next, what is in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from commerce.catalogue.tables import Product, Variant
from commerce.flash_sales.tables import FlashItem, FlashSale, SaleState
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI

LIVE = (SaleState.PLANNED, SaleState.ON)


@dataclass(frozen=True, slots=True)
class SaleSeen:
    """A sale that runs or will. It sells from `starts_at` until just before `ends_at`."""

    sale_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    is_running: bool


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """An item of a sale that runs or will. Prices are fen for one piece.

    `left` is what can be ordered now; before the sale starts, what it will begin with.
    """

    item_id: int
    sale: SaleSeen
    variant_id: int
    product_id: int
    title: str
    label: str
    picture: str
    price: int
    usual_price: int
    pieces: int
    left: int
    per_customer: int


def running(session: Session, now: datetime) -> tuple[SaleSeen, ...]:
    """Sales in which something can be bought now, the one that ends first at the front."""
    statement = select(FlashSale).where(
        FlashSale.state == SaleState.ON,
        col(FlashSale.starts_at) <= now,
        col(FlashSale.ends_at) > now,
    )
    in_order = statement.order_by(col(FlashSale.ends_at), col(FlashSale.id))
    return tuple(_seen(each, now) for each in _fresh(session, in_order))


def next_sale(session: Session, now: datetime) -> SaleSeen | None:
    """The sale that starts next, if one is planned."""
    statement = (
        select(FlashSale)
        .where(or_(*(col(FlashSale.state) == each for each in LIVE)), FlashSale.starts_at > now)
        .order_by(col(FlashSale.starts_at), col(FlashSale.id))
        .limit(1)
    )
    return next((_seen(each, now) for each in _fresh(session, statement)), None)


def list_items(session: Session, sale_id: int, now: datetime) -> tuple[ItemSeen, ...]:
    """What a sale that runs or will is about, without goods that were taken off the shelves.

    What is sold out comes last.
    """
    found = _items(session, now, FlashItem.sale_id == sale_id)
    return tuple(sorted(found, key=lambda each: not each.left))


def find_item_by_product(session: Session, product_id: int, now: datetime) -> ItemSeen | None:
    """The best item with this product: to be had now, or soonest, or sold out; then cheapest."""
    found = _items(session, now, Variant.product_id == product_id)
    return min(found, key=_how_near, default=None)


def moment_in_words(moment: datetime, now: datetime) -> str:
    """When something is, for customers: `今天20:00`, `明天10:00`, `11月23日10:00`."""
    there, here = moment.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    days = {timedelta(0): "今天", timedelta(days=1): "明天"}
    day = days.get(there.date() - here.date(), f"{there.month}月{there.day}日")
    return f"{day}{there:%H:%M}"


def _items(session: Session, now: datetime, which: Any) -> Sequence[ItemSeen]:
    statement = (
        select(FlashItem, FlashSale, Variant, Product)
        .join(FlashSale, col(FlashSale.id) == col(FlashItem.sale_id))
        .join(Variant, col(Variant.id) == col(FlashItem.variant_id))
        .join(Product, col(Product.id) == col(Variant.product_id))
        .where(
            or_(*(col(FlashSale.state) == each for each in LIVE)),
            col(FlashSale.ends_at) > now,
            col(Variant.on_sale),
            col(Product.on_sale),
            which,
        )
        .order_by(col(FlashItem.id))
        .execution_options(populate_existing=True)
    )
    return [_item(*row, now) for row in session.exec(statement)]


def _item(
    item: FlashItem, sale: FlashSale, variant: Variant, product: Product, now: datetime
) -> ItemSeen:
    return ItemSeen(
        item_id=id_of(item),
        sale=_seen(sale, now),
        variant_id=item.variant_id,
        product_id=id_of(product),
        title=product.title,
        label=variant.label,
        picture=variant.picture or product.picture,
        price=item.price,
        usual_price=variant.price,
        pieces=item.pieces,
        left=item.left if sale.state == SaleState.ON else item.pieces,
        per_customer=item.per_customer,
    )


def _how_near(item: ItemSeen) -> tuple[bool, bool, datetime, int]:
    return not item.left, not item.sale.is_running, item.sale.starts_at, item.price


def _seen(sale: FlashSale, now: datetime) -> SaleSeen:
    is_running = sale.state == SaleState.ON and sale.starts_at <= now < sale.ends_at
    return SaleSeen(id_of(sale), sale.name, sale.starts_at, sale.ends_at, is_running)


def _fresh(session: Session, statement: SelectOfScalar[FlashSale]) -> Sequence[FlashSale]:
    """Rows as they are now: Core writes past the session's objects."""
    return session.exec(statement.execution_options(populate_existing=True)).all()
