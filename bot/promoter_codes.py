"""A promoter's QR code in chat: wanted by a handler, made through the outbox, then sent."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot import outbox
from bot.outbox import Post
from commerce.distribution.promoters import find_promoter
from commerce.distribution.tables import PromoterState
from commerce.events import announce
from commerce.sealing import Sealer

KIND: Final = "promoter.code"


def want_promoter_code(
    session: Session, customer_id: int, conversation_id: int, now: datetime
) -> None:
    """Have the promoter's QR code made and sent into the conversation, shortly after this turn.

    Nothing comes for somebody who is no active promoter; ask `find_promoter` first.
    """
    announce(
        session,
        "promoter_code_wanted",
        now=now,
        customer_id=customer_id,
        conversation_id=conversation_id,
    )


def call_for_code(
    session: Session,
    sealer: Sealer,
    customer_id: int,
    conversation_id: int,
    now: datetime,
    *,
    cause: str,
) -> bool:
    """Put the call into the outbox, once for each cause; whether it was put there."""
    promoter = find_promoter(session, customer_id)
    if promoter is None or promoter.state != PromoterState.ACTIVE:
        return False
    payload = {"code": promoter.code, "conversation_id": conversation_id}
    return outbox.post(session, sealer, Post(f"promoter_code:{cause}", KIND, payload), now)
