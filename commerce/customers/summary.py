"""Keeps every customer's summary true: called in the transaction that changes what it says."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, case, delete, exists, select, update
from sqlmodel import Session, SQLModel

from commerce.customers.summary_statements import BOUGHT, SUMMARY, write_bought, write_facts
from commerce.customers.summary_tables import CustomerSummary
from commerce.inserting import insert_once
from commerce.ordering.tables import CartLine
from commerce.prepared import Prepared

_CART_LINE = SQLModel.metadata.tables[CartLine.__tablename__]
SEEN_LATELY: Final = timedelta(hours=1)
NEW: Final = {
    "experience": 0,
    "orders": 0,
    "spent": 0,
    "birth_month": 0,
    "birth_day": 0,
    "is_promoter": False,
    "contact_state": "",
    "follows": False,
    "first_code": "",
    "r": 0,
    "f": 0,
    "m": 0,
}
"""The summary of somebody of whom nothing is known yet."""


def begin(session: Session, customer_id: int, now: datetime) -> None:
    """Give a new customer a summary; harmless when they have one."""
    insert_once(session, CustomerSummary, customer_id=customer_id, last_seen_at=now, **NEW)


def refresh(session: Session, customer_id: int) -> None:
    """Read a present customer's summary from the books anew, however often it is called.

    Contacts (`note_contact`) and scores stay as they are. Of several transactions of one customer
    each waits here for the one before it to end, and then sees what that has done.
    """
    _LOCK.first(session, customer=customer_id)
    write_facts(session, customer_id, customer_id)
    write_bought(session, customer_id, customer_id)


def note_seen(session: Session, customer_id: int, now: datetime) -> None:
    """They are here: noted once an hour."""
    _NOTE_SEEN.run(session, customer=customer_id, moment=now, stale=now - SEEN_LATELY)


def note_cart(session: Session, customer_id: int, cart_id: int, now: datetime) -> None:
    """The cart was changed: note since when it waits, or that it is empty."""
    _NOTE_CART.run(session, customer=customer_id, cart=cart_id, moment=now)


def note_first_code(session: Session, customer_id: int, code: str) -> None:
    """They came by a source code: it stays the first one, if it is."""
    _NOTE_CODE.run(session, customer=customer_id, code=code)


def note_contact(session: Session, customer_id: int, state: str) -> bool:
    """Whether they are a `contact` of somebody in WeCom, or `lost`; whether that is news."""
    return _NOTE_CONTACT.run(session, customer=customer_id, state=state) == 1


def join_summaries(session: Session, kept_id: int, gone_id: int) -> None:
    """Of two customers who proved to be one: all their rows are the kept one's by now.

    Who is anybody's contact is a contact. Scores wait for the night.
    """
    refresh(session, kept_id)
    gone = _CONTACT.first(session, customer=gone_id)
    if gone is not None and gone.contact_state:
        _JOIN_CONTACT.run(session, customer=kept_id, state=gone.contact_state)
    for statement in (_DROP, _DROP_BOUGHT):
        statement.run(session, customer=gone_id)


_OF_CUSTOMER: Final = SUMMARY.c.customer_id == bindparam("customer")
_LOCK: Final = Prepared(select(SUMMARY.c.customer_id).where(_OF_CUSTOMER).with_for_update())
_NOTE_CART: Final = Prepared(
    update(SUMMARY)
    .where(_OF_CUSTOMER)
    .values(
        cart_left_at=case(
            (
                exists().where(_CART_LINE.c.cart_id == bindparam("cart")),
                bindparam("moment", type_=SUMMARY.c.cart_left_at.type),
            )
        )
    )
)
_NOTE_SEEN: Final = Prepared(
    update(SUMMARY)
    .where(
        _OF_CUSTOMER,
        SUMMARY.c.last_seen_at <= bindparam("stale", type_=SUMMARY.c.last_seen_at.type),
    )
    .values(last_seen_at=bindparam("moment", type_=SUMMARY.c.last_seen_at.type))
)
_NOTE_CODE: Final = Prepared(
    update(SUMMARY)
    .where(_OF_CUSTOMER, SUMMARY.c.first_code == "")
    .values(first_code=bindparam("code"))
)
_NOTE_CONTACT: Final = Prepared(
    update(SUMMARY)
    .where(_OF_CUSTOMER, SUMMARY.c.contact_state != bindparam("state"))
    .values(contact_state=bindparam("state"))
)
_CONTACT: Final = Prepared(select(SUMMARY.c.contact_state).where(_OF_CUSTOMER))
_JOIN_CONTACT: Final = Prepared(
    update(SUMMARY)
    .where(_OF_CUSTOMER, SUMMARY.c.contact_state != "contact")
    .values(contact_state=bindparam("state"))
)
_DROP: Final = Prepared(delete(SUMMARY).where(_OF_CUSTOMER))
_DROP_BOUGHT: Final = Prepared(delete(BOUGHT).where(BOUGHT.c.customer_id == bindparam("customer")))
