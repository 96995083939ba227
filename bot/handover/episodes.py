"""One conversation's way to a person: finding it, and moving it by guarded updates."""

from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select, text, update

from bot.conversations import OwnerChanged
from bot.handover.tables import LIVE, Handover, HandoverMove, HandoverState, Reason
from commerce.events import announce
from commerce.inserting import affected_rows, id_of

STAFF: Final = "staff:"
SERVICER: Final = "wecom:"
IN_WECOM: Final = "wecom"
"""`about["place"]` of an episode that a servicer has in WeCom's own client."""


def speaker_of(staff_id: int) -> str:
    """How `conversation.owner` names one of the shop's people."""
    return f"{STAFF}{staff_id}"


def staff_id_of(owner: str | None) -> int | None:
    """Who of `staff` an owner is; None for the bot and for a servicer who is not of them."""
    return int(owner.removeprefix(STAFF)) if owner and owner.startswith(STAFF) else None


def find_live(session: Session, conversation_id: int) -> Handover | None:
    """The episode that is under way, read afresh."""
    return session.exec(
        select(Handover)
        .where(Handover.conversation_id == conversation_id, text(LIVE))
        .execution_options(populate_existing=True)
    ).first()


def find_left_word(session: Session, conversation_id: int) -> Handover | None:
    """The message left out of hours that nobody has taken up."""
    return session.exec(
        select(Handover)
        .where(
            Handover.conversation_id == conversation_id,
            Handover.state == HandoverState.LEFT_WORD.value,
        )
        .order_by(col(Handover.id).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def begin(
    session: Session,
    conversation_id: int,
    reason: Reason,
    state: HandoverState,
    now: datetime,
    **columns: Any,
) -> Handover:
    """Open an episode. The caller holds the conversation."""
    handover = Handover(
        conversation_id=conversation_id,
        reason=reason.value,
        state=state.value,
        queued_at=now,
        **columns,
    )
    session.add(handover)
    session.flush()
    return handover


def move(
    session: Session, handover: Handover, to: HandoverState, *, was: HandoverState, **columns: Any
) -> Handover:
    """Bring it from one state to another. Raises OwnerChanged when it is not in that state."""
    values = {"state": to.value, **columns}
    statement = (
        update(Handover)
        .where(col(Handover.id) == id_of(handover), col(Handover.state) == was.value)
        .values(**values)
    )
    if affected_rows(session, statement) != 1:
        raise OwnerChanged(f"handover {handover.id} is not {was.value} any more")
    session.refresh(handover)
    return handover


def note_move(
    session: Session, handover: Handover, kind: str, actor: str, now: datetime, **about: Any
) -> None:
    """Append what happened, and announce it as `handover_KIND`."""
    handover_id = id_of(handover)
    session.add(HandoverMove(handover_id=handover_id, kind=kind, actor=actor, about=about, at=now))
    announce(
        session,
        f"handover_{kind}",
        now=now,
        handover_id=handover_id,
        conversation_id=handover.conversation_id,
        staff_id=handover.staff_id,
        reason=handover.reason,
        actor=actor,
        **about,
    )
    session.flush()


def is_in_wecom(handover: Handover) -> bool:
    """Whether a servicer has it in WeCom's own client, where only WeCom can end it."""
    return handover.about.get("place") == IN_WECOM
