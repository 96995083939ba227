"""The page of invoices that wait to be issued or taken back, and of those that were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot import invoices
from bot.console.page import Page
from bot.console.pages.shown import paged_as
from bot.console.pages.written import fen, in_yuan, minute
from bot.console.paging import Paged
from bot.console.route import Route
from bot.invoices import Waiting
from bot.staff.permissions import Permission
from commerce.invoices.requests import read_details
from commerce.invoices.tables import Invoice, InvoiceState, TitleKind
from commerce.ordering.tables import Order
from commerce.sealing import Sealer

MOST_CSV_ROWS: Final = 10_000
STATES: Final[Mapping[str, str]] = {
    InvoiceState.REQUESTED: "待开",
    InvoiceState.ISSUED: "已开",
    InvoiceState.SENT: "已开，已告诉顾客",
    InvoiceState.REFUSED: "不开",
    InvoiceState.FLUSHING: "待冲红",
    InvoiceState.RED_FLUSHED: "已冲红",
}
TONES: Final[Mapping[str, str]] = {
    InvoiceState.REQUESTED: "warn",
    InvoiceState.FLUSHING: "warn",
    InvoiceState.ISSUED: "good",
    InvoiceState.SENT: "good",
}
KINDS: Final[Mapping[str, str]] = {TitleKind.PERSONAL: "个人", TitleKind.COMPANY: "公司"}
CSV_HEADER: Final = (
    "订单号",
    "抬头类型",
    "抬头",
    "税号",
    "邮箱",
    "金额（元）",
    "状态",
    "申请",
    "发票号码",
)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in the list, opened for those who issue it."""

    invoice: Invoice
    order_no: str
    kind: str
    title: str
    tax_no: str
    email: str
    state: str
    tone: str


async def show_list(page: Page) -> web.StreamResponse:
    """What waits to be done, with all that has to be typed; and the invoices that are wanted."""
    state, text = page.query("state"), page.query("q")
    waiting, found = await page.read(_list, page.desk.sealer, state, text, page.number)
    return page.html(
        "pages/invoices.html",
        waiting=waiting,
        found=found,
        state=state,
        text=text,
        states=STATES,
        kinds=KINDS,
        in_yuan=in_yuan,
    )


async def export(page: Page) -> web.StreamResponse:
    """The same invoices as a spreadsheet."""
    rows = await page.read(_csv_rows, page.desk.sealer, page.query("state"), page.query("q"))
    return page.csv("发票", CSV_HEADER, rows)


async def enter(page: Page) -> web.StreamResponse:
    """An invoice was issued at the tax bureau: its number, link and amount."""
    order_no, form = page.match("number"), await page.form()
    amount = fen(form.get("amount", ""), "开票金额", "amount")
    await page.write(
        _enter,
        order_no,
        form.get("invoice_no", ""),
        form.get("link", ""),
        amount,
        page.now,
        did="invoice.entered",
        about={"order": order_no, "amount": amount},
    )
    return page.go("/invoices", said="已录入，顾客会收到发票")


async def enter_red(page: Page) -> web.StreamResponse:
    """An issued invoice was taken back."""
    order_no, form = page.match("number"), await page.form()
    await page.write(
        _enter_red,
        order_no,
        form.get("invoice_no", ""),
        form.get("link", ""),
        page.now,
        did="invoice.flushed",
        about={"order": order_no},
    )
    return page.go("/invoices", said="红字发票已录入")


async def turn_down(page: Page) -> web.StreamResponse:
    """It cannot be issued; the customer reads why."""
    order_no, form = page.match("number"), await page.form()
    await page.write(
        _turn_down,
        order_no,
        form.get("reason", ""),
        page.now,
        did="invoice.refused",
        about={"order": order_no},
    )
    return page.go("/invoices", said="已记下，顾客会看到原因")


def _wanted(state: str, text: str) -> SelectOfScalar[Invoice]:
    statement = select(Invoice)
    if state in STATES:
        statement = statement.where(Invoice.state == state)
    if text:
        orders = select(Order.id).where(Order.order_no == text)
        is_its = (col(Invoice.number) == text) | col(Invoice.order_id).in_(orders)
        statement = statement.where(is_its)
    return statement.order_by(col(Invoice.id).desc())


def _rows(session: Session, sealer: Sealer, found: Sequence[Invoice]) -> list[InvoiceRow]:
    wanted = col(Order.id).in_([each.order_id for each in found])
    numbers = dict(session.exec(select(Order.id, Order.order_no).where(wanted)).all())
    rows = []
    for each in found:
        details = read_details(sealer, each)
        row = InvoiceRow(
            invoice=each,
            order_no=numbers[each.order_id],
            kind=KINDS[details.kind],
            title=details.title,
            tax_no=details.tax_no,
            email=details.email,
            state=STATES[each.state],
            tone=TONES.get(each.state, "muted"),
        )
        rows.append(row)
    return rows


def _list(
    session: Session, sealer: Sealer, state: str, text: str, page: int
) -> tuple[Sequence[Waiting], Paged[InvoiceRow]]:
    found = paged_as(session, _wanted(state, text), page, lambda of, rows: _rows(of, sealer, rows))
    return invoices.list_waiting(session, sealer), found


def _enter(
    session: Session, order_no: str, invoice_no: str, link: str, amount: int, now: datetime
) -> None:
    invoices.enter(session, order_no, number=invoice_no, link=link, amount=amount, now=now)


def _enter_red(session: Session, order_no: str, invoice_no: str, link: str, now: datetime) -> None:
    invoices.enter_red(session, order_no, number=invoice_no, link=link, now=now)


def _turn_down(session: Session, order_no: str, reason: str, now: datetime) -> None:
    invoices.turn_down(session, order_no, reason=reason, now=now)


def _csv_rows(session: Session, sealer: Sealer, state: str, text: str) -> list[tuple[str, ...]]:
    found = session.exec(_wanted(state, text).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.order_no,
            row.kind,
            row.title,
            row.tax_no,
            row.email,
            in_yuan(row.invoice.amount),
            row.state,
            minute(row.invoice.requested_at),
            row.invoice.number or "",
        )
        for row in _rows(session, sealer, found)
    ]


_ONE: Final = "/invoices/{number:[0-9]{18}}"
ROUTES: Final = (
    Route("GET", "/invoices", Permission.SHIP, show_list),
    Route("GET", "/invoices.csv", Permission.EXPORT, export),
    Route("POST", _ONE, Permission.SHIP, enter),
    Route("POST", f"{_ONE}/red", Permission.SHIP, enter_red),
    Route("POST", f"{_ONE}/refusal", Permission.SHIP, turn_down),
)
