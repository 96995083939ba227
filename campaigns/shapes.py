"""What the JSON of a campaign says: content, nodes, plans, rules. Read once, frozen, checked."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

LONGEST_TEXT: Final = 4000
"""Bytes of a mass task's text in UTF-8, the widest of the routes."""
MOST_ATTACHMENTS: Final = 9
"""Of a mass task (企业微信 创建企业群发)."""
MOST_DAYS: Final = 3650
MOST_MINUTES: Final = 60 * 24 * 365
type Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
"""Dates with room around them to reckon in."""
type RowId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Shape(BaseModel):
    """Frozen; an unknown field is an error and not a typing mistake that nobody sees."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AttachmentKind(StrEnum):
    """What an attachment shows."""

    PRODUCT = "product"
    GROUP_BUY = "group_buy"
    COUPON = "coupon"
    PAGE = "page"
    """The shop's front."""
    PICTURE = "picture"
    LINK = "link"


class Attachment(Shape):
    """Something beside the words: a card of the shop, a picture, a link."""

    kind: AttachmentKind
    ref: str = ""
    """The id of a product or a group-buy activity, a coupon's code, a picture's file name, or a
    link's address; empty for the shop's front."""
    title: str = ""
    """Instead of the card's own; of a link it is needed."""


class Words(Shape):
    """The text for one route where the usual one does not fit."""

    text: str = Field(max_length=LONGEST_TEXT)


class Content(Shape):
    """What is said: words with placeholders, attachments, and other words by route."""

    text: str = Field(default="", max_length=LONGEST_TEXT)
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=MOST_ATTACHMENTS)
    by_route: dict[str, Words] = Field(default_factory=dict)
    """By `ports.Route`."""
    notice: dict[str, str] = Field(default_factory=dict)
    """Values of the template `campaign` for a subscription message; empty for no such message."""

    @model_validator(mode="after")
    def _says_something(self) -> "Content":
        if not self.text.strip() and not self.attachments:
            raise ValueError("文字和附件至少要有一样")
        return self


class Arm(Shape):
    """One of the variants that are compared; alone it is simply the content."""

    name: str = Field(default="A", pattern=r"^[A-D]$")
    weight: int = Field(default=100, ge=0, le=100)
    content: Content


class StopRule(Shape):
    """When a comparison of arms ends early: stated before it begins, looked at only then.

    After `looks` equal shares of the recipients the best arm is taken for the rest if it beats
    each other one at `alpha` divided by the number of looks and of comparisons.
    """

    metric: Literal["visit", "order"] = "visit"
    looks: int = Field(default=2, ge=1, le=5)
    alpha: float = Field(default=0.05, gt=0, le=0.2)
    least: int = Field(default=200, ge=20)
    """Recipients of each arm before the first look."""
    wait_minutes: int = Field(default=60, ge=5, le=MOST_MINUTES)
    """Between a share and the look at what it brought."""


class At(Shape):
    """A moment of a step: so many days after the entry, or a date, at a time of Shanghai."""

    day: int | None = Field(default=None, ge=0, le=365)
    """0 the day of the entry, or of the next if the time has passed."""
    on: Day | None = None
    time: time


class Send(Shape):
    """Say something."""

    kind: Literal["send"] = "send"
    id: str = Field(pattern=r"^[a-z0-9-]{1,20}$")
    arms: tuple[Arm, ...] = Field(min_length=1, max_length=4)
    next: str = ""
    at: At | None = None
    """Of a SOP: when. None: as soon as the node is reached."""


class Wait(Shape):
    """Let time pass: minutes, or until the next time of day in Shanghai after them."""

    kind: Literal["wait"] = "wait"
    id: str = Field(pattern=r"^[a-z0-9-]{1,20}$")
    minutes: int = Field(default=0, ge=0, le=MOST_MINUTES)
    until: time | None = None
    next: str = ""


class Condition(Shape):
    """Go one way or the other: whether the customer fits a rule at this moment."""

    kind: Literal["condition"] = "condition"
    id: str = Field(pattern=r"^[a-z0-9-]{1,20}$")
    rule: dict[str, Any]
    """`segments.rules`."""
    yes: str = ""
    no: str = ""


type Node = Annotated[Send | Wait | Condition, Field(discriminator="kind")]
"""An empty `next`, `yes` or `no` is the end."""


class Trigger(StrEnum):
    """What begins a journey for a customer."""

    WELCOME = "welcome"
    CART_LEFT = "cart_left"
    ORDER_UNPAID = "order_unpaid"
    GROUP_LAPSING = "group_lapsing"
    AFTER_RECEIPT = "after_receipt"
    BIRTHDAY = "birthday"
    COUPON_LAPSING = "coupon_lapsing"
    SLEEPING = "sleeping"
    PRICE_DROP = "price_drop"
    BACK_IN_STOCK = "back_in_stock"


class EarlyEnd(StrEnum):
    """What ends a journey before its last step."""

    PURCHASE = "purchase"
    REPLY = "reply"
    UNSUBSCRIBED = "unsubscribed"
    """Always one, whatever is chosen."""
    HANDOVER = "handover"
    TAG = "tag"


class OncePlan(Shape):
    """At a moment, aware UTC."""

    kind: Literal["once"] = "once"
    at: datetime


class RecurringPlan(Shape):
    """At a time of Shanghai, on weekdays or days of the month."""

    kind: Literal["recurring"] = "recurring"
    time: time
    weekdays: tuple[int, ...] = ()
    """1 Monday … 7 Sunday; all when these and `month_days` are empty."""
    month_days: tuple[int, ...] = ()
    """1 … 31; a day that a month does not have is its last."""
    days: Literal["all", "workdays", "holidays"] = "all"
    """Only on working days, or only on days off, with China's holidays and 调休."""
    from_day: Day
    until_day: Day | None = None


class JourneyPlan(Shape):
    """An event begins it."""

    kind: Literal["journey"] = "journey"
    trigger: Trigger
    after_minutes: int = Field(default=0, ge=0, le=MOST_MINUTES)
    """For a cart or an order that was left: so long after; of a coupon or a group: so long before
    its end."""
    sleeping_days: int = Field(default=30, ge=1, le=730)
    ends_by: tuple[EarlyEnd, ...] = (EarlyEnd.PURCHASE, EarlyEnd.REPLY, EarlyEnd.HANDOVER)
    end_tag_id: RowId | None = None
    again_after_days: int = Field(default=30, ge=0, le=MOST_DAYS)
    """Who has been on it enters again after so many days at the earliest."""


class SopPlan(Shape):
    """Days and times: for customers from when they first fit the segment, for groups from when
    they were made or from `from_day`."""

    kind: Literal["sop"] = "sop"
    from_day: Day
    from_each: bool = True
    """Count days from each one's own beginning; else from `from_day` for all."""
    ends_by: tuple[EarlyEnd, ...] = (EarlyEnd.PURCHASE, EarlyEnd.REPLY, EarlyEnd.HANDOVER)
    end_tag_id: RowId | None = None


type Plan = Annotated[OncePlan | RecurringPlan | JourneyPlan | SopPlan, Field(discriminator="kind")]


class GroupChoice(Shape):
    """Which customer groups: all that fit every list that is not empty."""

    chat_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


NODES: Final[TypeAdapter[list[Node]]] = TypeAdapter(list[Node])
"""Reads a campaign's nodes. Raises pydantic's ValidationError."""
PLAN: Final[TypeAdapter[Plan]] = TypeAdapter(Plan)
"""Reads a campaign's plan."""
