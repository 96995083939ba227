"""Statements by which an import reads and changes the catalogue."""

from typing import Final

from sqlalchemy import bindparam, select, update
from sqlmodel import SQLModel

from commerce.catalogue import tables as catalogue
from commerce.freight.tables import FreightTemplate

_TABLES = SQLModel.metadata.tables
BRAND: Final = _TABLES[catalogue.Brand.__tablename__]
CATEGORY: Final = _TABLES[catalogue.Category.__tablename__]
PRODUCT: Final = _TABLES[catalogue.Product.__tablename__]
VARIANT: Final = _TABLES[catalogue.Variant.__tablename__]
MOVEMENT: Final = _TABLES[catalogue.StockMovement.__tablename__]
FREIGHT: Final = _TABLES[FreightTemplate.__tablename__]
VARIANT_COLUMNS: Final = (
    "product_id",
    "attributes",
    "price",
    "stock",
    "picture",
    "weight",
    "volume",
)

# Locked in the order of their ids: an order that takes stock meanwhile waits, it is not lost.
VARIANTS: Final = select(VARIANT).order_by(VARIANT.c.id).with_for_update()
HOMES: Final = select(VARIANT.c.product_id).where(
    VARIANT.c.sku.in_(bindparam("skus", expanding=True))
)
PRODUCTS: Final = (
    select(PRODUCT, BRAND.c.name.label("brand"), CATEGORY.c.name.label("category"))
    .outerjoin(BRAND, BRAND.c.id == PRODUCT.c.brand_id)
    .outerjoin(CATEGORY, CATEGORY.c.id == PRODUCT.c.category_id)
)
CHANGE_PRODUCT: Final = (
    update(PRODUCT)
    .where(PRODUCT.c.id == bindparam("its_id"))
    .values(
        category_id=bindparam("category_id"),
        attributes=bindparam("attributes"),
        picture=bindparam("picture"),
        on_sale=bindparam("on_sale"),
        freight_template_id=bindparam("freight_template_id"),
        updated_at=bindparam("updated_at"),
    )
)
CHANGE_VARIANT: Final = (
    update(VARIANT)
    .where(VARIANT.c.id == bindparam("its_id"))
    .values(
        product_id=bindparam("product_id"),
        attributes=bindparam("attributes"),
        price=bindparam("price"),
        stock=bindparam("stock"),
        picture=bindparam("picture"),
        weight=bindparam("weight"),
        volume=bindparam("volume"),
    )
)
