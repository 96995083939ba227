"""Whether a run goes on: paused, resumed, stopped, ended, each by one guarded update."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, or_, select, update
from sqlmodel import Session, SQLModel

from campaigns import deferring
from campaigns.deliveries import STOPPED, hold_back_unsent
from campaigns.ports import Letterbox
from campaigns.tables import (
    Campaign,
    CampaignKind,
    CampaignRun,
    CampaignState,
    Delivery,
    DeliveryState,
    RunState,
)
from campaigns.terms import get_terms, hold_terms, quiet_ends_at
from commerce.columns import in_state
from commerce.errors import IllegalMove
from commerce.inserting import affected_rows
from commerce.prepared import Prepared

STANDING: Final = frozenset({CampaignKind.JOURNEY, CampaignKind.SOP})
"""Kinds whose one run stands as long as they do; their steps send, no batches."""


def pause(session: Session, run_id: int, *, by: str, reason: str) -> bool:
    """Let nothing more leave; what has begun ends. False when it does not run."""
    return _turn(session, run_id, (RunState.RUNNING,), RunState.PAUSED, by, reason)


def resume(session: Session, letterbox: Letterbox, run_id: int, *, by: str, now: datetime) -> bool:
    """Go on. What stood ready to leave is judged anew: much may have changed meanwhile.

    False when it is not paused. Raises IllegalMove while its campaign is.
    """
    hold_terms(session)  # As who pauses a campaign does: none goes on beside that.
    if _IS_HALTED.first(session, run=run_id) is not None:
        raise IllegalMove("整个活动暂停着，请先继续活动")
    if not _turn(session, run_id, (RunState.PAUSED,), RunState.RUNNING, by, ""):
        return False
    due_at = quiet_ends_at(get_terms(session), now) or now
    deferring.put_off(session, letterbox, run_id, due_at, now)
    return True


def stop(
    session: Session, letterbox: Letterbox, run_id: int, *, by: str, reason: str, now: datetime
) -> bool:
    """End it for good: what has not left is held back. False when it is over.

    Mass tasks that were made are stopped by `mass.cancelling`, which sees that the run was.
    """
    hold_terms(session)  # As who sends does: nothing is posted beside the stop, and left behind.
    open_states = (RunState.RUNNING, RunState.PAUSED)
    if not _turn(session, run_id, open_states, RunState.STOPPED, by, reason, now):
        return False
    keys = letterbox.take_back(session, run_id, STOPPED, now, begun=True)
    hold_back_unsent(session, run_id, keys)
    run = session.get_one(CampaignRun, run_id)
    close(session, run.campaign_id, now)
    return True


def finish(session: Session, run_id: int, now: datetime) -> bool:
    """End a run of which everybody was looked at and nothing is open any more; whether it did."""
    if _OVER.first(session, run=run_id) is None:
        return False
    hold_terms(session)  # As who pauses its campaign does, which is locked before its runs there.
    if _FINISH.run(session, run=run_id, moment=now) != 1:
        return False
    run = session.get_one(CampaignRun, run_id)
    close(session, run.campaign_id, now)
    return True


def close(session: Session, campaign_id: int, now: datetime) -> bool:
    """End a campaign that has no run any more and begins none; whether it did."""
    return _CLOSE.run(session, campaign=campaign_id, moment=now) == 1


def _turn(
    session: Session,
    run_id: int,
    allowed: Sequence[RunState],
    to: RunState,
    by: str,
    reason: str,
    ended_at: datetime | None = None,
) -> bool:
    values: dict[str, Any] = {
        "state": to.value,
        "decided_by": by,
        "reason": reason,
        "ended_at": ended_at,
    }
    if to is RunState.RUNNING:
        values["failures"] = 0
    statement = update(_RUN).where(
        _RUN.c.id == run_id, _RUN.c.state.in_([state.value for state in allowed])
    )
    return affected_rows(session, statement.values(**values)) == 1


_RUN: Final = SQLModel.metadata.tables[CampaignRun.__tablename__]
_CAMPAIGN: Final = SQLModel.metadata.tables[Campaign.__tablename__]
_DELIVERY: Final = SQLModel.metadata.tables[Delivery.__tablename__]
_IS_OPEN = exists().where(
    _DELIVERY.c.run_id == _RUN.c.id,
    in_state(_DELIVERY, DeliveryState.DEFERRED, DeliveryState.GATHERED, DeliveryState.POSTED),
)
_IS_STANDING = or_(*(_CAMPAIGN.c.kind == kind.value for kind in sorted(STANDING)))
_STANDS = exists().where(
    _CAMPAIGN.c.id == _RUN.c.campaign_id,
    _IS_STANDING,
    in_state(_CAMPAIGN, CampaignState.ACTIVE, CampaignState.PAUSED),
)
_IS_OVER = (
    _RUN.c.id == bindparam("run"),
    _RUN.c.state == RunState.RUNNING.value,
    _RUN.c.is_planned,
    ~_IS_OPEN,
    ~_STANDS,
)
_OVER: Final = Prepared(select(_RUN.c.id).where(*_IS_OVER))
_FINISH: Final = Prepared(
    update(_RUN)
    .where(*_IS_OVER)
    .values(state=RunState.DONE.value, ended_at=bindparam("moment", type_=_RUN.c.ended_at.type))
)
_IS_HALTED: Final = Prepared(
    select(_RUN.c.id)
    .join(_CAMPAIGN, _CAMPAIGN.c.id == _RUN.c.campaign_id)
    .where(
        _RUN.c.id == bindparam("run"),
        in_state(_RUN, RunState.PAUSED),
        in_state(_CAMPAIGN, CampaignState.PAUSED),
    )
)
_GOES_ON = exists().where(
    _RUN.c.campaign_id == _CAMPAIGN.c.id,
    in_state(_RUN, RunState.RUNNING, RunState.PAUSED),
)
_CLOSE: Final = Prepared(
    update(_CAMPAIGN)
    .where(
        _CAMPAIGN.c.id == bindparam("campaign"),
        _CAMPAIGN.c.state == CampaignState.ACTIVE.value,
        _CAMPAIGN.c.next_at.is_(None),
        ~_IS_STANDING,
        ~_GOES_ON,
    )
    .values(
        state=CampaignState.DONE.value,
        updated_at=bindparam("moment", type_=_CAMPAIGN.c.updated_at.type),
    )
)
