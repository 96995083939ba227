"""One step of one entry at a time: guarded, with its line of history and its delivery.

All of a step is one transaction: cut off, it has not been. Besides, what an entry's step has said
is not said again, whoever its customer has been merged into since. In the quiet hours nothing is
said or decided: it is looked at in the morning, when what it was about may be over.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, exists, select, update
from sqlmodel import Session, SQLModel

from campaigns import runner
from campaigns.journeys import ending, sop, subjects
from campaigns.journeys.standing import Standing, standing_of, wakes_at
from campaigns.journeys.tables import EntryState, JourneyEntry, JourneyMove
from campaigns.parts import Parts
from campaigns.plans import LATEST
from campaigns.segments.asking import fits
from campaigns.segments.rules import read_rule
from campaigns.shapes import Condition, EarlyEnd, Node, Send, SopPlan, Wait
from campaigns.tables import (
    Campaign,
    CampaignRun,
    CampaignState,
    Delivery,
    DeliveryState,
    RunState,
)
from campaigns.terms import get_terms, hold_terms, quiet_ends_at
from commerce.columns import in_state
from commerce.inserting import id_of
from commerce.prepared import Prepared

PAUSE: Final = timedelta(minutes=5)
"""Before a step is tried again that failed by a fault of ours."""
MISSED: Final = "missed"
"""The outcome of a step whose time had passed too long ago."""


def list_due(session: Session, now: datetime, most: int) -> list[int]:
    """Entries whose step is due, the longest waiting first."""
    return [row.id for row in _DUE.all(session, moment=now, most=most)]


def step(session: Session, parts: Parts, entry_id: int, now: datetime) -> bool:
    """Do the step where an entry is, if it is due; false when somebody else did."""
    entry = session.get_one(JourneyEntry, entry_id, populate_existing=True)
    if entry.state != EntryState.ACTIVE or entry.wake_at > now:
        return False
    standing = standing_of(session, entry.run_id)
    if standing.run.state != RunState.RUNNING:  # Paused since it was listed.
        return False
    node = standing.by_id[entry.node]
    if isinstance(node, Wait):
        return _go_on(session, standing, entry, node.next, "waited", now)
    quiet_until = quiet_ends_at(get_terms(session), now)
    if quiet_until is not None:
        return _move(session, entry, entry.node, quiet_until)
    if ending.ends_by_tag(session, entry):
        return ending.end(session, parts.letterbox, entry_id, EarlyEnd.TAG.value, now)
    if subjects.is_over(session, entry, now):
        return ending.end(session, parts.letterbox, entry_id, ending.OVER, now)
    match node:
        case Condition():
            return _decide(session, standing, entry, node, now)
        case Send():
            return _send(session, parts, standing, entry, node, now)


def try_later(session: Session, entry_id: int, now: datetime) -> None:
    """Put off a step that failed."""
    entry = session.get_one(JourneyEntry, entry_id, populate_existing=True)
    if entry.state == EntryState.ACTIVE:
        _move(session, entry, entry.node, now + PAUSE)


def _decide(
    session: Session, standing: Standing, entry: JourneyEntry, node: Condition, now: datetime
) -> bool:
    is_so = fits(session, read_rule(node.rule), entry.customer_id or 0, now)
    following, outcome = (node.yes, "yes") if is_so else (node.no, "no")
    return _go_on(session, standing, entry, following, outcome, now)


def _send(
    session: Session,
    parts: Parts,
    standing: Standing,
    entry: JourneyEntry,
    node: Send,
    now: datetime,
) -> bool:
    """The entry moves on first: only who moved it sends."""
    hold_terms(session)  # Before the entry, as who takes up what was deferred does.
    is_sop = isinstance(standing.plan, SopPlan)
    following = sop.step_after(standing, entry) if is_sop else None
    is_late = is_sop and standing.is_marketing and _is_late(session, entry, now)
    if following is not None:
        moment, then = following
        has_moved = _move(session, entry, then.id, moment)
    elif node.next and not is_sop:
        then_node = standing.by_id[node.next]
        has_moved = _move(session, entry, then_node.id, wakes_at(then_node, now))
    else:
        has_moved = _finish(session, entry, now)
    if not has_moved:
        return False
    outcome = MISSED if is_late else _say(session, parts, standing.run, entry, node, now)
    session.add(JourneyMove(entry_id=id_of(entry), node=node.id, outcome=outcome, at=now))
    return True


def _is_late(session: Session, entry: JourneyEntry, now: datetime) -> bool:
    """Whether a step's time is too long ago; what the night holds up is due when it ends."""
    due_at = quiet_ends_at(get_terms(session), entry.wake_at) or entry.wake_at
    return now - due_at > LATEST


