"""How the mini-program names group-buys, flash sales and bargains."""

from typing import Annotated

from pydantic import Field

from bot.api.deal_requests import NUMBER_PATTERN
from bot.api.endpoint import Place
from bot.api.requests import Body, Parameters, RowId

Number = Annotated[str, Place.PATH, Field(pattern=NUMBER_PATTERN)]


class ActivityPath(Parameters):
    """One group-buy activity."""

    activity_id: Annotated[RowId, Place.PATH]


class GroupPath(Parameters):
    """One group."""

    group_no: Number


class SalePath(Parameters):
    """One flash sale."""

    sale_id: Annotated[RowId, Place.PATH]


class BargainPath(Parameters):
    """One bargain."""

    bargain_no: Number


class BargainStart(Body):
    """What to bargain for."""

    activity_id: RowId
