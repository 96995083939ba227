"""What a person of the shop must see: calls for a human, complaints, and what is not built in."""

from collections.abc import Sequence

from bot import texts
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.customers.tables import Customer
from commerce.events import announce
from nlu.understanding import Intent

router = Router()

RESUME_WORDS = ("恢复", "重新", "继续推", "再推", "可以推", "开启")


@router.intent(Intent.HUMAN_HANDOFF)
def note_handoff(turn: Turn) -> Sequence[Reply]:
    """Leave word for the shop's people."""
    return [Text(leave_word(turn, "asked_for_human", texts.HANDOFF_NOTED))]


@router.intent(Intent.COMPLAINT)
def note_complaint(turn: Turn) -> Sequence[Reply]:
    """An angry customer is heard and passed on."""
    return [Text(leave_word(turn, "complaint", texts.COMPLAINT_NOTED))]


@router.intent(
    Intent.CHANGE_ADDRESS,
    Intent.REQUEST_REFUND,
    Intent.ASK_INVOICE,
    Intent.ASK_SHIPPING,
    Intent.ASK_RETURN_POLICY,
    Intent.ASK_PAYMENT,
    Intent.ASK_STORE,
    Intent.ASK_PROMOTION,
    Intent.GROUP_BUY,
    Intent.FLASH_SALE,
    Intent.ASK_POINTS,
    Intent.DISTRIBUTION,
    Intent.LIVE_STREAM,
    Intent.PRIVACY_REQUEST,
)
def note_request(turn: Turn) -> Sequence[Reply]:
    """What the bot cannot settle itself goes to the shop's people, and the customer is told so."""
    return [Text(leave_word(turn, turn.understanding.intent, texts.NOT_YET))]


@router.intent(Intent.UNSUBSCRIBE)
def change_subscription(turn: Turn) -> Sequence[Reply]:
    """Stop campaign messages at once, or allow them again."""
    customer = turn.session.get_one(Customer, turn.customer_id)
    wants_them = any(word in turn.text for word in RESUME_WORDS)
    customer.unsubscribed_at = None if wants_them else turn.now
    turn.session.add(customer)
    return [Text(texts.RESUBSCRIBED if wants_them else texts.UNSUBSCRIBED)]


@router.kind("image", "video", "link", "location", "mini_program_page", "unknown")
def cannot_read(turn: Turn) -> Sequence[Reply]:
    """Say so instead of staying silent."""
    return [Text(texts.PICTURE_SEEN if turn.incoming.kind == "image" else texts.CANNOT_READ)]


@router.kind("unfollow", "event", "scan")
def stay_silent(_turn: Turn) -> Sequence[Reply]:
    """Noted, not answered."""
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
