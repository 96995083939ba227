"""What the mini-program is answered. Prices are fen; times are ISO 8601 in UTC."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from commerce.ordering.tables import OrderState


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


class QuotedLine(Answer):
    """A line of a quote; `total` is what it costs after discounts."""

    variant_id: int
    title: str
    label: str
    price: int
    quantity: int
    total: int


class QuoteStep(Answer):
    """One step from nothing to the amount payable; a discount is negative."""

    name: str
    amount: int


class Quote(Answer):
    """What would have to be paid. The steps sum to `payable`."""

    lines: list[QuotedLine]
    steps: list[QuoteStep]
    goods_total: int
    discount: int
    freight: int
    payable: int


class OrderedLine(Answer):
    """A line of an order, with the title and price of that day."""

    title: str
    label: str
    price: int
    quantity: int


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


class Order(Answer):
    """An order as its buyer sees it."""

    order_no: str
    state: OrderState
    payable: int
    goods_total: int
    freight: int
    discount: int
    lines: list[OrderedLine]
    address: ShownAddress
    remark: str
    created_at: datetime
    expires_at: datetime = Field(description="when it lapses if it is not paid")
    paid_at: datetime | None
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
