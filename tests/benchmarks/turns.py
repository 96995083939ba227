"""Whole turns through the real callback, per CPU-second of the bot, against a bare echo.

A turn is everything: decrypt, accept durably, understand (Rasa stubbed), answer from the shop,
outbox, transcript, memory, commit, encrypted passive reply. Every reply is opened and checked.
"""

import asyncio
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.sandbox.wechat.envelope import Envelope
from tests.benchmarks.ports import free_port

ROOT = Path(__file__).parents[2]
PATH = "/wechat/official-account"
CUSTOMERS = 200
IN_FLIGHT = 32
WORDS = ("蓝牙耳机有没有200块以内的", "谢谢", "结账前看看购物车", "红色连衣裙")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Round:
    """One measured stretch. Times in seconds."""

    per_cpu_second: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers the callback, with what signs messages to it."""

    process: subprocess.Popen[bytes]
    port: int
    envelope: Envelope
    app_id: str

    def cpu_seconds(self) -> float:
        """CPU time the process has used so far, all threads, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def run(turns: int = 1500, rounds: int = 3) -> dict[str, object]:
    """Measure both servers in turn, several rounds, medians; then one message at a time."""
    with servers(("tests.benchmarks.nlu_stub",)) as (echo, bot):
        asyncio.run(load(bot, turns // 3))  # Caches warm, connections open.
        asyncio.run(load(echo, turns // 3))
        floors, ours = [], []
        for _ in range(rounds):
            floors.append(asyncio.run(load(echo, turns)))
            ours.append(asyncio.run(load(bot, turns)))
        alone = asyncio.run(load(bot, turns // 4, in_flight=1))
    ratios = [
        us.per_cpu_second / floor.per_cpu_second for floor, us in zip(floors, ours, strict=True)
    ]
    return {
        "whole turn / bare echo, work per CPU-second": round(statistics.median(ratios), 3),
        "aim": 0.25,
        "echoes per CPU-second": round(statistics.median(each.per_cpu_second for each in floors)),
        "turns per CPU-second": round(statistics.median(each.per_cpu_second for each in ours)),
        f"p50 ms, {IN_FLIGHT} in flight": milliseconds(each.p50 for each in ours),
        f"p99 ms, {IN_FLIGHT} in flight": milliseconds(each.p99 for each in ours),
        "p50 ms, one at a time": milliseconds([alone.p50]),
        "p99 ms, one at a time": milliseconds([alone.p99]),
    }


def run_with_rasa(turns: int = 300) -> dict[str, object]:
    """The same with the real Rasa: its time counts for the customer, not for the bot's process."""
    with servers(("nlu", "serve")) as (_, bot):
        asyncio.run(load(bot, turns // 3, in_flight=4))
        busy = asyncio.run(load(bot, turns, in_flight=4))
        alone = asyncio.run(load(bot, turns // 3, in_flight=1))
    return {
        "turns per CPU-second of the bot": round(busy.per_cpu_second),
        "p50 ms, 4 in flight": milliseconds([busy.p50]),
        "p99 ms, 4 in flight": milliseconds([busy.p99]),
        "p50 ms, one at a time": milliseconds([alone.p50]),
        "p99 ms, one at a time": milliseconds([alone.p99]),
    }


def milliseconds(seconds: Iterable[float]) -> float:
    """The median of some times, readable."""
    return round(statistics.median(seconds) * 1000, 1)


@contextmanager
def servers(nlu: tuple[str, ...]) -> Iterator[tuple[Server, Server]]:
    """The echo and the bot, each in a process of its own, over a demo shop in a fresh folder."""
    folder = Path(tempfile.mkdtemp(prefix="zhanggui-bench-"))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        bot_port, echo_port, nlu_port = free_port(), free_port(), free_port()
        environment = prepare(folder, bot_port, nlu_port)

        def start(*command: str) -> subprocess.Popen[bytes]:
            log = (folder / f"{len(processes)}.log").open("wb")
            process = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", *command],
                cwd=folder,
                env=environment,
                stdout=log,
                stderr=log,
            )
            processes.append(process)
            return process

        start(*nlu, "--port", str(nlu_port))
        echo = start("tests.benchmarks.echo", str(echo_port))
        bot = start("bot", "serve", "--no-sandbox")
        for port in (nlu_port, echo_port, bot_port):
            asyncio.run(wait_for(port))
        app_id = environment["SHOP_OFFICIAL_ACCOUNT_APP_ID"]
        envelope = Envelope(
            token=environment["SHOP_OFFICIAL_ACCOUNT_TOKEN"],
            aes_key=environment["SHOP_OFFICIAL_ACCOUNT_AES_KEY"],
            receiver=app_id,
        )
        yield Server(echo, echo_port, envelope, app_id), Server(bot, bot_port, envelope, app_id)
    finally:
        for process in processes:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def prepare(folder: Path, bot_port: int, nlu_port: int) -> dict[str, str]:
    """Keys, a migrated database, and the demo catalogue; the environment that points to them."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PORT": str(bot_port)}

    def run_once(*command: str) -> None:
        subprocess.run(  # noqa: S603 - our own modules
            [sys.executable, "-m", *command],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
        )

    keys = folder / "var" / "sandbox.env"
    ports = ("--port", str(bot_port), "--nlu-port", str(nlu_port))
    run_once("bot.sandbox", "keys", *ports, "--out", str(keys))
    lines = (line for line in keys.read_text().splitlines() if "=" in line and line[0] != "#")
    for line in lines:
        name, _, value = line.partition("=")
        environment[name] = value
    run_once("bot", "migrate")
    run_once("bot", "import-products", str(ROOT / "bot" / "seeds" / "products.csv"))
    return environment


async def wait_for(port: int) -> None:
    """Until something listens there; three minutes at most, for Rasa to load."""
    async with asyncio.timeout(180):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


async def load(server: Server, turns: int, in_flight: int = IN_FLIGHT) -> Round:
    """Send so many messages, some in flight at a time, each answered passively."""
    numbers = iter(range(turns))
    times: list[float] = []
    before = server.cpu_seconds()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as http:

        async def customer() -> None:
            times.extend([await one_turn(http, server, number) for number in numbers])

        await asyncio.gather(*(customer() for _ in range(in_flight)))
    used = server.cpu_seconds() - before
    times.sort()
    return Round(turns / used, times[len(times) // 2], times[int(len(times) * 0.99)])


_message_ids = itertools.count(10**15)


async def one_turn(http: aiohttp.ClientSession, server: Server, number: int) -> float:
    """Send one text; seconds until its answer was in hand. Raises if that is no answer."""
    body, query = sealed_message(server, number)
    began = time.perf_counter()
    async with http.post(
        f"http://127.0.0.1:{server.port}{PATH}", data=body, params=query
    ) as response:
        answer = await response.text()
    took = time.perf_counter() - began
    if response.status != 200 or "<Encrypt>" not in answer:
        raise RuntimeError(f"no passive answer: HTTP {response.status} {answer[:80]!r}")
    encrypted = answer.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    if b"<Content>" not in server.envelope.open(encrypted):
        raise RuntimeError("an answer without words")
    return took


def sealed_message(server: Server, number: int) -> tuple[str, Mapping[str, str]]:
    """A customer's text as WeChat would deliver it."""
    now = str(int(time.time()))
    xml = (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName>"
        f"<FromUserName><![CDATA[o-bench-{number % CUSTOMERS:04d}]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{WORDS[number % len(WORDS)]}]]></Content>"
        f"<MsgId>{next(_message_ids)}</MsgId></xml>"
    )
    encrypted = server.envelope.seal(xml.encode())
    nonce = f"n{number}"
    signature = server.envelope.signature(now, nonce, encrypted)
    query = {"timestamp": now, "nonce": nonce, "encrypt_type": "aes", "msg_signature": signature}
    return (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>",
        query,
    )
