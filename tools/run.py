"""`make run`: the bot and Rasa side by side in the foreground; Ctrl-C stops all it started."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import aiohttp
from rich.console import Console
from rich.table import Table

from bot.settings import Settings, SettingsRefused, load_settings
from bot.staff.demo import is_demo, read_passwords
from tools.ports import nlu_port

ROOT: Final = Path(__file__).resolve().parents[1]
RASA_LOG: Final = Path("var/log/rasa.log")
ASK_AGAIN_SECONDS: Final = 0.2
STOP_SECONDS: Final = 8
LINES_OF_LOG: Final = 20

console = Console()


class CannotRun(Exception):
    """The message says what is in the way and what to do."""


class Service:
    """A process of ours with all it starts, in a group of its own."""

    def __init__(self, name: str, process: Process, log: Path | None) -> None:
        self.name = name
        self.process = process
        self._log = log

    @classmethod
    async def start(
        cls, name: str, *arguments: str, environment: Mapping[str, str], log: Path | None = None
    ) -> "Service":
        """Start `python -m …`; its output goes to a log, or to the terminal."""
        with contextlib.ExitStack() as stack:
            output = None
            if log is not None:
                log.parent.mkdir(parents=True, exist_ok=True)
                output = stack.enter_context(log.open("wb"))
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *arguments),
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=DEVNULL,
                stdout=output,
                stderr=STDOUT if output else None,
                start_new_session=True,
            )
        return cls(name, process, log)

    def send(self, number: signal.Signals) -> None:
        """Signal the whole group, or what is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    async def ended(self) -> str:
        """Wait until it ends by itself; what there is to say about that."""
        status = await self.process.wait()
        if self._log is None:
            return f"{self.name} ended by itself with status {status}: see its words above."
        end = self._log.read_text(errors="replace").splitlines()[-LINES_OF_LOG:]
        lines = "\n".join(f"  │ {line}" for line in end)
        return f"{self.name} ended by itself with status {status}. The end of {self._log}:\n{lines}"


async def main() -> int:
    """Serve until a signal comes or a service dies; the exit status."""
    settings = load_settings()
    rasa_url = f"http://127.0.0.1:{nlu_port()}"
    runs_rasa = settings.nlu_url.rstrip("/") == rasa_url
    refuse_taken_port("PORT", settings.host, settings.port)
    if runs_rasa:
        refuse_taken_port("NLU_PORT", "127.0.0.1", nlu_port())
    services = [await start_rasa(settings)] if runs_rasa else []
    services.append(await Service.start("The bot", "bot", "serve", environment={}))
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    announcing = asyncio.ensure_future(announce(settings, rasa_url if runs_rasa else ""))
    try:
        return await until_stopped(stopped, services)
    finally:
        announcing.cancel()
        await stop(services)


async def until_stopped(stopped: asyncio.Event, services: list[Service]) -> int:
    """Wait for a signal (0) or for a service that ends by itself (1)."""
    stopping = asyncio.ensure_future(stopped.wait())
    endings = [asyncio.ensure_future(service.ended()) for service in services]
    done, _ = await asyncio.wait([stopping, *endings], return_when=asyncio.FIRST_COMPLETED)
    if stopping in done:
        console.print("\nStopping.")
        return 0
    stopping.cancel()
    for ending in endings:
        if ending.done():
            console.print(ending.result(), style="red", markup=False, soft_wrap=True)
    return 1


async def start_rasa(settings: Settings) -> Service:
    """Rasa, on loopback, with the token that the bot will show it and the bot's own folders."""
    environment = environment_of_rasa(settings)
    return await Service.start("Rasa", "nlu", "serve", environment=environment, log=RASA_LOG)


def environment_of_rasa(settings: Settings) -> dict[str, str]:
    """What `python -m nlu serve` reads, which knows neither `.env` nor the sandbox's file."""
    return {
        "NLU_PORT": str(nlu_port()),
        "SHOP_NLU_TOKEN": settings.nlu_token.get_secret_value(),
        "SHOP_LEXICON_FILE": str(settings.lexicon_file.resolve()),
        "SHOP_VAR_FOLDER": str(settings.var_folder.resolve()),
        "SHOP_EMBEDDER": settings.embedder,
    }


async def stop(services: list[Service]) -> None:
    """End every service: asked first, then, after a while, without asking."""
    for service in services:
        service.send(signal.SIGTERM)
    waits = [asyncio.ensure_future(service.process.wait()) for service in services]
    await asyncio.wait(waits, timeout=STOP_SECONDS)
    for service in services:
        service.send(signal.SIGKILL)  # Also whatever a service that ended has left behind.
    await asyncio.wait(waits)


async def announce(settings: Settings, rasa_url: str) -> None:
    """Print the addresses once the bot answers, and tell when Rasa does."""
    began_at = time.monotonic()
    shop = f"http://{'127.0.0.1' if settings.host == '0.0.0.0' else settings.host}:{settings.port}"  # noqa: S104
    async with aiohttp.ClientSession() as session:
        await until_answered(session, f"{shop}/readyz")
        await fill_sandbox(session, shop)
        console.print(addresses(shop))
        for line in console_logins(settings):
            console.print(line, markup=False, soft_wrap=True)
        if rasa_url:
            console.print("Rasa is loading; until then keywords understand the customers …")
            await until_answered(session, rasa_url)
            console.print(f"Rasa understands them now ({time.monotonic() - began_at:.0f} s).")
        else:
            console.print(
                f"Rasa is not started here: SHOP_NLU_URL is {settings.nlu_url or 'empty'}."
            )


async def fill_sandbox(session: aiohttp.ClientSession, shop: str) -> None:
    """Have the sandbox make its demo groups of WeCom; without it, or with groups, nothing."""
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async with session.post(f"{shop}/sandbox/control/wecom/demo"):
            pass


async def until_answered(session: aiohttp.ClientSession, url: str) -> None:
    """Ask until the answer is 200."""
    while True:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with session.get(url, timeout=aiohttp.ClientTimeout(total=3)) as response:
                if response.status == 200:
                    return
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def addresses(shop: str) -> Table:
    """Where to look, the chat first."""
    table = Table(title="掌柜 is open", caption="Ctrl-C stops everything", title_justify="left")
    table.add_column("open this", no_wrap=True)
    table.add_column("to")
    table.add_row(f"[bold]{shop}/sandbox/[/]", "chat as a customer, on the fake WeChat")
    table.add_row(f"[bold]{shop}/console/[/]", "answer customers and run the shop")
    table.add_row(f"{shop}/readyz", "see whether all is well")
    table.add_row(f"{shop}/api/openapi.json", "read the mini-program's API")
    table.add_row(f"{shop}/metrics", "see the counters")
    return table


def console_logins(settings: Settings) -> list[str]:
    """How to log in to the console as one of the demo people; empty where there are none."""
    known = read_passwords(settings) if is_demo(settings) else {}
    if not known:
        return []
    people = " · ".join(f"{login} {password}" for login, password in known.items())
    return [
        f"Console logins: {people}",
        "  owner and operator need a code too: .venv/bin/python -m bot staff code owner",
    ]


def refuse_taken_port(name: str, host: str, port: int) -> None:
    """Raise CannotRun when somebody else listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotRun(
                f"{name} {port} cannot be used ({error.strerror}): is the shop running already? "
                f"Choose another one with `make run {name}={port + 1}`."
            ) from error


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except (CannotRun, SettingsRefused) as refusal:
        console.print(str(refusal), style="red", markup=False, soft_wrap=True)
        sys.exit(2)
