"""What the mini-program names of what is waited for."""

from typing import Annotated, Literal

from bot.api.endpoint import Place
from bot.api.requests import ProductPath


class WatchPath(ProductPath):
    """A product, and what of it is waited for."""

    kind: Annotated[Literal["price_drop", "back_in_stock"], Place.PATH]
