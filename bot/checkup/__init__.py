"""Looks an installation and its accounts over, and says what to mend and where."""

import contextlib

from bot.checkup.accounts import look_at_accounts
from bot.checkup.callbacks import look_at_callbacks
from bot.checkup.check import Check, Checkup, State
from bot.checkup.installation import DATABASE, KEYS, look_at_installation
from bot.clock import SystemClock
from bot.database import Database
from bot.platform import open_platform
from bot.settings import Settings
from commerce.sealing import Sealer
from wecom.transport import open_http

__all__ = ["Check", "State", "examine"]


async def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which they depend on each other.

    The accounts are asked with our own keys and through our own database: without these nothing
    is asked outside.
    """
    checkup = Checkup()
    await look_at_installation(checkup, settings)
    if not (checkup.is_well(DATABASE) and checkup.is_well(KEYS)):
        checkup.skip("微信账号", f"先把“{DATABASE}”和“{KEYS}”弄好，再看账号")
        return checkup.checks
    async with contextlib.AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.callback(database.close)
        http = open_http()
        stack.push_async_callback(http.close)
        clock = SystemClock(settings.clock_offset_file)
        sealer = Sealer.from_setting(settings.field_keys.get_secret_value())
        platform = await open_platform(stack, settings, clock, database, sealer, http)
        await look_at_callbacks(checkup, settings, http)
        await look_at_accounts(checkup, settings, platform)
    return checkup.checks
