"""What happens in a shop for its listeners to hear, and what its customers are told of it."""

from sqlmodel import Session, col, func, select

from bot.listeners import Listeners
from commerce.events import ShopEvent
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.payments import refunds
from commerce.payments.tables import Payment
from tests.bot.counter import Counter
from tests.commerce import shop


def order(session: Session, customer_id: int, conversation_id: int | None = None) -> Order:
    """An unpaid order of one piece."""
    variant = shop.put_on_sale(session)
    return shop.place(session, customer_id, {variant: 1}, conversation_id=conversation_id)


def paid_order(session: Session, buyer: tuple[int, int]) -> tuple[Order, Payment]:
    """An order of one piece and its payment."""
    placed = order(session, *buyer)
    payment = shop.begin_to_pay(session, placed)
    shop.pay(session, payment)
    return placed, payment


async def hear_all(chat: Counter, listeners: Listeners) -> None:
    """Listen until nothing is due."""
    while await chat.database.write(listeners.handle_some):
        pass


async def said(chat: Counter) -> list[str]:
    """What the customer was told, oldest first."""
    return [payload["content"] for _, payload in await chat.outbox()]


async def unheard(chat: Counter) -> int:
    """How many events wait to be handled."""
    statement = select(func.count()).where(col(ShopEvent.handled_at).is_(None))
    return await chat.database.read(lambda session: session.exec(statement).one())


def refund_of(session: Session, buyer: tuple[int, int]) -> str:
    """The number of a refund that was just promised."""
    _, payment = paid_order(session, buyer)
    return refunds.request_refund(session, id_of(payment), 3900, "缺货", shop.NOW).out_refund_no
