"""Who waits for a price or for stock hears of it once, by one way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot import conversations
from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import Incoming
from bot.notices import wallet
from bot.notices.templates import save_template
from bot.tables import Conversation, OutboxMessage
from bot.watch_rounds import WatchRounds
from campaigns import runner
from campaigns.journeys.tables import EntryState, JourneyEntry
from campaigns.segments import saving
from campaigns.segments.rules import read_rule
from campaigns.tables import CampaignKind
from commerce.catalogue.tables import Variant
from commerce.customers.identities import identify
from commerce.inserting import id_of
from commerce.sealing import Sealer
from commerce.watching import watches
from commerce.watching.tables import ProductWatch, WatchKind
from tests.campaigns.campaigning import new_campaign
from tests.commerce.shop import put_on_sale

DAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TEMPLATE = "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1"


class Watcher:
    """A customer of the mini-program who waits for a lower price of one product."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self.database, self.sealer = database, sealer
        self.clock = FrozenClock(DAY)
        self.rounds = WatchRounds(database, self.clock, sealer)
        self.variant_id = 0

    async def asks(self, *title: str, writes: bool = False, allows: bool = False) -> None:
        """They ask for a product, from a chat or not, and tap 允许 or not."""

        def ask(session: Session) -> None:
            now = self.clock.now()
            customer_id = id_of(identify(session, "mini_program", "wx", "u", now))
            self.variant_id = put_on_sale(session, *title)
            product_id = session.get_one(Variant, self.variant_id).product_id
            watches.ask(session, customer_id, product_id, WatchKind.PRICE_DROP, now)
            if writes:
                incoming = Incoming("k", "mini_program", "wx", "u", "text", "", now)
                talk_id = conversations.find_or_begin(session, incoming, now)
                talk = session.get_one(Conversation, talk_id)
                talk.customer_id = customer_id
                talk.window_opened_by, talk.window_opened_at = "message", now
                session.add(talk)
            if allows:
                self._allow(session)

        await self.database.write(ask)

    async def allows(self) -> None:
        """They tap 允许."""
        await self.database.write(self._allow)

    def _allow(self, session: Session) -> None:
        save_template(
            session,
            kind="price_dropped",
            channel="mini_program",
            template_id=TEMPLATE,
            fields={"thing1": "goods", "amount2": "price"},
            is_active=True,
            now=self.clock.now(),
        )
        wallet.add(session, "wx", "u", TEMPLATE, self.clock.now())

    async def price_falls(self) -> None:
        """To 29 yuan."""

        def lower(session: Session) -> None:
            variant = session.get_one(Variant, self.variant_id)
            variant.price = 2900
            session.add(variant)

        await self.database.write(lower)

    async def hears(self) -> list[str]:
        """Two rounds of the clock; the kinds of all that is in the outbox then."""
        for _ in range(2):
            await self.rounds.tell_all()

        def read(session: Session) -> list[str]:
            return list(session.exec(select(OutboxMessage.kind).order_by(col(OutboxMessage.id))))

        return await self.database.read(read)


@pytest.fixture
def watcher(database: Database, sealer: Sealer) -> Watcher:
    return Watcher(database, sealer)


async def test_who_can_be_written_to_is_told_in_the_chat_with_the_card(watcher: Watcher) -> None:
    await watcher.asks(writes=True, allows=True)
    assert await watcher.hears() == []

    await watcher.price_falls()

    assert await watcher.hears() == ["mini_program.reply", "mini_program.reply"]


async def test_who_has_no_chat_is_told_by_a_subscription_message(watcher: Watcher) -> None:
    await watcher.asks(allows=True)
    await watcher.price_falls()

    assert await watcher.hears() == ["mini_program.notice"]


async def test_who_cannot_be_told_yet_is_told_when_they_can(watcher: Watcher) -> None:
    await watcher.asks()
    await watcher.price_falls()
    assert await watcher.hears() == []

    await watcher.allows()
    watcher.clock.advance(hours=1)

    assert await watcher.hears() == ["mini_program.notice"]


async def test_at_night_nobody_is_woken_and_in_the_morning_it_is_told(watcher: Watcher) -> None:
    await watcher.asks(allows=True)
    await watcher.price_falls()
    watcher.clock.advance(seconds=(NIGHT - DAY).total_seconds())
    assert await watcher.hears() == []

    watcher.clock.advance(seconds=timedelta(hours=10).total_seconds())

    assert await watcher.hears() == ["mini_program.notice"]


async def test_what_was_told_is_written_down_as_told(watcher: Watcher) -> None:
    await watcher.asks(allows=True)
    await watcher.price_falls()
    await watcher.hears()

    with watcher.database.reading() as session:
        assert session.exec(select(ProductWatch.told_at)).one() == DAY


def begin_journey(session: Session, /, **changes: Any) -> None:
    """A journey of the merchant's own that begins with a lower price."""
    plan = {"kind": "journey", "trigger": "price_drop"}
    campaign = new_campaign(session, DAY, kind=CampaignKind.JOURNEY, plan=plan, **changes)
    assert runner.begin(session, campaign, DAY, DAY) is not None


async def test_whom_no_journey_takes_is_told_by_the_shop(watcher: Watcher) -> None:
    def begin(session: Session) -> None:
        bought = read_rule({"kind": "fact", "fact": "orders", "op": "at_least", "value": 1})
        segment = saving.save(session, "买过", bought, by="staff:1", now=DAY)
        begin_journey(session, segment_id=segment.id)

    await watcher.asks(allows=True)
    await watcher.database.write(begin)
    await watcher.price_falls()

    assert await watcher.hears() == ["mini_program.notice"]


async def test_a_journey_that_begins_with_it_tells_instead(
    database: Database, sealer: Sealer
) -> None:
    watcher = Watcher(database, sealer)
    await watcher.asks(writes=True, allows=True)
    await database.write(begin_journey)
    await watcher.price_falls()

    assert await watcher.hears() == []
    with database.reading() as session:
        (entry,) = session.exec(select(JourneyEntry)).all()
        watch = session.exec(select(ProductWatch)).one()
    assert (entry.customer_id, entry.state) == (watch.customer_id, EntryState.ACTIVE)
    assert entry.subject == {"product_id": watch.product_id}
    assert watch.told_at == DAY


async def test_of_two_products_at_once_a_journey_tells_one_and_the_shop_the_other(
    watcher: Watcher,
) -> None:
    await watcher.asks(allows=True)
    await watcher.price_falls()
    await watcher.asks("围巾")
    await watcher.price_falls()
    await watcher.database.write(begin_journey)

    assert await watcher.hears() == ["mini_program.notice"]
    with watcher.database.reading() as session:
        assert len(session.exec(select(JourneyEntry)).all()) == 1
        assert session.exec(select(ProductWatch.told_at)).all() == [DAY, DAY]


async def test_who_is_on_that_journey_and_cannot_be_told_otherwise_goes_on_waiting(
    watcher: Watcher,
) -> None:
    await watcher.asks()
    await watcher.price_falls()
    await watcher.asks("围巾")
    await watcher.price_falls()
    await watcher.database.write(begin_journey)

    assert await watcher.hears() == []
    with watcher.database.reading() as session:
        told = session.exec(select(ProductWatch.told_at).order_by(col(ProductWatch.id))).all()
    assert sorted(told, key=str) == [DAY, None]
