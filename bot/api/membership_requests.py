"""What the mini-program may ask about membership."""

from typing import Annotated

from pydantic import Field

from bot.api.endpoint import Place
from bot.api.requests import MOST_POINTS, Body, OrderKey, Parameters, RowId, WrittenAddress
from commerce.ledger.statements import LONGEST_PAGE

LARGEST_ENTRY = 2**63 - 1


class Birthday(Body):
    """A month and a day of the solar calendar."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]


class StatementPage(Parameters):
    """A page of the statement: what is older than an entry, or the newest."""

    before: Annotated[int | None, Field(ge=1, le=LARGEST_ENTRY)] = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 20


class ItemPath(OrderKey):
    """A thing of the points mall; the key makes a tap that is repeated one tap."""

    item_id: Annotated[RowId, Place.PATH]


class Redeeming(Body):
    """The points that were shown for it, and where a thing is to go."""

    points: Annotated[int, Field(ge=1, le=MOST_POINTS)]
    address: WrittenAddress | None = None
