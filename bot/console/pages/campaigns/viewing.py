"""A campaign's page: what it says, to whom, how it runs, and what may be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.campaigns.plan_words import plan_words
from bot.console.pages.campaigns.words import (
    AUDIENCES,
    KINDS,
    PURPOSES,
    RUN_STATES,
    STATES,
    reason_words,
)
from bot.console.pages.written import row_id
from campaigns import deliveries, drafts, gate
from campaigns.drafting_rules import ROUTE_NAMES
from campaigns.gate import Found
from campaigns.ports import Route
from campaigns.segment_tables import Segment
from campaigns.segments.describing import describe
from campaigns.segments.rules import read_rule
from campaigns.shapes import NODES, PLAN, GroupChoice, Node, Send
from campaigns.tables import Campaign, CampaignRun, CampaignState, DeliveryState, RunState
from commerce.community.tables import CommunityGroup
from commerce.inserting import id_of

SHOWN_RUNS: Final = 20
GONE: Final = "已经不在的群"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    run: CampaignRun
    sent: int
    waiting: int
    failed: int
    unknown: int
    held_back: Mapping[str, int]
    """By reason, in words."""

    @property
    def total(self) -> int:
        """Everybody who was looked at."""
        done = self.sent + self.waiting + self.failed + self.unknown
        return done + sum(self.held_back.values())

    @property
    def is_open(self) -> bool:
        """Whether it may still change."""
        return self.run.state in (RunState.RUNNING, RunState.PAUSED)


@dataclass(frozen=True, slots=True)
class Seen:
    """A campaign as its page shows it."""

    campaign: Campaign
    plan: str
    nodes: Sequence[Node]
    segment: str
    rule: str
    """The segment's rule in words."""
    groups: Sequence[str]
    """Which customer groups get it, in words; empty for all of them."""
    routes: Sequence[str]
    found: Sequence[Found]
    is_let_pass: bool
    runs: Sequence[Progress]

    @property
    def is_blocked(self) -> bool:
        """Whether the lint keeps it from going out."""
        return not self.is_let_pass and any(each.finding.blocks for each in self.found)


async def show(page: Page) -> web.StreamResponse:
    """One campaign."""
    seen = await page.read(_see, number_of(page))
    return page.html(
        "campaigns/show.html",
        title=seen.campaign.name,
        seen=seen,
        each=seen.campaign,
        kinds=KINDS,
        states=STATES,
        audiences=AUDIENCES,
        purposes=PURPOSES,
        run_states=RUN_STATES,
        route_names=ROUTE_NAMES,
    )


async def show_progress(page: Page) -> web.StreamResponse:
    """How its runs stand, asked again and again while one is open."""
    campaign, runs = await page.read(_progress_of, number_of(page))
    return page.fragment(
        "campaigns/_progress.html",
        campaign_id=number_of(page),
        is_halted=campaign.state == CampaignState.PAUSED,
        runs=runs,
        run_states=RUN_STATES,
    )


def number_of(page: Page) -> int:
    """The campaign that the address names. Raises NotFound."""
    return row_id(page.match("id"), "没有这个活动")


def _progress_of(session: Session, campaign_id: int) -> tuple[Campaign, Sequence[Progress]]:
    return drafts.get(session, campaign_id), _runs(session, campaign_id)


def _see(session: Session, campaign_id: int) -> Seen:
    campaign = drafts.get(session, campaign_id)
    segment = None if campaign.segment_id is None else session.get(Segment, campaign.segment_id)
    return Seen(
        campaign=campaign,
        plan=plan_words(PLAN.validate_python(campaign.plan)),
        nodes=NODES.validate_python(campaign.nodes),
        segment="全部顾客" if segment is None else segment.name,
        rule="" if segment is None else describe(session, read_rule(segment.rule)),
        groups=_groups(session, GroupChoice.model_validate(campaign.groups)),
        routes=[ROUTE_NAMES[Route(each)] for each in campaign.routes],
        found=gate.examine(campaign),
        is_let_pass=gate.is_let_pass(campaign),
        runs=_runs(session, campaign_id),
    )


def _groups(session: Session, choice: GroupChoice) -> Sequence[str]:
    known = select(CommunityGroup.chat_id, CommunityGroup.name).where(
        col(CommunityGroup.chat_id).in_(choice.chat_ids)
    )
    names = dict(session.exec(known).all())
    lists = {
        "群": [names.get(each) or GONE for each in choice.chat_ids],
        "群标签": choice.tags,
        "群主": choice.owners,
    }
    return [f"{what}：{'、'.join(each)}" for what, each in lists.items() if each]


def _runs(session: Session, campaign_id: int) -> Sequence[Progress]:
    statement = (
        select(CampaignRun)
        .where(CampaignRun.campaign_id == campaign_id)
        .order_by(col(CampaignRun.slot).desc(), col(CampaignRun.id).desc())
        .limit(SHOWN_RUNS)
    )
    return [_progress(session, run) for run in session.exec(statement)]


def _progress(session: Session, run: CampaignRun) -> Progress:
    states: dict[DeliveryState, int] = {}
    held: dict[str, int] = {}
    for each in deliveries.counts(session, id_of(run)):
        if each.state in (DeliveryState.HELD_BACK, DeliveryState.DEFERRED):
            words = reason_words(each.reason)
            held[words] = held.get(words, 0) + each.deliveries
        else:
            states[each.state] = states.get(each.state, 0) + each.deliveries
    waiting = states.get(DeliveryState.POSTED, 0) + states.get(DeliveryState.GATHERED, 0)
    return Progress(
        run=run,
        sent=states.get(DeliveryState.SENT, 0),
        waiting=waiting,
        failed=states.get(DeliveryState.FAILED, 0),
        unknown=states.get(DeliveryState.UNKNOWN, 0),
        held_back=dict(sorted(held.items(), key=lambda each: -each[1])),
    )


def words_of(send: Send) -> str:
    """The first arm's words, for a list of steps."""
    return send.arms[0].content.text
