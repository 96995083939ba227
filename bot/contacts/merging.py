"""Contacts after two customers proved to be one."""

from sqlmodel import Session, col, update

from bot.contacts.tables import Contact
from commerce.inserting import affected_rows


def follow_merge(session: Session, kept_id: int, gone_id: int) -> int:
    """Whoever was a contact as either is one as who stays; how many contacts moved."""
    statement = update(Contact).where(col(Contact.customer_id) == gone_id)
    return affected_rows(session, statement.values(customer_id=kept_id))
