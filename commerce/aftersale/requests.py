"""Asking for something after buying: one row with a number, its pieces and what they cost."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from commerce.aftersale.amounts import BEFORE_DISPATCH, GIVES_MONEY, reckon
from commerce.aftersale.backs import Back
from commerce.aftersale.claims import claim, free_pieces
from commerce.aftersale.states import announce_about, record_move
from commerce.aftersale.tables import (
    AfterSale,
    AfterSaleLine,
    Reason,
    RequestKind,
    RequestState,
)
from commerce.errors import IdempotencyConflict, IllegalMove, InvalidInput, NotFound
from commerce.inserting import core, id_of, insert_once
from commerce.ordering.orders import list_lines
from commerce.ordering.states import STATE_NAMES, lock_order
from commerce.ordering.tables import Order, OrderState
from commerce.request_numbers import TRIES, new_request_no
from commerce.sealing import Place, Sealer

LONGEST_WORDS: Final = 500
UNTIL_GROUP_ENDS: Final = "这笔订单还在拼团，成团前不能单独退款；到期没成团会自动全额退"
_KEY_DIGITS: Final = 32


def kinds_for(state: OrderState) -> frozenset[RequestKind]:
    """What may be asked for while an order is there; nothing before it is paid or once closed.

    Once it is finished the time for giving back is over, and what is left is the guarantee.
    """
    if state in (OrderState.UNPAID, OrderState.CLOSED):
        return frozenset()
    if state == OrderState.FINISHED:
        return frozenset({RequestKind.CLAIM})
    if state in BEFORE_DISPATCH:
        return frozenset({RequestKind.REFUND_ONLY, RequestKind.CLAIM})
    return frozenset(RequestKind)


def estimate(
    session: Session, order: Order, pieces: Mapping[int, int], kind: RequestKind, reason: Reason
) -> Back | None:
    """What such a request would give back, if the shop agrees; None when it is not about money.

    `pieces` counts by order line id. Raises IllegalMove when more are asked for than are free,
    InvalidInput when none are, NotFound for a line of another order.
    """
    lines = {id_of(line): line for line in list_lines(session, order)}
    _check_pieces(pieces, lines.keys(), order)
    for line_id, free in free_pieces(session, [lines[each] for each in pieces]).items():
        if not 0 < pieces[line_id] <= free:
            raise IllegalMove(
                f"“{lines[line_id].title}”还能申请的只有{free}件", order_line_id=line_id, free=free
            )
    _refuse_now(order, kind)
    return reckon(session, order, pieces, reason) if kind in GIVES_MONEY else None


def open_request(
    session: Session,
    sealer: Sealer,
    *,
    customer_id: int,
    order_id: int,
    pieces: Mapping[int, int],
    kind: RequestKind,
    reason: Reason,
    words: str,
    now: datetime,
    conversation_id: int | None = None,
    key: str = "",
) -> AfterSale:
    """Write down what a customer asks for; `pieces` counts by order line id.

    The same `key` for an order gives the same request again. Announces `after_sale_requested` and
    `person_wanted`. Raises NotFound for an order that is not theirs or a line of another,
    IllegalMove when the order's state or earlier requests do not allow it, InvalidInput when
    nothing is asked for, IdempotencyConflict for a key that was used for something else.
    """
    order = lock_order(session, order_id)
    if order.customer_id != customer_id:
        raise NotFound("没有这笔订单", order_id=order_id)
    row_key = row_key_for(sealer, order_id, key)
    earlier = _find_earlier(session, row_key, pieces, kind, reason)
    if earlier is not None:
        return earlier
    _refuse_now(order, kind)
    wish = Wish(pieces, kind, reason, words, conversation_id)
    request = register(
        session, sealer, order, row_key, wish, actor=f"customer:{customer_id}", now=now
    )
    announce_about(session, "after_sale_requested", request, now)
    announce_about(session, "person_wanted", request, now, reason="request_refund")
    session.flush()
    return request


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for; `pieces` counts by order line id."""

    pieces: Mapping[int, int]
    kind: RequestKind
    reason: Reason
    words: str
    conversation_id: int | None = None


