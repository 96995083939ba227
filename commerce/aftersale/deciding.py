"""What the shop's people decide about requests: agree, refuse, take the parcel in, send another."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from commerce.aftersale.amounts import BEFORE_DISPATCH, reckon
from commerce.aftersale.paying_back import pieces_of, promise, unsent_variants_of, variants_of
from commerce.aftersale.states import check_move, lock_request, move
from commerce.aftersale.tables import AfterSale, Reason, RequestKind, RequestState
from commerce.catalogue import stock
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import core, id_of
from commerce.money import yuan
from commerce.ordering.tables import Order
from commerce.parcels.shipping import FIRST_LOOK, check_number, find_parcel
from commerce.parcels.tables import Parcel


def agree(
    session: Session,
    request_no: str,
    *,
    actor: str,
    note: str,
    now: datetime,
    amount: int | None = None,
) -> AfterSale:
    """The shop agrees; `note` says what happens next, `amount` is set when it is less than all.

    A refund without goods begins at once; a return and an exchange wait for the parcel. Raises
    NotFound, IllegalMove, InvalidInput for more than was paid or for less without a note.
    """
    request = lock_request(session, request_no)
    kind = RequestKind(request.kind)
    if kind == RequestKind.REFUND_ONLY:
        order = session.get_one(Order, request.order_id)
        is_here = order.state in BEFORE_DISPATCH
        return promise(
            session,
            request,
            actor=actor,
            note=note,
            amount=amount,
            restocked=unsent_variants_of(session, request) if is_here else {},
            now=now,
        )
    if amount is not None and kind != RequestKind.RETURN_REFUND:
        raise InvalidInput("这个申请不退款，不用填金额", field="amount")
    check_move(request, RequestState.AGREED)
    columns = {} if amount is None else {"amount_agreed": _lowered(session, request, amount, note)}
    told = request.amount_wanted if amount is None else amount
    return move(
        session,
        request,
        RequestState.AGREED,
        actor=actor,
        reason=note,
        now=now,
        columns=columns,
        amount=told,
    )


def refuse(session: Session, request_no: str, *, actor: str, note: str, now: datetime) -> AfterSale:
    """The shop refuses, or sends back a parcel that is not what it should be; `note` says why.

    Raises NotFound, IllegalMove.
    """
    request = lock_request(session, request_no)
    return move(session, request, RequestState.REFUSED, actor=actor, reason=note, now=now)


def arrive(session: Session, request_no: str, *, actor: str, note: str, now: datetime) -> AfterSale:
    """The customer's parcel is at the shop. Raises NotFound, IllegalMove."""
    request = lock_request(session, request_no)
    return move(session, request, RequestState.ARRIVED, actor=actor, reason=note, now=now)


def accept(
    session: Session,
    request_no: str,
    *,
    actor: str,
    note: str,
    now: datetime,
    is_good: bool = True,
    amount: int | None = None,
    variants: Mapping[int, int] | None = None,
) -> AfterSale:
    """What came back is as it should be: the money goes out. With `is_good` it is sold again.

    `variants` are what came back, by variant id, when it is not what was bought: a piece may have
    been exchanged for another kind before. Raises NotFound, IllegalMove, InvalidInput as `agree`
    does.
    """
    request = lock_request(session, request_no)
    if request.kind != RequestKind.RETURN_REFUND:
        raise IllegalMove("这个申请不是退货退款", request_no=request_no)
    return promise(
        session,
        request,
        actor=actor,
        note=note,
        amount=request.amount_agreed if amount is None else amount,
        restocked=_named(session, request, variants) if is_good else {},
        now=now,
    )


def resend(
    session: Session,
    request_no: str,
    *,
    carrier: str,
    tracking_no: str,
    actor: str,
    note: str,
    now: datetime,
    is_good: bool = True,
    variants: Mapping[int, int] | None = None,
) -> AfterSale:
    """Another piece leaves for the customer, in a parcel of the order.

    `variants` are what is sent, by variant id, when it is not the same again. With `is_good` what
    came back is sold again. Raises NotFound, IllegalMove, InvalidInput, OutOfStock, and
    ShippingRefused for what is no parcel's number.
    """
    request = lock_request(session, request_no)
    same, sent = variants_of(session, request), _named(session, request, variants)
    with session.begin_nested():  # All of it, or nothing.
        core(session)
        move(session, request, RequestState.RESENT, actor=actor, reason=note, now=now)
        if is_good:
            stock.take_back(session, request.order_id, same, now)
        stock.send_again(session, request.order_id, sent, now)
        parcel = _parcel(session, request, carrier, tracking_no, now)
        request.resent_parcel_id = id_of(parcel)
        session.add(request)
        session.flush()
    return request


def _named(
    session: Session, request: AfterSale, variants: Mapping[int, int] | None
) -> Mapping[int, int]:
    """What was named, as many pieces as the request is about; without any, what was bought."""
    bought = variants_of(session, request)
    if variants is None:
        return bought
    pieces = sum(bought.values())
    if min(variants.values(), default=0) < 1 or sum(variants.values()) != pieces:
        raise InvalidInput(f"这个申请是{pieces}件，请写明每种几件，合起来一样多", field="variants")
    return variants


def finish(session: Session, request_no: str, *, actor: str, note: str, now: datetime) -> AfterSale:
    """A claim is settled, or an exchange is with the customer. Raises NotFound, IllegalMove.

    What is about money is done when the money is back, and not before.
    """
    request = lock_request(session, request_no)
    if request.state == RequestState.REFUNDING:
        raise IllegalMove("钱退到账才算办完", request_no=request_no, state=request.state)
    return move(session, request, RequestState.DONE, actor=actor, reason=note, now=now)


def _lowered(session: Session, request: AfterSale, amount: int, note: str) -> int:
    """The amount, if it is one that the shop may agree to."""
    order = session.get_one(Order, request.order_id)
    full = reckon(session, order, pieces_of(session, request), Reason(request.reason))
    if not 0 <= amount <= full.amount:
        raise InvalidInput(f"这些商品最多能退{yuan(full.amount)}", field="amount")
    if amount < full.amount and not note.strip():
        raise InvalidInput("退得比付的少，要写明原因告诉顾客", field="note")
    return amount


def _parcel(
    session: Session, request: AfterSale, carrier: str, tracking_no: str, now: datetime
) -> Parcel:
    number = check_number(carrier, tracking_no)
    if find_parcel(session, carrier, number) is not None:
        raise InvalidInput(f"运单号{number}已经用过了", field="tracking_no")
    parcel = Parcel(
        order_id=request.order_id,
        carrier=carrier,
        tracking_no=number,
        shipped_at=now,
        next_ask_at=now + FIRST_LOOK,
    )
    session.add(parcel)
    session.flush()
    return parcel
