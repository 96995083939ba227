"""Whose code a card carries that a customer passes on."""

from bot.turn import Turn
from commerce.distribution.promoters import find_promoter
from commerce.distribution.tables import PromoterState


def own_code(turn: Turn) -> str:
    """The customer's own code, if they bring customers at present; else empty."""
    promoter = find_promoter(turn.session, turn.customer_id)
    if promoter is None or promoter.state != PromoterState.ACTIVE:
        return ""
    return promoter.code
