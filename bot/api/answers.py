"""What the mini-program is answered. Prices are fen; times are ISO 8601 in UTC."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from commerce.deals.choices import DealKind
from commerce.ordering.tables import OrderState
from commerce.parcels.tables import ParcelState
from commerce.pricing.values import StepKind


class Answer(BaseModel):
    """Base of the answers; `from_attributes` reads the shop's own values."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Login(Answer):
    """A bearer token for the other endpoints."""

    token: str
    expires_at: datetime


class Category(Answer):
    """A category and how many products on sale it holds."""

    name: str
    count: int


class Categories(Answer):
    """The categories that hold something on sale, the fullest first."""

    items: list[Category]


class Product(Answer):
    """A product in a list."""

    id: int
    title: str
    brand: str
    category: str
    price: int = Field(description="fen; the lowest of its variants")
    picture: str = Field(description="a path on this host, or empty")
    in_stock: bool
    sales: int


class Products(Answer):
    """A page of products, best match first."""

    items: list[Product]
    next_page: int | None


class Variant(Answer):
    """One sellable kind of a product."""

    id: int
    sku: str
    label: str
    attributes: dict[str, Any]
    price: int
    stock: int


class ProductDetail(Product):
    """A product with its variants."""

    attributes: dict[str, Any]
    variants: list[Variant]


class CartLine(Answer):
    """Some pieces of a variant in a cart."""

    variant_id: int
    sku: str
    product_id: int
    title: str
    label: str
    picture: str
    price: int
    quantity: int
    available: int = Field(description="pieces that could be ordered now")


class Cart(Answer):
    """A cart with the prices of this moment."""

    lines: list[CartLine]
    total: int
    shared: bool = Field(description="true for somebody else's cart, which can only be read")


class LineShare(Answer):
    """What one discount takes off a line."""

    kind: StepKind
    name: str
    amount: int


class QuotedLine(Answer):
    """A line of a quote; `total` is what it costs after its shares of the discounts."""

    model_config = ConfigDict(extra="ignore", frozen=True, from_attributes=True)

    variant_id: int
    title: str
    label: str
    price: int
    quantity: int
    shares: list[LineShare]
    total: int


class QuoteStep(Answer):
    """One step from nothing to the amount payable; a discount is negative."""

    name: str
    amount: int
    kind: StepKind = StepKind.GOODS


class Quote(Answer):
    """What would have to be paid. The steps sum to `payable`."""

    model_config = ConfigDict(extra="ignore", frozen=True, from_attributes=True)

    lines: list[QuotedLine]
    steps: list[QuoteStep]
    goods_total: int
    discount: int
    freight: int
    payable: int
    coupon_id: int | None = None
    points_spent: int
    points_given: int = Field(description="points that the order gives once it is received")
    freight_why: str = Field(description="a few words in Chinese, or empty")
    freight_is_estimate: bool = Field(description="true as long as no region is known")
    refused: list[int] = Field(description="variants that are not sent to the region")


class OrderedLine(Answer):
    """A line of an order, with the title and price of that day; `total` is what it cost."""

    id: int
    title: str
    label: str
    price: int
    quantity: int
    total: int


class ShownAddress(Answer):
    """Where an order goes; the phone is masked."""

    recipient: str
    phone: str
    region: str
    detail: str


class HistoryStep(Answer):
    """A line of an order's history."""

    state: OrderState
    at: datetime
    reason: str


class ParcelPieces(Answer):
    """Pieces of an order's line that a parcel holds."""

    line_id: int
    title: str
    label: str
    quantity: int


class ParcelScan(Answer):
    """What the carrier said of a parcel."""

    at: datetime
    words: str


class Parcel(Answer):
    """A parcel of an order; one without pieces holds something beside the order's goods."""

    carrier: str = Field(description="the carrier's name in Chinese")
    tracking_no: str
    state: ParcelState
    shipped_at: datetime
    pieces: list[ParcelPieces]
    timeline: list[ParcelScan] = Field(description="newest first; empty in lists of orders")


class Store(Answer):
    """A store where orders are fetched."""

    id: int
    name: str
    region: str
    address: str
    phone: str
    opening_hours: str
    takes_appointments: bool


class Pickup(Answer):
    """How an order is fetched."""

    store: Store
    code: str | None = Field(description="eight digits once it is paid, until it is fetched")
    booked_for: datetime | None
    fetched_at: datetime | None


class Order(Answer):
    """An order as its buyer sees it."""

    order_no: str
    state: OrderState
    payable: int
    goods_total: int
    freight: int
    discount: int
    steps: list[QuoteStep]
    points_spent: int
    points_given: int
    lines: list[OrderedLine]
    address: ShownAddress
    remark: str
    created_at: datetime
    expires_at: datetime = Field(description="when it lapses if it is not paid")
    paid_at: datetime | None
    parcels: list[Parcel] = Field(description="in the order in which they left")
    pickup: Pickup | None = Field(description="null for an order that is sent")
    can_receive: bool = Field(description="whether the buyer may say now that it has come")
    deal: DealKind | None
    awaits_group: bool = Field(description="paid, and sent once its group has succeeded")
    group_no: str = Field(description="the group that it is in, or empty")
    rebate: int = Field(description="given back since: the group reached a lower price")
    history: list[HistoryStep]


class Orders(Answer):
    """A page of the caller's orders, newest first."""

    items: list[Order]
    next_page: int | None


class PayCall(Answer):
    """The argument of `wx.requestPayment` (WeChat Pay docs 小程序调起支付)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    time_stamp: str
    nonce_str: str
    package: str
    sign_type: str
    pay_sign: str


class Shortage(Answer):
    """A line that is short, and what is left."""

    variant_id: int
    available: int


class ErrorDetail(Answer):
    """What went wrong. Keys that do not apply are left out."""

    code: str
    message: str = Field(description="a sentence in Chinese for the customer")
    field: str | None = Field(default=None, description="the field at fault, as lines[0].quantity")
    lines: list[Shortage] | None = Field(default=None, description="with out_of_stock")
    quote: Quote | None = Field(default=None, description="with price_changed: the present one")


class ErrorAnswer(Answer):
    """Every answer that is not a 2xx."""

    error: ErrorDetail
