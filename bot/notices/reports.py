"""What the platform reports of template messages: event TEMPLATESENDJOBFINISH (模板消息)."""

import json
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from bot.messages import Incoming
from bot.notices.posting import post_next
from bot.notices.tables import TemplateReport
from bot.tables import OutboxMessage
from commerce.inserting import affected_rows, insert_once
from commerce.sealing import Place, SealBroken, Sealer

FINISHED: Final = "TEMPLATESENDJOBFINISH"
SUCCESS: Final = "success"


def take_in(session: Session, sealer: Sealer, incoming: Incoming, now: datetime) -> None:
    """Keep the status of a message, once; nothing for any other event.

    One that the customer blocks, or that the platform lost, is said by the next way.
    """
    number = str(incoming.payload.get("MsgID", ""))
    if incoming.payload.get("Event") != FINISHED or not number.isdecimal():
        return
    status = str(incoming.payload.get("Status", ""))
    about = {"account": incoming.account, "msg_id": int(number)}
    if insert_once(session, TemplateReport, **about, status=status, outbox_key=""):
        return
    if _fill(session, incoming.account, int(number), "status", status):
        report = session.get_one(
            TemplateReport, (incoming.account, int(number)), populate_existing=True
        )
        _follow(session, sealer, report, now)


def note_sent(
    session: Session, sealer: Sealer, account: str, msg_id: int, key: str, now: datetime
) -> None:
    """Keep which row of the outbox a message is; the report may have come before."""
    about = {"account": account, "msg_id": msg_id}
    if insert_once(session, TemplateReport, **about, status="", outbox_key=key):
        return
    if _fill(session, account, msg_id, "outbox_key", key):
        report = session.get_one(TemplateReport, (account, msg_id), populate_existing=True)
        _follow(session, sealer, report, now)


def _fill(session: Session, account: str, msg_id: int, name: str, value: str) -> bool:
    """Write what is still empty; false when it was written before."""
    statement = update(TemplateReport).where(
        col(TemplateReport.account) == account,
        col(TemplateReport.msg_id) == msg_id,
        getattr(TemplateReport, name) == "",
    )
    return affected_rows(session, statement.values({name: value})) == 1


def _follow(session: Session, sealer: Sealer, report: TemplateReport, now: datetime) -> None:
    if not report.outbox_key or report.status in ("", SUCCESS):
        return
    row = session.exec(select(OutboxMessage).where(OutboxMessage.key == report.outbox_key)).first()
    if row is None or row.run_id is not None:  # A campaign goes by the routes it names alone.
        return
    try:
        written = sealer.open(row.payload_sealed, Place("outbox", "payload", row.key))
    except SealBroken:
        return
    payload: dict[str, Any] = json.loads(written)
    post_next(session, sealer, row.key, payload, now)
