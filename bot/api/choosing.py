"""What a caller means to buy: explicit lines, or a cart that a checkout card names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.api.requests import Choice
from commerce.customers import get_customer
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.ordering import cart
from commerce.ordering.cart import CartView
from commerce.ordering.cart_token import CartTokens, digest_lines
from commerce.ordering.lines import WantedLine

OWN_SOURCE: Final = "mini_program"
"""Where a buyer came from who did not follow a card."""


@dataclass(frozen=True, slots=True)
class CartSeen:
    """A cart as the caller may see it. `is_own` is false for a card passed on by its owner."""

    view: CartView
    is_own: bool
    source: str
    conversation_id: int | None
    """Where news of an order go: to the card's conversation if that is the caller's own."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Lines to price or to order, and where the buyer came from."""

    lines: tuple[WantedLine, ...]
    source: str = OWN_SOURCE
    conversation_id: int | None = None


def see_cart(
    session: Session, cart_tokens: CartTokens, customer_id: int, token: str, now: datetime
) -> CartSeen:
    """The cart that a card's token names, or without one the customer's own.

    Raises InvalidInput for a token that is not ours or too old, and for somebody else's cart that
    is no longer the one that its card showed: nobody buys what they were not sent.
    """
    if not token:
        return CartSeen(cart.view(session, customer_id), True, OWN_SOURCE, None)
    said = cart_tokens.read(token, now)
    owner_id = id_of(get_customer(session, said.customer_id))
    is_own = owner_id == customer_id
    view = cart.view(session, owner_id)
    if not is_own and digest_lines(view.wanted()) != said.cart_digest:
        raise InvalidInput("对方的购物车已经变了，请TA重新发一张结算卡片", field="cart")
    return CartSeen(
        view=view,
        is_own=is_own,
        source=said.source,
        conversation_id=said.conversation_id if is_own else None,
    )


def choose(
    session: Session, cart_tokens: CartTokens, customer_id: int, choice: Choice, now: datetime
) -> Chosen:
    """The lines that a choice stands for at this moment. Raises InvalidInput."""
    if choice.lines is not None:
        return Chosen(tuple(WantedLine(each.variant_id, each.quantity) for each in choice.lines))
    seen = see_cart(session, cart_tokens, customer_id, choice.cart or "", now)
    return Chosen(seen.view.wanted(), seen.source, seen.conversation_id)
