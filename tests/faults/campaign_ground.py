"""A shop with many customers of 微信客服, the platform beside it, and a worker that may be killed.

Both databases are filled directly: nobody waits for a million customers to write.
"""

import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from json import dumps, loads
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from bot.campaigning.letterbox import OutboxLetterbox
from bot.clock import read_offset
from bot.database import Database
from bot.sandbox.settings import read_env_file
from campaigns import runner
from campaigns.tables import RunState
from commerce.inserting import id_of
from commerce.sealing import Sealer
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import new_campaign, send
from tests.fixtures.processes import SANDBOX_ENV, Program, copy_shop, free_port, until

WRITTEN_AGO: Final = timedelta(minutes=5)
MORNING: Final = time(9)
LEASE: Final = 35
"""Seconds after which what a dead worker had in its hands is somebody else's."""
STAMP: Final = "%Y-%m-%d %H:%M:%S.%f"
"""How the shop's SQLite keeps a moment of UTC."""
WORDS: Final = "秋天的新茶到了，退订回TD"


@dataclass
class CampaignGround:
    """Everything that a run needs. People are numbered from 1, on both sides."""

    folder: Path
    sandbox: Program
    worker: Program
    sandbox_url: str
    people: int

    @property
    def shop_file(self) -> Path:
        """The shop's database."""
        return self.folder / "var/shop.db"

    async def open(self) -> None:
        """Start the platform, go to the morning of a day, fill both sides."""
        self.sandbox.start()
        await until(self._answers, within=30, what="the sandbox to answer")
        self.move_to_morning()
        self.fill()

    def now(self) -> datetime:
        """The time of both sides."""
        return datetime.now(UTC) + read_offset(self.folder / "var/clock-offset")

    def fill(self) -> None:
        """Everybody has written to the shop, which may answer them."""
        at = self.now() - WRITTEN_AGO
        kfid = read_env_file(self.folder / SANDBOX_ENV)["SHOP_WECOM_OPEN_KFIDS"].split(",")[0]
        with closing(sqlite3.connect(self.shop_file)) as shop, shop:
            shop.executemany(CUSTOMER, ((n, stamp(at), stamp(at)) for n in self._numbers()))
            shop.executemany(
                TALK, ((n, kfid, user(n), n, *[stamp(at)] * 2) for n in self._numbers())
            )
            shop.executemany(SESSION, ((n, stamp(at)) for n in self._numbers()))
        with closing(sqlite3.connect(self.folder / "var/sandbox.db")) as platform, platform:
            platform.executemany(PERSON, ((n, user(n), f"union-{n}") for n in self._numbers()))
            moment = at.timestamp()
            rows = ((n, kfid, moment, moment) for n in self._numbers())
            platform.executemany(KF_SESSION, rows)

    def begin(self) -> int:
        """A run to everybody begins; its number."""

        def begin(session: Session) -> int:
            campaign = new_campaign(session, nodes=[send(WORDS)], routes=["wecom"])
            run = runner.begin(session, campaign, self.now(), self.now())
            assert run is not None
            return id_of(run)

        number: int = self.in_shop(begin)
        return number

    def resume(self, run_id: int) -> None:
        """Let a paused run go on."""
        keys = read_env_file(self.folder / SANDBOX_ENV)["SHOP_FIELD_KEYS"]
        letterbox = OutboxLetterbox(Sealer.from_setting(keys))
        now = self.now()
        self.in_shop(
            lambda session: runner.resume(session, letterbox, run_id, by="staff:1", now=now)
        )

    def in_shop(self, function: Any) -> Any:
        """Call a function with a session of the shop's database."""
        database = Database(f"sqlite:///{self.shop_file}")
        try:
            with database.writing() as session:
                return function(session)
        finally:
            database.close()

    def value(self, sql: str) -> Any:
        """The one value that a query of the shop's database gives."""
        return self._ask(self.shop_file, sql)

    def on_platform(self, sql: str) -> Any:
        """The same of the platform's."""
        return self._ask(self.folder / "var/sandbox.db", sql)

    def counters(self) -> dict[str, int]:
        """What the platform counted."""
        found: dict[str, int] = self._control("/counters")
        return found

    def move_time(self, seconds: float) -> None:
        """Move both sides into the future."""
        self._control("/clock", {"seconds": seconds})

    def move_to_morning(self) -> None:
        """To the next morning in Shanghai."""
        there = self.now().astimezone(SHANGHAI)
        morning = there.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
        self.move_time(((morning - there) % timedelta(days=1)).total_seconds())

    def is_over(self, run_id: int) -> bool:
        """Whether the run has ended."""
        return bool(self.value(STATE.format(run_id)) == RunState.DONE)

    def resident(self) -> int:
        """Bytes of memory that the worker has."""
        status = Path(f"/proc/{self.worker.pid}/status").read_text()
        line = next(each for each in status.splitlines() if each.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def close(self) -> None:
        """End both processes."""
        self.worker.kill()
        self.sandbox.kill()

    def _numbers(self) -> Iterator[int]:
        return iter(range(1, self.people + 1))

    def _answers(self) -> bool:
        try:
            self.counters()
        except OSError:
            return False
        return True

    def _ask(self, file: Path, sql: str) -> Any:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(sql).fetchone()[0]

    def _control(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - our own sandbox
            f"{self.sandbox_url}/sandbox/control{path}",
            data=None if body is None else dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return loads(response.read())


def make_ground(
    stocked: Path,
    folder: Path,
    people: int,
    *,
    worker: tuple[str, ...] = ("bot", "worker"),
    sandbox: str = "bot.sandbox",
) -> CampaignGround:
    """Everything but started. `stocked` is a shop as its commands make it."""
    sandbox_port = free_port()
    copy_shop(stocked, folder, port=free_port(), sandbox_port=sandbox_port)
    serve = (sandbox, "serve", "--port", str(sandbox_port))
    environment = {"SHOP_EMBEDDER": "off"}
    return CampaignGround(
        folder=folder,
        sandbox=Program("sandbox", *serve, folder=folder),
        worker=Program("worker", *worker, folder=folder, environment=environment),
        sandbox_url=f"http://127.0.0.1:{sandbox_port}",
        people=people,
    )


def user(number: int) -> str:
    """The external_userid of a customer."""
    return f"wm-{number:07d}"


def stamp(at: datetime) -> str:
    """A moment as the shop's SQLite keeps it."""
    return at.astimezone(UTC).strftime(STAMP)


CUSTOMER: Final = "INSERT INTO customer (id, created_at, last_seen_at) VALUES (?, ?, ?)"
TALK: Final = (
    "INSERT INTO conversation (id, channel, account, external_user, customer_id, owner, epoch,"
    " step, memory, window_opened_by, window_opened_at, window_used, updated_at)"
    " VALUES (?, 'wecom', ?, ?, ?, 'bot', 0, '', '{}', 'message', ?, 0, ?)"
)
SESSION: Final = (
    "INSERT INTO kf_session (conversation_id, state, servicer, read_at, wants, rejects, scene,"
    " scene_param) VALUES (?, 1, '', ?, 0, 0, '', '')"
)
PERSON: Final = (
    "INSERT INTO wecom_people (id, nickname, external_userid, unionid) VALUES (?, '茶友', ?, ?)"
)
KF_SESSION: Final = (
    "INSERT INTO kf_sessions (person_id, open_kfid, state, started_at, written_at, sent)"
    " VALUES (?, ?, 1, ?, ?, 0)"
)
STATE: Final = "SELECT state FROM campaign_run WHERE id = {0}"
