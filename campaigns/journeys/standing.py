"""Journeys and SOPs that are at work, with what they were planned as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sqlmodel import Session, col, select

from campaigns.segments.rules import Rule, read_rule
from campaigns.shapes import NODES, PLAN, JourneyPlan, Node, SopPlan, Wait
from campaigns.tables import Campaign, CampaignKind, CampaignRun, CampaignState, Purpose, RunState
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI


@dataclass(frozen=True)
class Standing:
    """A campaign and the run that stands for it. Steps are those that the run froze."""

    campaign: Campaign
    run: CampaignRun

    @property
    def id(self) -> int:
        """The campaign's."""
        return id_of(self.campaign)

    @cached_property
    def plan(self) -> JourneyPlan | SopPlan:
        """What begins it, or when its steps are."""
        plan = PLAN.validate_python(self.campaign.plan)
        assert isinstance(plan, JourneyPlan | SopPlan)  # noqa: S101 - it stands
        return plan

    @cached_property
    def nodes(self) -> Sequence[Node]:
        """In the order in which they were drawn: the first begins."""
        return NODES.validate_python(self.run.nodes)

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def rule(self) -> Rule | None:
        """Who may enter; None for everybody."""
        return None if self.run.rule is None else read_rule(self.run.rule)

    @property
    def is_marketing(self) -> bool:
        """Whether it speaks of what is not owed."""
        return self.campaign.purpose == Purpose.MARKETING


def list_standing(session: Session, kind: CampaignKind) -> list[Standing]:
    """Those of a kind that are at work: whose latest run is running.

    An earlier one goes on for who is on it; while the latest is paused, nobody enters by steps
    that it has replaced.
    """
    statement = (
        select(Campaign, CampaignRun)
        .join(CampaignRun, col(CampaignRun.campaign_id) == col(Campaign.id))
        .where(
            Campaign.state == CampaignState.ACTIVE.value,
            Campaign.kind == kind.value,
        )
        .order_by(col(CampaignRun.id))
        .execution_options(populate_existing=True)
    )
    latest = {id_of(campaign): Standing(campaign, run) for campaign, run in session.exec(statement)}
    return [each for each in latest.values() if each.run.state == RunState.RUNNING]


def standing_of(session: Session, run_id: int) -> Standing:
    """The journey or SOP that a run stands for."""
    run = session.get_one(CampaignRun, run_id)
    return Standing(session.get_one(Campaign, run.campaign_id), run)


def wakes_at(node: Node, at: datetime) -> datetime:
    """When a node is due that is reached now: a wait when it is over, others at once.

    Until a time of day means the first one that is not before the minutes are over.
    """
    if not isinstance(node, Wait):
        return at
    over = at + timedelta(minutes=node.minutes)
    if node.until is None:
        return over
    there = datetime.combine(over.astimezone(SHANGHAI).date(), node.until, SHANGHAI)
    return (there if there >= over else there + timedelta(days=1)).astimezone(UTC)
