"""The composition root: every part of a running shop is made here, once, and handed on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import structlog
from aiohttp import web

from bot import handlers, health, inspection
from bot.api.app import MiniProgramApi
from bot.background import Background
from bot.carriers.kuaidi100 import Kuaidi100
from bot.carriers.sf import Sf
from bot.carriers.trackers import Tracker, Trackers
from bot.channels.evidence_delivery import EvidenceDelivery
from bot.channels.official_account import OfficialAccountChannel
from bot.channels.official_account_delivery import ProfileDelivery, ReplyDelivery
from bot.channels.official_account_wire import OfficialAccountWire
from bot.channels.pay_delivery import CloseDelivery, RefundDelivery
from bot.channels.pay_notify import PayNotify
from bot.clock import Clock, SystemClock
from bot.database import Database
from bot.duties import Duties
from bot.evidence import EvidenceStore
from bot.jobs import Jobs
from bot.knowledge.answering import Answering
from bot.listeners import Listeners
from bot.media import MediaLibrary
from bot.parcel_rounds import ParcelRounds
from bot.pay_reports import PayReports
from bot.payments.client import PayClient
from bot.payments.merchant import Merchant
from bot.payments.notify import NotifyVerifier
from bot.pipeline import Lanes, Pipeline
from bot.search import ShopSearch
from bot.sender import Deliverer, Sender
from bot.settings import Settings
from bot.token_store import DatabaseTokenStore
from bot.turn import Shop
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from nlu.cascade import Cascade
from nlu.dictionary import Dictionary
from nlu.embedder import open_embedder
from nlu.keyword_parser import KeywordParser
from nlu.rasa_parser import RasaParser
from wecom.transport import AsyncWeChatClient, open_http

log = structlog.get_logger()

DRAIN_SECONDS = 8.0
"""How long a stop waits for answers and calls that are under way."""


@dataclass(frozen=True, slots=True)
class Platform:
    """The clients of the world outside. They live as long as the application."""

    http: aiohttp.ClientSession
    official_account: AsyncWeChatClient
    mini_program: AsyncWeChatClient
    pay: PayClient
    merchant: Merchant


@dataclass(frozen=True, slots=True)
class Running:
    """A whole shop. `routes` serve it; `work` is everything that happens by itself."""

    settings: Settings
    clock: Clock
    database: Database
    shop: Shop
    platform: Platform
    reports: PayReports
    parser: Cascade
    pipeline: Pipeline
    sender: Sender
    listeners: Listeners
    jobs: Jobs
    background: Background


running_key = web.AppKey("running", Running)


@contextlib.asynccontextmanager
async def run_shop(settings: Settings) -> AsyncIterator[Running]:
    """Make every part, and take them down in the opposite order."""
    async with contextlib.AsyncExitStack() as stack:
        clock = SystemClock(settings.clock_offset_file)
        sealer = Sealer.from_setting(settings.field_keys.get_secret_value())
        database = Database(settings.database_url)
        stack.callback(database.close)
        http = open_http()
        stack.push_async_callback(http.close)
        platform = await open_platform(stack, settings, clock, database, sealer, http)
        shop = open_shop(settings, sealer)
        stack.callback(shop.search.close)
        background = Background()
        stack.push_async_callback(background.close, DRAIN_SECONDS)
        parser = await open_parser(stack, settings)
        pipeline = Pipeline(database, clock, parser, handlers.all_handlers(), shop, Lanes())
        reports = PayReports(platform.merchant)
        delivering = deliverers(settings, platform, reports, database, clock, sealer)
        sender = Sender(database, clock, sealer, delivering, background)
        duties = Duties(
            database, clock, shop, platform.pay, reports, pipeline, settings.lexicon_file
        )
        trackers = open_trackers(settings, http, clock)
        rounds = ParcelRounds(database, clock, sealer, trackers)
        if not shop.search.index.is_complete:
            await duties.build_index()
        yield Running(
            settings=settings,
            clock=clock,
            database=database,
            shop=shop,
            platform=platform,
            reports=reports,
            parser=parser,
            pipeline=pipeline,
            sender=sender,
            listeners=Listeners(database, clock, sealer, sender),
            jobs=Jobs(database, clock, [*duties.jobs(), *rounds.jobs()]),
            background=background,
        )


async def open_platform(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    clock: Clock,
    database: Database,
    sealer: Sealer,
    http: aiohttp.ClientSession,
) -> Platform:
    """The clients of WeChat and WeChat Pay, with tokens shared through the database."""
    tokens = DatabaseTokenStore(database, clock, sealer)

    def client(app_id: str, secret: str) -> AsyncWeChatClient:
        made = AsyncWeChatClient(
            app_id,
            secret,
            http=http,
            token_store=tokens,
            now=clock.now,
            base_url=settings.wechat_api_url,
        )
        stack.push_async_callback(made.close)
        return made

    merchant = merchant_of(settings)
    pay = PayClient(merchant, notify_url=settings.notify_url, base_url=settings.pay_api_url)
    return Platform(
        http=http,
        official_account=client(
            settings.official_account_app_id, settings.official_account_secret.get_secret_value()
        ),
        mini_program=client(
            settings.mini_program_app_id, settings.mini_program_secret.get_secret_value()
        ),
        pay=await stack.enter_async_context(pay),
        merchant=merchant,
    )


def merchant_of(settings: Settings) -> Merchant:
    """The merchant's account, with its keys read from their files."""
    return Merchant(
        mch_id=settings.pay_mch_id,
        app_id=settings.mini_program_app_id,
        cert_serial=settings.pay_cert_serial,
        private_key=_pem(settings.pay_private_key_file),
        api_v3_key=settings.pay_api_v3_key.get_secret_value(),
        public_key_id=settings.pay_public_key_id,
        public_key=_pem(settings.pay_public_key_file),
    )


