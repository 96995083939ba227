"""What an order bought by a bargain does to it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, update
from sqlmodel import Session, col

from commerce.bargains.queries import find
from commerce.bargains.tables import Bargain, BargainState
from commerce.deals.choices import BargainDeal
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import affected_rows, id_of
from commerce.ordering.tables import Order
from commerce.pricing.values import UnitOffer

TIME_TO_PAY: Final = timedelta(minutes=10)
"""An order placed just before the bargain expires can still be paid."""
OFFER_NAME: Final = "砍价底价"


def offer(
    session: Session,
    customer_id: int,
    deal: BargainDeal,
    quantities: Mapping[int, int],
    now: datetime,
) -> dict[int, UnitOffer]:
    """The price of the one piece, by variant id.

    Raises NotFound for a bargain that is not the customer's, InvalidInput for more than a piece,
    IllegalMove before it has come to its floor, while an order has it and when it is over.
    """
    bargain = _get(session, customer_id, deal)
    _refuse(bargain, now)
    if quantities.get(bargain.variant_id, 1) != 1:
        raise InvalidInput("砍价商品一次只能买1件", field="quantity")
    return {bargain.variant_id: UnitOffer(OFFER_NAME, bargain.floor)}


def bind(
    session: Session, deal: BargainDeal, order: Order, quantities: Mapping[int, int], now: datetime
) -> None:
    """The bargain is the order's, and of no other. Raises as `offer`."""
    del quantities
    used = (
        update(Bargain)
        .where(
            col(Bargain.bargain_no) == deal.bargain_no,
            col(Bargain.customer_id) == order.customer_id,
            col(Bargain.state) == BargainState.REACHED,
            col(Bargain.expires_at) > now,
        )
        .values(state=BargainState.ORDERED, order_id=id_of(order))
    )
    if affected_rows(session, used) != 1:
        _refuse(_get(session, order.customer_id, deal), now)


def latest_at(session: Session, deal: BargainDeal, now: datetime) -> datetime | None:
    """When the order must be paid at the latest."""
    bargain = find(session, deal.bargain_no)
    return None if bargain is None else max(bargain.expires_at, now + TIME_TO_PAY)


def on_paid(session: Session, order: Order, paid_at: datetime, now: datetime) -> None:
    """Nothing changes: the bargain stays the order's."""
    del session, order, paid_at, now


def on_closed(session: Session, order: Order, now: datetime) -> None:
    """The bargain can be used again while its time lasts."""
    is_over = col(Bargain.expires_at) <= now
    freed = (
        update(Bargain)
        .where(col(Bargain.order_id) == order.id, col(Bargain.state) == BargainState.ORDERED)
        .values(
            state=case((is_over, BargainState.EXPIRED), else_=BargainState.REACHED), order_id=None
        )
    )
    affected_rows(session, freed)


def _get(session: Session, customer_id: int, deal: BargainDeal) -> Bargain:
    bargain = find(session, deal.bargain_no)
    if bargain is None or bargain.customer_id != customer_id:
        raise NotFound("没有找到您的这个砍价", field="deal.bargain_no")
    return bargain


def _refuse(bargain: Bargain, now: datetime) -> None:
    """Raise IllegalMove unless the bargain can be used now."""
    if bargain.state == BargainState.ORDERED:
        raise IllegalMove("这个砍价已经下过单了；那笔订单取消后可以再用")
    if bargain.state == BargainState.EXPIRED or bargain.expires_at <= now:
        raise IllegalMove("这个砍价已经过期了")
    if bargain.state == BargainState.OPEN:
        missing = bargain.helpers - bargain.helped
        raise IllegalMove(f"还差{missing}位朋友帮忙才到底价", missing=missing)
