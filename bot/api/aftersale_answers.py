"""What the mini-program is answered about requests after buying. Amounts are fen."""

from datetime import datetime
from typing import Self

from pydantic import Field

from bot.api.answers import Answer
from commerce.aftersale.tables import Reason, RequestKind, RequestState
from commerce.parcels.carriers import CARRIERS


class AskedPieces(Answer):
    """Pieces of an order's line that a request is about."""

    line_id: int
    title: str
    label: str
    quantity: int


class ParcelNumber(Answer):
    """By which carrier and under which number."""

    carrier: str
    carrier_name: str
    tracking_no: str

    @classmethod
    def of(cls, carrier: str, tracking_no: str) -> Self | None:
        """A number that was told; None for none."""
        if not tracking_no:
            return None
        name = CARRIERS[carrier].name
        return cls(carrier=carrier, carrier_name=name, tracking_no=tracking_no)


class AfterSaleStep(Answer):
    """A line of a request's history."""

    state: RequestState
    at: datetime
    note: str = Field(description="what the shop said of it, or empty")


class Estimate(Answer):
    """What goes back if the shop agrees: fen, freight included, and points."""

    amount: int
    freight: int
    points_back: int
    points_clawed: int = Field(description="points given for the pieces that are taken again")


class AfterSale(Answer):
    """A request after buying."""

    request_no: str
    order_no: str
    kind: RequestKind
    reason: Reason
    state: RequestState
    pieces: list[AskedPieces]
    amount_wanted: int = Field(description="what the customer was told when they asked")
    amount_agreed: int | None = Field(description="null until the shop has agreed to an amount")
    freight_back: int
    points_back: int
    points_clawed: int
    return_address: str = Field(description="where to send the goods, while that is wanted")
    return_parcel: ParcelNumber | None
    resent_parcel: ParcelNumber | None
    pictures: int
    created_at: datetime
    history: list[AfterSaleStep]


class AfterSales(Answer):
    """A page of the caller's requests, newest first."""

    items: list[AfterSale]
    next_page: int | None
