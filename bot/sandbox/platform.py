"""The platform put together: one object of each kind, sharing one store and one clock."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web

from bot.sandbox.clock import SandboxClock
from bot.sandbox.counters import Counters
from bot.sandbox.due import Agenda, DueWork
from bot.sandbox.faults import Faults
from bot.sandbox.feed import Feed
from bot.sandbox.pay.notices import Notices
from bot.sandbox.pay.refunds import Refunds
from bot.sandbox.pay.signatures import PaySignatures
from bot.sandbox.pay.transactions import Transactions
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.store import Store
from bot.sandbox.wechat.account import Menus, QrCodes, Templates
from bot.sandbox.wechat.callbacks import Callbacks
from bot.sandbox.wechat.customer import Customer
from bot.sandbox.wechat.customer_service import CustomerService
from bot.sandbox.wechat.fans import Chat, Fans
from bot.sandbox.wechat.login import Logins
from bot.sandbox.wechat.media import Media
from bot.sandbox.wechat.tokens import Tokens
from bot.sandbox.wechat.windows import ReplyWindows


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Everything a request may need."""

    settings: SandboxSettings
    store: Store
    clock: SandboxClock
    feed: Feed
    counters: Counters
    faults: Faults
    fans: Fans
    chat: Chat
    windows: ReplyWindows
    media: Media
    tokens: Tokens
    callbacks: Callbacks
    customer: Customer
    customer_service: CustomerService
    qr_codes: QrCodes
    menus: Menus
    templates: Templates
    logins: Logins
    signatures: PaySignatures
    notices: Notices
    transactions: Transactions
    refunds: Refunds
    due: DueWork


PLATFORM = web.AppKey("platform", Platform)
HTTP = web.AppKey("http", ClientSession)


def build_platform(settings: SandboxSettings) -> Platform:
    """Open the database and connect the parts; nothing runs yet."""
    store, clock, feed = Store(settings.database), SandboxClock(settings.clock_offset_file), Feed()
    counters = Counters(store, clock)
    fans, chat = Fans(store, clock, feed), Chat(store, clock, feed)
    windows, media = ReplyWindows(store, clock), Media(store, clock)
    callbacks = Callbacks(
        settings, store, clock, feed=feed, counters=counters, chat=chat, media=media
    )
    signatures = PaySignatures(settings.merchant, clock)
    notices = Notices(store, clock, signatures=signatures, feed=feed, counters=counters)
    transactions = Transactions(
        settings,
        store,
        clock,
        fans=fans,
        notices=notices,
        signatures=signatures,
        feed=feed,
        counters=counters,
    )
    refunds = Refunds(
        store,
        clock,
        fans=fans,
        transactions=transactions,
        notices=notices,
        feed=feed,
        counters=counters,
    )
    account, mini_program = settings.official_account, settings.mini_program
    return Platform(
        settings=settings,
        store=store,
        clock=clock,
        feed=feed,
        counters=counters,
        faults=Faults(store),
        fans=fans,
        chat=chat,
        windows=windows,
        media=media,
        tokens=Tokens(
            store,
            clock,
            counters,
            {account.app_id: account.secret, mini_program.app_id: mini_program.secret},
        ),
        callbacks=callbacks,
        customer=Customer(
            store,
            fans=fans,
            chat=chat,
            windows=windows,
            media=media,
            callbacks=callbacks,
            app_id=account.app_id,
        ),
        customer_service=CustomerService(
            store,
            clock,
            fans=fans,
            chat=chat,
            windows=windows,
            media=media,
            mini_program_id=mini_program.app_id,
        ),
        qr_codes=QrCodes(store, clock),
        menus=Menus(store, feed),
        templates=Templates(store, fans=fans, chat=chat, callbacks=callbacks),
        logins=Logins(store, clock, counters),
        signatures=signatures,
        notices=notices,
        transactions=transactions,
        refunds=refunds,
        due=_due_work(clock, callbacks, notices, refunds),
    )


async def run_platform(app: web.Application) -> AsyncIterator[None]:
    """A cleanup context: outgoing connections and due work, from start to shutdown."""
    platform = app[PLATFORM]
    connector = TCPConnector(limit=0)
    async with ClientSession(connector=connector, cookie_jar=DummyCookieJar()) as session:
        app[HTTP] = session
        platform.callbacks.session = platform.notices.session = session
        platform.callbacks.wake = platform.notices.wake = platform.due.wake
        working = asyncio.create_task(platform.due.run())
        try:
            yield
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    platform.store.close()


def _due_work(
    clock: SandboxClock, callbacks: Callbacks, notices: Notices, refunds: Refunds
) -> DueWork:
    return DueWork(
        clock,
        [
            Agenda("callback", callbacks.due_ids, callbacks.deliver),
            Agenda("refund", refunds.due_ids, refunds.settle),
            Agenda("notice", notices.due_ids, notices.deliver),
        ],
    )
