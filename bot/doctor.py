"""Looks an installation over and says what to mend."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, func, select

from bot import migrations
from bot.clock import SystemClock
from bot.database import Database
from bot.keys import refuse_unusable_keys
from bot.platform import open_platform
from bot.refusal import sentence_of
from bot.settings import Settings
from commerce.catalogue.tables import Product
from commerce.sealing import Sealer
from nlu.serving import answers
from wecom.transport import open_http

CHECK_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `finding` says how it is, or what to do."""

    name: str
    is_well: bool
    finding: str


async def examine(settings: Settings) -> list[Check]:
    """The checks in the order in which they depend on each other.

    What needs the database or the keys is left out while those are not well.
    """

    async def check(name: str, look: Callable[[], Awaitable[str]]) -> Check:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return Check(name, True, await look())
        except Exception as error:  # noqa: BLE001 - whatever is wrong is the finding
            return Check(name, False, sentence_of(error))

    database = await check("database", lambda: _look_at_database(settings))
    keys = await check("keys", lambda: _look_at_keys(settings))
    checks = [database, keys]
    if database.is_well:
        checks.append(await check("catalogue", lambda: _look_at_catalogue(settings)))
    checks.append(await check("pictures", lambda: _look_at_pictures(settings)))
    checks.append(await check("language model", lambda: _look_at_rasa(settings)))
    if database.is_well and keys.is_well:
        checks.append(await check("WeChat", lambda: _look_at_wechat(settings)))
    return checks


async def _look_at_database(settings: Settings) -> str:
    present = await asyncio.to_thread(migrations.current, settings.database_url)
    if present is None:
        raise ValueError("no tables: run `python -m bot migrate`")
    return f"at revision {present}"


async def _look_at_keys(settings: Settings) -> str:
    refuse_unusable_keys(settings)
    return "the shop can seal, sign and be paid"


async def _look_at_catalogue(settings: Settings) -> str:
    database = Database(settings.database_url)
    try:
        count = await database.read(_count_products)
    finally:
        database.close()
    if not count:
        raise ValueError("nothing on sale: run `python -m bot import-products FILE.csv`")
    return f"{count} products on sale"


def _count_products(session: Session) -> int:
    statement = select(func.count()).select_from(Product).where(Product.on_sale)
    return session.exec(statement).one()


async def _look_at_pictures(settings: Settings) -> str:
    count = sum(1 for _ in settings.picture_folder.glob("*"))
    if not count:
        raise ValueError(f"no pictures in {settings.picture_folder}: cards need them")
    return f"{count} pictures"


async def _look_at_rasa(settings: Settings) -> str:
    if not settings.nlu_url:
        raise ValueError("SHOP_NLU_URL is not set: keywords answer")
    if not await answers(settings.nlu_url, settings.nlu_token.get_secret_value()):
        raise ValueError(
            f"no Rasa with a model takes SHOP_NLU_TOKEN at {settings.nlu_url}: "
            "run `python -m nlu serve`; until then keywords answer"
        )
    return f"Rasa answers at {settings.nlu_url}"


async def _look_at_wechat(settings: Settings) -> str:
    async with contextlib.AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.callback(database.close)
        http = open_http()
        stack.push_async_callback(http.close)
        clock = SystemClock(settings.clock_offset_file)
        sealer = Sealer.from_setting(settings.field_keys.get_secret_value())
        platform = await open_platform(stack, settings, clock, database, sealer, http)
        token = await platform.official_account.tokens.current()
        return f"access token until {token.expires_at:%Y-%m-%d %H:%M} UTC"
