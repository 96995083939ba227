"""The cart: one to a customer, one line to a variant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update
from sqlmodel import Session, SQLModel

from commerce.catalogue.tables import Product, Variant
from commerce.customers.summary import note_cart
from commerce.errors import InvalidInput
from commerce.inserting import core, insert_once
from commerce.ordering.lines import (
    LINE_COLUMNS,
    MOST_LINES,
    PricedLine,
    WantedLine,
    as_line,
    check_line,
    check_quantity,
    price_lines,
    refuse_shortage,
)
from commerce.ordering.tables import Cart, CartLine

_TABLES = SQLModel.metadata.tables
_CART = _TABLES[Cart.__tablename__]
_LINE = _TABLES[CartLine.__tablename__]
_VARIANT = _TABLES[Variant.__tablename__]
_PRODUCT = _TABLES[Product.__tablename__]


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart with the prices and the stock of this moment, oldest line first."""

    lines: tuple[PricedLine, ...]

    @property
    def total(self) -> int:
        """Fen for all lines."""
        return sum(line.total for line in self.lines)

    @property
    def pieces(self) -> int:
        """Pieces of all lines."""
        return sum(line.quantity for line in self.lines)

    def wanted(self) -> tuple[WantedLine, ...]:
        """What it holds, for a quote or an order."""
        return tuple(WantedLine(line.variant_id, line.quantity) for line in self.lines)


def view(session: Session, customer_id: int) -> CartView:
    """The customer's cart; without lines if there is none."""
    rows = core(session).execute(_VIEW, {"customer": customer_id})
    return CartView(tuple(as_line(row, row.quantity) for row in rows))


def add(
    session: Session, customer_id: int, variant_id: int, quantity: int, now: datetime
) -> CartView:
    """Put pieces into the cart, on top of what is there; the cart then.

    Raises InvalidInput, NotFound, and OutOfStock when the line would exceed what is left.
    """
    check_line(WantedLine(variant_id, quantity))
    cart_id = _take(session, customer_id, now)
    already = _quantity(core(session), cart_id, variant_id)
    _put(session, cart_id, variant_id, quantity, already, now)
    note_cart(session, customer_id, cart_id, now)
    return view(session, customer_id)


def set_quantity(
    session: Session, customer_id: int, variant_id: int, quantity: int, now: datetime
) -> CartView:
    """Have so many pieces in the cart; 0 takes the line out. The cart then. Raises as `add`."""
    if quantity == 0:
        return remove(session, customer_id, variant_id, now)
    check_line(WantedLine(variant_id, quantity))
    cart_id = _take(session, customer_id, now)
    already = _quantity(core(session), cart_id, variant_id)
    _put(session, cart_id, variant_id, quantity - already, already, now)
    note_cart(session, customer_id, cart_id, now)
    return view(session, customer_id)


def remove(session: Session, customer_id: int, variant_id: int, now: datetime) -> CartView:
    """Take a line out of the cart, if it is there; the cart then."""
    cart_id = _take(session, customer_id, now)
    core(session).execute(_REMOVE, {"cart": cart_id, "variant": variant_id})
    note_cart(session, customer_id, cart_id, now)
    return view(session, customer_id)


def clear(session: Session, customer_id: int, now: datetime) -> None:
    """Empty the cart."""
    cart_id = _take(session, customer_id, now)
    core(session).execute(_CLEAR, {"cart": cart_id})
    note_cart(session, customer_id, cart_id, now)


def take_out(session: Session, customer_id: int, quantities: dict[int, int], now: datetime) -> None:
    """What was bought leaves the cart; pieces beyond it stay."""
    cart_id = _take(session, customer_id, now)
    connection = core(session)
    connection.execute(
        _REMOVE_UP_TO,
        [{"cart": cart_id, "variant": each, "pieces": n} for each, n in quantities.items()],
    )
    connection.execute(
        _CHANGE,
        [{"cart": cart_id, "variant": each, "change": -n} for each, n in quantities.items()],
    )
    note_cart(session, customer_id, cart_id, now)


def _take(session: Session, customer_id: int, now: datetime) -> int:
    """The id of the customer's cart, locked for this transaction, begun if need be."""
    connection = core(session)
    found = connection.execute(_TOUCH, {"customer": customer_id, "moment": now}).scalar()
    if found is None:
        insert_once(session, Cart, customer_id=customer_id, updated_at=now)
        found = connection.execute(_TOUCH, {"customer": customer_id, "moment": now}).scalar_one()
    return int(found)


def _put(
    session: Session, cart_id: int, variant_id: int, change: int, already: int, now: datetime
) -> None:
    check_quantity(already + change)
    (line,) = price_lines(session, {variant_id: already + change})
    refuse_shortage([line])
    connection = core(session)
    if already:
        connection.execute(_CHANGE, {"cart": cart_id, "variant": variant_id, "change": change})
        return
    if connection.execute(_COUNT, {"cart": cart_id}).scalar_one() >= MOST_LINES:
        raise InvalidInput(
            f"购物车最多放{MOST_LINES}种商品，请先结算或删掉一些", field="variant_id"
        )
    connection.execute(
        insert(_LINE),
        {"cart_id": cart_id, "variant_id": variant_id, "quantity": change, "added_at": now},
    )


def _quantity(connection: Connection, cart_id: int, variant_id: int) -> int:
    found = connection.execute(_QUANTITY, {"cart": cart_id, "variant": variant_id}).scalar()
    return int(found or 0)


_VIEW: Final[Select[Any]] = (
    select(*LINE_COLUMNS, _LINE.c.quantity)
    .select_from(_CART)
    .join(_LINE, _LINE.c.cart_id == _CART.c.id)
    .join(_VARIANT, _VARIANT.c.id == _LINE.c.variant_id)
    .join(_PRODUCT, _PRODUCT.c.id == _VARIANT.c.product_id)
    .where(_CART.c.customer_id == bindparam("customer"))
    .order_by(_LINE.c.id)
)
_TOUCH: Final = (
    update(_CART)
    .where(_CART.c.customer_id == bindparam("customer"))
    .values(updated_at=bindparam("moment", type_=_CART.c.updated_at.type))
    .returning(_CART.c.id)
)
_QUANTITY: Final = select(_LINE.c.quantity).where(
    _LINE.c.cart_id == bindparam("cart"), _LINE.c.variant_id == bindparam("variant")
)
_COUNT: Final = select(func.count()).where(_LINE.c.cart_id == bindparam("cart"))
_CHANGE: Final = (
    update(_LINE)
    .where(_LINE.c.cart_id == bindparam("cart"), _LINE.c.variant_id == bindparam("variant"))
    .values(quantity=_LINE.c.quantity + bindparam("change"))
)
_REMOVE: Final = delete(_LINE).where(
    _LINE.c.cart_id == bindparam("cart"), _LINE.c.variant_id == bindparam("variant")
)
_REMOVE_UP_TO: Final = delete(_LINE).where(
    _LINE.c.cart_id == bindparam("cart"),
    _LINE.c.variant_id == bindparam("variant"),
    _LINE.c.quantity <= bindparam("pieces"),
)
_CLEAR: Final = delete(_LINE).where(_LINE.c.cart_id == bindparam("cart"))
