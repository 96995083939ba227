"""Carts, orders, and the stock that an unpaid order holds."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Cart(SQLModel, table=True):
    """What a customer means to buy. One to a customer."""

    __tablename__ = "cart"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", unique=True)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class CartLine(SQLModel, table=True):
    """Some pieces of a variant in a cart."""

    __tablename__ = "cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id", name="uq_cart_line"),
        CheckConstraint("quantity > 0", name="ck_cart_line_quantity"),
    )

    id: int | None = Field(default=None, primary_key=True)
    cart_id: int = Field(foreign_key="cart.id", index=True)
    variant_id: int = Field(foreign_key="variant.id")
    quantity: int
    added_at: datetime = Field(sa_type=UtcDateTime)


class OrderState(StrEnum):
    """Where an order is in its life."""

    UNPAID = "unpaid"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    RECEIVED = "received"
    FINISHED = "finished"
    CLOSED = "closed"


class Order(SQLModel, table=True):
    """A purchase. Amounts are fen; address and remark are sealed under `row_key`."""

    __tablename__ = "customer_order"
    __table_args__ = (
        CheckConstraint("goods_total >= 0", name="ck_order_goods_total"),
        CheckConstraint("discount >= 0 AND discount <= goods_total", name="ck_order_discount"),
        CheckConstraint("freight >= 0", name="ck_order_freight"),
        CheckConstraint("payable = goods_total - discount + freight", name="ck_order_payable"),
        CheckConstraint("points_spent >= 0 AND points_given >= 0", name="ck_order_points"),
        UniqueConstraint("customer_id", "idempotency_key", name="uq_order_idempotency"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_no: str = Field(unique=True)
    """Digits: the day in Shanghai, then a random tail. Also WeChat Pay's out_trade_no stem."""
    customer_id: int = Field(foreign_key="customer.id", index=True)
    state: str = Field(default=OrderState.UNPAID, index=True)
    goods_total: int
    discount: int = 0
    freight: int = 0
    payable: int
    steps: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    """How `payable` came about: `kind`, `name` and `amount` of each step of the quote."""
    coupon_id: int | None = Field(default=None, index=True)
    points_spent: int = 0
    points_given: int = 0
    """Points that the order gives once it is received."""
    gifts: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Templates of the coupons that it gives once it is received."""
    row_key: str = Field(unique=True)
    recipient_sealed: bytes
    phone_sealed: bytes
    phone_digest: str = Field(index=True)
    region: str
    detail_sealed: bytes
    remark_sealed: bytes
    source: str = ""
    """Where the buyer came from, as the card's path said."""
    came_by: str = Field(default="", index=True)
    """The source code by which they had come to the shop; see `commerce.sources`."""
    deal: str = ""
    """The kind of deal that it was bought under, see `commerce.deals`; nothing for none."""
    awaits_group: bool = False
    """Paid, and in a group that may still fail: nothing is sent or given back before it ends."""
    conversation_id: int | None = Field(default=None, index=True)
    """The conversation whose cart was bought, by the cart token: news of the order go there."""
    pickup_store_id: int | None = Field(default=None, foreign_key="store.id", index=True)
    """Where the customer fetches it; then the address is that store's. None when it is sent."""
    idempotency_key: str
    request_digest: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When an unpaid order gives its goods back."""
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OrderLine(SQLModel, table=True):
    """Some pieces of a variant in an order, with the title and price of that day.

    The lines' totals, freight, points spent and points given sum to those of the order.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "variant_id", name="uq_order_line"),
        CheckConstraint("quantity > 0", name="ck_order_line_quantity"),
        CheckConstraint("total >= 0 AND total <= price * quantity", name="ck_order_line_total"),
        CheckConstraint(
            "freight >= 0 AND points_spent >= 0 AND points_given >= 0", name="ck_order_line_shares"
        ),
        CheckConstraint("rebate >= 0 AND rebate <= total", name="ck_order_line_rebate"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    variant_id: int = Field(foreign_key="variant.id", index=True)
    product_id: int = Field(foreign_key="product.id")
    category_id: int | None = None
    title: str
    label: str
    price: int
    """Of one piece, before any offer."""
    quantity: int
    total: int
    """What the customer pays for the line after its share of every discount, without freight."""
    shares: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    """What each discount took off it: `kind`, `name` and `amount`."""
    freight: int = 0
    points_spent: int = 0
    points_given: int = 0
    rebate: int = 0
    """What was given back of `total` afterwards, the pieces kept: a group's lower price."""


class OrderMove(SQLModel, table=True):
    """One step of an order's life: its history replays to its state."""

    __tablename__ = "order_move"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    from_state: str | None = None
    to_state: str
    actor: str
    """customer:<id>, clock, wechat_pay or agent:<id>."""
    reason: str
    at: datetime = Field(sa_type=UtcDateTime)


class OrderNudge(SQLModel, table=True):
    """The customer was reminded of an order that they had not paid."""

    __tablename__ = "order_nudge"

    order_id: int = Field(foreign_key="customer_order.id", primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class ReservationState(StrEnum):
    """What became of the goods that an order set aside."""

    HELD = "held"
    SOLD = "sold"
    RELEASED = "released"


class Reservation(SQLModel, table=True):
    """Pieces set aside for an order."""

    __tablename__ = "reservation"
    __table_args__ = (
        UniqueConstraint("order_id", "variant_id", name="uq_reservation"),
        CheckConstraint("quantity > 0", name="ck_reservation_quantity"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    variant_id: int = Field(foreign_key="variant.id", index=True)
    quantity: int
    state: str = ReservationState.HELD
