"""A group about to lapse: its leader, and who has joined without paying, hear what is missing.

Two hours and half an hour before the end, once each; not at night, not when it has enough heads,
and nothing waits for a customer who cannot be written to. A mark that was missed, at night or
while nothing ran, is made good until the next one is due, with the time that is left by then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Final

from sqlmodel import Session, col, func, select

from campaigns.ports import Messenger, Note
from commerce.group_buys import queries
from commerce.group_buys.tables import (
    BuyingGroup,
    GroupMember,
    GroupReminder,
    GroupState,
    GroupTier,
    MemberState,
)
from commerce.group_buys.taking_part import LAST_CALL
from commerce.inserting import id_of, insert_once
from commerce.ordering.nudging import is_quiet
from commerce.ordering.tables import Order, OrderState
from commerce.sealing import Sealer
from miniprogram_cards.deal_cards import group_card, time_left, unpaid_seat_card

MARKS: Final = (timedelta(hours=2), timedelta(minutes=30))
"""So long before a group's end it is reminded of."""
_SPANS: Final = tuple(pairwise((*MARKS, LAST_CALL)))
"""Each mark, and how long before the end it is too late for it."""
A_ROUND: Final = 200
SOURCE: Final = "group-reminder"
"""Where the card brings customers from."""

TO_LEADER: Final = "您开的{title}团还差{missing}人，剩{left}。想一起买的朋友点这张卡片就能参团："
TO_UNPAID: Final = (
    "您要参加的{title}团还差{missing}人，剩{left}。您的订单还没付款，付了款才占名额："
)
LONGEST_TITLE: Final = 20
"""Characters of a product's title within a sentence."""


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A member who is to be reminded of their group now."""

    member_id: int
    minutes: int
    """The mark: so long before the end it became due."""


def list_due(session: Session, now: datetime) -> Sequence[DueReminder]:
    """Whom to remind now, of groups that lapse first at the front; nobody at night."""
    if is_quiet(now):
        return []
    return [due for mark, end in _SPANS for due in _due_at(session, mark, end, now)]


def remind(
    session: Session, sealer: Sealer, messenger: Messenger, due: DueReminder, now: datetime
) -> bool:
    """Remind one member, once, whoever else tries; whether a message was put down.

    Looks again at what `list_due` saw: the group may have filled up meanwhile.
    """
    member = session.get_one(GroupMember, due.member_id, populate_existing=True)
    group = queries.find_of_order(session, member.order_id, sealer=sealer)
    if group is None or group.state != GroupState.OPEN or not group.missing or is_quiet(now):
        return False
    is_leader = member.is_leader and member.state == MemberState.SEATED
    if not is_leader and not _may_still_pay(session, member, now):
        return False
    about = {"member_id": due.member_id, "minutes": due.minutes}
    if now >= _too_late(group.expires_at, due) or not insert_once(
        session, GroupReminder, **about, at=now
    ):
        return False
    words = TO_LEADER if is_leader else TO_UNPAID
    note = Note(
        customer_id=member.customer_id,
        key=f"group:{id_of(member)}:{due.minutes}",
        words=words.format(
            title=group.activity.title[:LONGEST_TITLE],
            missing=group.missing,
            left=time_left(group.expires_at, now),
        ),
        card=(group_card if is_leader else unpaid_seat_card)(group, now, SOURCE),
        until=_too_late(group.expires_at, due),
    )
    return messenger.send(session, note, now)


def _due_at(
    session: Session, mark: timedelta, end: timedelta, now: datetime
) -> Iterator[DueReminder]:
    minutes = mark // timedelta(minutes=1)
    heads = select(func.min(GroupTier.heads)).where(
        col(GroupTier.activity_id) == col(BuyingGroup.activity_id)
    )
    reminded = select(GroupReminder.member_id).where(
        GroupReminder.member_id == GroupMember.id, GroupReminder.minutes == minutes
    )
    leads = col(GroupMember.is_leader) & (col(GroupMember.state) == MemberState.SEATED)
    waits = (col(GroupMember.state) == MemberState.WAITING) & (Order.state == OrderState.UNPAID)
    statement = (
        select(GroupMember, BuyingGroup)
        .join(BuyingGroup, col(BuyingGroup.id) == col(GroupMember.group_id))
        .join(Order, col(Order.id) == col(GroupMember.order_id))
        .where(
            BuyingGroup.state == GroupState.OPEN,
            col(BuyingGroup.expires_at) <= now + mark,
            col(BuyingGroup.expires_at) > now + end,
            col(BuyingGroup.paid) < heads.scalar_subquery(),
            leads | (waits & (col(Order.expires_at) > now + LAST_CALL)),
            ~reminded.exists(),
        )
        .order_by(col(BuyingGroup.expires_at), col(GroupMember.id))
    )
    rows = session.exec(statement.execution_options(populate_existing=True))
    # Who came after the mark knows how little time there is.
    were_there = (
        member
        for member, group in rows
        if (group.opened_at if member.is_leader else member.placed_at) < group.expires_at - mark
    )
    return (DueReminder(id_of(each), minutes) for each in islice(were_there, A_ROUND))


def _may_still_pay(session: Session, member: GroupMember, now: datetime) -> bool:
    order = session.get_one(Order, member.order_id, populate_existing=True)
    is_unpaid = member.state == MemberState.WAITING and order.state == OrderState.UNPAID
    return is_unpaid and now + LAST_CALL < order.expires_at


def _too_late(expires_at: datetime, due: DueReminder) -> datetime:
    """When the next mark is due, or nobody can join any more."""
    return expires_at - dict(_SPANS)[timedelta(minutes=due.minutes)]
