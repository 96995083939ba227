"""The cart, for the mini-program: one's own to change, a forwarded one to look at."""

from datetime import datetime

from sqlmodel import Session

from bot.api.answers import Cart, CartLine
from bot.api.choosing import see_cart
from bot.api.endpoint import Call, NoBody
from bot.api.pictures import picture_path
from bot.api.requests import CartChoice, CartLinePath, CartQuantity
from bot.api.shopfront import Caller, Shopfront
from commerce.errors import NotFound
from commerce.ordering import cart
from commerce.ordering.cart import CartView
from commerce.ordering.lines import PricedLine


async def view_cart(shop: Shopfront, call: Call[CartChoice, NoBody]) -> Cart:
    """The caller's cart, or that of a checkout card, with the prices of this moment."""

    def view(session: Session) -> Cart:
        seen = see_cart(
            session,
            shop.cart_tokens,
            call.caller.present_id(session),
            call.parameters.cart,
            call.now,
        )
        return show_cart(seen.view, is_shared=not seen.is_own)

    return await shop.database.read(view)


async def set_line(shop: Shopfront, call: Call[CartLinePath, CartQuantity]) -> Cart:
    """Have so many pieces of a variant in the caller's own cart."""
    return await shop.database.write(
        put_line, call.caller, call.parameters.variant_id, call.body.quantity, call.now
    )


def put_line(
    session: Session, caller: Caller, variant_id: int, quantity: int, now: datetime
) -> Cart:
    """The caller's cart with so many pieces of the variant. Raises ShopError."""
    try:
        view = cart.set_quantity(session, caller.present_id(session), variant_id, quantity, now)
    except NotFound as error:  # Here the variant stands in the path, not in a list of lines.
        raise NotFound(str(error), field="variant_id") from error
    return show_cart(view, is_shared=False)


def show_cart(view: CartView, *, is_shared: bool) -> Cart:
    """A cart as the mini-program shows it."""
    return Cart(lines=[show_line(line) for line in view.lines], total=view.total, shared=is_shared)


def show_line(line: PricedLine) -> CartLine:
    """A line as the mini-program shows it."""
    return CartLine(
        variant_id=line.variant_id,
        sku=line.sku,
        product_id=line.product_id,
        title=line.title,
        label=line.label,
        picture=picture_path(line.picture),
        price=line.price,
        quantity=line.quantity,
        available=line.available,
    )
