"""Who is a member, what membership offers, and what was given once."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class MembershipTerms(SQLModel, table=True):
    """The shop's rules of membership, one row that operators edit; without it, these defaults.

    At checkout `spend_points` points are worth `spend_fen` fen; zero points switch it off.
    """

    __tablename__ = "membership_terms"
    __table_args__ = (
        CheckConstraint("id = 1", name="ck_membership_terms_id"),
        CheckConstraint(
            "points_per_yuan >= 0 AND spend_points >= 0 AND spend_fen >= 0",
            name="ck_membership_terms_rates",
        ),
        CheckConstraint(
            "most_points >= 0 AND most_percent BETWEEN 0 AND 100",
            name="ck_membership_terms_limits",
        ),
        CheckConstraint("birthday_points >= 0", name="ck_membership_terms_birthday"),
    )

    id: int | None = Field(default=1, primary_key=True)
    points_per_yuan: int = 1
    spend_points: int = 100
    spend_fen: int = 100
    most_points: int = 20_000
    """So many points an order takes at most."""
    most_percent: int = 50
    """So much of an order's goods they pay at most."""
    sign_in_points: list[int] = Field(
        default_factory=lambda: [5, 5, 10, 10, 15, 15, 30],
        sa_column=Column(JSON, nullable=False),
    )
    """What each day of a cycle gives; the day after the last is the first again."""
    birthday_points: int = 200
    birthday_template_id: int | None = None
    """The coupon that comes with a birthday, by its template."""


class MemberLevel(SQLModel, table=True):
    """A level, reached by goods received for so many fen."""

    __tablename__ = "member_level"
    __table_args__ = (
        CheckConstraint("threshold >= 0", name="ck_member_level_threshold"),
        CheckConstraint("price_percent BETWEEN 1 AND 100", name="ck_member_level_price"),
        CheckConstraint("earn_percent >= 0", name="ck_member_level_earn"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    threshold: int = Field(unique=True)
    price_percent: int = 100
    """What is paid of a piece's price: 95 is 95折."""
    earn_percent: int = 100
    """Points given, in percent of what everybody gets."""


class Member(SQLModel, table=True):
    """What a customer has told for their membership. Of the birthday, no year."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint(
            "birth_month BETWEEN 1 AND 12 AND birth_day BETWEEN 1 AND 31",
            name="ck_member_birthday",
        ),
        Index("ix_member_birthday", "birth_month", "birth_day"),
    )

    customer_id: int = Field(primary_key=True, foreign_key="customer.id")
    birth_month: int
    birth_day: int
    birthday_told_at: datetime = Field(sa_type=UtcDateTime)
    """When it was told last: it may be changed once a year."""


class SignIn(SQLModel, table=True):
    """A customer signed in on a day of the shop's calendar. `streak` counts days on end."""

    __tablename__ = "sign_in"
    __table_args__ = (CheckConstraint("streak > 0", name="ck_sign_in_streak"),)

    customer_id: int = Field(primary_key=True, foreign_key="customer.id")
    day: date = Field(primary_key=True)
    streak: int
    points: int


class BirthdayReward(SQLModel, table=True):
    """A birthday that was served: one a year, and the year is the birthday's."""

    __tablename__ = "birthday_reward"

    customer_id: int = Field(primary_key=True, foreign_key="customer.id")
    year: int = Field(primary_key=True)
    points: int
    at: datetime = Field(sa_type=UtcDateTime)


class TaskKind(StrEnum):
    """What a customer may do once for points."""

    BIRTHDAY = "birthday"
    """Tell the day, so that it can be served."""
    FOLLOW = "follow"
    FIRST_ORDER = "first_order"
    """Receive the goods of an order."""


class MemberTask(SQLModel, table=True):
    """A task that is worth points. Its kind decides when it is done."""

    __tablename__ = "member_task"
    __table_args__ = (CheckConstraint("points > 0", name="ck_member_task_points"),)

    kind: str = Field(primary_key=True)
    title: str
    points: int
    is_open: bool = True


class TaskDone(SQLModel, table=True):
    """A customer did a task and has had its points."""

    __tablename__ = "task_done"

    customer_id: int = Field(primary_key=True, foreign_key="customer.id")
    kind: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class MallItem(SQLModel, table=True):
    """What points buy: a coupon, or a thing that an operator sends when it has no template."""

    __tablename__ = "mall_item"
    __table_args__ = (
        CheckConstraint("points > 0", name="ck_mall_item_points"),
        CheckConstraint("stock >= 0", name="ck_mall_item_stock"),
        CheckConstraint("redeemed >= 0", name="ck_mall_item_redeemed"),
        CheckConstraint("most_each > 0", name="ck_mall_item_most_each"),
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(unique=True)
    points: int
    stock: int
    """Pieces left: what was put in less what was redeemed."""
    redeemed: int = 0
    most_each: int | None = None
    """So many a customer may have; None for as many as they can pay for."""
    coupon_template_id: int | None = None
    picture: str = ""
    is_open: bool = True


class RedemptionState(StrEnum):
    """Where a redemption is."""

    WAITING = "waiting"
    """A thing to be sent by an operator."""
    DONE = "done"
    CALLED_OFF = "called_off"
    """An operator could not serve it: points and piece went back."""


class Redemption(SQLModel, table=True):
    """Something had for points. The address of a thing to send is sealed under `row_key`."""

    __tablename__ = "redemption"
    __table_args__ = (
        UniqueConstraint("customer_id", "idempotency_key", name="uq_redemption_idempotency"),
        CheckConstraint("points > 0", name="ck_redemption_points"),
        Index("ix_redemption_customer_id", "customer_id", "id"),
        Index(
            "ix_redemption_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    redemption_no: str = Field(unique=True)
    """JF, the day in Shanghai, six digits."""
    customer_id: int = Field(foreign_key="customer.id")
    item_id: int = Field(foreign_key="mall_item.id", index=True)
    title: str
    """As it was called then."""
    points: int
    state: str
    idempotency_key: str
    row_key: str = Field(unique=True)
    recipient_sealed: bytes | None = None
    phone_sealed: bytes | None = None
    phone_digest: str | None = None
    region: str | None = None
    detail_sealed: bytes | None = None
    tracking_no: str = ""
    """How a thing was sent, as the operator wrote it."""
    finished_by: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
