"""What a person has to decide about, as they look for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.pages.order_view import PARCEL_STATES, carrier_name
from bot.console.pages.shown import paged_as
from bot.console.paging import Paged
from bot.inbox import incoming_from_json
from bot.mending import MENDED, Decision, may_send_again
from bot.mending_tables import OutboxDecision
from bot.tables import InboxMessage, InboxState, OutboxMessage, OutboxState
from commerce.aftersale.queries import list_stuck
from commerce.aftersale.tables import AfterSale
from commerce.distribution.tables import TransferState, Withdrawal, WithdrawalState
from commerce.errors import NotFound
from commerce.events import ShopEvent
from commerce.ordering.tables import Order
from commerce.parcels.tables import FINAL, Parcel, ParcelState
from commerce.payments.tables import Refund
from commerce.sealing import Place, SealBroken, Sealer

MOST_STUCK: Final = 100
SILENT_AFTER: Final = 5
"""Questions in a row that a carrier did not answer."""
UNSCANNED_AFTER: Final = timedelta(days=3)
LONGEST_SHOWN: Final = 500
OUTBOX_STATES: Final[Mapping[str, str]] = {
    OutboxState.UNKNOWN: "不确定是否送达",
    OutboxState.FAILED: "没发出去",
}
OUTBOX_TONES: Final[Mapping[str, str]] = {OutboxState.UNKNOWN: "warn", OutboxState.FAILED: "bad"}
KINDS: Final[Mapping[str, str]] = {
    "official_account.reply": "公众号消息",
    "official_account.notice": "公众号订阅通知",
    "mini_program.notice": "小程序订阅消息",
    "official_account_template.notice": "模板消息",
    "sms.notice": "短信",
    "mini_program.reply": "小程序客服消息",
    "official_account.profile": "取公众号资料",
    "official_account.media": "取公众号里的文件",
    "mini_program.media": "取小程序里的文件",
    "official_account.evidence": "取顾客照片",
    "mini_program.shipping_info": "发货信息上报",
    "wecom.reply": "企业微信客服消息",
    "wecom.on_event": "微信客服的欢迎语和结束语",
    "wecom.session": "微信客服转接",
    "wecom.profile": "取微信客服顾客资料",
    "wecom.media": "取微信客服里的文件",
    "wecom.evidence": "取顾客照片（微信客服）",
    "wecom.welcome": "好友欢迎语",
    "wecom.contact_way": "企微活码",
    "wecom.contact_profile": "取企微好友资料",
    "wecom.contact_tags": "给企微好友打标签",
    "wecom.mass_create": "创建企业微信群发",
    "wecom.mass_remind": "提醒确认群发",
    "wecom.mass_cancel": "停止企业微信群发",
    "wecom.community": "读取客户群",
    "wecom.community_code": "群活码",
    "wecom.community_code_read": "取群活码图片",
    "wecom.community_welcome": "入群欢迎语",
    "promoter.code": "推广员的码",
    "wecom.app_card": "通知店员的卡片",
    "pay.close": "关闭支付",
    "pay.refund": "退款",
    "pay.transfer": "提现转账",
}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message or call about which somebody decides."""

    row: OutboxMessage
    kind: str
    state: str
    tone: str
    may_send_again: bool
    may_have_arrived: bool


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A customer's message that was set aside, opened."""

    row: InboxMessage
    words: str


@dataclass(frozen=True, slots=True)
class StuckParcel:
    """A parcel that nothing is heard of, or that its carrier has trouble with."""

    parcel: Parcel
    order_no: str
    carrier: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """What does not move by itself."""

    parcels: Sequence[StuckParcel]
    refunds: Sequence[tuple[AfterSale, Refund]]
    transfers: Sequence[Withdrawal]


def page_of_outbox(session: Session, text: str, state: str, page: int) -> Paged[OutboxRow]:
    """What failed or is unknown and was not left as it is, the newest first."""
    left = select(OutboxDecision.outbox_id).where(OutboxDecision.decision == Decision.LEFT)
    statement = (
        select(OutboxMessage)
        .where(col(OutboxMessage.id).not_in(left))
        .order_by(col(OutboxMessage.id).desc())
    )
    if state in OUTBOX_STATES:
        statement = statement.where(OutboxMessage.state == state)
    else:
        statement = statement.where(or_(*(col(OutboxMessage.state) == each for each in MENDED)))
    if text:
        is_its = [col(OutboxMessage.kind).contains(text, autoescape=True)]
        is_its.append(col(OutboxMessage.reason).contains(text, autoescape=True))
        is_its.append(col(OutboxMessage.kind).in_(_kinds_called(text)))
        statement = statement.where(or_(*is_its))
    return paged_as(session, statement, page, _outbox_rows)


