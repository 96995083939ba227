"""What a person of the shop must see: calls for a human and complaints; and what cannot be read."""

from collections.abc import Sequence

from bot import texts
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.events import announce
from nlu.understanding import Intent

router = Router()


@router.intent(Intent.HUMAN_HANDOFF)
def note_handoff(turn: Turn) -> Sequence[Reply]:
    """Leave word for the shop's people."""
    return [Text(leave_word(turn, "asked_for_human", texts.HANDOFF_NOTED))]


@router.intent(Intent.COMPLAINT)
def note_complaint(turn: Turn) -> Sequence[Reply]:
    """An angry customer is heard and passed on."""
    return [Text(leave_word(turn, "complaint", texts.COMPLAINT_NOTED))]


@router.kind("video", "link", "location", "mini_program_page", "unknown")
def cannot_read(turn: Turn) -> Sequence[Reply]:
    """Say so instead of staying silent; an open question stays open."""
    turn.keep_question()
    return [Text(texts.CANNOT_READ)]


@router.kind("unfollow", "event")
def stay_silent(turn: Turn) -> Sequence[Reply]:
    """Noted, not answered; an open question stays open."""
    turn.keep_question()
    return []


def leave_word(turn: Turn, reason: str, answer: str) -> str:
    """Announce that a person is wanted; the answer to give."""
    announce(
        turn.session,
        "person_wanted",
        now=turn.now,
        conversation_id=turn.conversation_id,
        reason=reason,
    )
    return answer
