"""What the mini-program says of a visit by a code."""

from typing import Annotated

from pydantic import Field

from bot.api.requests import Body


class Scene(Body):
    """The scene that the mini-program was opened with, decoded."""

    scene: Annotated[str, Field(min_length=1, max_length=64)]
