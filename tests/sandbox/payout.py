"""A shop that pays its promoters out through the sandbox; only its world is a fake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from multidict import CIMultiDict

from bot.background import Background
from bot.channels.transfer_delivery import TransferDelivery
from bot.clock import read_offset, real_now
from bot.database import Database
from bot.listeners import Listeners
from bot.pay_calls import TRANSFER
from bot.pay_reports import PayReports
from bot.payments.client import PayClient
from bot.payments.merchant import Merchant
from bot.payments.notify import NotifyVerifier
from bot.sender import Deliverer, Sender
from bot.transfer_rounds import TransferRounds
from commerce.distribution.tables import Withdrawal
from tests.bot import promoting
from tests.bot.counter import Post
from tests.commerce.shop import SEALER
from tests.sandbox.world import Json, World


@dataclass(frozen=True)
class MovedClock:
    """The sandbox's time, read anew each time."""

    offset_file: Path

    def now(self) -> datetime:
        return real_now() + read_offset(self.offset_file)


@dataclass
class Payout:
    """The shop's parts, worked by hand."""

    world: World
    database: Database
    clock: MovedClock
    reports: PayReports
    sender: Sender
    listeners: Listeners
    rounds: TransferRounds
    verifier: NotifyVerifier
    heard: int = 0

    async def approve(self, fan: Json) -> Withdrawal:
        """The fan's withdrawal of 12 yuan of 50, agreed to; not sent yet."""
        with self.database.writing() as session:
            customer_id = promoting.promoter(session, fan["mini_openid"], self.clock.now())
            withdrawal = promoting.approved(session, customer_id, self.clock.now())
        await self.listen()
        return withdrawal

    async def listen(self) -> None:
        """Do what follows from what has happened."""
        while await self.database.write(self.listeners.handle_some):
            pass

    async def send(self) -> int:
        """Send what is due now; how many rows that were."""
        return await self.sender.send_due()

    async def read_notices(self, *, times: int = 1) -> list[str]:
        """Take in what Pay has told since; what each came to, each of the times."""
        new, self.heard = self.world.shop.notices[self.heard :], len(self.world.shop.notices)
        outcomes = []
        for headers, body in new:
            notice = self.verifier.verify(CIMultiDict(headers), body, now=self.clock.now())
            for _ in range(times):
                now = self.clock.now()
                outcomes.append(await self.database.write(self.reports.note_notice, notice, now))
        await self.listen()
        return outcomes

    def standing(self) -> tuple[str, int, int]:
        """The withdrawal's state, what can be withdrawn, what is on its way."""
        with self.database.reading() as session:
            row = promoting.latest(session)
            return row.state, *promoting.accounts(session, row.customer_id)

    def package(self) -> str:
        with self.database.reading() as session:
            return promoting.latest(session).package


def merchant_of(world: World) -> Merchant:
    """The shop's end of the merchant's account."""
    merchant = world.settings.merchant
    folder = merchant.merchant_public_key_file.parent
    return Merchant(
        mch_id=merchant.mch_id,
        app_id=world.settings.mini_program.app_id,
        cert_serial=merchant.cert_serial,
        private_key=(folder / "pay-merchant-private.pem").read_text(),
        api_v3_key=merchant.api_v3_key,
        public_key_id=merchant.platform_public_key_id,
        public_key=(folder / "pay-platform-public.pem").read_text(),
    )


@asynccontextmanager
async def open_payout(world: World, database: Database) -> AsyncIterator[Payout]:
    """A shop on the sandbox that waits half a second for an answer."""
    merchant, clock = merchant_of(world), MovedClock(world.settings.clock_offset_file)
    async with PayClient(
        merchant,
        notify_url=f"{world.settings.callback_url}/pay/wechat/notify",
        base_url=f"{world.url}/pay",
        deadline=timedelta(seconds=0.5),
    ) as pay:
        reports = PayReports(merchant)
        delivery = TransferDelivery(pay.transfers, reports, clock)
        deliverers: dict[str, Deliverer] = {TRANSFER: delivery, "official_account.reply": Post()}
        sender = Sender(database, clock, SEALER, deliverers, Background())
        yield Payout(
            world=world,
            database=database,
            clock=clock,
            reports=reports,
            sender=sender,
            listeners=Listeners(database, clock, SEALER, sender),
            rounds=TransferRounds(database, clock, SEALER, pay.transfers, reports),
            verifier=NotifyVerifier(merchant),
        )
