"""The clock's rounds among orders: reminded before they lapse, received, finished."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.handlers.receipt_words import UNPAID_CARD
from bot.jobs import Job
from bot.messages import Card
from bot.turn import SOURCES
from bot.unasked import hold_conversation, tell_now
from commerce.catalogue import queries
from commerce.money import yuan
from commerce.ordering import nudging, receipt
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order
from commerce.sealing import Sealer
from miniprogram_cards.cards import order_card
from miniprogram_cards.limits import cut_to_bytes


@dataclass(frozen=True, slots=True)
class OrderRounds:
    """Each round looks for what is due now and does it, an order a transaction."""

    database: Database
    clock: Clock
    sealer: Sealer

    def jobs(self) -> list[Job]:
        """The rounds with their rhythm, in the shop's time."""
        return [
            Job("remind of unpaid orders", timedelta(seconds=10), self.nudge_unpaid),
            Job("receive orders", timedelta(minutes=5), self.receive_overdue),
            Job("finish orders", timedelta(minutes=5), self.finish_over),
        ]

    async def nudge_unpaid(self) -> None:
        """Remind customers of orders that lapse soon."""
        due = await self.database.read(nudging.list_to_nudge, self.clock.now())
        await a_few_at_once(self._nudge_one, due)

    async def receive_overdue(self) -> None:
        """Count orders as received whose parcels left long ago."""
        due = await self.database.read(receipt.list_overdue, self.clock.now())
        await a_few_at_once(self._receive_one, due)

    async def finish_over(self) -> None:
        """Finish orders whose time for after-sale requests is over."""
        due = await self.database.read(receipt.list_over, self.clock.now())
        await a_few_at_once(self._finish_one, due)

    async def _nudge_one(self, order_id: int) -> None:
        await self.database.write(nudge, self.sealer, order_id, self.clock.now())

    async def _receive_one(self, order_id: int) -> None:
        await self.database.write(receipt.receive_overdue, order_id, self.clock.now())

    async def _finish_one(self, order_id: int) -> None:
        await self.database.write(receipt.finish_over, order_id, self.clock.now())


def nudge(session: Session, sealer: Sealer, order_id: int, now: datetime) -> bool:
    """Remind of an unpaid order with one card, once; whether it was posted.

    Only a customer who may be written to at this moment is reminded. The card is not sent any
    more once the order can hardly be paid.
    """
    order = session.get_one(Order, order_id)
    talk = hold_conversation(session, order.customer_id, order.conversation_id)
    claimed = nudging.claim_nudge(session, order_id, now)
    if claimed is None or talk is None:
        return False
    cards = [_card(session, claimed, SOURCES[talk.channel], now)]  # type: ignore[index]
    until = claimed.expires_at - nudging.TOO_LATE
    about = f"nudge:{claimed.order_no}"
    return tell_now(session, sealer, talk, cards, now, about=about, until=until)


def _card(session: Session, order: Order, source: str, now: datetime) -> Card:
    lines = list_lines(session, order)
    known = queries.list_products_of_variants(session, [line.variant_id for line in lines])
    picture = next((variant.picture for _, variant in known.values()), "")
    content = order_card(order, lines, picture, source)
    minutes = max(1, round((order.expires_at - now) / timedelta(minutes=1)))
    title = UNPAID_CARD.format(minutes=minutes, title=lines[0].title if lines else order.order_no)
    return Card(
        cut_to_bytes(title, keep_end=f" {yuan(order.payable)}"), content.path, content.picture
    )
