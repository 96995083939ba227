"""Who wants to be told before a flash sale starts, and telling them once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from commerce.customers.merging import lock_customer
from commerce.customers.tables import Customer
from commerce.errors import IllegalMove, NotFound
from commerce.flash_sales.queries import LIVE
from commerce.flash_sales.tables import FlashReminder, FlashSale
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.ordering.nudging import is_quiet

AHEAD: Final = timedelta(minutes=5)
"""So long before a sale starts they are told."""
A_ROUND: Final = 500


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A customer who is to be told of a sale now."""

    sale_id: int
    customer_id: int


def want(session: Session, sale_id: int, customer_id: int, now: datetime) -> bool:
    """Remind the customer of a sale before it starts; whether that is new.

    Raises NotFound, and IllegalMove when there is nothing left to remind of, or when the moment
    is at night: nothing is promised then.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    sale = session.get(FlashSale, sale_id, populate_existing=True)
    if sale is None or sale.state not in LIVE:
        raise NotFound("没有这场秒杀", sale_id=sale_id)
    if now >= sale.starts_at - AHEAD:
        raise IllegalMove("这场马上开始或者已经开始了，直接来抢就行", sale_id=sale_id)
    if is_quiet(sale.starts_at - AHEAD):
        raise IllegalMove("这场开始前是休息时间，我就不发消息打扰您了", sale_id=sale_id)
    return insert_once(
        session, FlashReminder, sale_id=sale_id, customer_id=customer_id, asked_at=now
    )


def is_wanted(session: Session, sale_id: int, customer_id: int) -> bool:
    """Whether the customer is to be reminded of a sale."""
    found = session.get(FlashReminder, (sale_id, customer_id))
    return found is not None and found.sent_at is None


def list_wanted(session: Session, customer_id: int) -> list[int]:
    """Ids of the sales of which the customer is still to be reminded."""
    statement = select(FlashReminder.sale_id).where(
        FlashReminder.customer_id == customer_id, col(FlashReminder.sent_at).is_(None)
    )
    return list(session.exec(statement))


def unwant(session: Session, sale_id: int, customer_id: int) -> bool:
    """Do not remind the customer of a sale after all; whether they would have been."""
    customer_id = id_of(lock_customer(session, customer_id))
    statement = delete(FlashReminder).where(
        col(FlashReminder.sale_id) == sale_id,
        col(FlashReminder.customer_id) == customer_id,
        col(FlashReminder.sent_at).is_(None),
    )
    return affected_rows(session, statement) == 1


def list_due(session: Session, now: datetime) -> tuple[DueReminder, ...]:
    """Whom to tell now, those who asked first at the front; nobody at night.

    Who has unsubscribed since they asked is not told.
    """
    if is_quiet(now):
        return ()
    statement = (
        select(FlashReminder.sale_id, FlashReminder.customer_id)
        .join(FlashSale, col(FlashSale.id) == col(FlashReminder.sale_id))
        .join(Customer, col(Customer.id) == col(FlashReminder.customer_id))
        .where(
            or_(*(col(FlashSale.state) == each for each in LIVE)),
            col(FlashSale.starts_at) > now,
            col(FlashSale.starts_at) <= now + AHEAD,
            col(FlashReminder.sent_at).is_(None),
            or_(
                col(Customer.unsubscribed_at).is_(None),
                col(Customer.unsubscribed_at) < col(FlashReminder.asked_at),
            ),
        )
        .order_by(col(FlashReminder.asked_at), col(FlashReminder.customer_id))
        .limit(A_ROUND)
    )
    return tuple(DueReminder(*row) for row in session.exec(statement))


def claim(session: Session, sale_id: int, customer_id: int, now: datetime) -> FlashSale | None:
    """The sale to tell the customer of, by this caller alone.

    None when somebody else does, when they no longer want it, or when it has begun, is called
    off or it is night.
    """
    sale = session.get(FlashSale, sale_id, populate_existing=True)
    if sale is None or sale.state not in LIVE or now >= sale.starts_at or is_quiet(now):
        return None
    statement = (
        update(FlashReminder)
        .where(
            col(FlashReminder.sale_id) == sale_id,
            col(FlashReminder.customer_id) == customer_id,
            col(FlashReminder.sent_at).is_(None),
        )
        .values(sent_at=now)
    )
    return sale if affected_rows(session, statement) == 1 else None
