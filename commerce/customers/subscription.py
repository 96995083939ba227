"""Whether a customer wants campaign messages: one answer for every channel, and how it came."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from commerce.customers.merging import lock_customer
from commerce.customers.tables import Customer, SubscriptionChange
from commerce.events import announce
from commerce.inserting import id_of
from commerce.sealing import Place, Sealer

LONGEST_WORDS: Final = 200


def unsubscribe(
    session: Session, sealer: Sealer, customer_id: int, *, channel: str, words: str, now: datetime
) -> bool:
    """No campaign message on any channel from now on; whether that is news.

    Announces `unsubscribed` if it is. What orders demand is still sent.
    """
    customer = lock_customer(session, customer_id)
    if customer.unsubscribed_at is not None:
        return False
    customer.unsubscribed_at = now
    _note(session, sealer, customer, False, channel, words, now)
    return True


def resume(
    session: Session, sealer: Sealer, customer_id: int, *, channel: str, words: str, now: datetime
) -> bool:
    """Campaign messages may come again; whether that is news. Announces `resubscribed` if so."""
    customer = lock_customer(session, customer_id)
    if customer.unsubscribed_at is None:
        return False
    customer.unsubscribed_at = None
    _note(session, sealer, customer, True, channel, words, now)
    return True


def list_changes(session: Session, customer_id: int) -> Sequence[SubscriptionChange]:
    """Every change of the customer's mind, oldest first."""
    statement = select(SubscriptionChange).where(SubscriptionChange.customer_id == customer_id)
    return session.exec(
        statement.order_by(col(SubscriptionChange.at), col(SubscriptionChange.id))
    ).all()


def read_words(sealer: Sealer, change: SubscriptionChange) -> str:
    """What the customer said; nothing when a merge brought the change."""
    if change.words_sealed is None:
        return ""
    return sealer.open(change.words_sealed, _place(change.row_key))


def _note(
    session: Session,
    sealer: Sealer,
    customer: Customer,
    wants_messages: bool,
    channel: str,
    words: str,
    now: datetime,
) -> None:
    row_key = uuid.uuid4().hex
    change = SubscriptionChange(
        row_key=row_key,
        customer_id=id_of(customer),
        wants_messages=wants_messages,
        channel=channel,
        words_sealed=sealer.seal(words[:LONGEST_WORDS], _place(row_key)),
        at=now,
    )
    session.add_all((customer, change))
    kind = "resubscribed" if wants_messages else "unsubscribed"
    announce(session, kind, now=now, customer_id=customer.id, channel=channel)


def _place(row_key: str) -> Place:
    return Place(SubscriptionChange.__tablename__, "words", row_key)
