"""For development: what the shop's people do about withdrawals, at the press of a key."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from commerce.distribution import withdrawals
from commerce.errors import InvalidInput, NotFound

ACTOR: Final = "agent:sandbox"
REFUSAL: Final = "订单还在核对"
MOVES: Final = ("approve", "refuse")


def decide_latest(session: Session, customer_id: int, move: str, now: datetime) -> dict[str, str]:
    """Let the customer's withdrawal be transferred, or give it back; its number and state.

    Raises NotFound, InvalidInput, and IllegalMove once it was decided.
    """
    if move not in MOVES:
        raise InvalidInput(f"move须为{'、'.join(MOVES)}之一", field="move")
    live = withdrawals.find_live(session, customer_id)
    if live is None:
        raise NotFound("没有等店里处理的提现")
    number = live.withdrawal_no
    if move == "approve":
        moved = withdrawals.approve(session, number, actor=ACTOR, now=now)
    else:
        moved = withdrawals.refuse(session, number, actor=ACTOR, reason=REFUSAL, now=now)
    return {"withdrawal_no": number, "state": moved.state}
