"""What a reaction hears of an event, and how it tells the customer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot import conversations, reply_window
from bot.messages import Reply, Text
from bot.notices.kinds import Notice
from bot.notices.posting import post_notice
from bot.speaking import say, write_down
from bot.tables import Conversation
from bot.turn import SOURCES
from commerce.aftersale.tables import AfterSale
from commerce.customers import ids_of
from commerce.events import ShopEvent
from commerce.ordering.tables import Order
from commerce.privacy.tables import PrivacyRequest
from commerce.sealing import Sealer


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
    """What the customer is told, once the demand is met. Given up after some tries."""


def in_turn(*listeners: Listener) -> Listener:
    """Several demands of one event, one after the other: all are met, or none."""

    def listen(heard: Heard) -> None:
        for listener in listeners:
            listener(heard)

    return listen


def order_of(heard: Heard) -> Order:
    """The order that the event is about."""
    return heard.session.get_one(Order, heard.about["order_id"])


def tell(
    heard: Heard,
    subject: Order | AfterSale | PrivacyRequest,
    words: str,
    until: datetime | None = None,
    notice: Notice | None = None,
) -> None:
    """Say something in the chat that it came from, or in the customer's latest one.

    After `until` it is old news, and no more sent. `notice` is the same news as a subscription
    message, for who has no chat, or none with an open window.
    """
    talk_id = subject.conversation_id or latest_conversation(heard.session, subject.customer_id)
    _reply(heard, talk_id, lambda _: [Text(words)], until, notice)
    if talk_id is None and notice is not None:
        key = f"notice:event:{heard.event.id}"
        post_notice(heard.session, heard.sealer, subject.customer_id, notice, key, heard.now)


def tell_so(
    heard: Heard,
    subject: Order,
    reply_from: Callable[[str], Reply],
    until: datetime | None = None,
) -> None:
    """The same with a reply of any kind, made for the source that its card carries."""
    tell_all(heard, subject, lambda source: [reply_from(source)], until)


def tell_all(
    heard: Heard,
    subject: Order,
    replies_from: Callable[[str], Sequence[Reply]],
    until: datetime | None = None,
    notice: Notice | None = None,
) -> None:
    """The same with several replies, which come in this order; the notice is of the first."""
    known = subject.conversation_id
    talk_id = known or latest_conversation(heard.session, subject.customer_id)
    _reply(heard, talk_id, replies_from, until, notice)


def room_for(heard: Heard, subject: Order) -> int:
    """How many messages the customer of an order can be sent now."""
    talk_id = subject.conversation_id or latest_conversation(heard.session, subject.customer_id)
    if talk_id is None:
        return 0
    return reply_window.room(conversations.lock(heard.session, talk_id), heard.now)


def tell_customer(
    heard: Heard, customer_id: int, words: str, until: datetime | None = None
) -> None:
    """Say something that came from no chat, in the customer's latest one."""
    _say(heard, latest_conversation(heard.session, customer_id), words, until)


def tell_customer_so(
    heard: Heard,
    customer_id: int,
    reply_from: Callable[[str], Reply],
    until: datetime | None = None,
) -> None:
    """The same with a reply of any kind, made for the source that its card carries."""
    talk_id = latest_conversation(heard.session, customer_id)
    _reply(heard, talk_id, lambda source: [reply_from(source)], until)


def _say(heard: Heard, conversation_id: int | None, words: str, until: datetime | None) -> None:
    _reply(heard, conversation_id, lambda _: [Text(words)], until)


def _reply(
    heard: Heard,
    conversation_id: int | None,
    replies_from: Callable[[str], Sequence[Reply]],
    until: datetime | None,
    notice: Notice | None = None,
) -> None:
    if conversation_id is None:
        return
    conversation = conversations.lock(heard.session, conversation_id)
    about = f"event:{heard.event.id}"
    replies = list(replies_from(SOURCES[conversation.channel]))  # type: ignore[index]
    session, sealer, now = heard.session, heard.sealer, heard.now
    if say(session, sealer, conversation, replies, now, about=about, until=until, notice=notice):
        write_down(session, sealer, conversation_id, None, replies, now, about=about)


def latest_conversation(session: Session, customer_id: int) -> int | None:
    """The conversation of the customer, or of one merged into them, that was busy last, if any."""
    return session.exec(
        select(Conversation.id)
        .where(col(Conversation.customer_id).in_(ids_of(session, customer_id)))
        .order_by(col(Conversation.updated_at).desc())
        .limit(1)
    ).first()
