"""Requests after buying as the shop's people look for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.pages.written import in_yuan, minute
from commerce.aftersale.queries import view_requests
from commerce.aftersale.tables import AfterSale, Reason, RequestKind, RequestState
from commerce.ordering.tables import Order

LATE_AFTER: Final = timedelta(hours=24)
"""A request that has waited for the shop so long is shown as late."""
MOST_CSV_ROWS: Final = 10_000
KINDS: Final[Mapping[str, str]] = {
    RequestKind.REFUND_ONLY: "仅退款",
    RequestKind.RETURN_REFUND: "退货退款",
    RequestKind.EXCHANGE: "换货",
    RequestKind.CLAIM: "补发、补差或维修",
}
REASONS: Final[Mapping[str, str]] = {
    Reason.UNWANTED: "不想要了",
    Reason.DAMAGED: "收到时破损",
    Reason.QUALITY: "质量问题",
    Reason.WRONG: "发错货",
    Reason.MISSING: "少发",
    Reason.FIT: "尺码不合适",
    Reason.LATE: "发货太慢",
    Reason.NOT_RECEIVED: "没收到",
    Reason.PRICE: "降价补差",
    Reason.REPAIR: "要维修",
    Reason.CALLED_OFF: "店里取消",
    Reason.OTHER: "其他",
}
STATES: Final[Mapping[str, str]] = {
    RequestState.REQUESTED: "待处理",
    RequestState.AGREED: "已同意",
    RequestState.RETURNING: "寄回中",
    RequestState.ARRIVED: "待检查",
    RequestState.REFUNDING: "退款中",
    RequestState.RESENT: "已换寄",
    RequestState.DONE: "已办完",
    RequestState.REFUSED: "已拒绝",
    RequestState.WITHDRAWN: "已撤销",
}
TONES: Final[Mapping[str, str]] = {
    RequestState.REQUESTED: "warn",
    RequestState.ARRIVED: "warn",
    RequestState.DONE: "good",
    RequestState.REFUSED: "muted",
    RequestState.WITHDRAWN: "muted",
}
DUE: Final[Mapping[str, str]] = {"shop": "等店里处理", "late": "等了超过24小时"}
CSV_HEADER: Final = (
    "申请号",
    "订单号",
    "类型",
    "原因",
    "状态",
    "申请时间",
    "想退（元）",
    "同意退（元）",
    "商品",
)
_WAITS_FOR_SHOP: Final = (RequestState.REQUESTED, RequestState.ARRIVED)


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """What the list is narrowed to; `text` is the number of a request or of an order."""

    text: str = ""
    state: str = ""
    kind: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in the list."""

    request: AfterSale
    order_no: str
    goods: str
    state: str
    tone: str
    kind: str
    reason: str
    is_late: bool


def requests_like(wanted: RequestFilter, now: datetime) -> SelectOfScalar[AfterSale]:
    """The requests that are wanted; those that wait for the shop the longest first, if asked so."""
    statement = select(AfterSale)
    if wanted.state in STATES:
        statement = statement.where(AfterSale.state == wanted.state)
    if wanted.kind in KINDS:
        statement = statement.where(AfterSale.kind == wanted.kind)
    if wanted.due in DUE:
        is_claim_to_settle = (col(AfterSale.kind) == RequestKind.CLAIM) & (
            col(AfterSale.state) == RequestState.AGREED
        )
        waits = or_(col(AfterSale.state).in_(_WAITS_FOR_SHOP), is_claim_to_settle)
        statement = statement.where(waits).order_by(col(AfterSale.moved_at))
    if wanted.due == "late":
        statement = statement.where(col(AfterSale.moved_at) <= now - LATE_AFTER)
    text = wanted.text.strip().upper()
    if text:
        orders = select(Order.id).where(Order.order_no == text)
        is_its = col(AfterSale.request_no).startswith(text, autoescape=True)
        statement = statement.where(or_(is_its, col(AfterSale.order_id).in_(orders)))
    return statement.order_by(col(AfterSale.id).desc())


def rows_of(session: Session, requests: Sequence[AfterSale], now: datetime) -> list[RequestRow]:
    """Requests as the list shows them, in the order given."""
    return [
        RequestRow(
            request=view.request,
            order_no=view.order_no,
            goods="，".join(f"{line.title} × {pieces}" for line, pieces in view.pieces),
            state=STATES[view.request.state],
            tone=TONES.get(view.request.state, "info"),
            kind=KINDS[view.request.kind],
            reason=REASONS[view.request.reason],
            is_late=is_late(view.request, now),
        )
        for view in view_requests(session, requests)
    ]


def is_late(request: AfterSale, now: datetime) -> bool:
    """Whether it has waited for the shop for a day and more."""
    return request.state in _WAITS_FOR_SHOP and request.moved_at <= now - LATE_AFTER


def csv_rows(session: Session, wanted: RequestFilter, now: datetime) -> list[tuple[str, ...]]:
    """The list as a spreadsheet has it, MOST_CSV_ROWS at most."""
    requests = session.exec(requests_like(wanted, now).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.request.request_no,
            row.order_no,
            row.kind,
            row.reason,
            row.state,
            minute(row.request.created_at),
            in_yuan(row.request.amount_wanted),
            in_yuan(row.request.amount_agreed),
            row.goods,
        )
        for row in rows_of(session, requests, now)
    ]
