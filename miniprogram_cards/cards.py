"""Cards: a short title that keeps its price, a path that keeps its source, a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from commerce.errors import InvalidInput
from commerce.money import yuan
from commerce.ordering.cart import CartView
from commerce.ordering.states import STATE_NAMES
from commerce.ordering.tables import Order, OrderLine, OrderState
from miniprogram_cards.limits import cut_to_bytes
from miniprogram_cards.paths import CHECKOUT_PAGE, ORDER_PAGE, PRODUCT_PAGE, CardPath, build


@dataclass(frozen=True, slots=True)
class CardContent:
    """A card before any channel. `picture` is a file name in the shop's picture folder."""

    title: str
    path: str
    picture: str


class ShownProduct(Protocol):
    """What a card needs of a product; `price` is its lowest, in fen."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def price(self) -> int: ...
    @property
    def picture(self) -> str: ...


def checkout_card(cart: CartView, token: str, source: str, payable: int) -> CardContent:
    """The card that opens checkout for a cart, with what is payable as far as it is known.

    Raises InvalidInput for an empty cart.
    """
    if not cart.lines:
        raise InvalidInput("购物车还是空的", field="cart")
    first = cart.lines[0]
    end = f" 共{cart.pieces}件 {yuan(payable)}"
    return CardContent(
        title=cut_to_bytes(f"去结算：{first.title}", keep_end=end),
        path=build(CardPath(CHECKOUT_PAGE, token, source)),
        picture=first.picture,
    )


def product_card(product: ShownProduct, source: str, promoter: str = "") -> CardContent:
    """The card of a product."""
    return CardContent(
        title=cut_to_bytes(product.title, keep_end=f" {yuan(product.price)}"),
        path=build(CardPath(PRODUCT_PAGE, str(product.id), source, promoter)),
        picture=product.picture,
    )


def order_card(order: Order, lines: Sequence[OrderLine], picture: str, source: str) -> CardContent:
    """The card of an order, with its state and what it came to."""
    name = lines[0].title if lines else order.order_no
    end = f" {STATE_NAMES[OrderState(order.state)]} {yuan(order.payable)}"
    return CardContent(
        title=cut_to_bytes(name, keep_end=end),
        path=build(CardPath(ORDER_PAGE, order.order_no, source)),
        picture=picture,
    )
