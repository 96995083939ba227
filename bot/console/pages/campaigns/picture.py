"""A journey drawn as a picture: its steps, the ways between them, and how many went each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, func, select

from bot.console.page import Page
from bot.console.pages.campaigns import flow
from bot.console.pages.campaigns.flow import Box, Flow, is_end, lay_out
from bot.console.pages.campaigns.plan_words import ENDS, plan_words, span
from bot.console.pages.campaigns.viewing import number_of
from campaigns import drafts
from campaigns.journeys import ending
from campaigns.journeys.drawing import Counts, counts
from campaigns.journeys.tables import JourneyEntry, JourneyMove
from campaigns.segments.describing import describe
from campaigns.segments.rules import read_rule
from campaigns.shapes import NODES, PLAN, At, Condition, Node, Send, Wait
from campaigns.tables import Campaign, CampaignKind
from commerce.errors import NotFound

ENDS_EARLY: Final[Mapping[str, str]] = {
    **ENDS,
    ending.OVER: "不再是那么回事了（购物车清空、订单已付等）",
    ending.STOPPED: "活动停止",
}
SHORT: Final = 16
"""Characters that fit into a box."""
KINDS_DRAWN: Final = (CampaignKind.JOURNEY, CampaignKind.SOP)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box with its words."""

    box: Box
    tone: str
    """`send`, `wait`, `condition`, `start` or `end`."""
    title: str
    words: str
    count: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What the page draws."""

    campaign: Campaign
    plan: str
    flow: Flow
    boxes: list[Drawn]
    ways: Mapping[str, str]
    """The words of a way, by its begin and label."""
    ends: Sequence[tuple[str, int]]
    """Why some left early, and how many, the commonest first."""


async def show(page: Page) -> web.StreamResponse:
    """The picture of one campaign's steps, with how many took each."""
    drawn = await page.read(_draw, number_of(page))
    return page.html(
        "campaigns/picture.html",
        title=f"{drawn.campaign.name} 流程图",
        each=drawn.campaign,
        drawn=drawn,
        wide=flow.WIDE,
        high=flow.HIGH,
    )


def _draw(session: Session, campaign_id: int) -> Picture:
    campaign = drafts.get(session, campaign_id)
    if campaign.kind not in KINDS_DRAWN:
        raise NotFound("只有旅程和SOP有流程图")
    nodes = NODES.validate_python(campaign.nodes)
    plan = plan_words(PLAN.validate_python(campaign.plan))
    laid, moves = lay_out(nodes), _moves(session, campaign_id)
    standing = counts(session, campaign_id)
    places = {node.id: place for place, node in enumerate(nodes, 1)}
    boxes = []
    for box in laid.boxes:
        if box.node is not None:
            title = f"{places[box.key]}. {_title(box.node)}"
            words = _short(_words(session, box.node))
            count = _count(moves, standing.get(box.key, Counts()), box.key)
            boxes.append(Drawn(box, box.node.kind, title, words, count))
        elif is_end(box):
            boxes.append(Drawn(box, "end", "结束", "", ""))
        else:
            entered = f"进来过 {_entered(session, campaign_id)}"
            boxes.append(Drawn(box, "start", "开始", _short(plan), entered))
    ways = {
        f"{way.begin.key}{way.label}": f"{YES_NO[way.label]} {moves[way.begin.key, way.label]}"
        for way in laid.ways
        if way.label
    }
    early: Counter[str] = Counter()
    for each in standing.values():
        early.update(each.reasons)
    ends = [(ENDS_EARLY.get(why, why), number) for why, number in early.most_common()]
    return Picture(campaign, plan, laid, boxes, ways, ends)


def _entered(session: Session, campaign_id: int) -> int:
    statement = select(func.count()).where(JourneyEntry.campaign_id == campaign_id)
    return session.exec(statement).one()


def _moves(session: Session, campaign_id: int) -> Counter[tuple[str, str]]:
    """By node and outcome, without the reason."""
    statement = (
        select(JourneyMove.node, JourneyMove.outcome, func.count())
        .join(JourneyEntry, col(JourneyEntry.id) == col(JourneyMove.entry_id))
        .where(JourneyEntry.campaign_id == campaign_id)
        .group_by(col(JourneyMove.node), col(JourneyMove.outcome))
    )
    found: Counter[tuple[str, str]] = Counter()
    for node, outcome, count in session.exec(statement):
        found[node, outcome.partition(":")[0]] += count
    return found


def _count(moves: Counter[tuple[str, str]], standing: Counts, node: str) -> str:
    told = [
        f"{words} {moves[node, outcome]}"
        for outcome, words in OUTCOMES.items()
        if moves[node, outcome]
    ]
    told += [f"提前结束 {standing.ended}"] if standing.ended else []
    told += [f"停在这里 {standing.there}"] if standing.there else []
    return "，".join(told)


def _title(node: Node) -> str:
    match node:
        case Send():
            at = "" if node.at is None else f"{_at(node.at)} "
            return f"{at}发消息"
        case Wait():
            return "等一会儿"
        case Condition():
            return "看情况"


def _words(session: Session, node: Node) -> str:
    match node:
        case Send():
            content = node.arms[0].content
            return content.text or f"{len(content.attachments)}个附件"
        case Wait():
            until = f"到{node.until:%H:%M}" if node.until else ""
            return f"{span(node.minutes) if node.minutes else ''}{until}"
        case Condition():
            return describe(session, read_rule(node.rule))


def _at(at: At) -> str:
    day = f"{at.on:%m-%d}" if at.on is not None else f"第{at.day}天"
    return f"{day} {at.time:%H:%M}"


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"


OUTCOMES: Final[Mapping[str, str]] = {
    "sent": "已发",
    "held_back": "没有发",
    "failed": "失败",
    "missed": "错过",
    "waited": "等过",
}
YES_NO: Final[Mapping[str, str]] = {"yes": "符合", "no": "不符合"}
