"""Customers whom a person serves sooner."""

from sqlmodel import Session

from bot.handover.terms import get_terms
from commerce.membership.levels import list_levels, standing


def is_vip(session: Session, customer_id: int) -> bool:
    """Whether a customer has reached the level that the terms name."""
    wanted = get_terms(session).vip_level
    if not wanted:
        return False
    at_least = next((each for each in list_levels(session) if each.name == wanted), None)
    reached = standing(session, customer_id).level
    return at_least is not None and reached is not None and reached.threshold >= at_least.threshold