def open_words(session: Session, sealer: Sealer, outbox_id: int) -> str:
    """What a message says, in short. Raises NotFound."""
    row = session.get(OutboxMessage, outbox_id)
    if row is None:
        raise NotFound("没有这条消息", outbox_id=outbox_id)
    try:
        payload = json.loads(sealer.open(row.payload_sealed, Place("outbox", "payload", row.key)))
    except SealBroken:
        return "（打不开：封存的钥匙不对）"
    said = payload.get("text") or json.dumps(payload, ensure_ascii=False)
    return str(said)[:LONGEST_SHOWN]


def page_of_inbox(session: Session, sealer: Sealer, page: int) -> Paged[InboxRow]:
    """Customers' messages that were set aside, the newest first."""
    statement = (
        select(InboxMessage)
        .where(InboxMessage.state == InboxState.QUARANTINED)
        .order_by(col(InboxMessage.seq).desc())
    )
    return paged_as(
        session, statement, page, lambda _, found: [_inbox_row(sealer, row) for row in found]
    )


def page_of_events(session: Session, page: int) -> Paged[ShopEvent]:
    """Events that have failed and are not handled, the oldest first."""
    statement: SelectOfScalar[ShopEvent] = (
        select(ShopEvent)
        .where(col(ShopEvent.handled_at).is_(None), col(ShopEvent.attempts) > 0)
        .order_by(col(ShopEvent.id))
    )
    return paged_as(session, statement, page, lambda _, found: found)


def find_stuck(session: Session, now: datetime) -> Stuck:
    """What does not move by itself, MOST_STUCK of each at the most."""
    return Stuck(
        parcels=_parcels(session, now),
        refunds=list_stuck(session, limit=MOST_STUCK),
        transfers=_transfers(session),
    )


def _outbox_rows(_session: Session, found: Sequence[OutboxMessage]) -> list[OutboxRow]:
    return [
        OutboxRow(
            row=row,
            kind=KINDS.get(row.kind, row.kind),
            state=OUTBOX_STATES[row.state],
            tone=OUTBOX_TONES[row.state],
            may_send_again=may_send_again(row),
            may_have_arrived=row.state == OutboxState.UNKNOWN,
        )
        for row in found
    ]


def _kinds_called(text: str) -> list[str]:
    return [kind for kind, name in KINDS.items() if text in name]


def _inbox_row(sealer: Sealer, row: InboxMessage) -> InboxRow:
    try:
        kept = sealer.open(row.incoming_sealed, Place("inbox", "incoming", row.key))
    except SealBroken:
        return InboxRow(row, "（打不开：封存的钥匙不对）")
    return InboxRow(row, incoming_from_json(kept).text[:LONGEST_SHOWN])


def _parcels(session: Session, now: datetime) -> list[StuckParcel]:
    is_unscanned = and_(
        col(Parcel.state) == ParcelState.ANNOUNCED,
        col(Parcel.shipped_at) <= now - UNSCANNED_AFTER,
    )
    is_stuck = or_(
        col(Parcel.failures) >= SILENT_AFTER,
        col(Parcel.next_ask_at).is_(None),
        col(Parcel.state) == ParcelState.TROUBLED,
        is_unscanned,
    )
    rows = session.exec(
        select(Parcel, Order.order_no)
        .join(Order, col(Order.id) == col(Parcel.order_id))
        .where(col(Parcel.state).not_in(FINAL), is_stuck)
        .order_by(col(Parcel.shipped_at))
        .limit(MOST_STUCK)
    )
    return [
        StuckParcel(
            parcel,
            order_no,
            carrier_name(parcel.carrier),
            PARCEL_STATES[parcel.state],
            _why(parcel),
        )
        for parcel, order_no in rows
    ]


def _why(parcel: Parcel) -> str:
    if parcel.state == ParcelState.TROUBLED:
        return "快递说有问题，请联系快递"
    if parcel.next_ask_at is None:
        return f"不再自动查询：{parcel.trouble or '发出太久'}"
    if parcel.failures >= SILENT_AFTER:
        return f"连续{parcel.failures}次查不到：{parcel.trouble}"
    return "发货三天还没有收件记录，请核对运单号"


def _transfers(session: Session) -> Sequence[Withdrawal]:
    """Withdrawals whose end WeChat Pay has contradicted since."""
    success = TransferState.SUCCESS.value
    told = col(Withdrawal.transfer_state)
    ended = col(Withdrawal.state)
    statement = select(Withdrawal).where(
        or_(
            and_(ended == WithdrawalState.PAID, told != success),
            and_(ended == WithdrawalState.FAILED, told == success),
        )
    )
    return session.exec(statement.order_by(col(Withdrawal.id)).limit(MOST_STUCK)).all()
