"""Flash sales, what they set aside, who bought of it, and who wants to be reminded."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class SaleState(StrEnum):
    """Where a sale is in its life. Its pieces are set aside while it is on."""

    PLANNED = "planned"
    ON = "on"
    OVER = "over"
    CALLED_OFF = "called_off"


class FlashSale(SQLModel, table=True):
    """Some goods at lower prices from `starts_at` until just before `ends_at`.

    It is switched on a little before it starts; nothing is sold before that moment all the same.
    """

    __tablename__ = "flash_sale"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ck_flash_sale_window"),
        Index(
            "ix_flash_sale_live",
            "starts_at",
            sqlite_where=text("state = 'planned' OR state = 'on'"),
            postgresql_where=text("state = 'planned' OR state = 'on'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Names it in files."""
    name: str
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    state: str = SaleState.PLANNED
    updated_at: datetime = Field(sa_type=UtcDateTime)


class FlashItem(SQLModel, table=True):
    """A variant in a sale. Of the `pieces` planned, `set_aside` could be had; `left` are unsold."""

    __tablename__ = "flash_item"
    __table_args__ = (
        UniqueConstraint("sale_id", "variant_id", name="uq_flash_item_variant"),
        CheckConstraint("price > 0", name="ck_flash_item_price"),
        CheckConstraint("pieces > 0 AND per_customer > 0", name="ck_flash_item_limits"),
        CheckConstraint(
            '"left" >= 0 AND "left" <= set_aside AND set_aside <= pieces',
            name="ck_flash_item_left",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    sale_id: int = Field(foreign_key="flash_sale.id")
    variant_id: int = Field(foreign_key="variant.id", index=True)
    price: int
    """Fen for one piece."""
    pieces: int
    set_aside: int = 0
    left: int = 0
    per_customer: int = 1


class FlashHolding(SQLModel, table=True):
    """How many pieces of an item a customer has ordered; unpaid orders that closed do not count."""

    __tablename__ = "flash_holding"
    __table_args__ = (
        CheckConstraint("pieces >= 0 AND pieces <= most", name="ck_flash_holding_pieces"),
    )

    item_id: int = Field(foreign_key="flash_item.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True, index=True)
    pieces: int
    most: int
    """What the item allows a customer; more where two have turned out to be one person."""


class FlashOrder(SQLModel, table=True):
    """An order that was bought in a sale."""

    __tablename__ = "flash_order"
    __table_args__ = (CheckConstraint("pieces > 0", name="ck_flash_order_pieces"),)

    order_id: int = Field(foreign_key="customer_order.id", primary_key=True)
    item_id: int = Field(foreign_key="flash_item.id", index=True)
    pieces: int
    given_back_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it ended unpaid."""


class FlashReminder(SQLModel, table=True):
    """A customer asked to be told before a sale starts."""

    __tablename__ = "flash_reminder"

    sale_id: int = Field(foreign_key="flash_sale.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True, index=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When somebody set about telling them; it is not tried a second time."""
