"""What customers thought of a service: asked once, in the window, and stored however late."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select, update

from bot import conversations, reply_window
from bot.handlers import handover_words as words
from bot.handover.episodes import IN_WECOM
from bot.handover.service_tables import Rating
from bot.handover.tables import Handover, HandoverMove
from bot.messages import Choices
from bot.speaking import say, write_down
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.sealing import Sealer

NOT_AGAIN_FOR: Final = timedelta(hours=24)
COUNTS_FOR: Final = timedelta(days=7)
"""Longer ago than that 一般 means something else."""
ASK_WITHIN: Final = timedelta(hours=1)
QUESTION: Final = Choices(words.HOW_WAS_IT, tuple(words.SCORES))


def begin(session: Session, handover: Handover, now: datetime) -> bool:
    """Note that a customer is asked now; false when they were within a day, or of this episode."""
    if handover.first_replied_at is None or handover.owner is None:
        return False  # Nobody served them: there is nothing to ask about.
    latest = session.exec(
        select(Rating.id)
        .where(
            Rating.conversation_id == handover.conversation_id,
            col(Rating.asked_at) > now - NOT_AGAIN_FOR,
        )
        .limit(1)
    ).first()
    if latest is not None:
        return False
    return insert_once(
        session,
        Rating,
        handover_id=id_of(handover),
        conversation_id=handover.conversation_id,
        owner=handover.owner,
        asked_at=now,
    )


def ask(session: Session, sealer: Sealer, handover_id: int, now: datetime) -> bool:
    """Ask the customer of an ended episode, if they may be written to; whether they are asked.

    An episode that ended in WeCom's own client is asked about by its end code instead.
    """
    handover = session.get_one(Handover, handover_id)
    talk = conversations.lock(session, handover.conversation_id)
    if not talk.is_the_bots or handover.about.get("place") == IN_WECOM:
        return False
    if not reply_window.is_open(talk, now):
        _note(session, handover, "rating_not_asked", now)
        return False
    if not begin(session, handover, now):
        return False
    about = f"rating:{handover_id}"
    say(session, sealer, talk, [QUESTION], now, about=about, until=now + ASK_WITHIN)
    write_down(session, sealer, talk.id, None, [QUESTION], now, about=about)
    _note(session, handover, "rating_asked", now)
    return True


def answer(session: Session, conversation_id: int, score: int, now: datetime) -> bool:
    """Store a score; false when nothing was asked, or it was answered."""
    asked = session.exec(
        select(Rating.id)
        .where(
            Rating.conversation_id == conversation_id,
            col(Rating.score).is_(None),
            col(Rating.asked_at) > now - COUNTS_FOR,
        )
        .order_by(col(Rating.asked_at).desc())
        .limit(1)
    ).first()
    if asked is None:
        return False
    which = update(Rating).where(col(Rating.id) == asked, col(Rating.score).is_(None))
    return affected_rows(session, which.values(score=score, answered_at=now)) == 1


def _note(session: Session, handover: Handover, kind: str, now: datetime) -> None:
    move = HandoverMove(handover_id=id_of(handover), kind=kind, actor="bot", about={}, at=now)
    session.add(move)
    session.flush()
