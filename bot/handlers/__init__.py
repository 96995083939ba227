"""What the bot does for a customer: one goal a file."""

from bot.handlers import (
    cart,
    cart_changes,
    checkout,
    orders,
    product_detail,
    product_search,
    service,
    small_talk,
)
from bot.router import Router


def all_handlers() -> Router:
    """One router with every handler of the shop."""
    router = Router()
    for module in (
        cart,
        cart_changes,
        checkout,
        orders,
        product_detail,
        product_search,
        service,
        small_talk,
    ):
        router.include(module.router)
    return router
