"""Group-buys and their groups as the shop's people look for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.pages import group_buy_file
from bot.console.pages.shown import paged_as
from bot.console.pages.written import in_yuan
from bot.console.paging import Paged
from commerce.catalogue.tables import Product
from commerce.errors import NotFound
from commerce.group_buys import entries
from commerce.group_buys.activities import Tier, Tiers, list_tiers, may_open
from commerce.group_buys.tables import (
    BuyingGroup,
    GroupActivity,
    GroupMember,
    GroupState,
    MemberState,
)
from commerce.inserting import id_of
from commerce.ordering.tables import Order

MOST_CSV_ROWS: Final = 2_000
STATES: Final[Mapping[str, str]] = {"on": "已打开", "off": "没打开"}
GROUP_STATES: Final[Mapping[str, str]] = {
    GroupState.OPEN: "拼团中",
    GroupState.SUCCEEDED: "已成团",
    GroupState.FAILED: "没拼成",
}
GROUP_TONES: Final[Mapping[str, str]] = {
    GroupState.OPEN: "info",
    GroupState.SUCCEEDED: "good",
    GroupState.FAILED: "muted",
}
MEMBER_STATES: Final[Mapping[str, str]] = {
    MemberState.WAITING: "没付款",
    MemberState.SEATED: "已付款",
    MemberState.SUCCEEDED: "已成团",
    MemberState.FAILED: "没拼成，退款",
    MemberState.OVERFLOWED: "满员，退款",
    MemberState.REFUNDED: "已退款",
    MemberState.CLOSED: "已关闭",
}
CSV_HEADER: Final = (
    *group_buy_file.FORM.header,
    *("商品", "人数和价格", "状态", "成团", "拼团中", "没拼成"),
)


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """A group-buy in the list; `counts` are its groups by state."""

    activity: GroupActivity
    title: str
    tiers: Tiers
    state: str
    tone: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MemberSeen:
    """One order in a group."""

    member: GroupMember
    order_no: str
    state: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with who is in it, the leader first."""

    group: BuyingGroup
    state: str
    tone: str
    members: Sequence[MemberSeen]


def _wanted(text: str, state: str) -> SelectOfScalar[GroupActivity]:
    statement = select(GroupActivity)
    if state in STATES:
        statement = statement.where(col(GroupActivity.is_on).is_(state == "on"))
    if text:
        named = select(Product.id).where(col(Product.title).contains(text, autoescape=True))
        found = or_(
            col(GroupActivity.key) == text,
            col(GroupActivity.name).contains(text, autoescape=True),
            col(GroupActivity.product_id).in_(named),
        )
        statement = statement.where(found)
    return statement.order_by(col(GroupActivity.id).desc())


def _rows(session: Session, found: Sequence[GroupActivity], now: datetime) -> list[ActivityRow]:
    ids = [id_of(each) for each in found]
    tiers = list_tiers(session, ids)
    named = col(Product.id).in_([each.product_id for each in found])
    titles = dict(session.exec(select(Product.id, Product.title).where(named)).all())
    counted = session.exec(
        select(BuyingGroup.activity_id, BuyingGroup.state, func.count())
        .where(col(BuyingGroup.activity_id).in_(ids))
        .group_by(col(BuyingGroup.activity_id), col(BuyingGroup.state))
    ).all()
    counts: dict[int, dict[str, int]] = {each: dict.fromkeys(GROUP_STATES, 0) for each in ids}
    for activity_id, state, count in counted:
        counts[activity_id][state] = count
    rows = []
    for each in found:
        state, tone = _state(each, now)
        title, of_it = titles[each.product_id], tiers[id_of(each)]
        rows.append(ActivityRow(each, title, of_it, state, tone, counts[id_of(each)]))
    return rows


def _state(activity: GroupActivity, now: datetime) -> tuple[str, str]:
    if not activity.is_on:
        return STATES["off"], "muted"
    if may_open(activity, now):
        return "进行中", "good"
    is_early = activity.starts_at is not None and now < activity.starts_at
    return ("还没开始", "info") if is_early else ("已结束", "muted")


def page_of_activities(
    session: Session, text: str, state: str, page: int, now: datetime
) -> Paged[ActivityRow]:
    return paged_as(session, _wanted(text, state), page, lambda of, found: _rows(of, found, now))


def view(
    session: Session, key: str, state: str, page: int, now: datetime
) -> tuple[ActivityRow, Paged[GroupRow]]:
    """One group-buy with a page of its groups, the newest first. Raises NotFound."""
    activity = entries.find_activity(session, key)
    if activity is None:
        raise NotFound("没有这个拼团活动", key=key)
    statement = select(BuyingGroup).where(BuyingGroup.activity_id == activity.id)
    if state in GROUP_STATES:
        statement = statement.where(BuyingGroup.state == state)
    newest = statement.order_by(col(BuyingGroup.id).desc())
    (row,) = _rows(session, [activity], now)
    return row, paged_as(session, newest, page, _groups)


def _groups(session: Session, found: Sequence[BuyingGroup]) -> list[GroupRow]:
    ids = [id_of(each) for each in found]
    members: dict[int, list[MemberSeen]] = {each: [] for each in ids}
    rows = session.exec(
        select(GroupMember, Order.order_no)
        .join(Order, col(Order.id) == col(GroupMember.order_id))
        .where(col(GroupMember.group_id).in_(ids))
        .order_by(col(GroupMember.is_leader).desc(), col(GroupMember.id))
    )
    for member, order_no in rows:
        seen = MemberSeen(member, order_no, MEMBER_STATES[member.state])
        members[member.group_id or 0].append(seen)
    return [
        GroupRow(each, _group_state(each), GROUP_TONES[each.state], members[id_of(each)])
        for each in found
    ]


def _group_state(group: BuyingGroup) -> str:
    return "商家补齐成团" if group.is_virtual else GROUP_STATES[group.state]


def csv_rows(session: Session, text: str, state: str, now: datetime) -> list[tuple[str, ...]]:
    """The list as a spreadsheet has it, MOST_CSV_ROWS at most: it may be handed in again."""
    skus = group_buy_file.list_skus(session)
    found = session.exec(_wanted(text, state).limit(MOST_CSV_ROWS)).all()
    return [
        (
            *group_buy_file.FORM.row(group_buy_file.cells_of(row.activity, row.tiers, skus)),
            row.title,
            "；".join(map(_tier, row.tiers.all)),
            row.state,
            str(row.counts[GroupState.SUCCEEDED]),
            str(row.counts[GroupState.OPEN]),
            str(row.counts[GroupState.FAILED]),
        )
        for row in _rows(session, found, now)
    ]


def _tier(tier: Tier) -> str:
    return f"{tier.heads}人¥{in_yuan(min(tier.prices.values()))}"
