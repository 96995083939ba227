"""What a person of the shop must see: calls for a human and complaints; and what cannot be read."""

from collections.abc import Sequence

from bot import texts
from bot.handlers import handover_words
from bot.handlers.handover import call_person
from bot.handover.tables import Reason
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.events import announce
from nlu.understanding import Intent

router = Router()


@router.intent(Intent.HUMAN_HANDOFF)
def note_handoff(turn: Turn) -> Sequence[Reply]:
    """Into the queue; word is left when nobody is there."""
    return [Text(call_person(turn, Reason.ASKED, texts.HANDOFF_NOTED))]


@router.intent(Intent.COMPLAINT)
def note_complaint(turn: Turn) -> Sequence[Reply]:
    """An angry customer is heard and given to a person."""
    told = call_person(turn, Reason.COMPLAINT, texts.COMPLAINT_NOTED, handover_words.SORRY)
    return [Text(told)]


@router.kind("video", "link", "location", "file", "mini_program_page", "unknown")
def cannot_read(turn: Turn) -> Sequence[Reply]:
    """Say so instead of staying silent; an open question stays open."""
    turn.keep_question()
    return [Text(texts.CANNOT_READ)]


@router.kind("unfollow", "event", "enter")
def stay_silent(turn: Turn) -> Sequence[Reply]:
    """Noted, not answered; an open question stays open."""
    turn.keep_question()
    return []


def leave_word(turn: Turn, reason: str, answer: str) -> str:
    """Announce that a person is wanted; the answer to give. The second time one comes."""
    turn.memory.unanswered += 1
    announce(
        turn.session,
        "person_wanted",
        now=turn.now,
        conversation_id=turn.conversation_id,
        reason=reason,
    )
    return answer
