"""Whether customers are contacts of the shop's people, kept in their summaries for segments."""

from typing import Any, Final

from sqlalchemy import case, func, select
from sqlmodel import Session, SQLModel

from bot.contacts.tables import Contact
from commerce.customers.merging import find_customer
from commerce.customers.summary import note_contact
from commerce.customers.summary_tables import CustomerSummary
from commerce.customers.tables import Customer
from commerce.inserting import core, id_of

_CONTACT: Final = SQLModel.metadata.tables[Contact.__tablename__]
_CUSTOMER: Final = SQLModel.metadata.tables[Customer.__tablename__]
_SUMMARY: Final = SQLModel.metadata.tables[CustomerSummary.__tablename__]


def follow_contact(session: Session, customer_id: int) -> bool:
    """Let the customer's summary say whether they are a contact; whether that is news."""
    customer = find_customer(session, customer_id)
    if customer is None:
        return False
    present = id_of(customer)
    return follow_contacts(session, present, present) == 1


def follow_contacts(session: Session, first: int, last: int) -> int:
    """The same for present customers `first` to `last`; how many summaries said something else."""
    states = _read_states(session, first, last)
    span = select(_SUMMARY.c.customer_id, _SUMMARY.c.contact_state).where(
        _SUMMARY.c.customer_id.between(first, last)
    )
    kept = core(session).execute(span.with_for_update()).all()
    return sum(
        note_contact(session, customer_id, states.get(customer_id, ""))
        for customer_id, state in kept
        if state != states.get(customer_id, "")
    )


def _read_states(session: Session, first: int, last: int) -> dict[int, str]:
    """Who has contacts keeps them when they are merged: they are found through the merge."""
    present = select(_CUSTOMER.c.id, _CUSTOMER.c.id.label("root")).where(
        _CUSTOMER.c.id.between(first, last), _CUSTOMER.c.merged_into_id.is_(None)
    )
    family: Any = present.cte("family", recursive=True)
    merged = select(_CUSTOMER.c.id, family.c.root).join_from(
        _CUSTOMER, family, _CUSTOMER.c.merged_into_id == family.c.id
    )
    family = family.union_all(merged)
    lives = func.max(case((_CONTACT.c.ended_at.is_(None), 1), else_=0))
    found = core(session).execute(
        select(family.c.root, lives)
        .join_from(_CONTACT, family, _CONTACT.c.customer_id == family.c.id)
        .group_by(family.c.root)
    )
    return {root: "contact" if is_alive else "lost" for root, is_alive in found}
