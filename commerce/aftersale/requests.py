"""Asking for something after buying: one row with a number, its pieces and its pictures."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, func, select

from commerce.aftersale.claims import claim
from commerce.aftersale.states import LIVE, announce_about, record_move
from commerce.aftersale.tables import (
    AfterSale,
    AfterSaleLine,
    AfterSalePicture,
    PictureState,
    Reason,
    RequestKind,
    RequestState,
)
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.events import announce
from commerce.inserting import core, id_of, insert_once
from commerce.ordering.orders import list_lines
from commerce.ordering.states import STATE_NAMES, lock_order
from commerce.ordering.tables import Order, OrderState
from commerce.request_numbers import TRIES, new_request_no
from commerce.sealing import Place, Sealer

LONGEST_WORDS: Final = 500
MOST_PICTURES: Final = 9
"""To a request: as many as WeChat lets a customer choose at once."""
_BEFORE_DISPATCH: Final = (OrderState.PAID, OrderState.PACKED)


def kinds_for(state: OrderState) -> frozenset[RequestKind]:
    """What may be asked for while an order is there; nothing before it is paid or once closed."""
    if state in (OrderState.UNPAID, OrderState.CLOSED):
        return frozenset()
    if state in _BEFORE_DISPATCH:
        return frozenset({RequestKind.REFUND_ONLY, RequestKind.CLAIM})
    return frozenset(RequestKind)


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
) -> AfterSale:
    """Write down what a customer asks for; `pieces` counts by order line id.

    Announces `after_sale_requested` and `person_wanted`. Raises NotFound for an order that is
    not theirs or a line of another, IllegalMove when the order's state or earlier requests do
    not allow it, InvalidInput when nothing is asked for.
    """
    order = lock_order(session, order_id)
    if order.customer_id != customer_id:
        raise NotFound("没有这笔订单", order_id=order_id)
    if kind not in kinds_for(OrderState(order.state)):
        raise IllegalMove(f"订单{STATE_NAMES[OrderState(order.state)]}，不能这样申请")
    lines = {id_of(line): line for line in list_lines(session, order)}
    if not pieces:
        raise InvalidInput("还没有说是哪件商品", field="pieces")
    if not pieces.keys() <= lines.keys():
        raise NotFound("订单里没有这件商品", order_id=order_id)
    with session.begin_nested():  # All pieces are claimed, or none.
        core(session)  # The savepoint is set when the connection is first asked for.
        for line_id, quantity in sorted(pieces.items()):
            claim(session, lines[line_id], quantity)
        request = _insert(session, sealer, order, kind, reason, words, conversation_id, now)
    for line_id, quantity in pieces.items():
        session.add(
            AfterSaleLine(after_sale_id=id_of(request), order_line_id=line_id, quantity=quantity)
        )
    actor = f"customer:{customer_id}"
    record_move(session, request, None, RequestState.REQUESTED, actor=actor, reason="", now=now)
    announce_about(session, "after_sale_requested", request, now)
    announce_about(session, "person_wanted", request, now, reason="request_refund")
    session.flush()
    return request


def attach_picture(
    session: Session, request: AfterSale, *, channel: str, media_id: str, now: datetime
) -> AfterSalePicture | None:
    """Note a picture that the customer sent, to be fetched; None when it is there already.

    Announces `after_sale_picture_sent`.
    Raises IllegalMove when the request is over or has as many as it may.
    """
    lock_order(session, request.order_id)
    session.refresh(request)
    count = session.exec(
        select(func.count()).where(AfterSalePicture.after_sale_id == request.id)
    ).one()
    if request.state not in LIVE or count >= MOST_PICTURES:
        raise IllegalMove("这个申请不能再加照片了", request_no=request.request_no)
    row_key = uuid.uuid4().hex
    is_new = insert_once(
        session,
        AfterSalePicture,
        row_key=row_key,
        after_sale_id=id_of(request),
        channel=channel,
        media_id=media_id,
        state=PictureState.WANTED,
        content_type="",
        size=0,
        at=now,
    )
    if not is_new:
        return None
    announce(session, "after_sale_picture_sent", now=now, picture=row_key)
    return _picture(session, row_key)


def keep_picture(
    session: Session, sealer: Sealer, row_key: str, *, name: str, content_type: str, size: int
) -> None:
    """The shop has the picture now, under that name of its own."""
    picture = _picture(session, row_key)
    picture.state = PictureState.KEPT
    picture.name_sealed = sealer.seal(name, _place("name", row_key))
    picture.content_type, picture.size = content_type, size
    session.add(picture)


def lose_picture(session: Session, row_key: str, now: datetime) -> None:
    """The picture cannot be had any more.

    The first one lost of a request announces `after_sale_picture_lost`.
    """
    picture = _picture(session, row_key)
    if picture.state != PictureState.WANTED:
        return
    request = session.get_one(AfterSale, picture.after_sale_id)
    lock_order(session, request.order_id)
    is_first = not any(each.state == PictureState.LOST for each in list_pictures(session, request))
    picture.state = PictureState.LOST
    session.add(picture)
    if is_first:
        announce_about(session, "after_sale_picture_lost", request, now)


def picture_name(sealer: Sealer, picture: AfterSalePicture) -> str:
    """The shop's own name of a picture that it keeps. Raises NotFound."""
    if picture.name_sealed is None:
        raise NotFound("没有这张照片")
    return sealer.open(picture.name_sealed, _place("name", picture.row_key))


def read_words(sealer: Sealer, request: AfterSale) -> str:
    """What the customer said, for those who decide."""
    return sealer.open(request.words_sealed, _words_place(request.row_key))


def list_pictures(session: Session, request: AfterSale) -> Sequence[AfterSalePicture]:
    """The pictures of a request, in the order they came."""
    statement = select(AfterSalePicture).where(AfterSalePicture.after_sale_id == request.id)
    return sorted(session.exec(statement), key=id_of)


def _insert(
    session: Session,
    sealer: Sealer,
    order: Order,
    kind: RequestKind,
    reason: Reason,
    words: str,
    conversation_id: int | None,
    now: datetime,
) -> AfterSale:
    row_key = uuid.uuid4().hex
    for _ in range(TRIES):
        is_new = insert_once(
            session,
            AfterSale,
            request_no=new_request_no("SH", now),
            row_key=row_key,
            customer_id=order.customer_id,
            order_id=id_of(order),
            conversation_id=conversation_id or order.conversation_id,
            kind=kind,
            reason=reason,
            words_sealed=sealer.seal(words[:LONGEST_WORDS], _words_place(row_key)),
            state=RequestState.REQUESTED,
            created_at=now,
            moved_at=now,
        )
        if is_new:
            return session.exec(select(AfterSale).where(AfterSale.row_key == row_key)).one()
    raise RuntimeError("no free request number was found")  # A million a day, five tries.


def _picture(session: Session, row_key: str) -> AfterSalePicture:
    statement = select(AfterSalePicture).where(AfterSalePicture.row_key == row_key)
    return session.exec(statement).one()


def _words_place(row_key: str) -> Place:
    return Place(AfterSale.__tablename__, "words", row_key)


def _place(column: str, row_key: str) -> Place:
    return Place(AfterSalePicture.__tablename__, column, row_key)
