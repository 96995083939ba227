"""A customer waits and nobody was given them: staff hear it in WeCom, and answer from the phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlmodel import Session, col, select

from bot import conversations, outbox
from bot.clock import Clock
from bot.conversations import OwnerChanged
from bot.database import Database
from bot.handover import owning
from bot.handover.tables import Handover, HandoverState, Reason
from bot.handover.taking import until_quiet
from bot.kf import sessions
from bot.kf.tables import State
from bot.messages import CHANNEL_NAMES
from bot.outbox import Post
from bot.staff.tables import Staff
from commerce.inserting import id_of
from commerce.sealing import Sealer
from commerce.shanghai import SHANGHAI

KIND: Final = "wecom.app_card"
OF_USE_FOR: Final = timedelta(minutes=30)
"""Longer after the customer asked, a card tells nothing new."""
TAKE, SKIP = "take", "skip"
LOOKS: Final = 40
"""Two seconds: WeCom waits three for what the button says."""
TAKEN: Final = "已接入"
TAKEN_BY: Final = "已由{name}接入"
SKIPPED: Final = "已忽略"
OVER: Final = "已结束"
NOT_STAFF: Final = "请联系管理员"
REASONS: Final[Mapping[str, str]] = {
    Reason.ASKED: "要找人工",
    Reason.NO_ANSWER: "机器人答不上来",
    Reason.COMPLAINT: "投诉",
    Reason.REFUND_DISPUTE: "退款有争议",
    Reason.ANGER: "情绪激动",
    Reason.VIP: "会员优先",
    Reason.LARGE_CART: "大额购物车",
    Reason.STAFF: "同事转来",
    Reason.SERVICER: "客服会话",
}


class Tapped(Protocol):
    """A button of a card was tapped: by whom, which, and on which card."""

    @property
    def userid(self) -> str: ...
    @property
    def key(self) -> str: ...


def post_card(session: Session, sealer: Sealer, handover: Handover, now: datetime) -> bool:
    """Tell everybody who can be reached that a customer waits; false when nobody is told now.

    One card a wait: after a requeue there is another.
    """
    people = session.exec(
        select(Staff.wecom_userid).where(col(Staff.is_active), col(Staff.wecom_userid).is_not(None))
    ).all()
    if handover.state != HandoverState.QUEUED or not people:
        return False
    talk = conversations.lock(session, handover.conversation_id)
    task_id = f"handover-{handover.id}-{int(handover.queued_at.timestamp())}"
    payload = {
        "userids": sorted(filter(None, people)),
        "card": card_of(handover, CHANNEL_NAMES.get(talk.channel, talk.channel), task_id),
        "about": {"handover_id": handover.id},
    }
    card = Post(task_id, KIND, payload, not_after=now + OF_USE_FOR)
    return outbox.post(session, sealer, card, now)


def card_of(handover: Handover, channel: str, task_id: str) -> dict[str, Any]:
    """The card as WeCom takes it (企业微信 发送应用消息, 模板卡片, 按钮交互型)."""
    since = handover.queued_at.astimezone(SHANGHAI)
    return {
        "card_type": "button_interaction",
        "source": {"desc": "掌柜"},
        "main_title": {"title": "有顾客在等人工", "desc": REASONS.get(handover.reason, "")},
        "horizontal_content_list": [
            {"keyname": "来自", "value": channel},
            {"keyname": "开始等", "value": f"{since.hour}:{since.minute:02d}"},
        ],
        "task_id": task_id,
        "button_list": [
            {"text": "接入", "style": 1, "key": f"{TAKE}:{handover.id}"},
            {"text": "忽略", "style": 2, "key": f"{SKIP}:{handover.id}"},
        ],
    }


@dataclass(frozen=True, slots=True)
class CardTaps:
    """Answers taps; WeCom waits a few seconds for what the button says from now on."""

    database: Database
    clock: Clock

    async def tapped(self, tap: Tapped) -> str | None:
        """What the button says from now on; None for a card that is not one of these."""
        verb, _, number = tap.key.partition(":")
        if verb not in (TAKE, SKIP) or not number.isdecimal():
            return None
        handover_id = int(number)
        if verb == TAKE:
            talk_id = await self.database.read(_conversation_of, handover_id)
            await until_quiet(self.database, talk_id, LOOKS)
        return await self.database.write(
            answer_tap, tap.userid, verb, handover_id, self.clock.now()
        )


def _conversation_of(session: Session, handover_id: int) -> int:
    handover = session.get(Handover, handover_id)
    return 0 if handover is None else handover.conversation_id


def answer_tap(session: Session, userid: str, verb: str, handover_id: int, now: datetime) -> str:
    """Take the conversation, or leave it to others; what the button says from now on."""
    staff = session.exec(
        select(Staff).where(Staff.wecom_userid == userid, col(Staff.is_active))
    ).first()
    if staff is None:
        return NOT_STAFF
    if verb == SKIP:
        return SKIPPED
    handover = session.get(Handover, handover_id)
    if handover is None:
        return OVER
    talk = conversations.lock(session, handover.conversation_id)
    session.refresh(handover)
    if handover.state != HandoverState.QUEUED:
        return _by_whom(session, handover, id_of(staff))
    try:
        owning.take(session, talk.id, id_of(staff), talk.epoch, now)
    except OwnerChanged:
        return OVER
    staff.seen_at = now
    session.add(staff)
    if talk.channel == "wecom" and sessions.is_receiving(session, talk.account, userid):
        sessions.want(session, talk.id, State.SERVICER, userid, now)
    return TAKEN


def _by_whom(session: Session, handover: Handover, staff_id: int) -> str:
    if handover.state != HandoverState.OWNED:
        return OVER
    if handover.staff_id == staff_id:
        return TAKEN
    somebody = session.get(Staff, handover.staff_id) if handover.staff_id else None
    return TAKEN_BY.format(name=somebody.name if somebody else "同事")
