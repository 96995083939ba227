"""The page of what does not agree: our books, orders and stock, and WeChat Pay's bills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages.order_view import actor_name
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.written import in_yuan, minute
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.reconciliation import findings
from commerce.reconciliation.tables import FindingKind, FindingState, ReconciliationFinding

MOST_CSV_ROWS: Final = 10_000
STATES: Final[Mapping[str, str]] = {
    FindingState.OPEN: "待核对",
    FindingState.ACCEPTED: "已核对，留着",
    FindingState.OVER: "已消失",
}
TONES: Final[Mapping[str, str]] = {FindingState.OPEN: "bad", FindingState.ACCEPTED: "warn"}
KINDS: Final[Mapping[str, str]] = {kind.value: name for kind, name in findings.NAMES.items()}
IN_PIECES: Final = (FindingKind.STOCK, FindingKind.RESERVATIONS, FindingKind.SET_ASIDE)
CSV_HEADER: Final = ("差异", "对象", "我们", "对方", "账单日", "状态", "发现", "处理人", "说明")


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in the list; amounts as people read them, fen or pieces."""

    finding: ReconciliationFinding
    name: str
    state: str
    tone: str
    ours: str
    theirs: str
    resolved_by: str


async def show_list(page: Page) -> web.StreamResponse:
    """The findings that are wanted, the oldest first."""
    wanted = _asked(page)
    found = await page.read(_list, *wanted, page.number)
    text, state, kind = wanted
    return page.html(
        "pages/findings.html",
        found=found,
        text=text,
        state=state,
        kind=kind,
        states=STATES,
        kinds=KINDS,
    )


async def export(page: Page) -> web.StreamResponse:
    """The same findings as a spreadsheet."""
    rows = await page.read(_csv_rows, *_asked(page))
    return page.csv("对账差异", CSV_HEADER, rows)


async def accept(page: Page) -> web.StreamResponse:
    """Somebody has looked at it and leaves it as it is, with a note."""
    finding_id, form = int(page.match("finding")), await page.form()
    await page.write(
        _accept,
        finding_id,
        form.get("note", ""),
        actor_of(page),
        page.now,
        did="finding.accepted",
        about={"finding": finding_id},
    )
    return page.go("/reconciliation", said="已记下，金额再变时会重新列出来")


def rows_of(_session: Session, found: Sequence[ReconciliationFinding]) -> list[FindingRow]:
    """Findings as the list shows them, in the order given."""
    return [
        FindingRow(
            finding=each,
            name=KINDS.get(each.kind, each.kind),
            state=STATES[each.state],
            tone=TONES.get(each.state, "muted"),
            ours=_amount(each.kind, each.ours),
            theirs=_amount(each.kind, each.theirs),
            resolved_by=actor_name(each.resolved_by) if each.resolved_by else "",
        )
        for each in found
    ]


def _asked(page: Page) -> tuple[str, str, str]:
    return page.query("q"), page.query("state", FindingState.OPEN), page.query("kind")


def _wanted(text: str, state: str, kind: str) -> SelectOfScalar[ReconciliationFinding]:
    row = ReconciliationFinding
    statement = select(row)
    if state in STATES:
        statement = statement.where(row.state == state)
    if kind in KINDS:
        statement = statement.where(row.kind == kind)
    if text:
        statement = statement.where(col(row.subject).contains(text, autoescape=True))
    return statement.order_by(col(row.first_seen_at), col(row.id))


def _list(session: Session, text: str, state: str, kind: str, page: int) -> Paged[FindingRow]:
    return paged_as(session, _wanted(text, state, kind), page, rows_of)


def _accept(session: Session, finding_id: int, note: str, actor: str, now: datetime) -> None:
    findings.accept(session, finding_id, actor=actor, note=note, now=now)


def _amount(kind: str, amount: int | None) -> str:
    if amount is None:
        return "—"
    return f"{amount}件" if kind in IN_PIECES else f"¥{in_yuan(amount)}"


def _csv_rows(session: Session, text: str, state: str, kind: str) -> list[tuple[str, ...]]:
    found = session.exec(_wanted(text, state, kind).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.name,
            row.finding.subject,
            row.ours,
            row.theirs,
            "" if row.finding.day is None else row.finding.day.isoformat(),
            row.state,
            minute(row.finding.first_seen_at),
            row.resolved_by,
            row.finding.resolution,
        )
        for row in rows_of(session, found)
    ]


ROUTES: Final = (
    Route("GET", "/reconciliation", Permission.MEND, show_list),
    Route("GET", "/reconciliation.csv", Permission.EXPORT, export),
    Route("POST", "/reconciliation/{finding:[0-9]{1,9}}/end", Permission.PAY_OUT, accept),
)