async def open_parser(stack: contextlib.AsyncExitStack, settings: Settings) -> Cascade:
    """Rasa with the keyword parser behind it; keywords alone when no Rasa is set up."""
    dictionary = Dictionary(settings.lexicon_file)
    rasa = None
    if settings.nlu_url:
        rasa = RasaParser(settings.nlu_url, settings.nlu_token.get_secret_value(), dictionary)
    parser = Cascade(rasa, KeywordParser(dictionary), settings.nlu_threshold)
    stack.push_async_callback(parser.close)
    return parser


def open_trackers(settings: Settings, http: aiohttp.ClientSession, clock: Clock) -> Trackers:
    """Those who can be asked about parcels: 顺丰 for its own, 快递100 for the rest."""
    own: dict[str, Tracker] = {}
    general = None
    if settings.sf_partner_id:
        check_word = settings.sf_check_word.get_secret_value()
        own["sf"] = Sf(http, settings.sf_partner_id, check_word, clock.now, settings.sf_api_url)
    if settings.kuaidi100_customer:
        key = settings.kuaidi100_key.get_secret_value()
        general = Kuaidi100(http, settings.kuaidi100_customer, key, settings.kuaidi100_api_url)
    return Trackers(own, general)


def open_shop(settings: Settings, sealer: Sealer) -> Shop:
    """What handlers need of the shop besides its database."""
    embedder = open_embedder(settings.embedder, settings.embedder_key.get_secret_value())
    folder = settings.var_folder / "search"
    search = ShopSearch(folder, settings.lexicon_file, embedder=embedder)
    return Shop(
        name=settings.name,
        search=search,
        sealer=sealer,
        cart_tokens=CartTokens(settings.session_secret.get_secret_value()),
        tracks_parcels=bool(settings.kuaidi100_customer or settings.sf_partner_id),
        embedder=embedder,
        answering=Answering(search.tokenise, embedder, settings.reservation_minutes),
    )


def deliverers(
    settings: Settings,
    platform: Platform,
    reports: PayReports,
    database: Database,
    clock: Clock,
    sealer: Sealer,
) -> dict[str, Deliverer]:
    """Who delivers which kind of outbox row."""
    client = platform.official_account
    app_id = settings.official_account_app_id
    media = MediaLibrary(app_id, client, settings.picture_folder, database, clock)
    evidence = EvidenceStore(settings.var_folder / "evidence", sealer)
    return {
        "official_account.reply": ReplyDelivery(client, media, settings.mini_program_app_id),
        "official_account.profile": ProfileDelivery(client, app_id, clock),
        "official_account.evidence": EvidenceDelivery(client, evidence, sealer, clock),
        "pay.close": CloseDelivery(platform.pay, reports, clock),
        "pay.refund": RefundDelivery(platform.pay, reports, clock),
    }


@contextlib.asynccontextmanager
async def serving(settings: Settings, *, work: bool = True) -> AsyncIterator[web.Application]:
    """The web application of a running shop. With `work`, background work runs here too."""
    async with run_shop(settings) as running:
        app = web.Application(client_max_size=1024**2)
        app[running_key] = running
        app.add_routes(official_account(running).routes("/wechat/official-account"))
        app.add_routes(pay_notify(running).routes("/pay/wechat/notify"))
        app.add_routes(mini_program_api(running).routes())
        app.add_routes(health.routes(running))
        app.add_routes(inspection.routes(running))
        async with working(running) if work else contextlib.nullcontext():
            yield app


def official_account(running: Running) -> OfficialAccountChannel:
    """The official account's callback."""
    settings = running.settings
    wire = OfficialAccountWire(
        token=settings.official_account_token.get_secret_value(),
        aes_key=settings.official_account_aes_key.get_secret_value(),
        app_id=settings.official_account_app_id,
    )
    return OfficialAccountChannel(
        wire=wire,
        database=running.database,
        clock=running.clock,
        sealer=running.shop.sealer,
        pipeline=running.pipeline,
        sender=running.sender,
        background=running.background,
        patience=settings.reply_patience,
    )


def mini_program_api(running: Running) -> MiniProgramApi:
    """The mini-program's JSON API."""
    settings, shop = running.settings, running.shop
    return MiniProgramApi(
        database=running.database,
        clock=running.clock,
        sealer=shop.sealer,
        search=shop.search,
        cart_tokens=shop.cart_tokens,
        hold_for=timedelta(minutes=settings.reservation_minutes),
        login=running.platform.mini_program.login.code_to_session,
        pay=running.platform.pay,
        app_id=settings.mini_program_app_id,
        picture_folder=settings.picture_folder,
    )


def pay_notify(running: Running) -> PayNotify:
    """WeChat Pay's notifies."""
    return PayNotify(
        verifier=NotifyVerifier(running.platform.merchant),
        reports=running.reports,
        database=running.database,
        clock=running.clock,
        listeners=running.listeners,
    )


@contextlib.asynccontextmanager
async def working(running: Running) -> AsyncIterator[None]:
    """Background work for the length of the block: outbox, listeners, the clock's jobs."""
    tasks = [
        asyncio.create_task(work(), name=name)
        for name, work in (
            ("sender", running.sender.run),
            ("listeners", running.listeners.run),
            ("jobs", running.jobs.run),
        )
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _pem(path: Path | None) -> str:
    return "" if path is None else path.read_text()
