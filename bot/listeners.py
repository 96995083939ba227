"""What follows from what happened in the shop: each event is handled once, in one transaction."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select, update

from bot import conversations, outbox, texts
from bot.clock import Clock
from bot.database import Database
from bot.messages import Text
from bot.outbox import Post
from bot.sender import Sender
from bot.speaking import say, write_down
from bot.tables import Conversation
from commerce.events import ShopEvent
from commerce.inserting import affected_rows
from commerce.money import yuan
from commerce.ordering.tables import Order
from commerce.payments.tables import Payment, Refund
from commerce.sealing import Sealer

log = structlog.get_logger()

A_BATCH: Final = 64
IDLE_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Heard:
    """One event and what a listener may use."""

    session: Session
    sealer: Sealer
    event: ShopEvent
    now: datetime

    @property
    def about(self) -> Mapping[str, Any]:
        """The event's subject."""
        return self.event.subject


Listener = Callable[[Heard], None]


def order_paid(heard: Heard) -> None:
    """Tell the customer in the chat they ordered from."""
    order = order_of(heard)
    tell(heard, order, texts.PAID.format(order_no=order.order_no, amount=yuan(order.payable)))


def order_closed(heard: Heard) -> None:
    """Tell the customer that an unpaid order is gone, and whose doing it was."""
    order = order_of(heard)
    text = texts.EXPIRED if heard.about["actor"] == "clock" else texts.CANCELLED
    tell(heard, order, text.format(order_no=order.order_no))


def payment_close_wanted(heard: Heard) -> None:
    """Close the order at WeChat Pay, so that it cannot be paid any more."""
    number = heard.about["out_trade_no"]
    message = Post(key=f"pay.close:{number}", kind="pay.close", payload={"out_trade_no": number})
    outbox.post(heard.session, heard.sealer, message, heard.now)


def refund_requested(heard: Heard) -> None:
    """Ask WeChat Pay for the refund, under its one number for ever."""
    number = heard.about["out_refund_no"]
    refund = heard.session.exec(select(Refund).where(Refund.out_refund_no == number)).one()
    payment = heard.session.get_one(Payment, refund.payment_id)
    payload = {
        "out_refund_no": number,
        "out_trade_no": payment.out_trade_no,
        "refund": refund.amount,
        "total": payment.amount,
        "reason": refund.reason,
    }
    message = Post(key=f"pay.refund:{number}", kind="pay.refund", payload=payload)
    outbox.post(heard.session, heard.sealer, message, heard.now)
    order = order_of(heard)
    words = texts.REFUND_STARTED.format(
        order_no=order.order_no, amount=yuan(refund.amount), reason=refund.reason
    )
    tell(heard, order, words)


def refund_succeeded(heard: Heard) -> None:
    """Tell the customer that the money is back."""
    tell(heard, order_of(heard), texts.REFUND_DONE.format(amount=yuan(heard.about["amount"])))


LISTENERS: Final[Mapping[str, Listener]] = {
    "order_paid": order_paid,
    "order_closed": order_closed,
    "payment_close_wanted": payment_close_wanted,
    "refund_requested": refund_requested,
    "refund_succeeded": refund_succeeded,
}
"""Events without an entry are facts for reports; nothing follows from them."""


def order_of(heard: Heard) -> Order:
    """The order that the event is about."""
    return heard.session.get_one(Order, heard.about["order_id"])


def tell(heard: Heard, order: Order, words: str) -> None:
    """Say something in the chat that the order came from, or the customer's latest one."""
    conversation_id = order.conversation_id or latest_conversation(heard.session, order.customer_id)
    if conversation_id is None:
        return
    conversation = conversations.lock(heard.session, conversation_id)
    about = f"event:{heard.event.id}"
    replies = [Text(words)]
    if say(heard.session, heard.sealer, conversation, replies, heard.now, about=about):
        write_down(heard.session, heard.sealer, conversation_id, None, replies, heard.now)


def latest_conversation(session: Session, customer_id: int) -> int | None:
    """The customer's conversation that was busy last, if they have one."""
    return session.exec(
        select(Conversation.id)
        .where(Conversation.customer_id == customer_id)
        .order_by(col(Conversation.updated_at).desc())
        .limit(1)
    ).first()


class Listeners:
    """Handles what the shop announced, in order. Several processes are safe."""

    def __init__(self, database: Database, clock: Clock, sealer: Sealer, sender: Sender) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._sender = sender
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look at the events now: something was just committed."""
        self._wake.set()

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                handled = await self._database.write(self.handle_some)
            except DBAPIError as error:
                log.warning("events not reachable", reason=str(error.orig))
                handled = 0
            except Exception:
                # Whatever it is, later events must go on being heard.
                log.exception("events not handled")
                handled = 0
            if handled:
                self._sender.wake()
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._wake.wait()
            self._wake.clear()

    def handle_some(self, session: Session) -> int:
        """Handle the oldest unhandled events; how many there were."""
        events = session.exec(
            select(ShopEvent)
            .where(col(ShopEvent.handled_at).is_(None))
            .order_by(col(ShopEvent.id))
            .limit(A_BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for event in events:
            self._handle(session, event)
        return len(events)

    def _handle(self, session: Session, event: ShopEvent) -> None:
        now = self._clock.now()
        taken = update(ShopEvent).where(
            col(ShopEvent.id) == event.id, col(ShopEvent.handled_at).is_(None)
        )
        if affected_rows(session, taken.values(handled_at=now)) != 1:
            return
        listener = LISTENERS.get(event.kind)
        if listener is None:
            return
        try:
            with session.begin_nested():
                listener(Heard(session, self._sealer, event, now))
        except DBAPIError:
            raise
        except Exception:
            # One event that our own code fails on must not stop the others.
            log.exception("listener failed", kind=event.kind, event_id=event.id)
