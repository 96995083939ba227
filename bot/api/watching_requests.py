"""What the mini-program names of what is waited for."""

from typing import Annotated

from bot.api.endpoint import Place
from bot.api.requests import ProductPath
from commerce.watching.tables import WatchKind


class WatchPath(ProductPath):
    """A product, and what of it is waited for."""

    kind: Annotated[WatchKind, Place.PATH]
