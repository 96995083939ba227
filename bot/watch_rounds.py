"""The clock's round among what customers wait for: who asked is told once, where they may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from bot import conversations, reply_window
from bot.clock import Clock
from bot.conversations import ConversationView
from bot.database import Database
from bot.duties import a_few_at_once
from bot.handlers import watching_words as words
from bot.handlers.product_cards import card_of_product
from bot.jobs import Job
from bot.messages import BOT, Reply, Text
from bot.notices import news
from bot.notices.kinds import Notice
from bot.notices.posting import post_notice
from bot.speaking import say, write_down
from bot.tables import Conversation
from bot.turn import SOURCES
from campaigns.journeys.entering import enter_for
from campaigns.shapes import Trigger
from commerce.catalogue.queries import find_product
from commerce.catalogue.views import ProductView
from commerce.customers import ids_of
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.ordering.nudging import is_quiet
from commerce.sealing import Sealer
from commerce.watching import watches
from commerce.watching.prices import price_now
from commerce.watching.tables import ProductWatch, WatchKind

TRIGGERS: Final = {
    WatchKind.PRICE_DROP: Trigger.PRICE_DROP,
    WatchKind.BACK_IN_STOCK: Trigger.BACK_IN_STOCK,
}
OLD_NEWS: Final = timedelta(hours=12)
"""After that the price or the stock may be another: it is not told any more."""


@dataclass(frozen=True, slots=True)
class WatchRounds:
    """Looks for prices that fell and stock that came, and tells who asked, one a transaction."""

    database: Database
    clock: Clock
    sealer: Sealer

    def jobs(self) -> list[Job]:
        """The round with its rhythm."""
        return [Job("tell of prices and stock", timedelta(minutes=1), self.tell_all)]

    async def tell_all(self) -> None:
        """Tell everybody whose wait is over; at night in the morning."""
        now = self.clock.now()
        if is_quiet(now):
            return
        due = await self.database.read(watches.list_due, now)
        await a_few_at_once(self._tell_one, due)

    async def _tell_one(self, watch_id: int) -> None:
        await self.database.write(tell, self.sealer, watch_id, self.clock.now())


def tell(session: Session, sealer: Sealer, watch_id: int, now: datetime) -> bool:
    """Tell one customer, by the first open way; whether it was posted.

    Where none is open the watch goes on: it is looked at again later.
    """
    watch = session.get(ProductWatch, watch_id)
    if watch is None:
        return False
    talk = _open_talk(session, watch.customer_id, now)
    claimed = watches.claim(session, watch_id, now)
    product = None if claimed is None else find_product(session, claimed.product_id)
    if claimed is None or product is None:
        return False
    kind = WatchKind(claimed.kind)
    # By a journey of the merchant's own, if one takes them: who asked is told once. It takes them
    # at this moment, or they are told here: of two products at once the second is too.
    about_it, ref = {"product_id": product.id}, now.isoformat()
    if enter_for(session, TRIGGERS[kind], claimed.customer_id, ref, about_it, now):
        return True
    price = price_now(session, product.id, now) or product.lowest_price
    said, notice = _news(claimed, product, price)
    about = f"watch:{id_of(claimed)}"
    if talk is not None:
        source = SOURCES[talk.channel]  # type: ignore[index]
        both: list[Reply] = [Text(said), card_of_product(product, source)]
        replies = both[: reply_window.room(talk, now)]
        until = now + OLD_NEWS
        if say(session, sealer, talk, replies, now, about=about, until=until, notice=notice):
            write_down(session, sealer, talk.id, None, replies, now, about=about)
        return True
    if post_notice(session, sealer, claimed.customer_id, notice, about, now) is None:
        watches.put_off(session, watch_id, now)
        return False
    return True


def _open_talk(session: Session, customer_id: int, now: datetime) -> ConversationView | None:
    """The customer's latest chat where the shop may write now, locked."""
    talks = session.exec(
        select(Conversation.id)
        .where(
            col(Conversation.customer_id).in_(ids_of(session, customer_id)),
            Conversation.owner == BOT,
        )
        .order_by(col(Conversation.updated_at).desc())
    ).all()
    for talk_id in talks:
        talk = conversations.lock(session, talk_id or 0)
        if talk.is_the_bots and reply_window.is_open(talk, now):
            return talk
    return None


def _news(watch: ProductWatch, product: ProductView, price: int) -> tuple[str, Notice]:
    """What is said in a chat, and the same for a template."""
    shown = {"title": product.title, "price": yuan(price)}
    if watch.kind == WatchKind.PRICE_DROP:
        said = words.PRICE_DROPPED.format(**shown, was=yuan(watch.price))
        return said, news.price_dropped(product, price, watch.price)
    return words.BACK_IN_STOCK.format(**shown), news.back_in_stock(product, price)
