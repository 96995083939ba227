"""What a worker does for campaigns and nothing else: `python -m tests.faults.campaign_worker`.

Its rounds follow each other without the clock's slots, so that one that comes after a death need
not wait for the other's lease: deaths can follow quickly. With a number it believes that WeCom
allows so many calls of an API a minute. SIGTERM lets it finish what it has begun.
"""

import asyncio
import contextlib
import signal
import sys
from typing import Final

from bot import pacing
from bot.background import Background
from bot.campaigning.opening import open_parts
from bot.campaigning.rounds import CampaignRounds
from bot.channels.wecom_delivery import wecom_deliverers
from bot.clock import SystemClock
from bot.database import Database
from bot.platform import open_platform
from bot.sender import Sender
from bot.settings import load_settings
from commerce.sealing import Sealer
from wecom.transport import open_http

REST_SECONDS: Final = 0.1
DRAIN_SECONDS: Final = 10.0


async def work() -> None:
    """Plan and send until killed."""
    settings = load_settings()
    clock = SystemClock(settings.clock_offset_file)
    sealer = Sealer.from_setting(settings.field_keys.get_secret_value())
    database = Database(settings.database_url)
    async with open_http() as http, contextlib.AsyncExitStack() as stack:
        platform = await open_platform(stack, settings, clock, database, sealer, http)
        assert platform.wecom is not None
        delivering = wecom_deliverers(platform.wecom, settings, database, clock, sealer)
        background = Background()
        sender = Sender(database, clock, sealer, delivering, background)
        rounds = CampaignRounds(database, clock, open_parts(sealer, settings.name, None))
        sending = asyncio.create_task(sender.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, sending.cancel)
        while not sending.done():
            await rounds.plan()
            await rounds.take_up_deferred()
            await asyncio.sleep(REST_SECONDS)
        await background.close(DRAIN_SECONDS)
    database.close()


def narrow(calls: int) -> None:
    """Believe in another quota."""
    pacing.QUOTAS = {"wecom.reply": ((calls, pacing.MINUTE),)}  # type: ignore[misc]


if __name__ == "__main__":
    for each in sys.argv[1:]:
        narrow(int(each))
    asyncio.run(work())
