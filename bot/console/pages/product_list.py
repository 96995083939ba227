"""Products as the shop's people look for them, and as a file has them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Final

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.pages.written import in_yuan
from commerce.catalogue.product_rows import COLUMNS, MORE_COLUMNS
from commerce.catalogue.tables import Brand, Category, Product, Variant
from commerce.freight.tables import FreightTemplate
from commerce.inserting import id_of

LOW: Final = 5
"""So few pieces of a variant are worth a look."""
STATES: Final[Mapping[str, str]] = {
    "on": "在售",
    "off": "已下架",
    "low": f"库存不足（≤{LOW}）",
    "out": "有规格卖完",
}
CSV_HEADER: Final = (*COLUMNS, *MORE_COLUMNS)
A_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """What the list is narrowed to; `state` is a key of STATES or nothing."""

    text: str = ""
    state: str = ""
    category_id: int | None = None
    brand_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product in the list. Prices are fen, of its variants that are on sale."""

    product: Product
    brand: str
    category: str
    variants: Sequence[Variant]

    @property
    def picture(self) -> str:
        """Its own, or its first variant's that has one."""
        pictures = (self.product.picture, *(each.picture for each in self.variants))
        return next(filter(None, pictures), "")

    @property
    def prices(self) -> tuple[int, int] | None:
        """The lowest and the highest; None without variants."""
        prices = [each.price for each in self.variants if each.on_sale]
        return (min(prices), max(prices)) if prices else None

    @property
    def stock(self) -> int:
        """Pieces of all variants."""
        return sum(each.stock for each in self.variants)

    @property
    def is_low(self) -> bool:
        """Whether a variant on sale is nearly gone."""
        return any(each.on_sale and each.stock <= LOW for each in self.variants)


def products_like(wanted: ProductFilter) -> SelectOfScalar[Product]:
    """The products that are wanted, the newest first."""
    statement = select(Product).order_by(col(Product.id).desc())
    match wanted.state:
        case "on":
            statement = statement.where(col(Product.on_sale))
        case "off":
            statement = statement.where(~col(Product.on_sale))
        case "low":
            few = select(Variant.product_id).where(col(Variant.on_sale), col(Variant.stock) <= LOW)
            statement = statement.where(col(Product.on_sale), col(Product.id).in_(few))
        case "out":
            none = select(Variant.product_id).where(col(Variant.on_sale), Variant.stock == 0)
            statement = statement.where(col(Product.on_sale), col(Product.id).in_(none))
    if wanted.category_id is not None:
        statement = statement.where(Product.category_id == wanted.category_id)
    if wanted.brand_id is not None:
        statement = statement.where(Product.brand_id == wanted.brand_id)
    for word in wanted.text.split():
        with_sku = select(Variant.product_id).where(
            func.lower(Variant.sku).startswith(word.lower(), autoescape=True)
        )
        named = func.lower(Product.title).contains(word.lower(), autoescape=True)
        statement = statement.where(or_(named, col(Product.id).in_(with_sku)))
    return statement


def rows_of(session: Session, products: Sequence[Product]) -> list[ProductRow]:
    """Products as the list shows them, in the order given."""
    brands, categories = _names(session, Brand), _names(session, Category)
    variants: defaultdict[int, list[Variant]] = defaultdict(list)
    ids = [id_of(product) for product in products]
    of_them = select(Variant).where(col(Variant.product_id).in_(ids))
    for variant in session.exec(of_them.order_by(col(Variant.id))):
        variants[variant.product_id].append(variant)
    return [
        ProductRow(
            each,
            brands.get(each.brand_id or 0, ""),
            categories.get(each.category_id or 0, ""),
            variants[id_of(each)],
        )
        for each in products
    ]


def list_names(session: Session, table: type[Brand] | type[Category]) -> list[tuple[int, str]]:
    """Brands or categories, for a filter."""
    return sorted(_names(session, table).items(), key=lambda each: each[1])


def csv_rows(session: Session, wanted: ProductFilter) -> list[tuple[str, ...]]:
    """A row a variant, in the columns that an import reads: importing them changes nothing."""
    freights = {each.id: each.name for each in session.exec(select(FreightTemplate))}
    products = session.exec(products_like(wanted)).all()
    return [
        cells
        for some in batched(products, A_BATCH)
        for row in rows_of(session, some)
        for cells in _cells(row, freights.get(row.product.freight_template_id, ""))
    ]


def in_pairs(attributes: Mapping[str, object]) -> str:
    """Attributes as files and forms write them: `颜色=红;尺码=XL`."""
    return ";".join(f"{name}={value}" for name, value in attributes.items())


def _cells(row: ProductRow, freight: str) -> Iterator[tuple[str, ...]]:
    for variant in row.variants:
        yield (
            variant.sku,
            row.product.title,
            row.category,
            row.brand,
            in_yuan(variant.price),
            str(variant.stock),
            in_pairs({**row.product.attributes, **variant.attributes}),
            variant.picture or row.product.picture,
            str(variant.weight),
            str(variant.volume),
            freight,
        )


def _names(session: Session, table: type[Brand] | type[Category]) -> dict[int, str]:
    found = session.exec(select(table.id, table.name))
    return {number: name for number, name in found if number is not None}
