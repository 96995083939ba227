"""What the mini-program is told of membership and points. Money is fen."""

from datetime import datetime

from pydantic import Field

from bot.api.answers import Answer
from commerce.membership.tables import RedemptionState, TaskKind


class Level(Answer):
    """A level, reached by received orders of so many fen."""

    name: str
    threshold: int
    price_percent: int = Field(description="what is paid of a price: 95 is 95折")
    earn_percent: int = Field(description="points given, in percent of what everybody gets")


class Day(Answer):
    """A month and a day of the solar calendar."""

    month: int
    day: int


class SignInStanding(Answer):
    """Whether the caller has signed in today, and what that gives."""

    is_done: bool
    streak: int = Field(description="days on end so far; 0 when the streak is broken")
    next_points: int = Field(description="what the next sign-in gives")


class Task(Answer):
    """Something that is worth points once."""

    kind: TaskKind
    title: str
    points: int
    is_done: bool


class Membership(Answer):
    """Where the caller stands."""

    points: int = Field(description="below zero when more were taken back than were left")
    experience: int = Field(description="fen of received orders")
    level: Level | None
    next_level: Level | None
    missing: int = Field(description="fen that are missing to the next level, or 0")
    levels: list[Level] = Field(description="all of them, the lowest first")
    birthday: Day | None
    sign_in: SignInStanding
    tasks: list[Task]


class ServedTasks(Answer):
    """Tasks whose points were given just now."""

    served: list[Task]
    points: int = Field(description="the caller's points then")


class SignedIn(Answer):
    """Today's sign-in."""

    is_new: bool = Field(description="false when it was done before today")
    streak: int
    points: int = Field(description="what it gave")
    tomorrow: int = Field(description="what the next day gives")
    balance: int


class Points(Answer):
    """The caller's points and what they are worth: `spend_fen` for each `spend_points`."""

    balance: int
    spend_points: int = Field(description="0 when points cannot be spent at checkout")
    spend_fen: int
    most_points: int = Field(description="so many an order takes at most")
    most_percent: int = Field(description="so much of an order's goods they pay at most")


class StatementLine(Answer):
    """One movement. `balance` is what was left after it."""

    entry_id: int
    memo: str = Field(description="in Chinese, such as 签到")
    amount: int
    balance: int
    at: datetime


class Statement(Answer):
    """A page of movements, the latest first."""

    lines: list[StatementLine]
    older: int | None = Field(description="`before` of the next page; null at the end")


class MallItem(Answer):
    """What points buy."""

    id: int
    title: str
    points: int
    stock: int
    most_each: int | None = Field(description="so many a customer may have")
    needs_address: bool
    picture: str


class Mall(Answer):
    """What points buy now, the cheapest first."""

    items: list[MallItem]


class Redemption(Answer):
    """Something had for points."""

    redemption_no: str
    title: str
    points: int
    state: RedemptionState
    tracking_no: str
    at: datetime


class Redemptions(Answer):
    """What the caller has had for points, the latest first."""

    items: list[Redemption]
