"""Telling WeChat that a paid order is on its way: one call a report, through the outbox.

All limits are those of the 发货信息录入 documentation.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from sqlmodel import Session

from bot import metrics, outbox
from bot.outbox import Post
from commerce.customers.addresses import mask_phone
from commerce.ordering.orders import read_address
from commerce.ordering.tables import OrderLine
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.reporting import Told, want_report
from commerce.parcels.tables import Parcel, ReportState
from commerce.sealing import Sealer
from commerce.shanghai import SHANGHAI

log = structlog.get_logger()

KIND: Final = "mini_program.shipping_info"
BY_TRANSACTION: Final = 2
"""Of `order_number_type`: the payment is named by WeChat Pay's own number."""
EXPRESS, FETCHED = 1, 4
"""Of `logistics_type`: 物流配送 and 用户自提. Of the latter only what was bought is told."""
UNIFIED, SPLIT = 1, 2
LONGEST_DESCRIPTION: Final = 120
"""Characters of what a parcel holds."""


def want_shipping_info(session: Session, sealer: Sealer, order_id: int, now: datetime) -> bool:
    """Have WeChat told of an order's parcels as they are now; whether a call was posted."""
    told = want_report(session, order_id, now)
    if told is None:
        return False
    if told.report.state == ReportState.REFUSED:
        show_refused(told.order.order_no, told.report.reason)
        return False
    report = told.report
    payload = {
        "report_id": report.id,
        "order_no": told.order.order_no,
        "body": body_of(told, sealer, now),
    }
    key = f"shipping_info:{told.payment.out_trade_no}:{report.number}"
    return outbox.post(session, sealer, Post(key=key, kind=KIND, payload=payload), now)


def show_refused(order_no: str, reason: str) -> None:
    """Let the shop's people know that only they can settle it, at WeChat's own pages."""
    metrics.OPERATOR_WANTED.labels("shipping_info_refused").inc()
    log.error("shipping info refused", order_no=order_no, reason=reason)


def body_of(told: Told, sealer: Sealer, now: datetime) -> dict[str, Any]:
    """The body of `POST /wxa/sec/order/upload_shipping_info`; it names all parcels so far.

    `upload_time` tells which of two reports is the later one.
    """
    contact = mask_phone(read_address(sealer, told.order).phone)
    body: dict[str, Any] = {
        "order_key": {
            "order_number_type": BY_TRANSACTION,
            "transaction_id": told.payment.transaction_id,
        },
        "logistics_type": FETCHED if told.fetched else EXPRESS,
        "delivery_mode": SPLIT if told.report.is_split else UNIFIED,
        "shipping_list": [{"item_desc": describe(told.fetched)}]
        if told.fetched
        else [_parcel(parcel, held, contact) for parcel, held in told.parcels],
        "upload_time": now.astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
        "payer": {"openid": told.payment.payer},
    }
    if told.report.is_split:
        body["is_all_delivered"] = told.report.is_whole
    return body


def _parcel(parcel: Parcel, held: Sequence[tuple[OrderLine, int]], contact: str) -> dict[str, Any]:
    carrier = CARRIERS[parcel.carrier]
    shown: dict[str, Any] = {
        "tracking_no": parcel.tracking_no,
        "express_company": carrier.wechat,
        "item_desc": describe(held),
    }
    if carrier.code == "sf":  # 顺丰 tells only who knows a phone: contact is required for it.
        shown["contact"] = {"receiver_contact": contact}
    return shown


def describe(held: Sequence[tuple[OrderLine, int]]) -> str:
    """What a parcel holds, as `云朵拖鞋*2；棉袜*1`, within WeChat's limit."""
    words = "；".join(f"{line.title}*{count}" for line, count in held)
    return words if len(words) <= LONGEST_DESCRIPTION else f"{words[: LONGEST_DESCRIPTION - 1]}…"
