"""The life of a request after buying: which moves are legal, and the one way to make them."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select, update

from commerce.aftersale.claims import give_back
from commerce.aftersale.tables import AfterSale, AfterSaleMove, RequestKind, RequestState
from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import id_of
from commerce.ordering.states import lock_order

LEGAL_MOVES: Final[dict[RequestState, frozenset[RequestState]]] = {
    RequestState.REQUESTED: frozenset(
        {RequestState.AGREED, RequestState.REFUSED, RequestState.WITHDRAWN}
    ),
    RequestState.AGREED: frozenset({RequestState.DONE, RequestState.WITHDRAWN}),
    RequestState.REFUSED: frozenset(),
    RequestState.WITHDRAWN: frozenset(),
    RequestState.DONE: frozenset(),
}
"""From each state, the states a request may move to. Everything else is refused."""

LIVE: Final = tuple(state for state, onward in LEGAL_MOVES.items() if onward)
"""States in which something is still to be done about it."""

STATE_NAMES: Final[dict[RequestState, str]] = {
    RequestState.REQUESTED: "已登记，等店里处理",
    RequestState.AGREED: "店里已同意",
    RequestState.REFUSED: "店里没有同意",
    RequestState.WITHDRAWN: "已撤销",
    RequestState.DONE: "已办完",
}
"""As customers read them."""

_RETURNS_PIECES: Final = frozenset({RequestKind.EXCHANGE, RequestKind.CLAIM})
"""What is exchanged or mended is the customer's again, and may go wrong again."""


def agree(session: Session, request_no: str, *, actor: str, note: str, now: datetime) -> AfterSale:
    """The shop agrees; `note` says what happens next. Raises NotFound, IllegalMove."""
    return move(session, request_no, RequestState.AGREED, actor=actor, reason=note, now=now)


def refuse(session: Session, request_no: str, *, actor: str, note: str, now: datetime) -> AfterSale:
    """The shop refuses; `note` says why. Raises NotFound, IllegalMove."""
    return move(session, request_no, RequestState.REFUSED, actor=actor, reason=note, now=now)


def finish(session: Session, request_no: str, *, actor: str, note: str, now: datetime) -> AfterSale:
    """All that was agreed has been done. Raises NotFound, IllegalMove."""
    return move(session, request_no, RequestState.DONE, actor=actor, reason=note, now=now)


def withdraw(session: Session, customer_id: int, request_no: str, now: datetime) -> AfterSale:
    """The customer takes a request of their own back. Raises NotFound, IllegalMove."""
    request = find_request(session, request_no)
    if request is None or request.customer_id != customer_id:
        raise NotFound("没有这个售后申请", request_no=request_no)
    actor = f"customer:{customer_id}"
    return move(session, request_no, RequestState.WITHDRAWN, actor=actor, reason="", now=now)


def move(
    session: Session, request_no: str, to: RequestState, *, actor: str, reason: str, now: datetime
) -> AfterSale:
    """Move a request on, write its history and announce `after_sale_<state>`.

    Pieces it no longer asks for may be asked for again. Raises NotFound, IllegalMove.
    """
    request = find_request(session, request_no)
    if request is None:
        raise NotFound("没有这个售后申请", request_no=request_no)
    lock_order(session, request.order_id)
    session.refresh(request)
    state = RequestState(request.state)
    guarded = (
        update(AfterSale)
        .where(col(AfterSale.id) == request.id, col(AfterSale.state) == state)
        .values(state=to, moved_at=now)
        .execution_options(synchronize_session="fetch")
    )
    if to not in LEGAL_MOVES[state] or session.exec(guarded).rowcount != 1:
        raise IllegalMove(
            f"申请{STATE_NAMES[state]}，不能改为{STATE_NAMES[to]}", state=state, wanted=to
        )
    if to in (RequestState.REFUSED, RequestState.WITHDRAWN) or (
        to == RequestState.DONE and request.kind in _RETURNS_PIECES
    ):
        give_back(session, id_of(request))
    record_move(session, request, state, to, actor=actor, reason=reason, now=now)
    announce_about(session, f"after_sale_{to}", request, now, note=reason)
    return request


def record_move(
    session: Session,
    request: AfterSale,
    from_state: RequestState | None,
    to: RequestState,
    *,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """Write a line of the request's history."""
    session.add(
        AfterSaleMove(
            after_sale_id=id_of(request),
            from_state=from_state,
            to_state=to,
            actor=actor,
            reason=reason,
            at=now,
        )
    )


def announce_about(
    session: Session, kind: str, request: AfterSale, now: datetime, **more: str
) -> None:
    """Announce an event about a request: its number, order, customer and conversation."""
    announce(
        session,
        kind,
        now=now,
        request_no=request.request_no,
        order_id=request.order_id,
        customer_id=request.customer_id,
        conversation_id=request.conversation_id,
        **more,
    )


def find_request(session: Session, request_no: str) -> AfterSale | None:
    """The request of that number, whoever's it is; None if there is none."""
    return session.exec(select(AfterSale).where(AfterSale.request_no == request_no)).first()
