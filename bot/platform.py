"""The clients of the world outside, made from the settings."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.carriers.kuaidi100 import Kuaidi100
from bot.carriers.sf import Sf
from bot.carriers.trackers import Tracker, Trackers
from bot.clock import Clock, real_now
from bot.database import Database
from bot.payments.client import PayClient
from bot.payments.merchant import Merchant
from bot.payments.transfers import TransferScene
from bot.settings import Settings
from bot.sms.alibaba import AlibabaSms
from bot.sms.sender import SmsSender
from bot.token_store import DatabaseTokenStore
from commerce.sealing import Sealer
from wecom.client import AsyncWeComClient
from wecom.transport import AsyncWeChatClient


@dataclass(frozen=True, slots=True)
class Platform:
    """The clients of the world outside. They live as long as the application."""

    http: aiohttp.ClientSession
    official_account: AsyncWeChatClient
    mini_program: AsyncWeChatClient
    wecom: AsyncWeComClient | None
    """None for a shop that is not in WeCom."""
    pay: PayClient
    merchant: Merchant
    trackers: Trackers
    sms: SmsSender | None
    """None for a shop that sends none."""


async def open_platform(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    clock: Clock,
    database: Database,
    sealer: Sealer,
    http: aiohttp.ClientSession,
) -> Platform:
    """All of them. Access tokens are shared through the database."""
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
    pay = PayClient(
        merchant,
        notify_url=settings.notify_url,
        base_url=settings.pay_api_url,
        transfer_scene=transfer_scene_of(settings),
    )
    return Platform(
        http=http,
        official_account=client(
            settings.official_account_app_id, settings.official_account_secret.get_secret_value()
        ),
        mini_program=client(
            settings.mini_program_app_id, settings.mini_program_secret.get_secret_value()
        ),
        wecom=_wecom(stack, settings, clock, tokens, http) if settings.has_wecom else None,
        pay=await stack.enter_async_context(pay),
        merchant=merchant,
        trackers=open_trackers(settings, http),
        sms=open_sms(settings, http),
    )


def _wecom(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    clock: Clock,
    tokens: DatabaseTokenStore,
    http: aiohttp.ClientSession,
) -> AsyncWeComClient:
    client = AsyncWeComClient(
        settings.wecom_corp_id,
        settings.wecom_secret.get_secret_value(),
        http=http,
        token_store=tokens,
        now=clock.now,
        base_url=settings.wecom_api_url,
    )
    stack.push_async_callback(client.close)
    return client


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


def transfer_scene_of(settings: Settings) -> TransferScene:
    """What transfers to promoters are for."""
    reports = [each.partition("=") for each in settings.pay_transfer_reports.split(",")]
    return TransferScene(
        settings.pay_transfer_scene, tuple((kind, content) for kind, _, content in reports)
    )


def open_trackers(settings: Settings, http: aiohttp.ClientSession) -> Trackers:
    """Those who can be asked about parcels: 顺丰 for its own, 快递100 for the rest."""
    own: dict[str, Tracker] = {}
    general = None
    if settings.sf_partner_id:
        check_word = settings.sf_check_word.get_secret_value()
        own["sf"] = Sf(http, settings.sf_partner_id, check_word, real_now, settings.sf_api_url)
    if settings.kuaidi100_customer:
        key = settings.kuaidi100_key.get_secret_value()
        general = Kuaidi100(http, settings.kuaidi100_customer, key, settings.kuaidi100_api_url)
    return Trackers(own, general)


def open_sms(settings: Settings, http: aiohttp.ClientSession) -> SmsSender | None:
    """The provider of SMS, if the shop has an account there."""
    if not settings.sms_access_key_id:
        return None
    secret = settings.sms_access_key_secret.get_secret_value()
    account = settings.sms_access_key_id, secret, settings.sms_sign_name
    return AlibabaSms(http, *account, real_now, settings.sms_api_url)


def _pem(path: Path | None) -> str:
    return "" if path is None else path.read_text()
