"""What the mini-program is told of live streams. Prices are fen."""

from datetime import datetime

from pydantic import Field

from bot.api.answers import Answer


class StreamItem(Answer):
    """A product behind a link's number."""

    position: int = Field(description="3 of 3号链接")
    product_id: int
    title: str
    price: int = Field(description="its lowest")
    picture: str = Field(description="a path on this server, or empty")
    in_stock: bool


class Stream(Answer):
    """A live stream."""

    id: int
    title: str
    place: str = Field(description="where it is watched, in Chinese, or empty")
    starts_at: datetime
    ends_at: datetime
    is_running: bool
    is_reminded: bool = Field(description="whether the caller asked to be reminded of it")
    items: list[StreamItem] = Field(description="what is on sale of it, by its numbers")


class Streams(Answer):
    """The streams that are not over, by their beginning."""

    items: list[Stream]
