"""For development: what the shop's people do about requests after buying, at the press of a key."""

import secrets
from datetime import datetime
from typing import Final

from sqlmodel import Session

from commerce.aftersale import deciding, queries
from commerce.aftersale.tables import AfterSale, RequestKind, RequestState
from commerce.errors import InvalidInput, NotFound

ACTOR: Final = "agent:sandbox"
REFUSAL: Final = "不符合退换条件"
MOVES: Final = ("agree", "refuse", "arrived")


def decide_latest(session: Session, customer_id: int, move: str, now: datetime) -> dict[str, str]:
    """Move the customer's latest live request on; its number and state.

    `arrived` takes the parcel in, finds it good and does what follows: the money goes out, or
    another piece does. Raises NotFound, InvalidInput, and what the shop's rules refuse.
    """
    if move not in MOVES:
        raise InvalidInput(f"move须为{'、'.join(MOVES)}之一", field="move")
    live = queries.list_live(session, customer_id)
    if not live:
        raise NotFound("没有等店里处理的售后申请")
    number = live[0].request_no
    match move:
        case "agree":
            request = deciding.agree(session, number, actor=ACTOR, note="", now=now)
        case "refuse":
            request = deciding.refuse(session, number, actor=ACTOR, note=REFUSAL, now=now)
        case _:
            request = _take_in(session, live[0], now)
    return {"request_no": number, "state": request.state}


def _take_in(session: Session, request: AfterSale, now: datetime) -> AfterSale:
    number = request.request_no
    if request.state != RequestState.ARRIVED:
        deciding.arrive(session, number, actor=ACTOR, note="", now=now)
    if request.kind == RequestKind.RETURN_REFUND:
        return deciding.accept(session, number, actor=ACTOR, note="", now=now)
    tracking_no = f"YT{secrets.randbelow(10**13):013d}"
    return deciding.resend(
        session, number, carrier="yto", tracking_no=tracking_no, actor=ACTOR, note="", now=now
    )
