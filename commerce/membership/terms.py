"""The rules of membership that are in force."""

from sqlmodel import Session

from commerce.membership.tables import MembershipTerms


def get_terms(session: Session) -> MembershipTerms:
    """The rules as operators set them, or the defaults. To read; editing is `session.get`'s."""
    return session.get(MembershipTerms, 1) or MembershipTerms()
