"""What the bot does for a customer: one goal a file."""

from bot.handlers import (
    address_change,
    aftersale,
    aftersale_follow,
    aftersale_pictures,
    cart,
    cart_answers,
    cart_changes,
    cart_clearing,
    checkout,
    clarifying,
    comparing,
    corrections,
    explaining,
    knowledge,
    orders,
    parcels,
    pointing,
    privacy,
    product_detail,
    product_search,
    reorder,
    service,
    shop_front,
    small_talk,
)
from bot.router import Router


def all_handlers() -> Router:
    """One router with every handler of the shop."""
    router = Router()
    for module in (
        address_change,
        aftersale,
        aftersale_follow,
        aftersale_pictures,
        privacy,
        explaining,
        reorder,
        shop_front,
        cart,
        cart_answers,
        cart_changes,
        cart_clearing,
        checkout,
        clarifying,
        comparing,
        corrections,
        pointing,
        orders,
        knowledge,
        parcels,
        product_detail,
        product_search,
        service,
        small_talk,
    ):
        router.include(module.router)
    return router
