"""What the shop sells: brands, categories, products, and their variants with price and stock."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class Brand(SQLModel, table=True):
    """A maker's name."""

    __tablename__ = "brand"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Category(SQLModel, table=True):
    """A shelf of the shop."""

    __tablename__ = "category"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Product(SQLModel, table=True):
    """A thing sold in one or more variants. Title and brand together name it."""

    __tablename__ = "product"
    __table_args__ = (
        Index("uq_product_title_brand", "title", text("coalesce(brand_id, 0)"), unique=True),
        CheckConstraint("sales >= 0", name="ck_product_sales"),
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str
    brand_id: int | None = Field(default=None, foreign_key="brand.id", index=True)
    category_id: int | None = Field(default=None, foreign_key="category.id", index=True)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What all variants share, such as 材质 or 产地: names and values as written."""
    picture: str = ""
    on_sale: bool = True
    sales: int = 0
    freight_template_id: int | None = Field(
        default=None, foreign_key="freight_template.id", index=True
    )
    """How its goods are charged for their way; None goes by the shop's default."""
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Variant(SQLModel, table=True):
    """One sellable kind of a product (SKU). `stock` is what can still be ordered."""

    __tablename__ = "variant"
    __table_args__ = (
        CheckConstraint("price >= 0", name="ck_variant_price"),
        CheckConstraint("stock >= 0", name="ck_variant_stock"),
        CheckConstraint("weight >= 0 AND volume >= 0", name="ck_variant_size"),
    )

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    sku: str = Field(unique=True)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What tells it from its siblings, such as 颜色 and 尺码."""
    price: int
    stock: int = 0
    picture: str = ""
    on_sale: bool = True
    weight: int = 0
    """Grams of one piece as it is sent; 0 where nobody has weighed it."""
    volume: int = 0
    """Cubic centimetres of one piece as it is sent."""

    @property
    def label(self) -> str:
        """The variant in words, such as `黑色 XL`; empty for the only one."""
        return " ".join(str(value) for value in self.attributes.values())


class StockMovement(SQLModel, table=True):
    """Every change of a variant's stock, for ever: `stock` is the sum of its `change`s."""

    __tablename__ = "stock_movement"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    variant_id: int = Field(foreign_key="variant.id", index=True)
    change: int
    reason: str
    """initial, import, reserved, released, returned, resent, set_aside, put_back or correction."""
    order_id: int | None = Field(default=None, foreign_key="customer_order.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class ProductToIndex(SQLModel, table=True):
    """A product whose search entry is out of date. Written with the change, gone once indexed."""

    __tablename__ = "product_to_index"

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    version: int = 1
    """Counts changes since it was last indexed: an index run removes only what it has seen."""