def _say(
    session: Session,
    parts: Parts,
    run: CampaignRun,
    entry: JourneyEntry,
    node: Send,
    now: datetime,
) -> str:
    """What became of it: `sent` when it is on its way, or planned to be."""
    occasion = id_of(entry)
    this = {"run": run.id, "occasion": occasion, "node": node.id}
    said = _SAID.first(session, **this)
    if said is not None:
        state = DeliveryState(said.state)
    elif entry.group_id is not None:
        state = runner.send_to_group(session, run, occasion, node, entry.group_id, now)
    else:
        customer_id = entry.customer_id or 0
        state = runner.send_one(session, parts, run, occasion, node, customer_id, now)
    if state is DeliveryState.HELD_BACK:
        return f"held_back:{_SAID.one(session, **this).reason}"
    return "failed" if state is DeliveryState.FAILED else "sent"


def _go_on(
    session: Session,
    standing: Standing,
    entry: JourneyEntry,
    following: str,
    outcome: str,
    now: datetime,
) -> bool:
    """Leave a node for the one that follows; an empty one is the end."""
    left = entry.node
    if following:
        node: Node = standing.by_id[following]
        has_moved = _move(session, entry, following, wakes_at(node, now))
    else:
        has_moved = _finish(session, entry, now)
    if has_moved:
        session.add(JourneyMove(entry_id=id_of(entry), node=left, outcome=outcome, at=now))
    return has_moved


def _move(session: Session, entry: JourneyEntry, to: str, wake_at: datetime) -> bool:
    seen = {"seen": entry.node, "seen_at": entry.wake_at}
    return _MOVE.run(session, entry=entry.id, **seen, to=to, then=wake_at) == 1


def _finish(session: Session, entry: JourneyEntry, now: datetime) -> bool:
    seen = {"seen": entry.node, "seen_at": entry.wake_at}
    return _FINISH.run(session, entry=entry.id, **seen, moment=now) == 1


_ENTRY: Final = SQLModel.metadata.tables[JourneyEntry.__tablename__]
_CAMPAIGN: Final = SQLModel.metadata.tables[Campaign.__tablename__]
_RUN: Final = SQLModel.metadata.tables[CampaignRun.__tablename__]
_DELIVERY: Final = SQLModel.metadata.tables[Delivery.__tablename__]
_MOMENT: Final = _ENTRY.c.wake_at.type
_GOES_ON = exists().where(  # Not joined: SQLite would begin with the campaigns.
    _RUN.c.id == _ENTRY.c.run_id,
    _CAMPAIGN.c.id == _ENTRY.c.campaign_id,
    in_state(_CAMPAIGN, CampaignState.ACTIVE),
    in_state(_RUN, RunState.RUNNING),
)
_DUE: Final = Prepared(
    select(_ENTRY.c.id)
    .where(
        in_state(_ENTRY, EntryState.ACTIVE),
        _ENTRY.c.wake_at <= bindparam("moment", type_=_MOMENT),
        _GOES_ON,
    )
    .order_by(_ENTRY.c.wake_at, _ENTRY.c.id)
    .limit(bindparam("most"))
)
_HERE = (
    _ENTRY.c.id == bindparam("entry"),
    in_state(_ENTRY, EntryState.ACTIVE),
    _ENTRY.c.node == bindparam("seen"),
    _ENTRY.c.wake_at == bindparam("seen_at", type_=_MOMENT),
)
_MOVE: Final = Prepared(
    update(_ENTRY)
    .where(*_HERE)
    .values(node=bindparam("to"), wake_at=bindparam("then", type_=_MOMENT))
)
_FINISH: Final = Prepared(
    update(_ENTRY)
    .where(*_HERE)
    .values(
        state=EntryState.DONE.value,
        ended_at=bindparam("moment", type_=_ENTRY.c.ended_at.type),
    )
)
_SAID: Final = Prepared(
    select(_DELIVERY.c.state, _DELIVERY.c.reason).where(
        _DELIVERY.c.run_id == bindparam("run"),
        _DELIVERY.c.occasion == bindparam("occasion"),
        _DELIVERY.c.node == bindparam("node"),
    )
)
