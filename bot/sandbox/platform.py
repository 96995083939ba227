"""The platform put together: one object of each kind, sharing one store and one clock."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web

from bot.sandbox.carriers.kuaidi100 import Kuaidi100
from bot.sandbox.due import Agenda, DueWork
from bot.sandbox.faults import Faults
from bot.sandbox.ground import lay_ground
from bot.sandbox.pay.bills import Bills
from bot.sandbox.pay.notices import Notices
from bot.sandbox.pay.refunds import Refunds
from bot.sandbox.pay.signatures import PaySignatures
from bot.sandbox.pay.transactions import Transactions
from bot.sandbox.pay.transfers import Transfers
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.sms.dysms import Dysms
from bot.sandbox.wechat.account import Menus, Templates
from bot.sandbox.wechat.callbacks import Callbacks
from bot.sandbox.wechat.customer import Customer
from bot.sandbox.wechat.customer_service import CustomerService
from bot.sandbox.wechat.fans import Chat, Fans
from bot.sandbox.wechat.login import Logins
from bot.sandbox.wechat.media import Media
from bot.sandbox.wechat.qrcode import QrCodes
from bot.sandbox.wechat.shipping_info import ShippingInfo
from bot.sandbox.wechat.subscriptions import Pushes, Subscriptions
from bot.sandbox.wechat.tokens import Tokens
from bot.sandbox.wechat.windows import ReplyWindows
from bot.sandbox.wecom.corp import Corp


class Platform:
    """Everything a request may need."""

    def __init__(self, settings: SandboxSettings) -> None:
        """Open the database and connect the parts; nothing runs yet."""
        ground = lay_ground(settings)
        self.settings = settings
        self.store = ground.store
        self.clock = ground.clock
        self.feed = ground.feed
        self.counters = ground.counters
        self.faults = Faults(ground.store)

        self.fans = fans = Fans(ground)
        self.chat = chat = Chat(ground)
        self.windows = windows = ReplyWindows(ground)
        self.media = media = Media(ground)
        self.tokens = Tokens(ground)
        self.callbacks = Callbacks(ground, chat, media)
        self.customer = Customer(
            ground, fans=fans, chat=chat, windows=windows, media=media, callbacks=self.callbacks
        )
        self.customer_service = CustomerService(
            ground, fans=fans, chat=chat, windows=windows, media=media
        )
        self.qr_codes = QrCodes(ground)
        self.menus = Menus(ground)
        self.templates = Templates(ground, fans, chat, self.callbacks)
        self.logins = Logins(ground)
        self.pushes = Pushes(ground)
        self.subscriptions = Subscriptions(ground, fans, chat, self.pushes)

        self.signatures = PaySignatures(settings.merchant, ground.clock)
        self.notices = Notices(ground, self.signatures)
        self.transactions = Transactions(ground, fans, self.notices, self.signatures)
        self.refunds = Refunds(ground, fans, self.transactions, self.notices)
        self.transfers = Transfers(ground, fans, self.refunds, self.notices)
        self.bills = Bills(ground, self.faults)
        self.shipping_info = ShippingInfo(ground, self.transactions)
        self.kuaidi100 = Kuaidi100(ground)
        self.sms = Dysms(ground)
        corp = settings.wecom
        self.corp = None if corp is None else Corp(ground, corp, fans, self.tokens)
        self.due = _due_work(self)


PLATFORM = web.AppKey("platform", Platform)
HTTP = web.AppKey("http", ClientSession)


async def run_platform(app: web.Application) -> AsyncIterator[None]:
    """A cleanup context: outgoing connections and due work, from start to shutdown."""
    platform = app[PLATFORM]
    connector = TCPConnector(limit=0)
    async with ClientSession(connector=connector, cookie_jar=DummyCookieJar()) as session:
        app[HTTP] = session
        for outgoing in (platform.callbacks, platform.pushes, platform.notices):
            outgoing.session = session
            outgoing.wake = platform.due.wake
        if platform.corp is not None:
            platform.corp.callbacks.session = session
            platform.corp.callbacks.wake = platform.due.wake
        working = asyncio.create_task(platform.due.run())
        try:
            yield
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    platform.store.close()


def _due_work(platform: Platform) -> DueWork:
    callbacks, refunds, transfers = platform.callbacks, platform.refunds, platform.transfers
    corp = platform.corp
    of_corp = (
        []
        if corp is None
        else [
            Agenda("wecom callback", corp.callbacks.due_ids, corp.callbacks.deliver),
            Agenda("kf session", corp.sessions.due_ids, corp.sessions.end_due),
        ]
    )
    return DueWork(
        platform.clock,
        [
            *of_corp,
            Agenda("callback", callbacks.due_ids, callbacks.deliver),
            Agenda("push", platform.pushes.due_ids, platform.pushes.deliver),
            Agenda("refund", refunds.due_ids, refunds.settle),
            Agenda("transfer", transfers.due_ids, transfers.settle),
            Agenda("notice", platform.notices.due_ids, platform.notices.deliver),
        ],
    )
