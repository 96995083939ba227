"""Favourites, what was looked at, and what is waited for, for the mini-program."""

from sqlmodel import Session

from bot.api.catalogue import show_product
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.requests import ProductPath
from bot.api.shopfront import Shopfront
from bot.api.watching_answers import Attention, Cleared, ProductShelf, Watch, Watches
from bot.api.watching_requests import WatchPath
from commerce.catalogue import queries
from commerce.watching import favourites, looking, watches
from commerce.watching.tables import WatchKind


async def get_attention(shop: Shopfront, call: Call[ProductPath, NoBody]) -> Attention:
    """What the caller keeps an eye on of a product."""
    return await shop.database.read(_attention, call)


async def add_favourite(shop: Shopfront, call: Call[ProductPath, NoBody]) -> Attention:
    """Mark a product."""

    def add(session: Session) -> Attention:
        who, product_id = call.caller.present_id(session), call.parameters.product_id
        favourites.add_favourite(session, who, product_id, call.now)
        return _attention(session, call)

    return await shop.database.write(add)


async def remove_favourite(shop: Shopfront, call: Call[ProductPath, NoBody]) -> Attention:
    """Take the mark off a product."""

    def remove(session: Session) -> Attention:
        who = call.caller.present_id(session)
        favourites.remove_favourite(session, who, call.parameters.product_id)
        return _attention(session, call)

    return await shop.database.write(remove)


async def list_favourites(shop: Shopfront, call: Call[NoParameters, NoBody]) -> ProductShelf:
    """The marked products that are on sale."""

    def show(session: Session) -> ProductShelf:
        marked = favourites.list_favourites(session, call.caller.present_id(session))
        return ProductShelf(items=[show_product(p) for p in queries.list_products(session, marked)])

    return await shop.database.read(show)


async def list_history(shop: Shopfront, call: Call[NoParameters, NoBody]) -> ProductShelf:
    """The products that the caller looked at, as far as they are on sale."""

    def show(session: Session) -> ProductShelf:
        seen = looking.list_looked_at(session, call.caller.present_id(session))
        return ProductShelf(items=[show_product(p) for p in queries.list_products(session, seen)])

    return await shop.database.read(show)


async def clear_history(shop: Shopfront, call: Call[NoParameters, NoBody]) -> Cleared:
    """Forget what the caller looked at."""

    def clear(session: Session) -> Cleared:
        return Cleared(count=looking.clear_looks(session, call.caller.present_id(session)))

    return await shop.database.write(clear)


async def list_watches(shop: Shopfront, call: Call[NoParameters, NoBody]) -> Watches:
    """What the caller waits for."""

    def show(session: Session) -> Watches:
        live = watches.list_watches(session, call.caller.present_id(session))
        found = queries.list_products(session, sorted({each.product_id for each in live}))
        products = {product.id: show_product(product) for product in found}
        return Watches(
            items=[
                Watch(
                    product=products[each.product_id],
                    kind=WatchKind(each.kind),
                    price=each.price,
                    asked_at=each.asked_at,
                )
                for each in live
                if each.product_id in products
            ]
        )

    return await shop.database.read(show)


async def add_watch(shop: Shopfront, call: Call[WatchPath, NoBody]) -> Attention:
    """Wait for a lower price, or for new stock."""

    def add(session: Session) -> Attention:
        who, asked = call.caller.present_id(session), call.parameters
        watches.ask(session, who, asked.product_id, WatchKind(asked.kind), call.now)
        return _attention(session, call)

    return await shop.database.write(add)


async def remove_watch(shop: Shopfront, call: Call[WatchPath, NoBody]) -> Attention:
    """Wait no longer."""

    def remove(session: Session) -> Attention:
        who, asked = call.caller.present_id(session), call.parameters
        watches.withdraw(session, who, asked.product_id, WatchKind(asked.kind))
        return _attention(session, call)

    return await shop.database.write(remove)


def _attention[P: ProductPath](session: Session, call: Call[P, NoBody]) -> Attention:
    who, product_id = call.caller.present_id(session), call.parameters.product_id
    live = watches.list_watches(session, who)
    return Attention(
        product_id=product_id,
        is_favourite=favourites.is_favourite(session, who, product_id),
        watches=sorted(WatchKind(each.kind) for each in live if each.product_id == product_id),
    )
