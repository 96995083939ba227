"""The page of refunds: money on its way back to customers, and where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.written import in_yuan, minute
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.aftersale.paying_back import send_again
from commerce.aftersale.queries import find_by_refund
from commerce.aftersale.tables import AfterSale
from commerce.errors import NotFound
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.payments import refunds
from commerce.payments.tables import Payment, Refund, RefundState

MOST_CSV_ROWS: Final = 10_000
STATES: Final[Mapping[str, str]] = {
    RefundState.REQUESTED: "已发起",
    RefundState.PROCESSING: "微信处理中",
    RefundState.SUCCEEDED: "已到账",
    RefundState.ABNORMAL: "异常，要到商户平台处理",
    RefundState.CLOSED: "失败，钱还欠着顾客",
}
TONES: Final[Mapping[str, str]] = {
    RefundState.SUCCEEDED: "good",
    RefundState.ABNORMAL: "bad",
    RefundState.CLOSED: "bad",
}
CSV_HEADER: Final = ("退款号", "订单号", "售后申请", "金额（元）", "状态", "发起", "到账", "说明")


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund in the list."""

    refund: Refund
    order_no: str
    request_no: str
    """Of the request that it is for; empty for money that went back by itself."""
    state: str
    tone: str
    may_send_again: bool


async def show_list(page: Page) -> web.StreamResponse:
    """The refunds that are wanted, the newest first."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(_list, text, state, page.number)
    return page.html("pages/refunds.html", found=found, text=text, state=state, states=STATES)


async def export(page: Page) -> web.StreamResponse:
    """The same refunds as a spreadsheet."""
    rows = await page.read(_csv_rows, page.query("q"), page.query("state"))
    return page.csv("退款", CSV_HEADER, rows)


async def repeat(page: Page) -> web.StreamResponse:
    """Send the money of a refund that failed for good once more, under a new number."""
    number, form = page.match("number"), await page.form()
    await page.write(
        _send_again,
        number,
        form.get("reason", ""),
        actor_of(page),
        page.now,
        did="refund.sent_again",
        about={"refund": number},
    )
    return page.go("/refunds", said="已重新发起退款")


def rows_of(session: Session, found: Sequence[Refund]) -> list[RefundRow]:
    """Refunds as the list shows them, in the order given."""
    ids = [id_of(each) for each in found]
    numbers = dict(
        session.exec(
            select(Refund.id, Order.order_no)
            .join(Payment, col(Payment.id) == col(Refund.payment_id))
            .join(Order, col(Order.id) == col(Payment.order_id))
            .where(col(Refund.id).in_(ids))
        ).all()
    )
    requests = dict(
        session.exec(
            select(AfterSale.refund_id, AfterSale.request_no).where(
                col(AfterSale.refund_id).in_(ids)
            )
        ).all()
    )
    repeated = set(
        session.exec(select(Refund.repeats_id).where(col(Refund.repeats_id).in_(ids))).all()
    )
    return [
        RefundRow(
            refund=each,
            order_no=numbers[each.id],
            request_no=requests.get(each.id, ""),
            state=STATES[each.state] if each.id not in repeated else "失败，已重新发起",
            tone=TONES.get(each.state, "info") if each.id not in repeated else "muted",
            may_send_again=each.state == RefundState.CLOSED and each.id not in repeated,
        )
        for each in found
    ]


def _wanted(text: str, state: str) -> SelectOfScalar[Refund]:
    statement = select(Refund)
    if state in STATES:
        statement = statement.where(Refund.state == state)
    if text:
        payments = (
            select(Payment.id)
            .join(Order, col(Order.id) == col(Payment.order_id))
            .where(Order.order_no == text)
        )
        is_its = col(Refund.out_refund_no).startswith(text, autoescape=True)
        statement = statement.where(or_(is_its, col(Refund.payment_id).in_(payments)))
    return statement.order_by(col(Refund.id).desc())


def _list(session: Session, text: str, state: str, page: int) -> Paged[RefundRow]:
    return paged_as(session, _wanted(text, state), page, rows_of)


def _send_again(session: Session, number: str, reason: str, actor: str, now: datetime) -> None:
    """Through its request where it has one, so that the request follows the new number."""
    refund = session.exec(select(Refund).where(Refund.out_refund_no == number)).first()
    if refund is None:
        raise NotFound("没有这笔退款", number=number)
    request = find_by_refund(session, id_of(refund))
    if request is None:
        refunds.send_again(session, number, actor=actor, reason=reason, now=now)
    else:
        send_again(session, request.request_no, actor=actor, reason=reason, now=now)


def _csv_rows(session: Session, text: str, state: str) -> list[tuple[str, ...]]:
    found = session.exec(_wanted(text, state).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.refund.out_refund_no,
            row.order_no,
            row.request_no,
            in_yuan(row.refund.amount),
            row.state,
            minute(row.refund.created_at),
            minute(row.refund.succeeded_at),
            row.refund.reason,
        )
        for row in rows_of(session, found)
    ]


ROUTES: Final = (
    Route("GET", "/refunds", Permission.DECIDE_AFTER_SALE, show_list),
    Route("GET", "/refunds.csv", Permission.EXPORT, export),
    Route("POST", "/refunds/{number:[0-9A-Za-z_-]{1,64}}/repetition", Permission.PAY_OUT, repeat),
)
