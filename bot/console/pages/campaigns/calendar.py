"""The calendar of campaigns: what will go out on which day, and what went."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.campaigns.words import AUDIENCES
from bot.console.pages.written import begin_of, end_of, find_day
from campaigns import plans
from campaigns.shapes import NODES, PLAN, Send, SopPlan
from campaigns.steering import STANDING
from campaigns.tables import Campaign, CampaignRun, CampaignState, RunState
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI

WEEK: Final = tuple("一二三四五六日")
MOST_OF_A_DAY: Final = 8
"""Lines of one day; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that goes out, or went. `tone` is `went`, `stopped`, or empty for what comes."""

    at: datetime
    campaign_id: int
    name: str
    audience: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the grid."""

    day: date
    is_other: bool
    """Of the month before or after."""
    lines: Sequence[Line]
    more: int


async def show(page: Page) -> web.StreamResponse:
    """A month of Shanghai's days."""
    today = page.now.astimezone(SHANGHAI).date()
    first = (find_day(f"{page.query('month')}-01") or today).replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    days = [day for week in weeks for day in week]
    lines = await page.read(_lines, begin_of(days[0]), end_of(days[-1]), page.now)
    return page.html(
        "campaigns/calendar.html",
        title="营销日历",
        first=first,
        today=today,
        before=first - timedelta(days=1),
        after=(first + timedelta(days=31)).replace(day=1),
        week=WEEK,
        days=[_day(day, first, lines.get(day, ())) for day in days],
        has_any=any(day.month == first.month for day in lines),
    )


def _day(day: date, first: date, lines: Sequence[Line]) -> Day:
    shown = lines[:MOST_OF_A_DAY]
    return Day(day, day.month != first.month, shown, len(lines) - len(shown))


def _lines(
    session: Session, begin: datetime, end: datetime, now: datetime
) -> Mapping[date, Sequence[Line]]:
    """By day in Shanghai, each day's in order."""
    found = [*_went(session, begin, end), *_coming(session, max(begin, now), end)]
    by_day: dict[date, list[Line]] = {}
    for line in sorted(found, key=lambda each: (each.at, each.campaign_id)):
        by_day.setdefault(line.at.astimezone(SHANGHAI).date(), []).append(line)
    return by_day


def _went(session: Session, begin: datetime, end: datetime) -> Sequence[Line]:
    statement = (
        select(CampaignRun, Campaign)
        .join(Campaign, col(Campaign.id) == col(CampaignRun.campaign_id))
        .where(
            col(CampaignRun.slot) >= begin,
            col(CampaignRun.slot) < end,
            col(Campaign.kind).not_in([kind.value for kind in STANDING]),
        )
    )
    return [
        _line(campaign, run.slot, "stopped" if run.state == RunState.STOPPED else "went")
        for run, campaign in session.exec(statement)
    ]


def _coming(session: Session, begin: datetime, end: datetime) -> Sequence[Line]:
    active = select(Campaign).where(Campaign.state == CampaignState.ACTIVE)
    lines: list[Line] = []
    for campaign in session.exec(active):
        plan = PLAN.validate_python(campaign.plan)
        if isinstance(plan, SopPlan):
            moments = _dated(campaign, plan, begin, end)
        else:
            moments = plans.moments(session, plan, begin, end)
        lines += [_line(campaign, moment) for moment in moments]
    return lines


def _dated(campaign: Campaign, plan: SopPlan, begin: datetime, end: datetime) -> list[datetime]:
    """Of a SOP what falls on the same day for all; the rest depends on when each began."""
    moments: list[datetime] = []
    for node in NODES.validate_python(campaign.nodes):
        if not isinstance(node, Send) or node.at is None:
            continue
        day = node.at.on
        if day is None and not plan.from_each and node.at.day is not None:
            day = plan.from_day + timedelta(days=node.at.day)
        if day is not None:
            moments.append(datetime.combine(day, node.at.time, SHANGHAI))
    return [each for each in moments if begin < each < end]


def _line(campaign: Campaign, at: datetime, tone: str = "") -> Line:
    return Line(at, id_of(campaign), campaign.name, AUDIENCES[campaign.audience], tone)
