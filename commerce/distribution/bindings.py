"""Customers come by a promoter's code: whose they are from then on."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from commerce.customers.merging import get_customer, ids_of, lock_customer
from commerce.distribution import chain
from commerce.distribution.promoters import find_by_code
from commerce.distribution.tables import (
    Binding,
    BindingChange,
    BindingRule,
    Promoter,
    PromoterState,
)
from commerce.distribution.terms import get_terms, lock_terms
from commerce.events import announce
from commerce.inserting import id_of


class Bound(StrEnum):
    """What became of coming by a code."""

    BOUND = "bound"
    ALREADY = "already"
    """The customer is that promoter's; their days go on as they were."""
    PROTECTED = "protected"
    """The customer is somebody else's for the time being."""
    SELF = "self"
    LOOP = "loop"
    """The promoter came by the customer, at whatever distance."""
    STOPPED = "stopped"
    UNKNOWN = "unknown"
    """Nobody has that code."""


def bind(session: Session, customer_id: int, code: str, *, source: str, now: datetime) -> Bound:
    """A customer came by a promoter's code: they are that promoter's, unless the rules forbid it.

    Announces `customer_bound`, and nothing when nothing changed. Raises NotFound for a customer
    who is not there.
    """
    promoter = find_by_code(session, code)
    if promoter is None:
        return Bound.UNKNOWN
    customer_id, promoter_id = _lock_both(session, customer_id, promoter.customer_id)
    promoter = find_by_code(session, code)  # They may have been merged, or stopped, meanwhile.
    if promoter is None or promoter.customer_id != promoter_id:
        return Bound.UNKNOWN
    held = chain.find_binding(session, customer_id)
    refusal = _refusal(session, customer_id, promoter, held, now)
    if refusal is not None:
        return refusal
    # Only who has brought others can close a loop. Two such may be bound at the same moment, in
    # different places of one chain, so they go one after the other.
    if chain.has_brought_any(session, customer_id):
        lock_terms(session)
        if chain.is_above(session, promoter_id, customer_id, now):
            return Bound.LOOP
    _write(session, customer_id, promoter_id, held, source=source, now=now)
    return Bound.BOUND


def find_promoter_of(session: Session, customer_id: int, now: datetime) -> int | None:
    """The customer id of whoever brought the customer; None when nobody did, or it is over."""
    return chain.find_upline(session, id_of(get_customer(session, customer_id)), now)


def list_changes(session: Session, customer_id: int) -> list[BindingChange]:
    """The history of a customer's bindings, the first first."""
    statement = (
        select(BindingChange)
        .where(col(BindingChange.customer_id).in_(ids_of(session, customer_id)))
        .order_by(col(BindingChange.id))
    )
    return list(session.exec(statement))


def _lock_both(session: Session, customer_id: int, promoter_id: int) -> tuple[int, int]:
    """Hold both, the lower id first, as everybody does; who they are now."""
    present = [id_of(get_customer(session, each)) for each in (customer_id, promoter_id)]
    held = {each: id_of(lock_customer(session, each)) for each in sorted(set(present))}
    return held[present[0]], held[present[1]]


def _refusal(
    session: Session, customer_id: int, promoter: Promoter, held: Binding | None, now: datetime
) -> Bound | None:
    if promoter.customer_id == customer_id:
        return Bound.SELF
    if promoter.state != PromoterState.ACTIVE:
        return Bound.STOPPED
    if held is None or not chain.is_in_force(held, now):
        return None
    if held.promoter_customer_id == promoter.customer_id:
        return Bound.ALREADY
    is_protected = held.protected_until is None or now < held.protected_until
    if is_protected and chain.is_active(session, held.promoter_customer_id):
        return Bound.PROTECTED
    return None


def _write(
    session: Session,
    customer_id: int,
    promoter_id: int,
    held: Binding | None,
    *,
    source: str,
    now: datetime,
) -> None:
    before = None if held is None else held.promoter_customer_id
    binding = held or Binding(
        customer_id=customer_id, promoter_customer_id=promoter_id, bound_at=now, source=source
    )
    binding.promoter_customer_id = promoter_id
    binding.bound_at, binding.source = now, source
    binding.protected_until, binding.expires_at = _until(session, now)
    change = BindingChange(
        customer_id=customer_id,
        from_promoter_id=before,
        to_promoter_id=promoter_id,
        source=source,
        at=now,
    )
    session.add_all((binding, change))
    announce(
        session,
        "customer_bound",
        now=now,
        customer_id=customer_id,
        promoter_customer_id=promoter_id,
    )
    session.flush()


def _until(session: Session, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Until when nobody else may have the customer, and until when they are the promoter's."""
    terms = get_terms(session)
    match BindingRule(terms.binding):
        case BindingRule.PERMANENT:
            return None, None
        case BindingRule.DAYS:
            return None, now + timedelta(days=terms.binding_days)
        case BindingRule.LAST_WINS:
            return now + timedelta(days=terms.protection_days), None
