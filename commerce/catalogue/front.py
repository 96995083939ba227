"""The shop front: the shelves with what stands on them, and a look through chosen goods."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, bindparam, exists, func, select
from sqlmodel import Session, SQLModel

from commerce.catalogue import tables as catalogue
from commerce.catalogue.queries import list_products
from commerce.catalogue.views import ProductSummary, ProductView
from commerce.catalogue.wish import ProductWish, Sorting, summarise
from commerce.catalogue.words import fold
from commerce.inserting import core
from commerce.prepared import Prepared

_TABLES = SQLModel.metadata.tables
_CATEGORY = _TABLES[catalogue.Category.__tablename__]
_PRODUCT = _TABLES[catalogue.Product.__tablename__]
_VARIANT = _TABLES[catalogue.Variant.__tablename__]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category as the shop front shows it."""

    name: str
    count: int
    """Products of it that are on sale."""
    sold: int
    """Pieces that these products have sold."""


def list_shelves(session: Session) -> list[Shelf]:
    """The categories with something in stock, what sold most first, then what is fullest."""
    rows = core(session).execute(_SHELVES)
    return [Shelf(row.name, row.products, int(row.sold)) for row in rows]


def find_category(session: Session, name: str) -> str | None:
    """The category of exactly this name, whatever it holds."""
    row = _CATEGORY_NAMED.first(session, name=name.strip())
    return None if row is None else str(row.name)


def browse(
    session: Session, product_ids: Sequence[int], wish: ProductWish, sorting: Sorting
) -> list[ProductSummary]:
    """Those of a few products on sale that fit a wish, sorted; what is out of stock comes last.

    Every word of the wish must be held, for such a few need no ranking by words; `BEST` is the
    order in which they were given.
    """
    fitting = (
        summarise(product, wish)
        for product in list_products(session, product_ids)
        if _holds(product, wish)
    )
    found = [summary for summary in fitting if summary is not None]
    key = _KEYS.get(sorting)
    if key is not None:
        found.sort(key=key)
    return sorted(found, key=lambda each: not each.in_stock)


def _holds(product: ProductView, wish: ProductWish) -> bool:
    """Whether it is of a wished brand and category and says every word of the wish."""
    if wish.category is not None and wish.category != product.category:
        return False
    if wish.brands and fold(product.brand) not in map(fold, wish.brands):
        return False
    traits = [*product.attributes.values()]
    traits += [value for variant in product.variants for value in variant.attributes.values()]
    held = fold(" ".join([product.title, product.brand, product.category, *map(str, traits)]))
    return all(fold(word) in held for word in (*wish.text.split(), *wish.attributes))


_KEYS: Final[dict[Sorting, Callable[[ProductSummary], int]]] = {
    Sorting.SALES: lambda each: -each.sales,
    Sorting.CHEAPEST: lambda each: each.lowest_price,
    Sorting.DEAREST: lambda each: -each.highest_price,
    Sorting.NEWEST: lambda each: -each.id,
}
_CATEGORY_NAMED: Final = Prepared(
    select(_CATEGORY.c.name).where(_CATEGORY.c.name == bindparam("name"))
)
_SOLD: Final = func.sum(_PRODUCT.c.sales)
_COUNT: Final = func.count(_PRODUCT.c.id)
_STOCKED: Final = _PRODUCT.alias("stocked")
# Asked once a category, not once a product: the first that is in stock settles it.
_HAS_STOCK: Final = exists().where(
    _STOCKED.c.category_id == _CATEGORY.c.id,
    _STOCKED.c.on_sale,
    _VARIANT.c.product_id == _STOCKED.c.id,
    _VARIANT.c.on_sale,
    _VARIANT.c.stock > 0,
)
_SHELVES: Final[Select[Any]] = (
    select(_CATEGORY.c.name, _COUNT.label("products"), _SOLD.label("sold"))
    .join(_PRODUCT, _PRODUCT.c.category_id == _CATEGORY.c.id)
    .where(_PRODUCT.c.on_sale)
    .group_by(_CATEGORY.c.id, _CATEGORY.c.name)
    .having(_HAS_STOCK)
    .order_by(_SOLD.desc(), _COUNT.desc(), _CATEGORY.c.name)
)


def bestseller_picture(session: Session) -> str:
    """The picture of what sold best, for a card about the shop; empty when there is none."""
    statement = (
        select(_PRODUCT.c.picture)
        .where(_PRODUCT.c.on_sale, _PRODUCT.c.picture != "")
        .order_by(_PRODUCT.c.sales.desc(), _PRODUCT.c.id)
        .limit(1)
    )
    return core(session).execute(statement).scalar() or ""
