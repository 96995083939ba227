"""One request after buying with all that deciding it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from bot.console.pages.after_sale_list import LATE_AFTER, RequestRow, rows_of
from bot.console.pages.order_view import actor_name
from commerce.aftersale.amounts import reckon
from commerce.aftersale.paying_back import pieces_of
from commerce.aftersale.pictures import list_pictures, picture_name
from commerce.aftersale.queries import list_history, view_requests
from commerce.aftersale.requests import read_words
from commerce.aftersale.states import LEGAL_MOVES, STATE_NAMES, find_request
from commerce.aftersale.tables import (
    AfterSale,
    AfterSaleMove,
    AfterSalePicture,
    PictureState,
    Reason,
    RequestKind,
    RequestState,
)
from commerce.errors import NotFound
from commerce.ordering.tables import Order, OrderLine
from commerce.parcels.tables import Parcel
from commerce.payments.tables import Refund, RefundState
from commerce.sealing import Sealer

_PAYS: Final = frozenset({RequestKind.REFUND_ONLY, RequestKind.RETURN_REFUND})
_UNDECIDED: Final = (
    RequestState.REQUESTED,
    RequestState.AGREED,
    RequestState.RETURNING,
    RequestState.ARRIVED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the request's history, as its readers call states and people."""

    name: str
    actor: str
    move: AfterSaleMove


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """A request as its page shows it, and what may be done about it now."""

    row: RequestRow
    request: AfterSale
    order: Order
    words: str
    pieces: Sequence[tuple[OrderLine, int]]
    most: int
    """Fen that these pieces may give back at the most; 0 where no money is asked for."""
    pictures: Sequence[AfterSalePicture]
    history: Sequence[Step]
    refund: Refund | None
    resent: Parcel | None
    return_address: str
    may: frozenset[str]
    """Of agree, refuse, arrive, accept, resend, finish, send_again."""
    late_hours: int


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """Where a picture is kept, and what it is."""

    name: str
    content_type: str


def view(session: Session, sealer: Sealer, request_no: str, now: datetime) -> RequestSeen:
    """The request of that number, whoever's it is. Raises NotFound."""
    request = find_request(session, request_no)
    if request is None:
        raise NotFound("没有这个售后申请", request_no=request_no)
    (seen,) = view_requests(session, [request])
    (row,) = rows_of(session, [request], now)
    order = session.get_one(Order, request.order_id)
    refund = None if request.refund_id is None else session.get(Refund, request.refund_id)
    return RequestSeen(
        row=row,
        request=request,
        order=order,
        words=read_words(sealer, request),
        pieces=seen.pieces,
        most=_most(session, order, request),
        pictures=list_pictures(session, request),
        history=[
            Step(STATE_NAMES[RequestState(move.to_state)], actor_name(move.actor), move)
            for move in list_history(session, request)
        ],
        refund=refund,
        resent=seen.resent,
        return_address=seen.return_address,
        may=what_may_be_done(request, refund),
        late_hours=int(LATE_AFTER.total_seconds() // 3600),
    )


def what_may_be_done(request: AfterSale, refund: Refund | None) -> frozenset[str]:
    """The decisions that are open now."""
    kind, state = RequestKind(request.kind), RequestState(request.state)
    legal = LEGAL_MOVES[kind].get(state, frozenset())
    may = {
        "agree": state == RequestState.REQUESTED,
        "refuse": RequestState.REFUSED in legal,
        "arrive": RequestState.ARRIVED in legal,
        "accept": kind == RequestKind.RETURN_REFUND and state == RequestState.ARRIVED,
        "resend": RequestState.RESENT in legal,
        "finish": RequestState.DONE in legal and kind not in _PAYS,
        "send_again": refund is not None and refund.state == RefundState.CLOSED,
    }
    return frozenset(name for name, is_open in may.items() if is_open)


def find_picture(session: Session, sealer: Sealer, row_key: str) -> KeptPicture:
    """Where a customer's picture is kept. Raises NotFound for one that the shop has not got."""
    statement = select(AfterSalePicture).where(AfterSalePicture.row_key == row_key)
    picture = session.exec(statement).first()
    if picture is None or picture.state != PictureState.KEPT:
        raise NotFound("没有这张照片")
    return KeptPicture(picture_name(sealer, picture), picture.content_type)


def _most(session: Session, order: Order, request: AfterSale) -> int:
    if request.kind not in _PAYS or request.state not in _UNDECIDED:
        return 0
    return reckon(session, order, pieces_of(session, request), Reason(request.reason)).amount
