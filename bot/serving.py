"""Processes that stay: the web with or without the work, and the work alone."""

import asyncio
import gc
import signal
from collections.abc import Mapping

import structlog
from aiohttp import web

from bot.app import run_shop, serving, working
from bot.settings import Settings

log = structlog.get_logger()


async def serve_forever(
    settings: Settings, mounts: Mapping[str, web.Application], *, work: bool = True
) -> None:
    """Serve until told to stop; `mounts` are further applications by their path."""
    async with serving(settings, work=work) as app:
        for path, mounted in mounts.items():
            app.add_subapp(path, mounted)
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            spare_the_collector()
            log.info("serving", url=f"http://{settings.host}:{settings.port}")
            await until_told_to_stop()
        finally:
            await runner.cleanup()


async def work_forever(settings: Settings) -> None:
    """Do the background work until told to stop."""
    async with run_shop(settings) as running, working(running):
        log.info("working")
        await until_told_to_stop()


def spare_the_collector() -> None:
    """Take what was loaded at start out of garbage collection: it lives as long as the process."""
    gc.collect()
    gc.freeze()


async def until_told_to_stop() -> None:
    """Wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