def register(
    session: Session,
    sealer: Sealer,
    order: Order,
    row_key: str,
    wish: Wish,
    *,
    actor: str,
    now: datetime,
) -> AfterSale:
    """Write a request down and claim its pieces; the order is locked, the row key new.

    Whether the order is at a point where this may be asked for is the caller's to know. Raises
    NotFound, IllegalMove, InvalidInput as `open_request` does.
    """
    pieces = wish.pieces
    lines = {id_of(line): line for line in list_lines(session, order)}
    _check_pieces(pieces, lines.keys(), order)
    with session.begin_nested():  # All pieces are claimed, or none.
        core(session)  # The savepoint is set when the connection is first asked for.
        for line_id, quantity in sorted(pieces.items()):
            claim(session, lines[line_id], quantity)
        request = _insert(session, sealer, row_key, order, wish, now)
    for line_id, quantity in pieces.items():
        session.add(
            AfterSaleLine(after_sale_id=id_of(request), order_line_id=line_id, quantity=quantity)
        )
    record_move(session, request, None, RequestState.REQUESTED, actor=actor, reason="", now=now)
    session.flush()
    return request


def read_words(sealer: Sealer, request: AfterSale) -> str:
    """What the customer said, for those who decide."""
    return sealer.open(request.words_sealed, _words_place(request.row_key))


def _refuse_now(order: Order, kind: RequestKind) -> None:
    if order.awaits_group:
        raise IllegalMove(UNTIL_GROUP_ENDS, order_no=order.order_no)
    if kind not in kinds_for(OrderState(order.state)):
        raise IllegalMove(f"订单{STATE_NAMES[OrderState(order.state)]}，不能这样申请")


def row_key_for(sealer: Sealer, order_id: int, key: str) -> str:
    """Of a request's row: for one key of an order always the same."""
    if not key:
        return uuid.uuid4().hex
    return sealer.digest(f"{order_id}:{key}", "after-sale key")[:_KEY_DIGITS]


def _find_earlier(
    session: Session, row_key: str, pieces: Mapping[int, int], kind: RequestKind, reason: Reason
) -> AfterSale | None:
    """The request that was opened with that key, for the same; the caller holds the order."""
    found = session.exec(select(AfterSale).where(AfterSale.row_key == row_key)).first()
    if found is None:
        return None
    lines = select(AfterSaleLine).where(AfterSaleLine.after_sale_id == found.id)
    asked = {line.order_line_id: line.quantity for line in session.exec(lines)}
    if (found.kind, found.reason, asked) != (kind, reason, dict(pieces)):
        raise IdempotencyConflict("这个Idempotency-Key已用于另一个申请", field="Idempotency-Key")
    return found


def _insert(
    session: Session,
    sealer: Sealer,
    row_key: str,
    order: Order,
    wish: Wish,
    now: datetime,
) -> AfterSale:
    is_money = wish.kind in GIVES_MONEY
    wanted = reckon(session, order, wish.pieces, wish.reason).amount if is_money else 0
    for _ in range(TRIES):
        is_new = insert_once(
            session,
            AfterSale,
            request_no=new_request_no("SH", now),
            row_key=row_key,
            customer_id=order.customer_id,
            order_id=id_of(order),
            conversation_id=wish.conversation_id or order.conversation_id,
            kind=wish.kind,
            reason=wish.reason,
            words_sealed=sealer.seal(wish.words[:LONGEST_WORDS], _words_place(row_key)),
            state=RequestState.REQUESTED,
            amount_wanted=wanted,
            **dict.fromkeys(
                ("freight_back", "points_back", "points_clawed", "experience_clawed"), 0
            ),
            **dict.fromkeys(("return_carrier", "return_tracking_no"), ""),
            created_at=now,
            moved_at=now,
        )
        if is_new:
            return session.exec(select(AfterSale).where(AfterSale.row_key == row_key)).one()
    raise RuntimeError("no free request number was found")  # A million a day, five tries.


def _check_pieces(pieces: Mapping[int, int], known: Collection[int], order: Order) -> None:
    if not pieces:
        raise InvalidInput("还没有说是哪件商品", field="pieces")
    if not set(pieces) <= set(known):
        raise NotFound("订单里没有这件商品", order_id=id_of(order))


def _words_place(row_key: str) -> Place:
    return Place(AfterSale.__tablename__, "words", row_key)
