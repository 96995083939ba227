"""What some pieces of an order would give back, by what was paid for them and what is left."""

from collections.abc import Mapping
from typing import Final

from sqlmodel import Session

from commerce.aftersale.backs import Back, LineBack
from commerce.aftersale.refunded import counted
from commerce.aftersale.tables import Reason, RequestKind
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderLine, OrderState
from commerce.parcels.pieces import shipped_pieces
from commerce.pricing.refunding import PaidLine, back_for

BEFORE_DISPATCH: Final = (OrderState.PAID, OrderState.PACKED)
GIVES_MONEY: Final = frozenset({RequestKind.REFUND_ONLY, RequestKind.RETURN_REFUND})
OUR_FAULT: Final = frozenset(
    {Reason.DAMAGED, Reason.QUALITY, Reason.WRONG, Reason.MISSING, Reason.NOT_RECEIVED}
)
"""Reasons for which the shop bears what sending the goods has cost."""
_EARNED: Final = (OrderState.RECEIVED, OrderState.FINISHED)


def reckon(session: Session, order: Order, pieces: Mapping[int, int], reason: Reason) -> Back:
    """What these pieces, by order line id, give back now. The order is paid.

    Reckoned for pieces that come after all that were refunded before: whoever is refunded later
    never gets less than this. Freight goes back with the order's last pieces: always while no
    piece has left, afterwards when it is the shop's fault.
    """
    lines = list_lines(session, order)
    gone = counted(session, [id_of(line) for line in lines])
    backs = tuple(
        _line_back(line, gone.get(id_of(line), 0), pieces[id_of(line)])
        for line in lines
        if id_of(line) in pieces
    )
    left = sum(line.quantity - gone.get(id_of(line), 0) for line in lines)
    is_last = left == sum(pieces.values())
    has_left = any(shipped_pieces(session, [id_of(line) for line in lines]).values())
    is_unsent = order.state in BEFORE_DISPATCH and not has_left
    is_free = is_unsent or reason in OUR_FAULT
    return Back(
        lines=backs,
        freight=order.freight if is_last and is_free else 0,
        is_earned=order.state in _EARNED,
    )


def _line_back(line: OrderLine, already: int, pieces: int) -> LineBack:
    if not 0 < pieces <= line.quantity - already:
        raise InvalidInput(f"“{line.title}”没有这么多件可以退", field="pieces")
    kept = line.total - line.rebate
    paid = PaidLine(line.quantity, kept, line.points_spent, line.points_given)
    back = back_for(paid, already, pieces)
    return LineBack(id_of(line), pieces, back.money, back.points_spent, back.points_given)
