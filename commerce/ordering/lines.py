"""Lines: what a customer wants, and the same with titles and today's prices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlmodel import Session, SQLModel

from commerce.catalogue.tables import Product, Variant
from commerce.errors import InvalidInput, NotFound, OutOfStock
from commerce.inserting import core

MOST_PIECES: Final = 999
"""Of one variant, in a cart or an order."""
MOST_LINES: Final = 50
LARGEST_ID: Final = 2**31 - 1

_VARIANT = SQLModel.metadata.tables[Variant.__tablename__]
_PRODUCT = SQLModel.metadata.tables[Product.__tablename__]


@dataclass(frozen=True, slots=True)
class WantedLine:
    """So many pieces of a variant."""

    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line as the customer sees it. `price` is for one piece, in fen.

    `available` is what could be ordered now: 0 as well when it is no longer on sale.
    """

    variant_id: int
    product_id: int
    sku: str
    title: str
    label: str
    picture: str
    price: int
    quantity: int
    available: int
    category_id: int | None = None
    weight: int = 0
    volume: int = 0
    freight_template_id: int | None = None

    @property
    def total(self) -> int:
        """Fen for all its pieces."""
        return self.price * self.quantity


def sum_by_variant(lines: Iterable[WantedLine]) -> dict[int, int]:
    """Pieces by variant id, in the order of first mention. Raises InvalidInput.

    Equal variants become one line before anything is guarded, so that two lines of the last
    piece cannot both have it.
    """
    wanted: dict[int, int] = {}
    for position, line in enumerate(lines):
        check_line(line, f"lines[{position}].")
        total = wanted.get(line.variant_id, 0) + line.quantity
        check_quantity(total, f"lines[{position}].quantity")
        wanted[line.variant_id] = total
        if len(wanted) > MOST_LINES:
            raise InvalidInput(f"一次最多买{MOST_LINES}种商品，请分开下单", field="lines")
    if not wanted:
        raise InvalidInput("还没有选商品", field="lines")
    return wanted


def check_line(line: WantedLine, field: str = "") -> None:
    """Raise InvalidInput or NotFound unless the line makes sense; `field` goes before names."""
    if not 0 < line.variant_id <= LARGEST_ID:
        raise NotFound("没有这个规格的商品", field=f"{field}variant_id")
    check_quantity(line.quantity, f"{field}quantity")


def check_quantity(quantity: int, field: str = "quantity") -> None:
    """Raise InvalidInput unless so many pieces may be bought at once."""
    if quantity < 1:
        raise InvalidInput("数量至少是1件", field=field)
    if quantity > MOST_PIECES:
        raise InvalidInput(f"同一款最多买{MOST_PIECES}件", field=field)


def price_lines(
    session: Session, quantities: Mapping[int, int], *, lock: bool = False
) -> tuple[PricedLine, ...]:
    """The lines with titles, prices and stock of this moment, in the order given.

    With `lock`, nobody else changes these variants until the transaction ends (on SQLite a
    writing transaction has that anyway). Raises NotFound for an unknown variant.
    """
    statement = _LOCKED_BY_VARIANT if lock else _BY_VARIANT
    rows = core(session).execute(statement, {"variants": list(quantities)}).all()
    by_variant = {row.variant_id: row for row in rows}
    for position, variant_id in enumerate(quantities):
        if variant_id not in by_variant:
            raise NotFound("没有这个规格的商品", field=f"lines[{position}].variant_id")
    return tuple(as_line(by_variant[each], quantity) for each, quantity in quantities.items())


def refuse_shortage(lines: Sequence[PricedLine]) -> None:
    """Raise OutOfStock, naming every line with fewer pieces left than wanted."""
    short = [line for line in lines if line.available < line.quantity]
    if short:
        raise OutOfStock(
            "；".join(_shortage(line) for line in short),
            lines=[{"variant_id": each.variant_id, "available": each.available} for each in short],
        )


def as_line(row: Row[Any], quantity: int) -> PricedLine:
    """A row of LINE_COLUMNS as a line."""
    return PricedLine(
        variant_id=row.variant_id,
        product_id=row.product_id,
        sku=row.sku,
        title=row.title,
        label=" ".join(str(value) for value in row.attributes.values()),
        picture=row.picture,
        price=row.price,
        quantity=quantity,
        available=row.stock if row.variant_on_sale and row.product_on_sale else 0,
        category_id=row.category_id,
        weight=row.weight,
        volume=row.volume,
        freight_template_id=row.freight_template_id,
    )


def _shortage(line: PricedLine) -> str:
    name = f"{line.title} {line.label}".strip()
    return f"“{name}”只剩{line.available}件了" if line.available else f"“{name}”已经卖完了"


LINE_COLUMNS: Final[tuple[ColumnElement[Any], ...]] = (
    _VARIANT.c.id.label("variant_id"),
    _VARIANT.c.product_id,
    _VARIANT.c.sku,
    _PRODUCT.c.title,
    _VARIANT.c.attributes,
    func.coalesce(func.nullif(_VARIANT.c.picture, ""), _PRODUCT.c.picture).label("picture"),
    _VARIANT.c.price,
    _VARIANT.c.stock,
    _VARIANT.c.on_sale.label("variant_on_sale"),
    _PRODUCT.c.on_sale.label("product_on_sale"),
    _PRODUCT.c.category_id,
    _VARIANT.c.weight,
    _VARIANT.c.volume,
    _PRODUCT.c.freight_template_id,
)

_BY_VARIANT: Final[Select[Any]] = (
    select(*LINE_COLUMNS)
    .join(_PRODUCT, _PRODUCT.c.id == _VARIANT.c.product_id)
    .where(_VARIANT.c.id.in_(bindparam("variants", expanding=True)))
    # Locks are taken in the order of ids, by everybody.
    .order_by(_VARIANT.c.id)
)
_LOCKED_BY_VARIANT: Final = _BY_VARIANT.with_for_update(of=_VARIANT, key_share=True)
