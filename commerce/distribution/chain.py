"""Who stands above whom: bindings read upwards. To be asked under present ids of customers."""

from datetime import datetime

from sqlmodel import Session, col, select

from commerce.distribution.tables import Binding, Promoter, PromoterState


def find_binding(session: Session, customer_id: int) -> Binding | None:
    """The customer's binding as the database has it now, in force or not."""
    statement = (
        select(Binding)
        .where(Binding.customer_id == customer_id)
        .execution_options(populate_existing=True)
    )
    return session.exec(statement).first()


def is_in_force(binding: Binding, now: datetime) -> bool:
    """Whether the customer still counts as the promoter's."""
    return binding.expires_at is None or now < binding.expires_at


def find_upline(session: Session, customer_id: int, now: datetime) -> int | None:
    """The customer id of whoever brought the customer; None when nobody did, or it is over."""
    binding = find_binding(session, customer_id)
    if binding is None or not is_in_force(binding, now):
        return None
    return binding.promoter_customer_id


def is_above(session: Session, customer_id: int, other_id: int, now: datetime) -> bool:
    """Whether `other_id` stands somewhere above the customer, or is the customer.

    A clock that was put back may have two bindings in force that never were together: nobody is
    passed twice.
    """
    passed: set[int] = set()
    present: int | None = customer_id
    while present is not None and present not in passed:
        if present == other_id:
            return True
        passed.add(present)
        present = find_upline(session, present, now)
    return False


def has_brought_any(session: Session, customer_id: int) -> bool:
    """Whether anybody is bound to the customer, in force or not."""
    statement = select(Binding.id).where(Binding.promoter_customer_id == customer_id)
    return session.exec(statement.limit(1)).first() is not None


def is_active(session: Session, customer_id: int) -> bool:
    """Whether the customer is a promoter who earns."""
    statement = select(Promoter.id).where(
        Promoter.customer_id == customer_id, col(Promoter.state) == PromoterState.ACTIVE
    )
    return session.exec(statement).first() is not None
