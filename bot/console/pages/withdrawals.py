"""Pages of withdrawals: what promoters ask for, and who lets it go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console import money_approval
from bot.console.money_approval import Approved, MoneyApproval
from bot.console.page import Page
from bot.console.pages.order_view import actor_name
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.written import in_yuan, minute
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from bot.staff.tables import Staff
from commerce.distribution import withdrawals
from commerce.distribution.tables import Promoter, Withdrawal, WithdrawalState
from commerce.errors import NotFound

MOST_CSV_ROWS: Final = 10_000
STATES: Final[Mapping[str, str]] = {
    WithdrawalState.ASKED: "待核准",
    WithdrawalState.APPROVED: "已核准",
    WithdrawalState.SENDING: "转账中",
    WithdrawalState.WAIT_CONFIRM: "等对方确认收款",
    WithdrawalState.PAID: "已到账",
    WithdrawalState.REFUSED: "已退回",
    WithdrawalState.FAILED: "没转成",
}
TONES: Final[Mapping[str, str]] = {
    WithdrawalState.ASKED: "warn",
    WithdrawalState.PAID: "good",
    WithdrawalState.REFUSED: "muted",
    WithdrawalState.FAILED: "bad",
}
SAID: Final[Mapping[Approved, str]] = {
    Approved.HALF: "已核准一次，还要另一位同事核准",
    Approved.WHOLE: "已核准，转账由后台发出",
}
CSV_HEADER: Final = (
    "提现号",
    "推广员",
    "顾客",
    "金额（元）",
    "手续费（元）",
    "到手（元）",
    "状态",
    "申请时间",
    "办完时间",
)


@dataclass(frozen=True, slots=True)
class WithdrawalRow:
    """A withdrawal in the list, or on its page."""

    withdrawal: Withdrawal
    code: str
    """Its promoter's."""
    state: str
    tone: str
    needs_two: bool
    approval: MoneyApproval | None
    first_name: str
    """Who said yes first."""
    decided_by: str

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.withdrawal.state == WithdrawalState.ASKED


async def show_list(page: Page) -> web.StreamResponse:
    """The withdrawals that are wanted, the newest first."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(_list, text, state, page.number)
    return page.html("pages/withdrawals.html", found=found, text=text, state=state, states=STATES)


async def export(page: Page) -> web.StreamResponse:
    """The same withdrawals as a spreadsheet."""
    rows = await page.read(_csv_rows, page.query("q"), page.query("state"))
    return page.csv("提现.csv", CSV_HEADER, rows)


async def show(page: Page) -> web.StreamResponse:
    """One withdrawal."""
    row = await page.read(_view, page.match("number"))
    return page.html("pages/withdrawal.html", row=row, most_alone=money_approval.ALONE_UP_TO)


async def approve(page: Page) -> web.StreamResponse:
    """Say yes: alone up to ¥200, above it as one of two."""
    number = page.match("number")
    done = await page.write(
        money_approval.approve,
        number,
        page.staff.id,
        page.now,
        did="withdrawal.approved",
        about={"withdrawal": number},
    )
    return page.go(f"/withdrawals/{number}", said=SAID[done])


async def take_back(page: Page) -> web.StreamResponse:
    """Whoever said yes first takes it back, as long as nobody else said so too."""
    number = page.match("number")
    await page.write(
        money_approval.take_back,
        number,
        page.staff.id,
        did="withdrawal.approval_taken_back",
        about={"withdrawal": number},
    )
    return page.go(f"/withdrawals/{number}", said="已撤回你的核准")


async def refuse(page: Page) -> web.StreamResponse:
    """Give the money back to the promoter's balance; they read why."""
    number, form = page.match("number"), await page.form()
    await page.write(
        _refuse,
        number,
        form.get("reason", ""),
        actor_of(page),
        page.now,
        did="withdrawal.refused",
        about={"withdrawal": number},
    )
    return page.go(f"/withdrawals/{number}", said="已退回到可提现佣金，推广员会看到原因")


def rows_of(session: Session, found: Sequence[Withdrawal]) -> list[WithdrawalRow]:
    """Withdrawals as the list shows them, in the order given."""
    owners = {each.customer_id for each in found}
    codes = dict(
        session.exec(
            select(Promoter.customer_id, Promoter.code).where(col(Promoter.customer_id).in_(owners))
        ).all()
    )
    wanted = col(MoneyApproval.withdrawal_no).in_([each.withdrawal_no for each in found])
    approvals = {
        each.withdrawal_no: each for each in session.exec(select(MoneyApproval).where(wanted))
    }
    names = dict(session.exec(select(Staff.id, Staff.name)).all())
    rows = []
    for each in found:
        approval = approvals.get(each.withdrawal_no)
        row = WithdrawalRow(
            withdrawal=each,
            code=codes.get(each.customer_id, ""),
            state=STATES[each.state],
            tone=TONES.get(each.state, "info"),
            needs_two=money_approval.needs_two(each),
            approval=approval,
            first_name="" if approval is None else names.get(approval.first_by, ""),
            decided_by=actor_name(each.decided_by) if each.decided_by else "",
        )
        rows.append(row)
    return rows


def _wanted(text: str, state: str) -> SelectOfScalar[Withdrawal]:
    statement = select(Withdrawal)
    if state in STATES:
        statement = statement.where(Withdrawal.state == state)
    written = text.strip().upper()
    if written:
        owners = select(Promoter.customer_id).where(Promoter.code == written)
        is_its = col(Withdrawal.withdrawal_no).startswith(written, autoescape=True)
        statement = statement.where(or_(is_its, col(Withdrawal.customer_id).in_(owners)))
    return statement.order_by(col(Withdrawal.id).desc())


def _list(session: Session, text: str, state: str, page: int) -> Paged[WithdrawalRow]:
    return paged_as(session, _wanted(text, state), page, rows_of)


def _view(session: Session, number: str) -> WithdrawalRow:
    found = withdrawals.find_withdrawal(session, number)
    if found is None:
        raise NotFound("没有这笔提现", number=number)
    (row,) = rows_of(session, [found])
    return row


def _refuse(session: Session, number: str, reason: str, actor: str, now: datetime) -> None:
    withdrawals.refuse(session, number, actor=actor, reason=reason, now=now)


def _csv_rows(session: Session, text: str, state: str) -> list[tuple[str, ...]]:
    found = session.exec(_wanted(text, state).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.withdrawal.withdrawal_no,
            row.code,
            f"顾客{row.withdrawal.customer_id}",
            in_yuan(row.withdrawal.amount),
            in_yuan(row.withdrawal.fee),
            in_yuan(row.withdrawal.net),
            row.state,
            minute(row.withdrawal.asked_at),
            minute(row.withdrawal.ended_at),
        )
        for row in rows_of(session, found)
    ]


_ONE: Final = "/withdrawals/{number:TX[0-9]{12}}"
ROUTES: Final = (
    Route("GET", "/withdrawals", Permission.PAY_OUT, show_list),
    Route("GET", "/withdrawals.csv", Permission.PAY_OUT, export),
    Route("GET", _ONE, Permission.PAY_OUT, show),
    Route("POST", f"{_ONE}/approval", Permission.PAY_OUT, approve),
    Route("POST", f"{_ONE}/approval/end", Permission.PAY_OUT, take_back),
    Route("POST", f"{_ONE}/refusal", Permission.PAY_OUT, refuse),
)
