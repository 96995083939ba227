"""A run whose arms are compared: it halts for each look that its rule states, and for no other."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from campaigns.attribution.arms import judge, pauses_after, trials_of
from campaigns.attribution.tables import ComparisonLook
from campaigns.segments import asking
from campaigns.segments.rules import Rule
from campaigns.shapes import Send, StopRule
from campaigns.tables import Campaign, CampaignRun
from commerce.inserting import id_of, insert_once


def room(
    session: Session,
    campaign: Campaign,
    run: CampaignRun,
    rule: Rule | None,
    node: Send,
    now: datetime,
    size: int,
) -> int:
    """How many customers may be looked at before the next look at the arms, `size` at most.

    0 while what was sent is given time to work. A look that is due is taken.
    """
    if campaign.stop_rule is None or len(node.arms) < 2:
        return size
    stop_rule = StopRule.model_validate(campaign.stop_rule)
    while (looks := _looks(session, run)) < stop_rule.looks and not winner(session, run):
        halt = pauses_after(stop_rule, _audience_size(session, run, rule, now), looks)
        if halt is None or run.planned < halt:
            return size if halt is None else min(size, halt - run.planned)
        if run.planned_at and now < run.planned_at + timedelta(minutes=stop_rule.wait_minutes):
            return 0
        look(session, run, node, stop_rule, now)
    return size


def look(session: Session, run: CampaignRun, node: Send, rule: StopRule, now: datetime) -> bool:
    """Look at the arms once, and write down what was found; whether this call did."""
    names = tuple(arm.name for arm in node.arms)
    trials = trials_of(session, id_of(run), node.id, rule.metric, names)
    verdict = judge(rule, trials)
    return insert_once(
        session,
        ComparisonLook,
        run_id=run.id,
        number=_looks(session, run) + 1,
        looked_at=run.planned,
        trials={
            name: {"reached": each.reached, "successes": each.successes}
            for name, each in trials.items()
        },
        p_values=dict(verdict.p_values),
        winner=verdict.winner,
        at=now,
    )


def winner(session: Session, run: CampaignRun) -> str:
    """The arm that everybody gets from now on; empty while all are compared."""
    statement = select(ComparisonLook.winner).where(
        ComparisonLook.run_id == run.id, ComparisonLook.winner != ""
    )
    return session.exec(statement).first() or ""


def list_looks(session: Session, campaign_id: int) -> list[ComparisonLook]:
    """Every look of a campaign's runs, in their order."""
    statement = (
        select(ComparisonLook)
        .join(CampaignRun, col(CampaignRun.id) == col(ComparisonLook.run_id))
        .where(CampaignRun.campaign_id == campaign_id)
        .order_by(col(ComparisonLook.run_id), col(ComparisonLook.number))
    )
    return list(session.exec(statement).all())


def _looks(session: Session, run: CampaignRun) -> int:
    statement = select(func.count()).where(ComparisonLook.run_id == run.id)
    return session.exec(statement).one()


def _audience_size(session: Session, run: CampaignRun, rule: Rule | None, now: datetime) -> int:
    """Counted once a run: its shares stay where they were stated, and no batch counts anew."""
    if run.audience_size is None:
        run.audience_size = asking.count(session, rule, now)
        session.add(run)
        session.flush()
    return run.audience_size
