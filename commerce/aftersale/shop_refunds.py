"""Everything goes back because the shop cannot keep its word: nobody asked, and nobody decides."""

from datetime import datetime

from sqlmodel import Session, select

from commerce.aftersale.amounts import BEFORE_DISPATCH
from commerce.aftersale.paying_back import promise
from commerce.aftersale.requests import Wish, register, row_key_for
from commerce.aftersale.tables import AfterSale, Reason, RequestKind
from commerce.errors import IllegalMove
from commerce.inserting import core, id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.states import lock_order, state_name
from commerce.sealing import Sealer

_KEY = "the shop gives all of it back"


def refund_whole(
    session: Session, sealer: Sealer, order_id: int, *, reason: str, actor: str, now: datetime
) -> AfterSale:
    """Promise all the money of an order that is paid and not sent, and have it sent. Once.

    It is a request like any other, agreed to as it is made: goods go back on sale, points and
    coupon to the customer, and the order closes when the money has gone. `reason` is what the
    customer reads. Raises NotFound, and IllegalMove for an order that is not paid, is on its way,
    or of which something is asked for or given back already.
    """
    order = lock_order(session, order_id)
    key = row_key_for(sealer, order_id, _KEY)
    earlier = session.exec(select(AfterSale).where(AfterSale.row_key == key)).first()
    if earlier is not None:
        return earlier
    if order.state not in BEFORE_DISPATCH:
        raise IllegalMove(f"订单{state_name(order)}，不能整单退款", order_no=order.order_no)
    lines = list_lines(session, order)
    wish = Wish(
        pieces={id_of(line): line.quantity for line in lines},
        kind=RequestKind.REFUND_ONLY,
        reason=Reason.CALLED_OFF,
        words=reason,
    )
    with session.begin_nested():  # Asked for and promised, or neither.
        core(session)
        request = register(session, sealer, order, key, wish, actor=actor, now=now)
        order.awaits_group = False
        session.add(order)
        unsent = {line.variant_id: line.quantity for line in lines}
        return promise(
            session,
            request,
            actor=actor,
            note=reason,
            amount=None,
            restocked=unsent,
            now=now,
        )
