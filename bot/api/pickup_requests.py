"""What the mini-program may ask about fetching at a store."""

from typing import Annotated

from pydantic import AwareDatetime

from bot.api.endpoint import Place
from bot.api.requests import Body, Parameters, RowId


class StorePath(Parameters):
    """One store."""

    store_id: Annotated[RowId, Place.PATH]


class PickupTime(Body):
    """When the caller will come: the beginning of one of the store's slots."""

    starts_at: AwareDatetime
