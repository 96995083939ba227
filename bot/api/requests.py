"""What the mini-program may ask. Bodies are strict: no field we do not know, no `"1"` for 1."""

from typing import Annotated, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.api.deal_requests import ChosenDeal
from bot.api.endpoint import Place
from commerce.customers.addresses import LONGEST_DETAIL, LONGEST_RECIPIENT, LONGEST_REGION
from commerce.money import LARGEST_ORDER
from commerce.ordering.lines import LARGEST_ID, MOST_LINES, MOST_PIECES
from commerce.ordering.orders import LAST_PAGE
from commerce.ordering.placing import LONGEST_REMARK

RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Pieces = Annotated[int, Field(ge=1, le=MOST_PIECES)]
Page = Annotated[int, Field(ge=1, le=LAST_PAGE)]
LONGEST_TOKEN = 200
MOST_POINTS = 1_000_000_000
CartToken = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_TOKEN, description="the token of a checkout card"),
]


class Body(BaseModel):
    """Base of the JSON bodies."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Parameters(BaseModel):
    """Base of what stands in path, query and headers; unknown query parameters are ignored."""

    model_config = ConfigDict(frozen=True)


class LoginCode(Body):
    """What `wx.login` gave the mini-program."""

    code: str = Field(pattern=r"^[\x21-\x7e]{1,128}$")


class ProductFilter(Parameters):
    """Words and a category; everything on sale without them."""

    query: Annotated[str, Field(max_length=100)] = ""
    category: Annotated[str, Field(max_length=50)] = ""
    page: Page = 1


class ProductPath(Parameters):
    """One product."""

    product_id: Annotated[RowId, Place.PATH]


class CartChoice(Parameters):
    """The caller's own cart, or that of a checkout card."""

    cart: Annotated[str, Field(max_length=LONGEST_TOKEN)] = ""


class CartLinePath(Parameters):
    """One line of the caller's cart."""

    variant_id: Annotated[RowId, Place.PATH]


class CartQuantity(Body):
    """How many pieces the cart shall hold; 0 takes the line out."""

    quantity: Annotated[int, Field(ge=0, le=MOST_PIECES)]


class ChosenLine(Body):
    """So many pieces of a variant."""

    variant_id: RowId
    quantity: Pieces


class Choice(Body):
    """What to buy: the present lines of a checkout card's cart, or explicit ones."""

    cart: CartToken | None = Field(default=None, description="either this or lines")
    lines: Annotated[list[ChosenLine], Field(min_length=1, max_length=MOST_LINES)] | None = Field(
        default=None, description="either this or cart"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.cart is None) == (self.lines is None):
            raise ValueError("cart和lines须且只能给一个")
        return self


class PricedChoice(Choice):
    """A choice with what the customer wants to use for it."""

    coupon_id: RowId | None = Field(default=None, description="a coupon of one's own")
    points: Annotated[int, Field(ge=0, le=MOST_POINTS)] = 0
    """At most so many are spent: the terms may allow fewer."""
    deal: ChosenDeal | None = Field(default=None, description="the deal whose price it has")

    @model_validator(mode="after")
    def _deals_have_lines(self) -> Self:
        if self.deal is not None and self.lines is None:
            raise ValueError("活动价要用lines写明买什么")
        return self


class QuoteChoice(PricedChoice):
    """A choice to be priced, for an address if one is known."""

    region: Annotated[str, Field(max_length=LONGEST_REGION)] = ""
    pickup: bool = False
    """Priced for fetching at a store: no freight."""


class WrittenAddress(Body):
    """Where the parcel goes."""

    recipient: Annotated[str, Field(max_length=LONGEST_RECIPIENT)]
    phone: Annotated[str, Field(max_length=40)]
    region: Annotated[str, Field(max_length=LONGEST_REGION)]
    detail: Annotated[str, Field(max_length=LONGEST_DETAIL)]


class ChosenPickup(Body):
    """Who fetches the goods, where, and when if they have said so."""

    store_id: RowId
    recipient: Annotated[str, Field(max_length=LONGEST_RECIPIENT)]
    phone: Annotated[str, Field(max_length=40)]
    starts_at: AwareDatetime | None = None


class NewOrder(PricedChoice):
    """An order: what, where to, and the amount that the customer was shown."""

    pickup: ChosenPickup | None = Field(default=None, description="either this or address")
    address: WrittenAddress | None = Field(
        default=None, validate_default=True, description="either this or pickup"
    )
    payable: Annotated[int, Field(ge=0, le=LARGEST_ORDER, description="fen")]
    remark: Annotated[str, Field(max_length=LONGEST_REMARK)] = ""
    source: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,24}$")] = ""
    """Of the path that led here; a cart token brings its own."""

    @field_validator("address")
    @classmethod
    def _sent_or_fetched(
        cls, address: WrittenAddress | None, told: ValidationInfo
    ) -> WrittenAddress | None:
        if (address is None) == (told.data.get("pickup") is None):
            raise ValueError("address和pickup须且只能给一个")
        return address


class OrderKey(Parameters):
    """The caller's name for one wish to order: repeated, it gives the same order again."""

    key: Annotated[
        str, Place.HEADER, Field(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,64}$")
    ]


class OrderPath(Parameters):
    """One of the caller's orders."""

    order_no: Annotated[str, Place.PATH, Field(pattern=r"^[0-9]{18}$")]


class OrderPageChoice(Parameters):
    """A page of the caller's orders."""

    page: Page = 1
