"""The calendar of campaigns: what will go out on which day, and what went."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages.campaigns.words import AUDIENCES, RUN_STATES
from bot.console.pages.written import find_day
from campaigns.calendar import Outlook, Planned, WentOut, planned, went_out
from campaigns.tables import RunState
from commerce.shanghai import SHANGHAI

WEEK: Final = tuple("一二三四五六日")
MOST_OF_A_DAY: Final = 8
"""Lines of one day; the rest is counted."""
OUTLOOKS: Final[Mapping[Outlook, str]] = {
    Outlook.EXPECTED: "到时候会发",
    Outlook.PAUSED: "暂停着，继续后才会发",
    Outlook.DRAFT: "还是草稿，启用后才会发",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something that goes out, or went. `tone` is `went`, `stopped`, `maybe` for what somebody has
    to let go first, or empty for what comes."""

    at: datetime
    campaign_id: int
    name: str
    about: str
    """To whom, and what else there is to know."""
    tone: str


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
    lines = await page.read(_lines, days[0], days[-1], page.now)
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
    session: Session, first: date, last: date, now: datetime
) -> Mapping[date, Sequence[Line]]:
    """By day in Shanghai, each day's in order."""
    found = [_past(each) for each in went_out(session, first, last)]
    found += [_coming(each) for each in planned(session, first, last, now)]
    by_day: dict[date, list[Line]] = {}
    for line in sorted(found, key=lambda each: (each.at, each.campaign_id)):
        by_day.setdefault(line.at.astimezone(SHANGHAI).date(), []).append(line)
    return by_day


def _past(each: WentOut) -> Line:
    tone = "stopped" if each.state == RunState.STOPPED else "went"
    about = f"{RUN_STATES[each.state][0]}{f'，{each.reason}' if each.reason else ''}"
    return Line(each.at, each.campaign_id, each.name, f"{AUDIENCES[each.audience]}，{about}", tone)


def _coming(each: Planned) -> Line:
    tone = "" if each.outlook is Outlook.EXPECTED else "maybe"
    about = [AUDIENCES[each.audience], OUTLOOKS[each.outlook]]
    about += [f"{each.recipients}个等着收"] if each.recipients else []
    if each.leaves_at != each.at:
        about.append(f"免打扰，{each.leaves_at.astimezone(SHANGHAI):%H:%M}发出")
    return Line(each.at, each.campaign_id, each.name, "，".join(about), tone)
