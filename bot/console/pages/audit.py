"""The log of what people did: searched, and checked for tampering."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.audit_words import said_of
from bot.console.page import Page
from bot.console.pages.written import begin_of, end_of, find_day, find_id
from bot.console.paging import Paged, page_of
from bot.console.route import Route
from bot.staff import audit, people
from bot.staff.audit_tables import AuditEntry
from bot.staff.permissions import Permission
from bot.staff.tables import Staff
from commerce.shanghai import SHANGHAI

PATH: Final = "/audit"
MOST_EXPORTED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Search:
    """What of the log is looked for; empty leaves it open."""

    q: str = ""
    """The beginning of what was done, or a number that it was about."""
    staff_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as people read it."""

    id: int
    at: datetime
    who: str
    did: str
    words: str
    about: Mapping[str, Any]
    address: str

    @property
    def written(self) -> str:
        """What it was about, in one line."""
        return json.dumps(dict(self.about), ensure_ascii=False) if self.about else ""


async def show_list(page: Page) -> web.StreamResponse:
    """The newest first."""
    search = _search(page)
    found = await page.read(list_lines, search, page.number)
    everybody = await page.read(people.list_all)
    options = [("", "所有人"), *((each.id, each.name) for each in everybody)]
    return page.html(
        "audit/list.html", title="操作记录", lines=found, search=search, people=options
    )


async def export(page: Page) -> web.StreamResponse:
    """What was searched for, as a table."""
    lines = await page.read(_lines_to_export, _search(page))
    header = ("编号", "时间", "谁", "做了什么", "动作", "详情", "地址")
    rows = (
        (
            each.id,
            each.at.astimezone(SHANGHAI).isoformat(sep=" ", timespec="seconds"),
            each.who,
            each.words,
            each.did,
            each.written,
            each.address,
        )
        for each in lines
    )
    return page.csv("操作记录", header, rows)


async def check(page: Page) -> web.StreamResponse:
    """Recompute the chain."""
    verdict = await page.read(audit.verify, page.desk.sealer)
    return page.fragment("audit/_verdict.html", verdict=verdict)


def list_lines(session: Session, search: Search, number: int) -> Paged[Line]:
    """One page of what was searched for."""
    found = page_of(session, _statement(search), number)
    names = _names(session)
    lines = [_line(each, names) for each in found.items]
    return Paged(lines, found.page, found.pages, found.total)


def _lines_to_export(session: Session, search: Search) -> list[Line]:
    names = _names(session)
    entries = session.exec(_statement(search).limit(MOST_EXPORTED)).all()
    return [_line(each, names) for each in entries]


def _statement(search: Search) -> Any:
    statement = select(AuditEntry).order_by(col(AuditEntry.id).desc())
    if search.q:
        statement = statement.where(col(AuditEntry.did).startswith(search.q, autoescape=True))
    if search.staff_id is not None:
        statement = statement.where(AuditEntry.staff_id == search.staff_id)
    if search.since is not None:
        statement = statement.where(col(AuditEntry.at) >= begin_of(search.since))
    if search.until is not None:
        statement = statement.where(col(AuditEntry.at) < end_of(search.until))
    return statement


def _search(page: Page) -> Search:
    return Search(
        q=page.query("q")[:64],
        staff_id=find_id(page.query("staff")),
        since=find_day(page.query("since")),
        until=find_day(page.query("until")),
    )


def _names(session: Session) -> dict[int | None, str]:
    return {each.id: each.name for each in session.exec(select(Staff))}


def _line(entry: AuditEntry, names: Mapping[int | None, str]) -> Line:
    unnamed = "命令行" if entry.address == audit.COMMAND_LINE.address else "未登录"
    return Line(
        id=entry.id,
        at=entry.at,
        who=names.get(entry.staff_id, unnamed),
        did=entry.did,
        words=said_of(entry.did),
        about=entry.about,
        address=entry.address,
    )


ROUTES: Final = (
    Route("GET", PATH, Permission.READ_AUDIT, show_list),
    Route("GET", f"{PATH}.csv", Permission.READ_AUDIT, export),
    Route("GET", f"{PATH}/check", Permission.READ_AUDIT, check),
)
