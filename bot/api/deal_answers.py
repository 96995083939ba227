"""What the mini-program is told of group-buys, flash sales and bargains. Prices are fen."""

from datetime import datetime

from pydantic import Field

from bot.api.answers import Answer
from commerce.bargains.tables import BargainState
from commerce.group_buys.tables import GroupState, MemberState


class TierPrice(Answer):
    """What one piece of a variant costs in a group."""

    variant_id: int
    label: str
    price: int
    usual_price: int
    stock: int


class Tier(Answer):
    """So many heads, and the prices that they bring."""

    heads: int
    prices: list[TierPrice]


class GroupBuy(Answer):
    """A product that a group may have for less."""

    activity_id: int
    name: str
    product_id: int
    title: str
    picture: str = Field(description="a path on this host, or empty")
    lifetime_seconds: int = Field(description="how long a group is open once its leader has paid")
    pieces_per_order: int
    orders_per_customer: int
    ends_at: datetime | None
    may_open: bool = Field(description="whether a new group may be opened now")
    tiers: list[Tier] = Field(description="the first is what everybody pays at first")
    disclosure: str = Field(description="what must be said of the activity, or empty")


class Group(Answer):
    """A group as everybody may see it; `is_leader` and `own_state` are the caller's."""

    group_no: str
    activity: GroupBuy
    state: GroupState
    seats: int
    paid: int
    missing: int = Field(description="heads that it lacks to succeed")
    missing_to_next: int = Field(description="heads that it lacks to the next lower price")
    expires_at: datetime
    initials: list[str] = Field(description="first characters of who is in it, the leader first")
    is_leader: bool
    own_state: MemberState | None
    order_no: str = Field(description="the caller's own order in it, or empty")
    disclosure: str = Field(description="how it was completed, if the shop did it, or empty")


class GroupBuys(Answer):
    """Activities in which a group may be opened now."""

    items: list[GroupBuy]


class GroupBuyPage(GroupBuy):
    """An activity with the groups that may be joined, those that lack least first."""

    groups: list[Group]


class Groups(Answer):
    """The caller's groups, newest first."""

    items: list[Group]


class FlashItem(Answer):
    """An item of a flash sale; of one to come `left` is what it begins with."""

    item_id: int
    variant_id: int
    product_id: int
    title: str
    label: str
    picture: str
    price: int
    usual_price: int
    pieces: int
    left: int
    per_customer: int


class FlashSale(Answer):
    """A sale that runs or comes next."""

    sale_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    is_running: bool
    is_wanted: bool = Field(description="whether the caller is reminded before it starts")
    items: list[FlashItem]


class FlashSales(Answer):
    """The sales that run now, then the next one."""

    now: datetime = Field(description="the shop's time, for the countdown")
    items: list[FlashSale]


class ReminderKept(Answer):
    """Whether the caller is reminded now."""

    is_wanted: bool


class BargainActivity(Answer):
    """What a bargain may be begun for."""

    activity_id: int
    name: str
    variant_id: int
    product_id: int
    title: str
    label: str
    picture: str
    usual_price: int
    floor: int
    helpers: int
    lifetime_minutes: int


class BargainActivities(Answer):
    """Every running activity; none where the shop has switched bargains off."""

    items: list[BargainActivity]


class Bargain(Answer):
    """A bargain. At `reached` its owner may buy at `price` until it expires."""

    bargain_no: str
    title: str
    label: str
    picture: str
    variant_id: int
    start_price: int
    floor: int
    price: int
    helpers: int
    helped: int
    state: BargainState
    expires_at: datetime
    is_own: bool


class BargainCut(Answer):
    """What the caller's help did."""

    bargain_no: str
    amount: int
    price: int
    missing: int = Field(description="friends that it still takes")
