"""Which level a member has: the highest that their purchases reach. It can be lost by refunds."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from commerce.ledger.posting import AccountKey, AccountKind, balance
from commerce.membership.tables import MemberLevel
from commerce.pricing.values import MemberPrice

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's level, and the next one with the fen of purchases that are missing to it."""

    level: MemberLevel | None
    experience: int
    next_level: MemberLevel | None
    missing: int


def list_levels(session: Session) -> list[MemberLevel]:
    """All levels, the lowest first."""
    return list(session.exec(select(MemberLevel).order_by(col(MemberLevel.threshold))))


def standing(session: Session, customer_id: int) -> Standing:
    """Where a customer stands."""
    experience = balance(session, AccountKey(AccountKind.EXPERIENCE, customer_id))
    levels = list_levels(session)
    reached = [level for level in levels if level.threshold <= max(0, experience)]
    ahead = levels[len(reached) :]
    return Standing(
        level=reached[-1] if reached else None,
        experience=experience,
        next_level=ahead[0] if ahead else None,
        missing=ahead[0].threshold - experience if ahead else 0,
    )


def member_price(found: Standing) -> MemberPrice | None:
    """The price that a customer's level gives; None when it gives none."""
    level = found.level
    if level is None or level.price_percent >= _WHOLE:
        return None
    return MemberPrice(level.name, level.price_percent)
