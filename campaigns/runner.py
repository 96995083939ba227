"""A campaign at work: a run begins at its slot, plans customers batch by batch, and ends.

Two workers never plan the same batch: whoever moves the cursor has it. Should that ever fail, the
unique key of deliveries is the second line.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, false, func, select, update
from sqlmodel import Session, SQLModel

from campaigns import comparing, sending
from campaigns.deliveries import BY_ITSELF
from campaigns.gathering import gather, gather_group
from campaigns.limits import rule_of
from campaigns.parts import Parts
from campaigns.segments import asking
from campaigns.segments.rules import read_rule
from campaigns.sending import Sending, first_send
from campaigns.shapes import Send
from campaigns.steering import STANDING, finish, pause, resume, stop
from campaigns.tables import (
    Audience,
    Campaign,
    CampaignRun,
    CampaignTerms,
    Delivery,
    DeliveryState,
    RunState,
)
from campaigns.terms import hold_terms, quiet_ends_at
from commerce.community.tables import CommunityGroup
from commerce.customers.merging import find_customer
from commerce.customers.tables import Customer
from commerce.inserting import core, id_of, insert_once
from commerce.prepared import Prepared

__all__ = [
    "RunHalted",
    "begin",
    "finish",
    "is_to_plan",
    "list_running",
    "pause",
    "plan_batch",
    "resume",
    "send_one",
    "send_to_group",
    "stop",
]

AHEAD_OF_NIGHT: Final = timedelta(seconds=3)
"""So long before the quiet hours planning ends, and what has not left is taken back."""


class RunHalted(Exception):
    """The run was paused or stopped since the caller looked: nothing of this step may be kept."""


def begin(
    session: Session, campaign: Campaign, slot: datetime, now: datetime
) -> CampaignRun | None:
    """Begin the run of a slot with all that it needs frozen in it; None if it has begun before."""
    is_standing = campaign.kind in STANDING
    has_begun = not insert_once(
        session,
        CampaignRun,
        campaign_id=campaign.id,
        slot=slot,
        state=RunState.RUNNING.value,
        rule=rule_of(session, campaign),
        nodes=campaign.nodes,
        routes=campaign.routes,
        upper_bound=0 if is_standing else _newest_customer(session),
        cursor=0,
        is_planned=is_standing,
        planned=0,
        failures=0,
        reason="",
        decided_by=BY_ITSELF,
        began_at=now,
    )
    if has_begun:
        return None
    found = core(session).execute(
        select(_RUN.c.id).where(_RUN.c.campaign_id == campaign.id, _RUN.c.slot == slot)
    )
    return session.get_one(CampaignRun, found.scalar_one())


def plan_batch(session: Session, parts: Parts, run_id: int, now: datetime, size: int) -> int:
    """Plan the next customers of a run, so many at most; how many it looked at.

    0 when nothing is to plan now: all were looked at, it does not run, it is night, or another
    worker has just planned these. Raises NothingToShow when the content is gone.
    """
    run = session.get_one(CampaignRun, run_id, populate_existing=True)
    if run.state != RunState.RUNNING or run.is_planned:
        return 0
    terms = hold_terms(session)
    if quiet_ends_at(terms, now + AHEAD_OF_NIGHT) is not None:
        return 0
    campaign = session.get_one(Campaign, run.campaign_id)
    if campaign.audience != Audience.CUSTOMERS:
        return _plan_others(session, parts, campaign, run, now)
    rule = None if run.rule is None else read_rule(run.rule)
    node = first_send(run)
    size = comparing.room(session, campaign, run, rule, node, now, size)
    if size <= 0:
        return 0
    batch = asking.batch(session, rule, now, run.cursor, run.upper_bound, size)
    is_over = len(batch) < size
    last = batch[-1] if batch else run.upper_bound
    if not _move_cursor(session, run, last, len(batch), now, is_over=is_over):
        return 0
    winner = comparing.winner(session, run)
    one = Sending(parts, campaign, run, terms, node, 0, now, is_batch=True, winner=winner)
    sending.to_customers(session, one, batch)
    return len(batch)


def send_one(
    session: Session,
    parts: Parts,
    run: CampaignRun,
    occasion: int,
    node: Send,
    customer_id: int,
    now: datetime,
) -> DeliveryState:
    """Send a step to one customer, unless a limit holds them back; what became of it so far.

    `occasion` is the journey entry: within it a step is sent once, and asking again tells the same.
    Raises RunHalted.
    """
    terms = _hold_running(session, run)
    customer = find_customer(session, customer_id)
    recipient_id = customer_id if customer is None else id_of(customer)
    campaign = session.get_one(Campaign, run.campaign_id)
    one = Sending(parts, campaign, run, terms, node, occasion, now)
    sending.to_customers(session, one, [recipient_id])
    row = _STATE.one(
        session, run=run.id, occasion=occasion, node=node.id, recipient=f"c:{recipient_id}"
    )
    return DeliveryState(row.state)


def send_to_group(
    session: Session, run: CampaignRun, occasion: int, node: Send, group_id: int, now: datetime
) -> DeliveryState:
    """Gather a step for one customer group; what became of it so far. Raises RunHalted."""
    _hold_running(session, run)
    campaign = session.get_one(Campaign, run.campaign_id)
    group = session.get_one(CommunityGroup, group_id)
    gather_group(session, campaign, run, occasion, node, group, now)
    recipient = f"g:{group.chat_id}"
    row = _STATE.one(session, run=run.id, occasion=occasion, node=node.id, recipient=recipient)
    return DeliveryState(row.state)


def _hold_running(session: Session, run: CampaignRun) -> CampaignTerms:
    """The terms, held: nobody pauses or stops the run any more before this transaction ends."""
    terms = hold_terms(session)
    session.refresh(run, ["state"])
    if run.state != RunState.RUNNING:
        raise RunHalted(f"run {run.id} is {run.state}")
    return terms


def list_running(session: Session) -> Sequence[int]:
    """Runs that run, the oldest first."""
    return [row.id for row in _RUNNING.all(session)]


def is_to_plan(session: Session, run_id: int) -> bool:
    """Whether the run has customers nobody looked at."""
    run = session.get_one(CampaignRun, run_id, populate_existing=True)
    return run.state == RunState.RUNNING and not run.is_planned


def _plan_others(
    session: Session, parts: Parts, campaign: Campaign, run: CampaignRun, now: datetime
) -> int:
    """Gather customer groups or moments, all at once: there are not many."""
    if not _move_cursor(session, run, run.upper_bound, 0, now, is_over=True):
        return 0
    return gather(session, parts, campaign, run, first_send(run), now)


def _newest_customer(session: Session) -> int:
    return core(session).execute(select(func.max(_CUSTOMER.c.id))).scalar_one() or 0


def _move_cursor(
    session: Session, run: CampaignRun, to: int, number: int, now: datetime, *, is_over: bool
) -> bool:
    seen = {"run": run.id, "seen": run.cursor}
    session.expire(run, ["cursor", "is_planned", "planned", "planned_at"])
    return _MOVE.run(session, **seen, to=to, number=number, moment=now, is_over=is_over) == 1


_RUN: Final = SQLModel.metadata.tables[CampaignRun.__tablename__]
_DELIVERY: Final = SQLModel.metadata.tables[Delivery.__tablename__]
_CUSTOMER: Final = SQLModel.metadata.tables[Customer.__tablename__]
_RUNNING: Final = Prepared(
    select(_RUN.c.id).where(_RUN.c.state == RunState.RUNNING.value).order_by(_RUN.c.id)
)
_STATE: Final = Prepared(
    select(_DELIVERY.c.state).where(
        _DELIVERY.c.run_id == bindparam("run"),
        _DELIVERY.c.occasion == bindparam("occasion"),
        _DELIVERY.c.node == bindparam("node"),
        _DELIVERY.c.recipient == bindparam("recipient"),
    )
)
_MOVE: Final = Prepared(
    update(_RUN)
    .where(
        _RUN.c.id == bindparam("run"),
        _RUN.c.cursor == bindparam("seen"),
        _RUN.c.state == RunState.RUNNING.value,
        _RUN.c.is_planned == false(),
    )
    .values(
        cursor=bindparam("to", type_=_RUN.c.cursor.type),
        is_planned=bindparam("is_over", type_=_RUN.c.is_planned.type),
        planned=_RUN.c.planned + bindparam("number", type_=_RUN.c.planned.type),
        planned_at=bindparam("moment", type_=_RUN.c.planned_at.type),
    )
)
