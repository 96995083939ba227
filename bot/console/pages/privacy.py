"""The page of requests about personal data, each with the day by which it must be answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.written import minute
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.privacy import requests
from commerce.privacy.tables import PrivacyKind, PrivacyRequest, PrivacyState

SOON: Final = timedelta(days=3)
KINDS: Final[Mapping[str, str]] = {
    PrivacyKind.EXPORT: "要一份自己的资料",
    PrivacyKind.ERASE: "删除个人信息",
    PrivacyKind.CLOSE_ACCOUNT: "注销账号",
}
STATES: Final[Mapping[str, str]] = {
    PrivacyState.RECEIVED: "待办",
    PrivacyState.DONE: "已办完",
    PrivacyState.WITHDRAWN: "已撤回",
}
CSV_HEADER: Final = ("申请号", "顾客", "内容", "状态", "收到", "最晚答复", "办完")


@dataclass(frozen=True, slots=True)
class PrivacyRow:
    """A request in the list; `tone` is red once it is late and yellow when it soon is."""

    request: PrivacyRequest
    kind: str
    state: str
    tone: str
    days_left: int | None
    """Until it must be answered, below zero when it is late; None once it is over."""


async def show_list(page: Page) -> web.StreamResponse:
    """The requests that are wanted, the most urgent first."""
    text, state = page.query("q"), page.query("state", PrivacyState.RECEIVED)
    found = await page.read(_list, text, state, page.number, page.now)
    return page.html("pages/privacy.html", found=found, text=text, state=state, states=STATES)


async def export(page: Page) -> web.StreamResponse:
    """The same requests as a spreadsheet."""
    state = page.query("state", PrivacyState.RECEIVED)
    rows = await page.read(_csv_rows, page.query("q"), state, page.now)
    return page.csv("个人信息申请.csv", CSV_HEADER, rows)


async def finish(page: Page) -> web.StreamResponse:
    """What was asked for has been done; the customer is told."""
    number = page.match("number")
    await page.write(
        _finish,
        number,
        actor_of(page),
        page.now,
        did="privacy.finished",
        about={"request": number},
    )
    return page.go("/privacy", said="已办完，顾客会收到通知")


def _wanted(text: str, state: str) -> Any:
    statement = select(PrivacyRequest)
    if state in STATES:
        statement = statement.where(PrivacyRequest.state == state)
    if text.strip():
        number = text.strip().upper()
        statement = statement.where(
            col(PrivacyRequest.request_no).startswith(number, autoescape=True)
        )
    return statement.order_by(col(PrivacyRequest.due_at), col(PrivacyRequest.id))


def _rows(found: Sequence[PrivacyRequest], now: datetime) -> list[PrivacyRow]:
    return [_row(request, now) for request in found]


def _row(request: PrivacyRequest, now: datetime) -> PrivacyRow:
    left = request.due_at - now
    is_open = request.state == PrivacyState.RECEIVED
    tone = "muted"
    if is_open:
        tone = "bad" if left < timedelta(0) else "warn" if left <= SOON else "info"
    days = left.days if is_open else None
    return PrivacyRow(request, KINDS[request.kind], STATES[request.state], tone, days)


def _list(session: Session, text: str, state: str, page: int, now: datetime) -> Paged[PrivacyRow]:
    return paged_as(session, _wanted(text, state), page, lambda _, found: _rows(found, now))


def _csv_rows(session: Session, text: str, state: str, now: datetime) -> list[tuple[str, ...]]:
    return [
        (
            row.request.request_no,
            f"顾客{row.request.customer_id}",
            row.kind,
            row.state,
            minute(row.request.received_at),
            minute(row.request.due_at),
            minute(row.request.finished_at),
        )
        for row in _rows(session.exec(_wanted(text, state)).all(), now)
    ]


def _finish(session: Session, number: str, actor: str, now: datetime) -> None:
    requests.finish(session, number, actor=actor, now=now)


_DECIDE: Final = Permission.DECIDE_AFTER_SALE
ROUTES: Final = (
    Route("GET", "/privacy", _DECIDE, show_list),
    Route("GET", "/privacy.csv", Permission.EXPORT, export),
    Route("POST", "/privacy/{number:GR[0-9]{12}}/end", _DECIDE, finish),
)
