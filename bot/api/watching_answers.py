"""What the mini-program is told of favourites, of what was looked at, and of what is waited for."""

from datetime import datetime

from pydantic import Field

from bot.api.answers import Answer, Product
from commerce.watching.tables import WatchKind


class Attention(Answer):
    """What the caller keeps an eye on of one product."""

    product_id: int
    is_favourite: bool
    watches: list[WatchKind] = Field(description="what the caller waits for, once each")


class ProductShelf(Answer):
    """Products on sale, the latest marked or looked at first."""

    items: list[Product]


class Watch(Answer):
    """Something that the caller waits for."""

    product: Product
    kind: WatchKind
    price: int = Field(description="fen, as shown when it was asked for")
    asked_at: datetime


class Watches(Answer):
    """What the caller waits for, of products that are still on sale; the latest first."""

    items: list[Watch]


class Cleared(Answer):
    """What was forgotten."""

    count: int
