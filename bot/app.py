"""The composition root: every part of a running shop is made here, once, and handed on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bot import deliveries, handlers, health, inspection
from bot.api.app import MiniProgramApi
from bot.background import Background
from bot.broadcasts.opening import open_broadcaster
from bot.campaigning.opening import campaign_jobs, open_parts
from bot.carriers.trackers import Trackers
from bot.channels.official_account import OfficialAccountChannel
from bot.channels.official_account_wire import OfficialAccountWire
from bot.channels.pay_notify import PayNotify
from bot.clock import Clock, SystemClock
from bot.console.mounting import mount as mount_console
from bot.database import Database
from bot.deal_rounds import DealRounds
from bot.detours import find_detour
from bot.distribution_rounds import DistributionRounds
from bot.duties import Duties
from bot.group_rounds import GroupRounds
from bot.handover.rounds import HandoverRounds
from bot.jobs import Jobs
from bot.knowledge.answering import Answering
from bot.listeners import Listeners
from bot.live_rounds import LiveRounds
from bot.order_rounds import OrderRounds
from bot.parcel_rounds import ParcelRounds
from bot.pay_reports import PayReports
from bot.payments.notify import NotifyVerifier
from bot.pipeline import Lanes, Pipeline
from bot.platform import Platform, open_platform
from bot.reconciling import Reconciling
from bot.reminder_rounds import ReminderRounds
from bot.search import ShopSearch
from bot.sender import Sender
from bot.settings import Settings
from bot.statement_rounds import StatementRounds
from bot.summary_rounds import SummaryRounds
from bot.transfer_rounds import TransferRounds
from bot.turn import Shop
from bot.watch_rounds import WatchRounds
from bot.wecom_side import WeComSide, open_wecom_side
from campaigns.parts import Parts
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from nlu.cascade import Cascade
from nlu.dictionary import Dictionary
from nlu.embedder import open_embedder
from nlu.keyword_parser import KeywordParser
from nlu.rasa_parser import RasaParser
from wecom.transport import open_http

DRAIN_SECONDS = 8.0
"""How long a stop waits for answers and calls that are under way."""


@dataclass(frozen=True, slots=True)
class Running:
    """A whole shop: `serving` answers with it, `working` lets it do what happens by itself."""

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
    campaign_parts: Parts
    wecom: WeComSide | None
    """None for a shop that is not in WeCom."""


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
        shop = open_shop(settings, sealer, platform.trackers)
        stack.callback(shop.search.close)
        background = Background()
        stack.push_async_callback(background.close, DRAIN_SECONDS)
        parser = await open_parser(stack, settings)
        pipeline = Pipeline(database, clock, parser, handlers.all_handlers(), shop, Lanes())
        reports = PayReports(platform.merchant)
        delivering = deliveries.deliverers(settings, platform, reports, database, clock, sealer)
        sender = Sender(database, clock, sealer, delivering, background, detour=find_detour)
        duties = Duties(
            database, clock, shop, platform.pay, reports, pipeline, settings.lexicon_file
        )
        rounds = ParcelRounds(database, clock, sealer, platform.trackers)
        order_rounds = OrderRounds(database, clock, sealer)
        deals = DealRounds(database, clock, sealer)
        group_rounds = GroupRounds(database, clock)
        commissions = DistributionRounds(database, clock)
        transfers = TransferRounds(database, clock, sealer, platform.pay.transfers, reports)
        live_rounds = LiveRounds(database, clock, sealer)
        reminders = ReminderRounds(database, clock, sealer)
        account_statements = StatementRounds(database, clock, sealer)
        reconciling = Reconciling(database, clock, platform.pay)
        campaign_parts = open_parts(sealer, settings.name, open_broadcaster(settings, sealer))
        wecom = open_wecom_side(
            settings, platform, database, clock, sealer, pipeline, sender, background
        )
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
            jobs=Jobs(
                database,
                clock,
                [
                    *duties.jobs(),
                    *rounds.jobs(),
                    *order_rounds.jobs(),
                    *deals.jobs(),
                    *group_rounds.jobs(),
                    *commissions.jobs(),
                    *transfers.jobs(),
                    *live_rounds.jobs(),
                    *reminders.jobs(),
                    *account_statements.jobs(),
                    *reconciling.jobs(),
                    *(wecom.jobs if wecom else ()),
                    *HandoverRounds(database, clock).jobs(),
                    *WatchRounds(database, clock, sealer).jobs(),
                    *SummaryRounds(database, clock).jobs(),
                    *campaign_jobs(database, clock, campaign_parts),
                ],
            ),
            background=background,
            campaign_parts=campaign_parts,
            wecom=wecom,
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


def open_shop(settings: Settings, sealer: Sealer, trackers: Trackers) -> Shop:
    """What handlers need of the shop besides its database."""
    embedder = open_embedder(settings.embedder, settings.embedder_key.get_secret_value())
    folder = settings.var_folder / "search"
    search = ShopSearch(folder, settings.lexicon_file, embedder=embedder)
    return Shop(
        name=settings.name,
        search=search,
        sealer=sealer,
        cart_tokens=CartTokens(settings.session_secret.get_secret_value()),
        may_track=trackers.may_ask,
        embedder=embedder,
        answering=Answering(search.tokenise, embedder, settings.reservation_minutes),
    )


@contextlib.asynccontextmanager
async def serving(settings: Settings, *, work: bool = True) -> AsyncIterator[web.Application]:
    """The web application of a running shop. With `work`, background work runs here too."""
    async with run_shop(settings) as running:
        app = web.Application(client_max_size=1024**2)
        app[running_key] = running
        app.add_routes(official_account(running).routes("/wechat/official-account"))
        if settings.is_set("mini_program_token"):
            app.add_routes(mini_program(running).routes("/wechat/mini-program"))
        app.add_routes(pay_notify(running).routes("/pay/wechat/notify"))
        app.add_routes(mini_program_api(running).routes())
        if running.wecom is not None:
            app.add_routes(running.wecom.channel.routes("/wecom/callback"))
        mount_console(app, running)
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
    return callback(running, wire)


def mini_program(running: Running) -> OfficialAccountChannel:
    """The mini-program's message push: its customers' messages, what they subscribe to."""
    settings = running.settings
    wire = OfficialAccountWire(
        token=settings.mini_program_token.get_secret_value(),
        aes_key=settings.mini_program_aes_key.get_secret_value(),
        app_id=settings.mini_program_app_id,
        channel="mini_program",
    )
    return callback(running, wire)


def callback(running: Running, wire: OfficialAccountWire) -> OfficialAccountChannel:
    """What receives an account's messages over that wire."""
    return OfficialAccountChannel(
        wire=wire,
        database=running.database,
        clock=running.clock,
        sealer=running.shop.sealer,
        pipeline=running.pipeline,
        sender=running.sender,
        background=running.background,
        patience=running.settings.reply_patience,
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
        evidence_folder=settings.evidence_folder,
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
