"""Buying again: the lines of a past order as they could be bought now, and what is bought often."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from commerce.catalogue.queries import list_products_of_variants
from commerce.catalogue.tables import Variant
from commerce.errors import ShopError
from commerce.ordering import cart
from commerce.ordering.lines import MOST_PIECES
from commerce.ordering.orders import list_lines, list_orders
from commerce.ordering.tables import Order, OrderLine, OrderState

BOUGHT: Final = (
    OrderState.PAID,
    OrderState.PACKED,
    OrderState.SHIPPED,
    OrderState.RECEIVED,
    OrderState.FINISHED,
)
"""Orders that were paid for and not given back."""
LAST_ORDERS: Final = 30
"""So many of the last orders tell what a customer likes to buy."""


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line of a past order, and how it could be bought now. Prices are fen for one piece."""

    variant_id: int
    product_id: int | None
    """None when it is no longer on sale."""
    title: str
    label: str
    quantity: int
    """Pieces bought then."""
    price_then: int
    price: int
    """Today's; that of then when it is no longer on sale."""
    stock: int
    in_cart: int
    """Pieces that the customer's cart holds already."""

    @property
    def pieces(self) -> int:
        """How many of those bought then the cart can take now."""
        return max(0, min(self.quantity, min(self.stock, MOST_PIECES) - self.in_cart))


@dataclass(frozen=True, slots=True)
class PutAgain:
    """What became of a past line: the pieces that went into the cart, or why none did."""

    line: PastLine
    pieces: int
    refusal: str = ""
    """The cart's own reason; empty when what the line says is the reason."""


@dataclass(frozen=True, slots=True)
class Favourite:
    """A product of the last orders."""

    product_id: int
    variant_id: int
    """The kind of it that was bought last."""
    orders: int
    """How many of the last orders held it."""


def find_last_bought(session: Session, customer_id: int) -> Order | None:
    """The customer's newest order that was paid for."""
    return next(iter(list_orders(session, customer_id, states=BOUGHT, limit=1)), None)


def list_past_lines(session: Session, customer_id: int, order: Order) -> list[PastLine]:
    """The lines of an order, each with today's price and what is left of it."""
    lines = list_lines(session, order)
    on_sale = list_products_of_variants(session, [line.variant_id for line in lines])
    view = cart.view(session, customer_id)
    held = {line.variant_id: line.quantity for line in view.lines}
    found: list[PastLine] = []
    for line in lines:
        product, variant = on_sale.get(line.variant_id, (None, None))
        found.append(
            PastLine(
                variant_id=line.variant_id,
                product_id=None if product is None else product.id,
                title=line.title,
                label=line.label,
                quantity=line.quantity,
                price_then=line.price,
                price=line.price if variant is None else variant.price,
                stock=0 if variant is None else variant.stock,
                in_cart=held.get(line.variant_id, 0),
            )
        )
    return found


def put_again(
    session: Session, customer_id: int, lines: Iterable[PastLine], now: datetime
) -> list[PutAgain]:
    """Put what can be bought of these lines into the cart; what became of each, in their order."""
    return [_put(session, customer_id, line, now) for line in lines]


def list_favourites(session: Session, customer_id: int) -> list[Favourite]:
    """What the last orders held, the most often bought first, then the last bought."""
    last = (
        select(Order.id)
        .where(Order.customer_id == customer_id, col(Order.state).in_(BOUGHT))
        .order_by(col(Order.id).desc())
        .limit(LAST_ORDERS)
    )
    lines = session.exec(
        select(OrderLine.order_id, OrderLine.variant_id, Variant.product_id)
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .where(col(OrderLine.order_id).in_(last))
        .order_by(col(OrderLine.order_id).desc(), col(OrderLine.id))
    ).all()
    return _by_times([(order, variant, product) for order, variant, product in lines])


def _by_times(lines: Sequence[tuple[int, int, int]]) -> list[Favourite]:
    """Order, variant and product of each line, newest first, as favourites."""
    orders: dict[int, set[int]] = {}
    last_kind: dict[int, int] = {}
    for order_id, variant_id, product_id in lines:
        orders.setdefault(product_id, set()).add(order_id)
        last_kind.setdefault(product_id, variant_id)
    favourites = [Favourite(each, last_kind[each], len(orders[each])) for each in orders]
    # The sort is stable: of equals the one bought last stays first.
    return sorted(favourites, key=lambda each: -each.orders)


def _put(session: Session, customer_id: int, line: PastLine, now: datetime) -> PutAgain:
    if not line.pieces:
        return PutAgain(line, 0)
    try:
        cart.add(session, customer_id, line.variant_id, line.pieces, now)
    except ShopError as error:  # Such as a cart that is full.
        return PutAgain(line, 0, str(error))
    return PutAgain(line, line.pieces)
