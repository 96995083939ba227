"""What the mini-program may ask about requests after buying."""

from typing import Annotated

from pydantic import Field, field_validator

from bot.api.endpoint import Place
from bot.api.requests import Body, Page, Parameters, Pieces, RowId
from commerce.aftersale.requests import LONGEST_WORDS
from commerce.aftersale.tables import Reason, RequestKind
from commerce.ordering.lines import MOST_LINES

LARGEST_PICTURE = 5 * 1024 * 1024
"""Bytes."""
LONGEST_PICTURE = (LARGEST_PICTURE + 2) // 3 * 4
"""Characters of base64."""
PICTURE_BODY = LONGEST_PICTURE + 1024
"""Bytes of a body that holds a picture."""


class AfterSalePage(Parameters):
    """A page of the caller's requests."""

    page: Page = 1


class AfterSalePath(Parameters):
    """One of the caller's requests."""

    request_no: Annotated[str, Place.PATH, Field(pattern=r"^SH[0-9]{12}$")]


class AfterSaleKey(Parameters):
    """The caller's name for one wish: repeated for an order, it gives the same request again."""

    key: Annotated[
        str | None, Place.HEADER, Field(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,64}$")
    ] = None


class WantedPieces(Body):
    """Some pieces of a line of the order."""

    line_id: RowId
    quantity: Pieces


class Wish(Body):
    """What is wrong with which pieces of an order, and what the customer wants."""

    order_no: str = Field(pattern=r"^[0-9]{18}$")
    kind: str
    reason: str
    pieces: Annotated[list[WantedPieces], Field(min_length=1, max_length=MOST_LINES)]

    @field_validator("kind")
    @classmethod
    def _is_a_kind(cls, written: str) -> str:
        if written not in set(RequestKind):
            raise ValueError(f"kind须为{'、'.join(RequestKind)}之一")
        return written

    @field_validator("reason")
    @classmethod
    def _is_a_reason(cls, written: str) -> str:
        known = [each for each in Reason if each != Reason.CALLED_OFF]
        if written not in known:
            raise ValueError(f"reason须为{'、'.join(known)}之一")
        return written

    def quantities(self) -> dict[int, int]:
        """Pieces by order line id."""
        wanted: dict[int, int] = {}
        for each in self.pieces:
            wanted[each.line_id] = wanted.get(each.line_id, 0) + each.quantity
        return wanted


class NewAfterSale(Wish):
    """A request, with the customer's own account."""

    words: Annotated[str, Field(max_length=LONGEST_WORDS)] = ""


class ReturnParcel(Body):
    """How goods go back."""

    carrier: Annotated[
        str, Field(min_length=1, max_length=20, description="a code or a name, as 圆通")
    ]
    tracking_no: Annotated[str, Field(min_length=1, max_length=40)]


class NewPicture(Body):
    """A picture as evidence."""

    content: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_PICTURE,
            description="PNG or JPEG of at most 5 MB, in base64",
        ),
    ]
