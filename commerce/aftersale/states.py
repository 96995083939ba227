"""The life of a request after buying: which moves are legal, and the one way to make them."""

from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from commerce.aftersale.claims import give_back
from commerce.aftersale.tables import AfterSale, AfterSaleMove, RequestKind, RequestState
from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import id_of
from commerce.ordering.states import lock_order

_ENDED: Final[dict[RequestState, frozenset[RequestState]]] = {
    RequestState.DONE: frozenset(),
    RequestState.REFUSED: frozenset(),
    RequestState.WITHDRAWN: frozenset(),
}
_BACK: Final[dict[RequestState, frozenset[RequestState]]] = {
    RequestState.REQUESTED: frozenset(
        {RequestState.AGREED, RequestState.REFUSED, RequestState.WITHDRAWN}
    ),
    # A parcel may come without its number having been told.
    RequestState.AGREED: frozenset(
        {RequestState.RETURNING, RequestState.ARRIVED, RequestState.WITHDRAWN}
    ),
    RequestState.RETURNING: frozenset({RequestState.ARRIVED, RequestState.WITHDRAWN}),
}
"""How goods come back, for money or for another piece."""

LEGAL_MOVES: Final[dict[RequestKind, dict[RequestState, frozenset[RequestState]]]] = {
    RequestKind.REFUND_ONLY: {
        RequestState.REQUESTED: frozenset(
            {RequestState.REFUNDING, RequestState.REFUSED, RequestState.WITHDRAWN}
        ),
        RequestState.REFUNDING: frozenset({RequestState.DONE}),
        **_ENDED,
    },
    RequestKind.RETURN_REFUND: {
        **_BACK,
        RequestState.ARRIVED: frozenset(
            {RequestState.REFUNDING, RequestState.REFUSED, RequestState.WITHDRAWN}
        ),
        RequestState.REFUNDING: frozenset({RequestState.DONE}),
        **_ENDED,
    },
    RequestKind.EXCHANGE: {
        **_BACK,
        RequestState.ARRIVED: frozenset(
            {RequestState.RESENT, RequestState.REFUSED, RequestState.WITHDRAWN}
        ),
        RequestState.RESENT: frozenset({RequestState.DONE}),
        **_ENDED,
    },
    RequestKind.CLAIM: {
        RequestState.REQUESTED: frozenset(
            {RequestState.AGREED, RequestState.REFUSED, RequestState.WITHDRAWN}
        ),
        RequestState.AGREED: frozenset({RequestState.DONE, RequestState.WITHDRAWN}),
        **_ENDED,
    },
}
"""For each kind and state, the states a request may move to. Everything else is refused."""

LIVE: Final = tuple(state for state in RequestState if state not in _ENDED)
"""States in which something is still to be done about it."""

STATE_NAMES: Final[dict[RequestState, str]] = {
    RequestState.REQUESTED: "已登记，等店里处理",
    RequestState.AGREED: "店里已同意",
    RequestState.RETURNING: "寄回途中",
    RequestState.ARRIVED: "寄回的已到店，正在检查",
    RequestState.REFUNDING: "正在退款",
    RequestState.RESENT: "换的已寄出",
    RequestState.REFUSED: "店里没有同意",
    RequestState.WITHDRAWN: "已撤销",
    RequestState.DONE: "已办完",
}
"""As customers read them."""

SENDS_BACK: Final = frozenset({RequestKind.RETURN_REFUND, RequestKind.EXCHANGE})
"""Kinds for which the customer sends goods back."""
_RETURNS_PIECES: Final = frozenset({RequestKind.EXCHANGE, RequestKind.CLAIM})
"""What is exchanged or mended is the customer's again, and may go wrong again."""


def withdraw(session: Session, customer_id: int, request_no: str, now: datetime) -> AfterSale:
    """The customer takes a request of their own back, as long as no money moves for it.

    Announces `person_wanted` when their goods are with the shop, or on their way to it. Raises
    NotFound, IllegalMove.
    """
    request = get_own(session, customer_id, request_no)
    if request.state in (RequestState.RETURNING, RequestState.ARRIVED):
        announce_about(session, "person_wanted", request, now, reason="parcel_to_send_back")
    actor = f"customer:{customer_id}"
    return move(session, request, RequestState.WITHDRAWN, actor=actor, reason="", now=now)


def may_withdraw(request: AfterSale) -> bool:
    """Whether the customer may still take it back."""
    return RequestState.WITHDRAWN in LEGAL_MOVES[RequestKind(request.kind)].get(
        RequestState(request.state), ()
    )


def lock_request(session: Session, request_no: str) -> AfterSale:
    """The request as it is now, its order locked until the transaction ends. Raises NotFound."""
    request = find_request(session, request_no)
    if request is None:
        raise NotFound("没有这个售后申请", request_no=request_no)
    lock_order(session, request.order_id)
    session.refresh(request)
    return request


def awaits_goods(request: AfterSale) -> bool:
    """Whether the shop waits for goods of this request to come back."""
    return request.kind in SENDS_BACK and request.state in (
        RequestState.AGREED,
        RequestState.RETURNING,
    )


def get_own(session: Session, customer_id: int, request_no: str) -> AfterSale:
    """The customer's request, locked as `lock_request` does. Raises NotFound."""
    request = find_request(session, request_no)
    if request is None or request.customer_id != customer_id:
        raise NotFound("没有这个售后申请", request_no=request_no)
    return lock_request(session, request_no)


def check_move(request: AfterSale, to: RequestState) -> None:
    """Raise IllegalMove unless the request may move there."""
    state = RequestState(request.state)
    if to not in LEGAL_MOVES[RequestKind(request.kind)].get(state, ()):
        raise IllegalMove(
            f"申请{STATE_NAMES[state]}，不能改为{STATE_NAMES[to]}", state=state, wanted=to
        )


def move(
    session: Session,
    request: AfterSale,
    to: RequestState,
    *,
    actor: str,
    reason: str,
    now: datetime,
    columns: dict[str, Any] | None = None,
    **more: Any,
) -> AfterSale:
    """Move a locked request on, write its history and announce `after_sale_<state>`.

    `columns` are set with the move, `more` is added to the event. Pieces that the request no
    longer asks for may be asked for again. Raises IllegalMove.
    """
    check_move(request, to)
    kind, state = RequestKind(request.kind), RequestState(request.state)
    guarded = (
        update(AfterSale)
        .where(col(AfterSale.id) == request.id, col(AfterSale.state) == state)
        .values(state=to, moved_at=now, **(columns or {}))
        .execution_options(synchronize_session="fetch")
    )
    if session.exec(guarded).rowcount != 1:
        raise IllegalMove("申请刚刚有了变化，请再看一下", state=state, wanted=to)
    if to in (RequestState.REFUSED, RequestState.WITHDRAWN) or (
        to == RequestState.DONE and kind in _RETURNS_PIECES
    ):
        give_back(session, id_of(request))
    record_move(session, request, state, to, actor=actor, reason=reason, now=now)
    announce_about(session, f"after_sale_{to}", request, now, from_state=state, note=reason, **more)
    session.refresh(request)
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
    session: Session, kind: str, request: AfterSale, now: datetime, **more: Any
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
