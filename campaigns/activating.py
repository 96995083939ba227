"""Letting a campaign go out, and calling it back."""

from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session, col, select, update

from campaigns import drafts, gate, plans, steering
from campaigns.composer import Marks, attachments
from campaigns.drafting_rules import check
from campaigns.limits import rule_of
from campaigns.ports import Letterbox
from campaigns.runner import begin
from campaigns.shapes import PLAN, JourneyPlan, OncePlan, SopPlan
from campaigns.tables import Campaign, CampaignRun, CampaignState, RunState
from campaigns.terms import hold_terms
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import affected_rows, id_of

CHECKING: Final = Marks("check")


def activate(session: Session, campaign_id: int, *, version: int, now: datetime) -> Campaign:
    """Let a draft go out by its plan. Everything about it is looked at once more.

    A journey and a SOP begin at once, and work from then on. Raises NotFound, InvalidInput with
    the field, IllegalMove for one that is no draft or was changed meanwhile.
    """
    campaign = drafts.get(session, campaign_id)
    check(drafts.draft_of(campaign))
    gate.refuse_blocked(campaign)
    _refuse_gone(session, campaign, now)
    next_at = _first_slot(session, campaign, now)
    _move(session, campaign, (CampaignState.DRAFT,), CampaignState.ACTIVE, version, now)
    campaign = drafts.get(session, campaign_id)
    campaign.next_at = next_at
    session.add(campaign)
    session.flush()
    if next_at is None:
        begin(session, campaign, now, now)
    return campaign


def pause(session: Session, campaign_id: int, *, by: str, now: datetime) -> Campaign:
    """Let nothing more leave, and no run begin."""
    hold_terms(session)
    campaign = drafts.get(session, campaign_id)
    _move(session, campaign, (CampaignState.ACTIVE,), CampaignState.PAUSED, campaign.version, now)
    for run in _open_runs(session, campaign_id):
        steering.pause(session, id_of(run), by=by, reason="活动已暂停")
    return drafts.get(session, campaign_id)


def resume(
    session: Session,
    letterbox: Letterbox,
    campaign_id: int,
    *,
    by: str,
    now: datetime,
    version: int | None = None,
) -> Campaign:
    """Go on with what was paused; slots that passed meanwhile are passed. Raises as `activate`.

    `version` is that which the operator saw; None for who saw none.

    Who is on a journey that was changed meanwhile goes on by its old steps; who enters from now on
    takes the new ones.
    """
    hold_terms(session)
    campaign = drafts.get(session, campaign_id)
    gate.refuse_blocked(campaign)
    plan = PLAN.validate_python(campaign.plan)
    seen = campaign.version if version is None else version
    _move(session, campaign, (CampaignState.PAUSED,), CampaignState.ACTIVE, seen, now)
    campaign = drafts.get(session, campaign_id)
    if isinstance(plan, OncePlan):
        if campaign.next_at is not None:  # Its run has not begun: it may have another moment now.
            campaign.next_at = plan.at.astimezone(UTC)
    elif not isinstance(plan, JourneyPlan | SopPlan):
        campaign.next_at = plans.next_at(session, plan, now)
    session.add(campaign)
    runs = _open_runs(session, campaign_id)
    for run in runs:
        steering.resume(session, letterbox, id_of(run), by=by, now=now)
    session.flush()
    is_standing = isinstance(plan, JourneyPlan | SopPlan)
    if is_standing and (not runs or _is_changed(session, campaign, runs[-1])):
        begin(session, campaign, now, now)
    if steering.close(session, campaign_id, now):  # Its last slot passed while it was paused.
        session.refresh(campaign)
    return campaign


def stop(
    session: Session, letterbox: Letterbox, campaign_id: int, *, by: str, now: datetime
) -> Campaign:
    """End it for good. What has left has left."""
    hold_terms(session)
    campaign = drafts.get(session, campaign_id)
    states = (CampaignState.ACTIVE, CampaignState.PAUSED)
    _move(session, campaign, states, CampaignState.STOPPED, campaign.version, now)
    for run in _open_runs(session, campaign_id):
        steering.stop(session, letterbox, id_of(run), by=by, reason="活动已停止", now=now)
    campaign = drafts.get(session, campaign_id)
    campaign.next_at = None
    session.add(campaign)
    session.flush()
    return campaign


def _first_slot(session: Session, campaign: Campaign, now: datetime) -> datetime | None:
    """When its first run begins; None for what begins at once. Raises InvalidInput."""
    plan = PLAN.validate_python(campaign.plan)
    match plan:
        case JourneyPlan() | SopPlan():
            return None
        case OncePlan() if plan.at <= now:
            raise InvalidInput("发送时间已经过了，请改到以后", field="plan.at")
    slot = plans.next_at(session, plan, now)
    if slot is None:
        raise InvalidInput("按这个计划，一次也不会发送，请检查日期", field="plan")
    return slot


def _refuse_gone(session: Session, campaign: Campaign, now: datetime) -> None:
    """Raise NothingToShow for an attachment that is no longer there."""
    for send in gate.sends_of(campaign):
        for arm in send.arms:
            attachments(session, arm.content, CHECKING, now)


def _move(
    session: Session,
    campaign: Campaign,
    allowed: tuple[CampaignState, ...],
    to: CampaignState,
    version: int,
    now: datetime,
) -> None:
    if campaign.state not in allowed:
        raise IllegalMove(_WHY[to])
    guarded = (
        update(Campaign)
        .where(
            col(Campaign.id) == campaign.id,
            col(Campaign.state).in_(allowed),
            col(Campaign.version) == version,
        )
        .values(state=to.value, version=version + 1, updated_at=now)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove(drafts.CHANGED_BY_OTHERS)


def _is_changed(session: Session, campaign: Campaign, latest: CampaignRun) -> bool:
    """Whether the run that customers enter has other steps, routes or customers than the plan."""
    wanted = (campaign.nodes, campaign.routes, rule_of(session, campaign))
    return (latest.nodes, latest.routes, latest.rule) != wanted


def _open_runs(session: Session, campaign_id: int) -> list[CampaignRun]:
    states = (RunState.RUNNING, RunState.PAUSED)
    statement = select(CampaignRun).where(
        CampaignRun.campaign_id == campaign_id, col(CampaignRun.state).in_(states)
    )
    return list(session.exec(statement.order_by(col(CampaignRun.id))).all())


_WHY: Final = {
    CampaignState.ACTIVE: "只有草稿能启用，只有暂停的活动能继续",
    CampaignState.PAUSED: "只有进行中的活动能暂停",
    CampaignState.STOPPED: "活动没有在进行，不用停止",
}
