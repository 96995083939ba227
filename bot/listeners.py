"""What follows from what happened in the shop: each event is handled once.

What an event demands stands by itself: telling the customer comes after it and cannot undo it.
What fails is tried again with growing pauses, and no other event waits for it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session, col, or_, select, update

from bot import aftersale_news, conversations, metrics, texts
from bot.clock import Clock
from bot.database import Database
from bot.evidence import want_picture
from bot.handlers import parcel_words
from bot.messages import Text
from bot.pay_calls import want_closed, want_refunded
from bot.sender import Sender
from bot.speaking import say, write_down
from bot.tables import Conversation
from commerce.aftersale.tables import AfterSale
from commerce.customers import ids_of
from commerce.events import ShopEvent
from commerce.inserting import affected_rows
from commerce.money import yuan
from commerce.ordering.tables import Order
from commerce.parcels import tracking
from commerce.parcels.tables import Parcel, ParcelState
from commerce.payments.tables import Refund
from commerce.privacy.tables import PrivacyRequest
from commerce.sealing import Sealer

log = structlog.get_logger()

A_BATCH: Final = 64
IDLE_SECONDS: Final = 0.25
PAUSES: Final = tuple(timedelta(seconds=each) for each in (1, 5, 30, 300, 1800, 3600))
"""Before an event that failed is tried again; the last one for ever."""
MOST_TELLINGS: Final = 5
NEWS_OF_PARCELS: Final = timedelta(hours=12)
"""How long a customer out of reach is still to be told where their parcel was."""
CASE_NUMBERS: Final = (
    "order_no",
    "out_trade_no",
    "out_refund_no",
    "transaction_id",
    "request_no",
    "conversation_id",
    "reason",
)


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


@dataclass(frozen=True, slots=True)
class Reaction:
    """What follows from an event. Both parts may run again: they name their effects by keys."""

    demand: Listener | None = None
    """What must be done. Tried until it is."""
    words: Listener | None = None
    """What the customer is told, once the demand is met. Given up after `MOST_TELLINGS`."""


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
    want_closed(heard.session, heard.sealer, heard.about["out_trade_no"], heard.now)


def refund_requested(heard: Heard) -> None:
    """Ask WeChat Pay for the refund, under its one number for ever."""
    want_refunded(heard.session, heard.sealer, refund_of(heard), heard.now)


def refund_started(heard: Heard) -> None:
    """Tell the customer that money is on its way back."""
    order, refund = order_of(heard), refund_of(heard)
    words = texts.REFUND_STARTED.format(
        order_no=order.order_no, amount=yuan(refund.amount), reason=refund.reason
    )
    tell(heard, order, words)


def refund_succeeded(heard: Heard) -> None:
    """Tell the customer that the money is back."""
    tell(heard, order_of(heard), texts.REFUND_DONE.format(amount=yuan(heard.about["amount"])))


def order_shipped(heard: Heard) -> None:
    """Tell the customer carrier and number."""
    order = order_of(heard)
    parcels = tracking.list_parcels(heard.session, [heard.about["order_id"]])
    if parcels:
        head = parcel_words.head_of(parcels[0])
        tell(heard, order, parcel_words.SHIPPED.format(order_no=order.order_no, head=head))


def parcel_moved(heard: Heard) -> None:
    """Tell the customer once of a state worth hearing of, unless the parcel has left it since."""
    parcel = heard.session.get_one(Parcel, heard.about["parcel_id"])
    state = ParcelState(heard.about["to_state"])
    if state not in tracking.TOLD or parcel.state != state:
        return
    latest = next(iter(tracking.list_scans(heard.session, heard.sealer, parcel, 1)), None)
    words = parcel_words.moved_in_words(heard.about["order_no"], parcel, latest)
    tell(heard, order_of(heard), words, until=heard.now + NEWS_OF_PARCELS)


def picture_sent(heard: Heard) -> None:
    """Fetch a picture while the platform still has it."""
    want_picture(heard.session, heard.sealer, heard.about["picture"], heard.now)


def after_sale_moved(heard: Heard) -> None:
    """Tell the customer what became of a request after buying."""
    tell(heard, *aftersale_news.news_of_request(heard.session, heard.event))


def privacy_done(heard: Heard) -> None:
    """Tell the customer that what they asked about their data is done."""
    tell(heard, *aftersale_news.news_of_privacy(heard.session, heard.event))


def person_wanted(heard: Heard) -> None:
    """A customer asks for a person, or for what only a person may do."""
    metrics.OPERATOR_WANTED.labels(heard.event.kind).inc()
    log.warning("operator wanted", kind=heard.event.kind, **numbers_of(heard))


def money_wants_a_person(heard: Heard) -> None:
    """Money is not where our books have it, and only a person can put that right."""
    metrics.OPERATOR_WANTED.labels(heard.event.kind).inc()
    log.error("operator wanted", kind=heard.event.kind, **numbers_of(heard))


LISTENERS: Final[Mapping[str, Reaction]] = {
    "order_paid": Reaction(words=order_paid),
    "order_closed": Reaction(words=order_closed),
    "order_shipped": Reaction(words=order_shipped),
    "parcel_moved": Reaction(words=parcel_moved),
    "payment_close_wanted": Reaction(payment_close_wanted),
    "refund_requested": Reaction(refund_requested, words=refund_started),
    "refund_succeeded": Reaction(words=refund_succeeded),
    "refund_abnormal": Reaction(money_wants_a_person),
    "refund_closed": Reaction(money_wants_a_person),
    "paid_mismatch": Reaction(money_wants_a_person),
    "person_wanted": Reaction(person_wanted),
    "after_sale_agreed": Reaction(words=after_sale_moved),
    "after_sale_refused": Reaction(words=after_sale_moved),
    "after_sale_done": Reaction(words=after_sale_moved),
    "after_sale_picture_sent": Reaction(picture_sent),
    "after_sale_picture_lost": Reaction(words=after_sale_moved),
    "privacy_done": Reaction(words=privacy_done),
}
"""Events without an entry are facts for reports: nothing follows, they count as handled."""

NOTHING: Final = Reaction()


def refund_of(heard: Heard) -> Refund:
    """The refund that the event is about."""
    number = heard.about["out_refund_no"]
    return heard.session.exec(select(Refund).where(Refund.out_refund_no == number)).one()


def numbers_of(heard: Heard) -> dict[str, Any]:
    """What an operator finds the case by; nothing that names a person."""
    return {name: heard.about[name] for name in CASE_NUMBERS if name in heard.about}


def order_of(heard: Heard) -> Order:
    """The order that the event is about."""
    return heard.session.get_one(Order, heard.about["order_id"])


def tell(
    heard: Heard,
    order: Order | AfterSale | PrivacyRequest,
    words: str,
    until: datetime | None = None,
) -> None:
    """Say something in the chat that it came from, or in the customer's latest one.

    After `until` it is old news, and no more sent.
    """
    conversation_id = order.conversation_id or latest_conversation(heard.session, order.customer_id)
    if conversation_id is None:
        return
    conversation = conversations.lock(heard.session, conversation_id)
    about = f"event:{heard.event.id}"
    replies = [Text(words)]
    if say(heard.session, heard.sealer, conversation, replies, heard.now, about=about, until=until):
        write_down(heard.session, heard.sealer, conversation_id, None, replies, heard.now)


def latest_conversation(session: Session, customer_id: int) -> int | None:
    """The conversation of the customer, or of one merged into them, that was busy last, if any."""
    return session.exec(
        select(Conversation.id)
        .where(col(Conversation.customer_id).in_(ids_of(session, customer_id)))
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
        """Handle the oldest events that are due; how many there were."""
        now = self._clock.now()
        events = session.exec(
            select(ShopEvent.id, ShopEvent.attempts)
            .where(
                col(ShopEvent.handled_at).is_(None),
                or_(col(ShopEvent.not_before).is_(None), col(ShopEvent.not_before) <= now),
            )
            .order_by(col(ShopEvent.id))
            .limit(A_BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for event_id, attempts in events:
            if self._handle(session, event_id or 0, attempts, now):
                after: dict[str, Any] = {"handled_at": now}
            else:
                pause = PAUSES[min(attempts, len(PAUSES) - 1)]
                after = {"attempts": attempts + 1, "not_before": now + pause}
            affected_rows(
                session, update(ShopEvent).where(col(ShopEvent.id) == event_id).values(**after)
            )
        return len(events)

    def _handle(self, session: Session, event_id: int, attempts: int, now: datetime) -> bool:
        """Do what follows from an event; false when it has to be tried again."""
        if not self._attempt(session, event_id, now, lambda reaction: reaction.demand):
            return False
        is_told = self._attempt(session, event_id, now, lambda reaction: reaction.words)
        return is_told or attempts + 1 >= MOST_TELLINGS

    def _attempt(
        self,
        session: Session,
        event_id: int,
        now: datetime,
        part: Callable[[Reaction], Listener | None],
    ) -> bool:
        """Run one part in a savepoint of its own; false when it failed and left nothing."""
        try:
            with session.begin_nested():
                event = session.get_one(ShopEvent, event_id)
                listener = part(LISTENERS.get(event.kind, NOTHING))
                if listener is not None:
                    listener(Heard(session, self._sealer, event, now))
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            log.exception("listener failed", event_id=event_id)
            return False
        return True


def is_nobodys_fault(error: Exception) -> bool:
    """Whether the database is away, full or held by others: the batch is tried again whole."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or isinstance(error, OperationalError)
