"""What customers ask for after buying: money or goods back, another address, more speed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class RequestKind(StrEnum):
    """What the customer wants."""

    REFUND_ONLY = "refund_only"
    """Money back; the goods were not sent, did not come, or stay where they are."""
    RETURN_REFUND = "return_refund"
    EXCHANGE = "exchange"
    CLAIM = "claim"
    """What is missing sent on, a difference in price paid, a repair."""


class Reason(StrEnum):
    """Why; the customer's own words stand beside it, sealed."""

    UNWANTED = "unwanted"
    DAMAGED = "damaged"
    QUALITY = "quality"
    WRONG = "wrong"
    """Another thing than was ordered or shown."""
    MISSING = "missing"
    FIT = "fit"
    LATE = "late"
    NOT_RECEIVED = "not_received"
    PRICE = "price"
    """It costs less now."""
    REPAIR = "repair"
    CALLED_OFF = "called_off"
    """The shop gives everything back by itself: a group that failed."""
    OTHER = "other"


class RequestState(StrEnum):
    """Where a request is; which way it takes depends on its kind, see `states.LEGAL_MOVES`."""

    REQUESTED = "requested"
    AGREED = "agreed"
    """Of a return or an exchange: the shop waits for the parcel."""
    RETURNING = "returning"
    """The customer has said by which carrier and under which number it comes back."""
    ARRIVED = "arrived"
    """The parcel is at the shop, to be looked at."""
    REFUNDING = "refunding"
    """The money is promised, and WeChat Pay has been asked to send it."""
    RESENT = "resent"
    """Another piece is on its way to the customer."""
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AfterSale(SQLModel, table=True):
    """A request about some pieces of an order; the customer's words are sealed under `row_key`."""

    __tablename__ = "after_sale"
    __table_args__ = (
        Index("ix_after_sale_customer_id", "customer_id", "id"),
        CheckConstraint(
            "amount_wanted >= 0 AND amount_agreed >= 0 AND points_back >= 0 "
            "AND points_clawed >= 0 AND experience_clawed >= 0",
            name="ck_after_sale_amounts",
        ),
        CheckConstraint(
            "freight_back >= 0 AND (freight_back = 0 OR freight_back <= amount_agreed)",
            name="ck_after_sale_freight_back",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_no: str = Field(unique=True)
    """SH, the day in Shanghai, six digits: the customer names the request by it."""
    row_key: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id")
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    conversation_id: int | None = None
    """The conversation it was asked for in: news of it go there."""
    kind: str
    reason: str
    words_sealed: bytes
    state: str = RequestState.REQUESTED
    amount_wanted: int = 0
    """Fen that the customer was told of when they asked; 0 when it is not about money."""
    amount_agreed: int | None = None
    """Fen, freight included. None as long as the shop agrees in full, or has not yet."""
    freight_back: int = 0
    points_back: int = 0
    """Points spent on these pieces that the customer has again once the money is back."""
    points_clawed: int = 0
    """Points given for these pieces that are taken again then."""
    experience_clawed: int = 0
    """Fen that count no more towards the customer's level then."""
    refund_id: int | None = Field(default=None, foreign_key="refund.id", unique=True)
    """The latest try to send the money; None when there is none to send."""
    return_carrier: str = ""
    """A code of `commerce.parcels.carriers`, as the customer told it."""
    return_tracking_no: str = ""
    resent_parcel_id: int | None = Field(default=None, foreign_key="parcel.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    moved_at: datetime = Field(sa_type=UtcDateTime)


class AfterSaleLine(SQLModel, table=True):
    """Pieces of an order's line that a request is about."""

    __tablename__ = "after_sale_line"
    __table_args__ = (
        UniqueConstraint("after_sale_id", "order_line_id", name="uq_after_sale_line"),
        CheckConstraint("quantity > 0", name="ck_after_sale_line_quantity"),
        CheckConstraint("money >= 0 AND points >= 0", name="ck_after_sale_line_amounts"),
    )

    id: int | None = Field(default=None, primary_key=True)
    after_sale_id: int = Field(foreign_key="after_sale.id")
    order_line_id: int = Field(foreign_key="order_line.id", index=True)
    quantity: int
    money: int = 0
    """Fen that these pieces gave back, without freight."""
    points: int = 0
    """Points spent on them that went back."""


class ClaimedLine(SQLModel, table=True):
    """How many pieces of an order's line are asked for by requests that still count.

    Two requests cannot have the same piece: the row's own check refuses what the guarded update
    would let through.
    """

    __tablename__ = "claimed_line"
    __table_args__ = (
        CheckConstraint("claimed >= 0 AND claimed <= bought", name="ck_claimed_line_claimed"),
    )

    order_line_id: int = Field(foreign_key="order_line.id", primary_key=True)
    bought: int
    claimed: int


class RefundedLine(SQLModel, table=True):
    """What an order's line has given back so far, beside what was paid for it.

    Counted when the shop promises the money, not when it arrives; nothing is ever counted back.
    Whoever would give back more than was paid is refused by the row itself.
    """

    __tablename__ = "refunded_line"
    __table_args__ = (
        CheckConstraint("pieces >= 0 AND pieces <= bought", name="ck_refunded_line_pieces"),
        CheckConstraint("money >= 0 AND money <= total", name="ck_refunded_line_money"),
        CheckConstraint(
            "freight_back >= 0 AND freight_back <= freight", name="ck_refunded_line_freight"
        ),
        CheckConstraint(
            "points_back >= 0 AND points_back <= points_spent", name="ck_refunded_line_points_back"
        ),
        CheckConstraint(
            "points_off >= 0 AND points_off <= points_given", name="ck_refunded_line_points_off"
        ),
    )

    order_line_id: int = Field(foreign_key="order_line.id", primary_key=True)
    bought: int
    pieces: int = 0
    total: int
    """What was paid, less what was given back of it before, the pieces kept."""
    money: int = 0
    """Fen, without freight."""
    freight: int
    freight_back: int = 0
    points_spent: int
    points_back: int = 0
    points_given: int
    points_off: int = 0
    """Points that the line gives no more, or that were taken again."""


class AfterSaleMove(SQLModel, table=True):
    """One step of a request's life: its history replays to its state."""

    __tablename__ = "after_sale_move"

    id: int | None = Field(default=None, primary_key=True)
    after_sale_id: int = Field(foreign_key="after_sale.id", index=True)
    from_state: str | None = None
    to_state: str
    actor: str
    """customer:<id>, agent:<id>, or wechat_pay."""
    reason: str
    """What the customer is told of it; empty when there is nothing to say."""
    at: datetime = Field(sa_type=UtcDateTime)


class PictureState(StrEnum):
    """Whether the shop has a picture that the customer sent."""

    WANTED = "wanted"
    KEPT = "kept"
    LOST = "lost"
    """The platform gave it up, or it is no picture that we take."""


class AfterSalePicture(SQLModel, table=True):
    """A picture as evidence. The platform keeps it for three days; we fetch it at once."""

    __tablename__ = "after_sale_picture"
    __table_args__ = (UniqueConstraint("after_sale_id", "media_id", name="uq_after_sale_picture"),)

    id: int | None = Field(default=None, primary_key=True)
    row_key: str = Field(unique=True)
    after_sale_id: int = Field(foreign_key="after_sale.id")
    channel: str
    media_id: str
    """The platform's own id of it."""
    state: str = PictureState.WANTED
    name_sealed: bytes | None = None
    """Where the shop keeps it, sealed under `row_key`."""
    content_type: str = ""
    size: int = 0
    """Bytes."""
    at: datetime = Field(sa_type=UtcDateTime)


class OrderUrge(SQLModel, table=True):
    """The customer urged an order on that was paid and not sent."""

    __tablename__ = "order_urge"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    actor: str
    at: datetime = Field(sa_type=UtcDateTime)


class AddressChange(SQLModel, table=True):
    """Somebody changed where an order goes. Neither address is kept here."""

    __tablename__ = "address_change"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    parts: str
    """What became another, such as `recipient,phone`."""
    actor: str
    at: datetime = Field(sa_type=UtcDateTime)
