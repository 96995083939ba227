"""What a person decides where the shop cannot know: was it sent, is it to be tried again.

Every decision is a guarded update, so that of two people, or two clicks, one decides.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col

from bot import inbox
from bot.inbox import incoming_from_json
from bot.mending_tables import OutboxDecision
from bot.messages import Incoming
from bot.tables import Conversation, InboxMessage, InboxState, OutboxMessage, OutboxState
from campaigns import deliveries
from campaigns.tables import CampaignRun, RunState
from commerce.errors import IllegalMove, NotFound
from commerce.events import ShopEvent
from commerce.inserting import affected_rows
from commerce.sealing import Place, Sealer

MENDED: Final = (OutboxState.UNKNOWN, OutboxState.FAILED)
"""States of outbox rows about which somebody decides."""
SENT_AGAIN: Final = (".reply", ".notice")
"""Endings of kinds that a person may have sent again. Money has its own ways, and other calls are
made anew by what wants them: a row repeated by hand could contradict what was done since."""


class Decision(StrEnum):
    """What becomes of a message that may not have arrived."""

    ARRIVED = "arrived"
    """It did arrive."""
    AGAIN = "again"
    LEFT = "left"
    """It did not arrive, and is not sent any more."""


def may_send_again(row: OutboxMessage) -> bool:
    """Whether a person may have this kind of row sent again."""
    return row.kind.endswith(SENT_AGAIN)


def decide(
    session: Session, outbox_id: int, decision: Decision, staff_id: int, now: datetime
) -> None:
    """Decide about a row that is unknown or failed. Raises NotFound, and IllegalMove for what was
    decided before or cannot be sent any more."""
    row = session.get(OutboxMessage, outbox_id, populate_existing=True)
    if row is None:
        raise NotFound("没有这条消息", outbox_id=outbox_id)
    state = OutboxState(row.state)
    if decision == Decision.ARRIVED and state != OutboxState.UNKNOWN:
        raise IllegalMove("这条已经确定没有送达，可以再发一次或不再发")
    if decision == Decision.AGAIN:
        _refuse_too_late(session, row, now)
    known = session.get(OutboxDecision, outbox_id, populate_existing=True)
    is_left = known is not None and known.decision == Decision.LEFT
    if state not in MENDED or is_left or not _settle(session, row, decision, now):
        raise IllegalMove("这条刚刚有人处理过了，请刷新看看")
    decided = known or OutboxDecision(
        outbox_id=outbox_id, decision=decision, staff_id=staff_id, at=now
    )
    decided.decision, decided.staff_id, decided.at = decision.value, staff_id, now
    session.add(decided)
    session.flush()


def _settle(session: Session, row: OutboxMessage, decision: Decision, now: datetime) -> bool:
    """Move the row; whether this call did."""
    to: dict[str, object]
    match decision:
        case Decision.ARRIVED:
            to = {"state": OutboxState.SENT.value, "finished_at": now, "reason": ""}
        case Decision.AGAIN:
            to = {"state": OutboxState.PENDING.value, "not_before": now, "finished_at": None}
        case Decision.LEFT:
            to = {"state": OutboxState.FAILED.value, "finished_at": now}
    guarded = (
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == row.id, col(OutboxMessage.state) == row.state)
        .values(**to)
    )
    if affected_rows(session, guarded) != 1:
        return False
    if row.run_id is not None and decision == Decision.AGAIN:
        deliveries.reopen(session, row.key)
    elif row.run_id is not None:
        deliveries.settle(session, row.key, str(to["state"]), row.reason, now)
    return True


def _refuse_too_late(session: Session, row: OutboxMessage, now: datetime) -> None:
    if not may_send_again(row):
        raise IllegalMove("这类操作不能在这里重发，请到对应的订单、退款或提现页面处理")
    if row.not_after is not None and row.not_after <= now:
        raise IllegalMove("已经过了可以发送的时间，不能再发")
    if row.run_id is not None and not _is_open(session, row.run_id):
        raise IllegalMove("这次活动已经结束，它的消息不能再发")
    if row.conversation_id is None:
        return
    talk = session.get_one(Conversation, row.conversation_id)
    if (talk.owner, talk.epoch) != (row.speaker, row.epoch):
        raise IllegalMove("这个会话之后换人接待了，旧消息不能再发，请到会话里重新回复")


def _is_open(session: Session, run_id: int) -> bool:
    run = session.get_one(CampaignRun, run_id, populate_existing=True)
    return run.state in (RunState.RUNNING, RunState.PAUSED)


def open_quarantined(session: Session, sealer: Sealer, seq: int) -> tuple[InboxMessage, Incoming]:
    """A message that was set aside, as it came. Raises NotFound."""
    row = session.get(InboxMessage, seq, populate_existing=True)
    if row is None:
        raise NotFound("没有这条消息", seq=seq)
    kept = sealer.open(row.incoming_sealed, Place("inbox", "incoming", row.key))
    return row, incoming_from_json(kept)


def answer_again(session: Session, sealer: Sealer, seq: int, now: datetime) -> int:
    """Have a message that was set aside answered once more; the conversation to wake.

    It comes in again under a key of its own, since what was answered to the first, an apology,
    stays said. Raises NotFound, IllegalMove when somebody decided before.
    """
    row, incoming = open_quarantined(session, sealer, seq)
    _take_off(session, row, now)
    again = Incoming(
        key=f"{incoming.key}:again",
        channel=incoming.channel,
        account=incoming.account,
        external_user=incoming.external_user,
        kind=incoming.kind,
        text=incoming.text,
        sent_at=incoming.sent_at,
        payload=incoming.payload,
    )
    return inbox.accept(session, sealer, again, now).conversation_id


def set_aside(session: Session, seq: int, now: datetime) -> None:
    """Leave a message unanswered for good. Raises NotFound, IllegalMove."""
    row = session.get(InboxMessage, seq, populate_existing=True)
    if row is None:
        raise NotFound("没有这条消息", seq=seq)
    _take_off(session, row, now)


def try_event_now(session: Session, event_id: int, now: datetime) -> None:
    """Have an event that keeps failing tried at once. Raises NotFound, IllegalMove."""
    _change_event(session, event_id, not_before=now)


def give_event_up(session: Session, event_id: int, now: datetime) -> None:
    """Never try an event again: what it demanded is done by hand. Raises NotFound, IllegalMove."""
    _change_event(session, event_id, handled_at=now)


def _take_off(session: Session, row: InboxMessage, now: datetime) -> None:
    guarded = (
        update(InboxMessage)
        .where(col(InboxMessage.seq) == row.seq, col(InboxMessage.state) == InboxState.QUARANTINED)
        .values(state=InboxState.ANSWERED.value, answered_at=now)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove("这条刚刚有人处理过了，请刷新看看")


def _change_event(session: Session, event_id: int, **values: datetime) -> None:
    if session.get(ShopEvent, event_id) is None:
        raise NotFound("没有这个事件", event_id=event_id)
    guarded = (
        update(ShopEvent)
        .where(
            col(ShopEvent.id) == event_id,
            col(ShopEvent.handled_at).is_(None),
            col(ShopEvent.attempts) > 0,
        )
        .values(**values)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove("这个事件已经办好了")
