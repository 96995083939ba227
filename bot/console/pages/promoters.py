"""Pages of promoters: who brings customers, what that earned, and how the shop decides on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.withdrawals import WithdrawalRow
from bot.console.pages.withdrawals import rows_of as withdrawal_rows
from bot.console.pages.written import find_id, in_yuan, minute, number
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.distribution import bindings, chain, promoters, statements
from commerce.distribution.statements import Line, Standing
from commerce.distribution.tables import (
    BindingChange,
    JoinedCode,
    MonthlyStatement,
    Promoter,
    PromoterState,
)
from commerce.distribution.withdrawals import list_own

MOST_CSV_ROWS: Final = 2_000
LONGEST_CHAIN: Final = 10
STATES: Final[Mapping[str, str]] = {
    PromoterState.ACTIVE: "推广中",
    PromoterState.STOPPED: "已停用",
}
SOURCES: Final[Mapping[str, str]] = {
    "qr": "扫码",
    "link": "链接",
    "mini_program": "小程序",
    "chat": "聊天",
    "merge": "合并顾客",
}
CSV_HEADER: Final = (
    "推广码",
    "顾客",
    "状态",
    "开始时间",
    "带来的顾客",
    "待结算（元）",
    "可提现（元）",
    "提现中（元）",
    "已提现（元）",
)


@dataclass(frozen=True, slots=True)
class PromoterRow:
    """A promoter in the list."""

    promoter: Promoter
    state: str
    brought: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class PromoterSeen:
    """A promoter as their page shows them. `above` is who brought them, then who brought those."""

    row: PromoterRow
    codes: Sequence[str]
    """Printed ones of records that proved to be theirs."""
    above: Sequence[int]
    changes: Sequence[BindingChange]
    lines: Sequence[Line]
    withdrawals: Sequence[WithdrawalRow]
    months: Sequence[MonthlyStatement]


async def show_list(page: Page) -> web.StreamResponse:
    """The promoters that are wanted, the newest first."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(_list, text, state, page.number, page.now)
    return page.html("pages/promoters.html", found=found, text=text, state=state, states=STATES)


async def export(page: Page) -> web.StreamResponse:
    """The same promoters as a spreadsheet."""
    rows = await page.read(_csv_rows, page.query("q"), page.query("state"), page.now)
    return page.csv("推广员", CSV_HEADER, rows)


async def show(page: Page) -> web.StreamResponse:
    """One promoter: what they have, who brought them, what moved."""
    seen = await page.read(_view, int(page.match("customer")), page.now)
    return page.html("pages/promoter.html", seen=seen)


async def show_customer(page: Page) -> web.StreamResponse:
    """By whom a customer is bound, and was before."""
    customer_id = number(page.query("customer", "0"), "顾客编号", "customer")
    changes, upline = await page.read(_bindings_of, customer_id, page.now)
    return page.html(
        "pages/promoter_bindings.html",
        customer_id=customer_id,
        changes=changes,
        upline=upline,
        sources=SOURCES,
    )


async def appoint(page: Page) -> web.StreamResponse:
    """Make a customer a promoter, or one who was stopped an active one again."""
    form = await page.form()
    customer_id = number(form.get("customer", ""), "顾客编号", "customer")
    await page.write(
        _appoint,
        customer_id,
        form.get("reason", ""),
        actor_of(page),
        page.now,
        did="promoter.appointed",
        about={"customer": customer_id},
    )
    return page.go(f"/distribution/{customer_id}", said="已成为推广员")


async def stop(page: Page) -> web.StreamResponse:
    """From now on they earn nothing by new orders; what was earned stays theirs."""
    customer_id, form = int(page.match("customer")), await page.form()
    await page.write(
        _stop,
        customer_id,
        form.get("reason", ""),
        actor_of(page),
        page.now,
        did="promoter.stopped",
        about={"customer": customer_id},
    )
    return page.go(f"/distribution/{customer_id}", said="已停用，之前赚的照样可以提现")


