"""Reading the catalogue. Only what is on sale is seen, unless a promise says otherwise."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlmodel import Session, SQLModel

from commerce.catalogue import tables as catalogue
from commerce.catalogue.views import CategoryCount, ProductSummary, ProductView, VariantView
from commerce.catalogue.wish import ProductWish, has_color_and_size, summarise
from commerce.errors import NotFound
from commerce.inserting import core
from commerce.prepared import Prepared

__all__ = [
    "CategoryCount",
    "ProductSummary",
    "ProductView",
    "VariantView",
    "find_product",
    "find_variants",
    "get_product",
    "list_categories",
    "list_products",
    "list_products_of_variants",
    "list_summaries",
]

_TABLES = SQLModel.metadata.tables
_BRAND = _TABLES[catalogue.Brand.__tablename__]
_CATEGORY = _TABLES[catalogue.Category.__tablename__]
_PRODUCT = _TABLES[catalogue.Product.__tablename__]
_VARIANT = _TABLES[catalogue.Variant.__tablename__]

A_FEW = 16
"""Up to so many products are read one by one, by statements that are ready."""
_PRODUCTS: Select[Any] = (
    select(
        _PRODUCT.c.id,
        _PRODUCT.c.title,
        _PRODUCT.c.attributes,
        _PRODUCT.c.picture,
        _PRODUCT.c.sales,
        func.coalesce(_BRAND.c.name, "").label("brand"),
        func.coalesce(_CATEGORY.c.name, "").label("category"),
    )
    .select_from(
        _PRODUCT.outerjoin(_BRAND, _BRAND.c.id == _PRODUCT.c.brand_id).outerjoin(
            _CATEGORY, _CATEGORY.c.id == _PRODUCT.c.category_id
        )
    )
    .where(_PRODUCT.c.on_sale)
)
_THESE_PRODUCTS = _PRODUCTS.where(_PRODUCT.c.id.in_(bindparam("products", expanding=True)))
_THIS_PRODUCT = Prepared(_PRODUCTS.where(_PRODUCT.c.id == bindparam("product")))
_VARIANTS: Select[Any] = (
    select(
        _VARIANT.c.id,
        _VARIANT.c.product_id,
        _VARIANT.c.sku,
        _VARIANT.c.attributes,
        _VARIANT.c.price,
        _VARIANT.c.stock,
        _VARIANT.c.picture,
    )
    .where(_VARIANT.c.on_sale)
    .order_by(_VARIANT.c.id)
)
_THEIR_VARIANTS = _VARIANTS.where(_VARIANT.c.product_id.in_(bindparam("products", expanding=True)))
_ITS_VARIANTS = Prepared(_VARIANTS.where(_VARIANT.c.product_id == bindparam("product")))
_CATEGORIES: Select[Any] = (
    select(_CATEGORY.c.name, func.count(_PRODUCT.c.id).label("count"))
    .join(_PRODUCT, _PRODUCT.c.category_id == _CATEGORY.c.id)
    .where(_PRODUCT.c.on_sale)
    .group_by(_CATEGORY.c.id, _CATEGORY.c.name)
    .order_by(func.count(_PRODUCT.c.id).desc(), _CATEGORY.c.name)
)
_PRODUCT_OF_VARIANT: Select[Any] = select(_VARIANT.c.id, _VARIANT.c.product_id).where(
    _VARIANT.c.id.in_(bindparam("variants", expanding=True))
)


def list_products(session: Session, product_ids: Sequence[int]) -> list[ProductView]:
    """Products in the order of the ids; those not on sale, or with no variant on sale, left out."""
    if len(product_ids) > A_FEW:
        return _list_many(session, product_ids)
    found = (_find(session, product_id) for product_id in product_ids)
    return [product for product in found if product is not None]


def _find(session: Session, product_id: int) -> ProductView | None:
    row = _THIS_PRODUCT.first(session, product=product_id)
    variants = _ITS_VARIANTS.all(session, product=product_id) if row is not None else []
    return _product_view(row, variants) if variants else None


def _list_many(session: Session, product_ids: Sequence[int]) -> list[ProductView]:
    connection = core(session)
    chosen = {"products": list(product_ids)}
    variants: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(_THEIR_VARIANTS, chosen):
        variants.setdefault(row.product_id, []).append(row)
    found = {
        row.id: _product_view(row, variants[row.id])
        for row in connection.execute(_THESE_PRODUCTS, chosen)
        if row.id in variants
    }
    return [found[product_id] for product_id in product_ids if product_id in found]


def find_product(session: Session, product_id: int) -> ProductView | None:
    """A product on sale."""
    return _find(session, product_id)


def get_product(session: Session, product_id: int) -> ProductView:
    """A product on sale. Raises NotFound."""
    product = find_product(session, product_id)
    if product is None:
        raise NotFound("没有找到这件商品，可能已经下架", product_id=product_id)
    return product


def list_products_of_variants(
    session: Session, variant_ids: Sequence[int]
) -> dict[int, tuple[ProductView, VariantView]]:
    """Each variant on sale with its product, by the variant's id; others are left out."""
    if not variant_ids:
        return {}
    rows = core(session).execute(_PRODUCT_OF_VARIANT, {"variants": list(variant_ids)})
    products = list_products(session, sorted({row.product_id for row in rows}))
    wanted = set(variant_ids)
    return {
        variant.id: (product, variant)
        for product in products
        for variant in product.variants
        if variant.id in wanted
    }


def find_variants(
    product: ProductView, colors: Iterable[str] = (), sizes: Iterable[str] = ()
) -> tuple[VariantView, ...]:
    """The variants of one of the colours and of one of the sizes, in stock first, oldest first."""
    wished_colors, wished_sizes = tuple(colors), tuple(sizes)
    fitting = [
        variant
        for variant in product.variants
        if has_color_and_size(product, variant, wished_colors, wished_sizes)
    ]
    return tuple(sorted(fitting, key=lambda variant: not variant.in_stock))


def list_summaries(
    session: Session, product_ids: Sequence[int], wish: ProductWish | None = None
) -> list[ProductSummary]:
    """Products as a list shows them, in the order of the ids; those that do not fit left out."""
    seen_through = wish or ProductWish()
    summaries = (
        summarise(product, seen_through) for product in list_products(session, product_ids)
    )
    return [summary for summary in summaries if summary is not None]


def list_categories(session: Session) -> list[CategoryCount]:
    """The categories that hold something on sale, the fullest first."""
    return [CategoryCount(name, count) for name, count in core(session).execute(_CATEGORIES)]


def _product_view(row: Any, variants: Sequence[Any]) -> ProductView:
    return ProductView(
        id=row.id,
        title=row.title,
        brand=row.brand,
        category=row.category,
        attributes=row.attributes,
        picture=row.picture,
        sales=row.sales,
        variants=tuple(_variant_view(variant, row.picture) for variant in variants),
    )


def _variant_view(row: Any, product_picture: str) -> VariantView:
    return VariantView(
        id=row.id,
        product_id=row.product_id,
        sku=row.sku,
        label=" ".join(str(value) for value in row.attributes.values()),
        attributes=row.attributes,
        price=row.price,
        stock=row.stock,
        picture=row.picture or product_picture,
    )
