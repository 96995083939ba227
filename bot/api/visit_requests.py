"""What the mini-program says of a visit by a code."""

from typing import Annotated

from pydantic import Field

from bot.api.requests import Body


class CardOpened(Body):
    """The path that the mini-program was opened with, as a card or a link carries it."""

    path: Annotated[str, Field(min_length=1, max_length=1024)]


class Scene(Body):
    """The scene that the mini-program was opened with, decoded."""

    scene: Annotated[str, Field(min_length=1, max_length=64)]
