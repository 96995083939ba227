"""The customer beside a conversation: what they have with the shop."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from bot.console.talks.move_words import REASONS
from bot.console.talks.names import Names, read_names
from bot.handover.service_tables import Rating
from bot.handover.tables import Handover, HandoverState
from bot.messages import CHANNEL_NAMES
from bot.notices.ledger import Route, list_routes
from bot.tables import Conversation
from commerce.customers.address_book import list_book
from commerce.customers.identities import list_identities
from commerce.customers.merging import find_customer, ids_of
from commerce.customers.tags import list_tags
from commerce.group_buys import queries as group_buys
from commerce.group_buys.tables import GroupState
from commerce.membership.levels import standing
from commerce.membership.points import points_of
from commerce.ordering import cart
from commerce.ordering.cart import CartView
from commerce.ordering.orders import list_lines, list_orders
from commerce.ordering.states import state_name
from commerce.ordering.tables import Order
from commerce.promotions.coupons import list_held
from commerce.promotions.describing import coupon_rule
from commerce.sealing import Sealer
from commerce.sources.coming import came_by
from commerce.sources.tables import SourceCode

MOST: Final = 5
_GROUP_STATES: Final = {
    GroupState.OPEN: "拼团中",
    GroupState.SUCCEEDED: "已成团",
    GroupState.FAILED: "没拼成",
}
_HANDOVER_STATES: Final = {
    HandoverState.QUEUED: "排队中",
    HandoverState.OWNED: "接待中",
    HandoverState.ENDED: "已结束",
    HandoverState.CANCELLED: "客人取消",
    HandoverState.LEFT_WORD: "留言",
}
_RATINGS: Final = {3: "满意", 2: "一般", 1: "不满意"}


@dataclass(frozen=True, slots=True)
class Bought:
    """An order, in a line."""

    order_no: str
    state: str
    payable: int
    goods: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A coupon in the customer's hand."""

    name: str
    rule: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """A group that the customer is in."""

    group_no: str
    title: str
    state: str
    heads: str
    order_no: str


@dataclass(frozen=True, slots=True)
class Served:
    """An earlier time that a person was wanted."""

    at: datetime
    reason: str
    state: str
    by: str
    rating: str
    """What the customer thought of it, in a word; empty while they have not said."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the panel shows them."""

    id: int
    since: datetime
    seen_at: datetime
    level: str
    points: int
    is_unsubscribed: bool
    source: str
    tags: tuple[str, ...]
    comes_by: tuple[str, ...]
    """The channels on which the shop knows them."""
    regions: tuple[str, ...]
    cart: CartView
    orders: tuple[Bought, ...]
    coupons: tuple[Held, ...]
    groups: tuple[Joined, ...]
    handovers: tuple[Served, ...]
    ways: tuple[Route, ...]
    """By which they can be told something, and why not by the others."""


def read_customer(
    session: Session, sealer: Sealer, conversation_id: int, now: datetime
) -> Customer | None:
    """Who writes in the conversation; None before the shop knows them."""
    talk = session.get(Conversation, conversation_id)
    if talk is None or talk.customer_id is None:
        return None
    known = find_customer(session, talk.customer_id)
    if known is None or known.id is None:
        return None
    level = standing(session, known.id).level
    return Customer(
        id=known.id,
        since=known.created_at,
        seen_at=known.last_seen_at,
        level="" if level is None else level.name,
        points=points_of(session, known.id),
        is_unsubscribed=known.unsubscribed_at is not None,
        source=_source(session, known.id, now),
        tags=tuple(tag.name for tag in list_tags(session, known.id)),
        comes_by=_channels(session, known.id),
        regions=_regions(session, sealer, known.id),
        cart=cart.view(session, known.id),
        orders=_orders(session, known.id),
        coupons=_coupons(session, known.id, now),
        groups=_groups(session, known.id),
        handovers=_handovers(session, known.id, read_names(session)),
        ways=tuple(list_routes(session, known.id, now)),
    )


def _source(session: Session, customer_id: int, now: datetime) -> str:
    code = came_by(session, customer_id, now)
    if not code:
        return ""
    name = session.exec(select(SourceCode.name).where(SourceCode.code == code)).first()
    return name or code


def _channels(session: Session, customer_id: int) -> tuple[str, ...]:
    found = dict.fromkeys(each.channel for each in list_identities(session, customer_id))
    return tuple(CHANNEL_NAMES.get(each, each) for each in found)


def _regions(session: Session, sealer: Sealer, customer_id: int) -> tuple[str, ...]:
    book = list_book(session, sealer, customer_id)
    return tuple(dict.fromkeys(each.address.region for each in book))[:MOST]


def _orders(session: Session, customer_id: int) -> tuple[Bought, ...]:
    return tuple(
        Bought(
            order_no=order.order_no,
            state=state_name(order),
            payable=order.payable,
            goods=_goods(session, order),
            at=order.created_at,
        )
        for order in list_orders(session, customer_id, limit=MOST)
    )


def _goods(session: Session, order: Order) -> str:
    lines = list_lines(session, order)
    if not lines:
        return ""
    more = f" 等{len(lines)}种" if len(lines) > 1 else f" ×{lines[0].quantity}"
    return f"{lines[0].title}{more}"


def _coupons(session: Session, customer_id: int, now: datetime) -> tuple[Held, ...]:
    held = list_held(session, customer_id, now)
    return tuple(Held(each.owned.name, coupon_rule(each.owned), each.valid_until) for each in held)


def _groups(session: Session, customer_id: int) -> tuple[Joined, ...]:
    return tuple(
        Joined(
            group_no=group.group_no,
            title=group.activity.title,
            state=_GROUP_STATES[group.state],
            heads=f"{group.paid}/{group.activity.tiers.first.heads}人",
            order_no=group.order_no,
        )
        for group in group_buys.list_own(session, customer_id, limit=MOST)
    )


def _handovers(session: Session, customer_id: int, names: Names) -> tuple[Served, ...]:
    statement = (
        select(Handover, Rating.score)
        .join(Conversation, col(Conversation.id) == col(Handover.conversation_id))
        .outerjoin(Rating, col(Rating.handover_id) == col(Handover.id))
        .where(col(Conversation.customer_id).in_(ids_of(session, customer_id)))
        .order_by(col(Handover.id).desc())
        .limit(MOST)
    )
    return tuple(
        Served(
            at=each.queued_at,
            reason=REASONS.get(each.reason, "需要人工"),
            state=_HANDOVER_STATES[HandoverState(each.state)],
            by="" if each.owner is None else names.of(each.owner),
            rating="" if score is None else _RATINGS[score],
        )
        for each, score in session.exec(statement)
    )
