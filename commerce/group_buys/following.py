"""What the end of a group means for one member's order: let go, or given back whole.

Each takes the order's lock and runs in a transaction of its own; again, it changes nothing.
"""

from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from commerce.aftersale.shop_refunds import refund_whole
from commerce.aftersale.tables import AfterSale
from commerce.group_buys.activities import Tiers, tiers_of
from commerce.group_buys.groups import announce_to
from commerce.group_buys.limits import leave
from commerce.group_buys.tables import BuyingGroup, GroupActivity, GroupMember, MemberState
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.states import lock_order
from commerce.ordering.tables import OrderLine
from commerce.payments.rebates import rebate
from commerce.sealing import Sealer

FAILED: Final = "到期没有成团"
OVERFLOWED: Final = "付款时团已经满了或者结束了"
REBATE: Final = "拼团达到{heads}人，退差价"
_ACTOR: Final = "shop"
_REASONS: Final = {MemberState.FAILED: FAILED, MemberState.OVERFLOWED: OVERFLOWED}


def let_go(session: Session, order_id: int, now: datetime) -> None:
    """The group has succeeded: the order is sent like any other, the difference goes back.

    Announces `group_rebated` when there is one.
    """
    order = lock_order(session, order_id)
    member = _member_of(session, order_id)
    if member.state != MemberState.SUCCEEDED or not order.awaits_group:
        return
    order.awaits_group = False
    session.add(order)
    group = session.get_one(BuyingGroup, member.group_id)
    tiers = tiers_of(session, session.get_one(GroupActivity, group.activity_id))
    heads = group.reached or tiers.first.heads
    per_line = {id_of(line): _off(line, tiers, heads) for line in list_lines(session, order)}
    if not any(per_line.values()):
        return
    made = rebate(
        session,
        order_id,
        per_line,
        reason=REBATE.format(heads=heads),
        ref=f"group:{group.group_no}:{order_id}",
        now=now,
    )
    announce_to(session, "group_rebated", group, [member], now, amount=made.amount, reached=heads)


def give_back(session: Session, sealer: Sealer, order_id: int, now: datetime) -> AfterSale | None:
    """All the money of a member without a group goes back, and they may take part once more."""
    lock_order(session, order_id)
    member = _member_of(session, order_id)
    reason = _REASONS.get(MemberState(member.state))
    if reason is None:
        return None
    request = refund_whole(session, sealer, order_id, reason=reason, actor=_ACTOR, now=now)
    leave(session, member, MemberState.REFUNDED, MemberState.FAILED, MemberState.OVERFLOWED)
    return request


def note_whole_refund(session: Session, order_id: int) -> bool:
    """All of an order went back after its group succeeded; whether that freed a buyer's limit."""
    lock_order(session, order_id)
    found = session.exec(select(GroupMember).where(GroupMember.order_id == order_id)).first()
    if found is None:
        return False
    return leave(session, found, MemberState.REFUNDED, MemberState.SUCCEEDED)


def _off(line: OrderLine, tiers: Tiers, heads: int) -> int:
    """What the tier's price is below what was asked for: never more than was paid.

    Goods that had become cheaper than the first tier were asked for at their own price.
    """
    first, reached = tiers.first.prices, tiers.with_heads(heads).prices
    asked = min(first[line.variant_id], line.price)
    each = max(asked - reached[line.variant_id], 0)
    return min(each * line.quantity, line.total)


def _member_of(session: Session, order_id: int) -> GroupMember:
    wanted = select(GroupMember).where(GroupMember.order_id == order_id)
    return session.exec(wanted.execution_options(populate_existing=True)).one()
