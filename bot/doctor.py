"""Looks an installation over and says what to mend."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import aiohttp
from sqlmodel import Session, func, select

from bot import migrations
from bot.app import run_shop
from bot.database import Database
from bot.settings import Settings
from commerce.catalogue.tables import Product

CHECK_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `finding` says how it is, or what to do."""

    name: str
    is_well: bool
    finding: str


async def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which they depend on each other."""

    async def check(name: str, look: Callable[[], Awaitable[str]]) -> Check:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return Check(name, True, await look())
        except Exception as error:  # noqa: BLE001 - whatever is wrong is the finding
            return Check(name, False, str(error) or type(error).__name__)

    checks = [
        await check("database", lambda: _look_at_database(settings)),
        await check("catalogue", lambda: _look_at_catalogue(settings)),
        await check("pictures", lambda: _look_at_pictures(settings)),
        await check("language model", lambda: _look_at_rasa(settings)),
    ]
    checks.append(await check("WeChat", lambda: _look_at_wechat(settings)))
    return checks


async def _look_at_database(settings: Settings) -> str:
    present = await asyncio.to_thread(migrations.current, settings.database_url)
    if present is None:
        raise ValueError("no tables: run `python -m bot migrate`")
    return f"at revision {present}"


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
    async with aiohttp.ClientSession() as http, http.get(settings.nlu_url) as response:
        return f"Rasa answers with HTTP {response.status}"


async def _look_at_wechat(settings: Settings) -> str:
    async with run_shop(settings) as running:
        token = await running.platform.official_account.tokens.current()
        return f"access token until {token.expires_at:%Y-%m-%d %H:%M} UTC"