def _rows(session: Session, found: Sequence[Promoter], now: datetime) -> list[PromoterRow]:
    return [_row(session, each, now) for each in found]


def _row(session: Session, promoter: Promoter, now: datetime) -> PromoterRow:
    return PromoterRow(
        promoter=promoter,
        state=STATES[promoter.state],
        brought=promoters.count_brought(session, promoter.customer_id, now),
        standing=statements.standing(session, promoter.customer_id, now),
    )


def _wanted(text: str, state: str) -> SelectOfScalar[Promoter]:
    statement = select(Promoter)
    if state in STATES:
        statement = statement.where(Promoter.state == state)
    if text:
        written = text.upper()
        joined = select(JoinedCode.promoter_id).where(JoinedCode.code == written)
        found = [col(Promoter.code) == written, col(Promoter.id).in_(joined)]
        if (customer_id := find_id(text)) is not None:
            found.append(col(Promoter.customer_id) == customer_id)
        statement = statement.where(or_(*found))
    return statement.order_by(col(Promoter.id).desc())


def _list(session: Session, text: str, state: str, page: int, now: datetime) -> Paged[PromoterRow]:
    return paged_as(session, _wanted(text, state), page, lambda of, found: _rows(of, found, now))


def _view(session: Session, customer_id: int, now: datetime) -> PromoterSeen:
    promoter = promoters.get_promoter(session, customer_id)
    own = promoter.customer_id
    months = select(MonthlyStatement).where(MonthlyStatement.customer_id == own)
    return PromoterSeen(
        row=_row(session, promoter, now),
        codes=session.exec(
            select(JoinedCode.code).where(JoinedCode.promoter_id == promoter.id)
        ).all(),
        above=_above(session, own, now),
        changes=bindings.list_changes(session, own),
        lines=statements.list_lines(session, own, limit=20),
        withdrawals=withdrawal_rows(session, list_own(session, own)),
        months=session.exec(months.order_by(col(MonthlyStatement.month).desc()).limit(12)).all(),
    )


def _above(session: Session, customer_id: int, now: datetime) -> list[int]:
    """Who brought the customer, then who brought those, as far as bindings are in force."""
    passed: list[int] = []
    present = chain.find_upline(session, customer_id, now)
    while present is not None and present not in passed and len(passed) < LONGEST_CHAIN:
        passed.append(present)
        present = chain.find_upline(session, present, now)
    return passed


def _bindings_of(
    session: Session, customer_id: int, now: datetime
) -> tuple[Sequence[BindingChange], int | None]:
    upline = bindings.find_promoter_of(session, customer_id, now)
    return bindings.list_changes(session, customer_id), upline


def _appoint(session: Session, customer_id: int, reason: str, actor: str, now: datetime) -> None:
    promoters.appoint(session, customer_id, actor=actor, reason=reason, now=now)


def _stop(session: Session, customer_id: int, reason: str, actor: str, now: datetime) -> None:
    promoters.stop(session, customer_id, actor=actor, reason=reason, now=now)


def _csv_rows(session: Session, text: str, state: str, now: datetime) -> list[tuple[str, ...]]:
    found = session.exec(_wanted(text, state).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.promoter.code,
            f"顾客{row.promoter.customer_id}",
            row.state,
            minute(row.promoter.since),
            str(row.brought),
            in_yuan(row.standing.pending),
            in_yuan(row.standing.available),
            in_yuan(row.standing.in_transit),
            in_yuan(row.standing.withdrawn),
        )
        for row in _rows(session, found, now)
    ]


_ONE: Final = "/distribution/{customer:[0-9]{1,9}}"
_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", "/distribution", Permission.READ_FIGURES, show_list),
    Route("GET", "/distribution.csv", Permission.EXPORT, export),
    Route("GET", "/distribution/bindings", Permission.READ_FIGURES, show_customer),
    Route("POST", "/distribution", _EDIT, appoint),
    Route("GET", _ONE, Permission.READ_FIGURES, show),
    Route("POST", f"{_ONE}/end", _EDIT, stop),
)
