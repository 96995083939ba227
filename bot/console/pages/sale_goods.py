"""The goods that an activity is about, found by what an operator types."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, or_, select

from bot.console.pages.written import find_id
from commerce.catalogue.tables import Product, Variant
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of

MOST_FOUND: Final = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A variant as an operator reads it."""

    variant_id: int
    sku: str
    words: str
    """Title and attributes."""
    price: int


def variants_by_sku(session: Session, skus: Iterable[str], field: str) -> Mapping[str, int]:
    """The variants' ids by sku. Raises InvalidInput naming those that there are not."""
    wanted = list(skus)
    statement = select(Variant.sku, Variant.id).where(col(Variant.sku).in_(wanted))
    found = {sku: number for sku, number in session.exec(statement) if number is not None}
    missing = [sku for sku in wanted if sku not in found]
    if missing:
        raise InvalidInput(f"没有货号“{'、'.join(missing)}”", field=field)
    return found


def pieces_of(session: Session, variant_ids: Iterable[int]) -> Mapping[int, Piece]:
    """Variants as an operator reads them, by id."""
    statement = (
        select(Variant, Product.title)
        .join(Product, col(Product.id) == col(Variant.product_id))
        .where(col(Variant.id).in_(list(variant_ids)))
    )
    return {id_of(row): _piece(row, title) for row, title in session.exec(statement)}


def pieces_of_product(session: Session, product_id: int) -> Sequence[Piece]:
    """All variants of a product, as they were entered. Raises NotFound for no product."""
    product = session.get(Product, product_id)
    if product is None:
        raise NotFound("没有这件商品", product_id=product_id)
    statement = select(Variant).where(Variant.product_id == product_id).order_by(col(Variant.id))
    return [_piece(row, product.title) for row in session.exec(statement)]


def find_products(session: Session, text: str) -> Sequence[Product]:
    """Products by a part of their title, a sku or their number; the newest first."""
    by_sku = select(Variant.product_id).where(Variant.sku == text)
    named = col(Product.title).contains(text, autoescape=True)
    statement = select(Product)
    if text:
        found = or_(named, col(Product.id).in_(by_sku), col(Product.id) == find_id(text))
        statement = statement.where(found)
    return session.exec(statement.order_by(col(Product.id).desc()).limit(MOST_FOUND)).all()


def _piece(row: Variant, title: str) -> Piece:
    label = " ".join(map(str, row.attributes.values()))
    return Piece(id_of(row), row.sku, f"{title} {label}".strip(), row.price)
