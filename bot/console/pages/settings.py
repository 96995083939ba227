"""How customers are received: rules of takeover, opening hours, days that are otherwise."""

from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages.written import find_day
from bot.console.pages.written_hours import read_week, write_week
from bot.console.route import Route
from bot.handover import terms
from bot.handover.terms import PLACES, TermsChange
from bot.staff.permissions import Permission
from commerce.calendar import hours
from commerce.calendar.hours import OpeningHours
from commerce.calendar.tables import HolidayOverride
from commerce.errors import InvalidInput
from commerce.shanghai import SHANGHAI

PATH: Final = "/settings"
DAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_MINUTES: Final = (
    "reply_within_minutes",
    "ends_after_minutes",
    "first_response_minutes",
    "next_response_minutes",
    "resolution_minutes",
)
LONGEST_NOTE: Final = 40


async def show(page: Page) -> web.StreamResponse:
    """All of it on one page."""
    rules, week, days = await page.read(_read)
    return page.html(
        "settings/show.html",
        title="接待设置",
        terms=rules,
        places=list(PLACES.items()),
        week=[(str(n), name, write_week(week.week, n)) for n, name in enumerate(DAYS)],
        days=days,
        is_open=week.is_open(page.now),
        today=page.now.astimezone(SHANGHAI).date(),
    )


async def save_terms(page: Page) -> web.StreamResponse:
    """Change the rules of takeover."""
    form = await page.form()
    change: TermsChange = {
        "auto_assign": form.get("auto_assign") == "yes",
        "vip_level": form.get("vip_level", "").strip()[:32],
        "large_cart_fen": _whole(form.get("large_cart_yuan", ""), "large_cart_yuan") * 100,
        "kf_place": form.get("kf_place", ""),
        "out_of_hours_words": form.get("out_of_hours_words", "").strip(),
    }
    for name in _MINUTES:
        change[name] = _whole(form.get(name, ""), name)

    def rewrite(session: Session) -> dict[str, object]:
        before = terms.get_terms(session).model_dump()
        after = terms.set_terms(session, **change).model_dump()
        changed = [name for name in after if after[name] != before[name]]
        return {
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }

    await page.write(rewrite, did="terms.saved", about=lambda said: said)
    return page.go(PATH)


async def save_hours(page: Page) -> web.StreamResponse:
    """Change the week's hours; a week without any is open round the clock."""
    form = await page.form()
    week = {n: read_week(form.get(f"day{n}", ""), f"day{n}") for n in range(len(DAYS))}
    about = {"after": {str(n): write_week(week, n) for n in week}}
    await page.write(hours.set_week, week, did="hours.saved", about=about)
    return page.go(PATH)


async def save_day(page: Page) -> web.StreamResponse:
    """Say that the shop works on a day, does not, or does as the calendar says."""
    form = await page.form()
    day = find_day(form.get("day", ""))
    if day is None:
        raise InvalidInput("请选一个日期", field="day")
    works = {"work": True, "off": False, "calendar": None}.get(form.get("kind", ""))
    note = form.get("note", "").strip()[:LONGEST_NOTE]
    about = {"day": day.isoformat(), "works": works}
    await page.write(hours.set_override, day, works, note, did="holiday.saved", about=about)
    return page.go(PATH)


def _read(session: Session) -> tuple[object, OpeningHours, list[HolidayOverride]]:
    return terms.get_terms(session), hours.get_hours(session), hours.list_overrides(session)


def _whole(written: str, field: str) -> int:
    said = written.strip() or "0"
    if not (said.isascii() and said.isdigit() and len(said) < 8):
        raise InvalidInput("请填整数", field=field)
    return int(said)


ROUTES: Final = (
    Route("GET", PATH, Permission.MANAGE_SETTINGS, show),
    Route("POST", f"{PATH}/terms", Permission.MANAGE_SETTINGS, save_terms),
    Route("POST", f"{PATH}/hours", Permission.MANAGE_SETTINGS, save_hours),
    Route("POST", f"{PATH}/days", Permission.MANAGE_SETTINGS, save_day),
)
