"""A console of one shop, and people who are logged in to it through the real login."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import aiohttp
import pyotp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlmodel import Session, select
from yarl import URL

from bot.background import Background
from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.campaigning.opening import open_parts
from bot.clock import FrozenClock
from bot.console.audit_words import WORDS
from bot.console.desk import Desk
from bot.console.frame import Console
from bot.console.pages.enrolment import PATH as ENROLMENT
from bot.database import Database
from bot.listeners import Listeners
from bot.sender import Sender
from bot.settings import Settings
from bot.staff import authenticators, passwords, people
from bot.staff.audit_tables import AuditEntry, AuditHead
from bot.staff.tables import Role
from bot.turn import Shop
from commerce.sealing import Sealer

_numbers = count(1)
ASKS_ONLY: Final = frozenset(
    {
        "/console/campaigns/preview",
        "/console/campaigns/tally",
        "/console/inbox/life",
        "/console/inbox/typing",
        "/console/knowledge/preview",
        "/console/segments/count",
    }
)
"""POST for the sake of its token or its length: nothing of the shop is changed."""
IN_PARTS: Final = frozenset({"/console/orders/shipping-file"})
"""Writes a row of the audit log to each of its transactions; none when it only rehearses."""
NOTHING: Final[Mapping[str, str]] = {}
FROM_OUR_PAGE: Final[Mapping[str, str]] = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "correct horse 电池"
NAMES = {Role.OWNER: "王掌柜", Role.OPERATOR: "小李", Role.AGENT: "小陈"}


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def location(self) -> str:
        """Where the browser is sent."""
        return self.headers.get("Location") or self.headers.get("HX-Redirect", "")


@dataclass
class Browser:
    """Somebody at the console. Sends what a browser would, with the token of its last page."""

    http: aiohttp.ClientSession
    base: URL
    staff_id: int = 0
    token: str = ""
    secret: str = ""
    """Of their authenticator, where they have one."""
    login: str = ""
    kept: dict[str, str] = field(default_factory=dict)

    async def get(
        self, path: str, *, partial: bool = False, headers: Mapping[str, str] = NOTHING
    ) -> Answer:
        """Open a page below /console."""
        sent = {"HX-Request": "true", "HX-Request-Type": "partial"} if partial else {}
        return await self._ask("GET", path, headers={**sent, **headers})

    async def post(
        self,
        path: str,
        form: Any = None,
        *,
        token: str | None = None,
        htmx: bool = True,
        headers: Mapping[str, str] = FROM_OUR_PAGE,
    ) -> Answer:
        """Send a form, as the page's script does (or, without htmx, as the browser itself)."""
        sent = {"Origin": str(self.base.origin())} if headers is FROM_OUR_PAGE else {}
        sent |= {**headers, "X-CSRF-Token": self.token if token is None else token}
        if htmx:
            sent["HX-Request"] = "true"
        return await self._ask("POST", path, headers=sent, data=form or {})

    async def _ask(self, method: str, path: str, **options: Any) -> Answer:
        url = self.base.join(URL(f"/console{path}"))
        async with self.http.request(method, url, allow_redirects=False, **options) as response:
            text = await response.text()
            answer = Answer(response.status, text, dict(response.headers))
        if found := text.partition('{"X-CSRF-Token": "')[2].partition('"')[0]:
            self.token = found
        return answer


type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Oversight:
    """Sees to it that whoever changes something leaves one row of the audit log, and that whoever
    looks leaves none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._under_way = 0
        self._begun = 0
        self.unwritten: list[str] = []

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count the rows that a request leaves, unless another one runs beside it."""
        self._under_way, self._begun = self._under_way + 1, self._begun + 1
        was_alone, begun = self._under_way == 1, self._begun
        try:
            before = await self._database.read(_last_row)
            response = await handler(request)
            left = await self._database.read(_last_row) - before
        finally:
            self._under_way -= 1
        if was_alone and begun == self._begun and request.path not in IN_PARTS:
            to = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
            is_done = request.method == "POST" and not to.endswith(ENROLMENT)
            wanted = 1 if is_done and request.path not in ASKS_ONLY else 0
            if response.status < 400 and left != wanted:
                self.unwritten.append(f"{request.method} {request.path}: {left} rows")
        return response


def _last_row(session: Session) -> int:
    return session.get_one(AuditHead, 1, populate_existing=True).last_id


type OpenBrowser = Callable[[], Browser]
type OpenConsole = Callable[..., Awaitable[Browser]]


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD, made once: it is slow on purpose."""
    return passwords.hash_of(PASSWORD)


@pytest.fixture
def desk(database: Database, frozen_clock: FrozenClock, sealer: Sealer, empty_shop: Shop) -> Desk:
    """The parts of a shop that its console uses; nothing is sent."""
    background = Background()
    sender = Sender(database, frozen_clock, sealer, {}, background)
    return Desk(
        database=database,
        clock=frozen_clock,
        sealer=sealer,
        shop=empty_shop,
        sender=sender,
        listeners=Listeners(database, frozen_clock, sealer, sender),
        background=background,
        settings=Settings(_env_file=None),
        campaign_parts=open_parts(sealer, empty_shop.name, OutboxBroadcaster(sealer, "小店")),
    )


@pytest.fixture
async def console_url(
    desk: Desk, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> AsyncIterator[URL]:
    """Where the console is served, under the eye of somebody who keeps count of the audit log."""
    oversight = Oversight(desk.database)
    app = web.Application(client_max_size=1024**2, middlewares=[oversight.watch])
    app.add_routes(Console(desk).routes())
    yield (await aiohttp_server(app)).make_url("/")
    assert oversight.unwritten == [], "did something that the audit log does not tell of once"
    done = await desk.database.read(lambda session: set(session.exec(select(AuditEntry.did))))
    assert done - set(WORDS) == set(), "the audit log has no words for it"


@pytest.fixture
async def open_browser(console_url: URL) -> AsyncIterator[OpenBrowser]:
    """Opens browsers in which nobody is logged in."""
    async with AsyncExitStack() as stack:
        opened: list[aiohttp.ClientSession] = []

        def open_one() -> Browser:
            jar = aiohttp.CookieJar(unsafe=True)
            opened.append(aiohttp.ClientSession(cookie_jar=jar))
            stack.push_async_callback(opened[-1].close)
            return Browser(opened[-1], console_url)

        yield open_one


@pytest.fixture
async def open_console(open_browser: OpenBrowser, desk: Desk, password_hash: str) -> OpenConsole:
    """`await open_console(Role.AGENT)`: somebody new of that role, logged in."""

    async def open_as(role: Role | str = Role.OWNER, *, login: str = "", name: str = "") -> Browser:
        wanted = Role(role)
        browser = open_browser()
        browser.login = login or f"{wanted}-{next(_numbers)}"
        now = desk.clock.now()
        browser.staff_id = await desk.database.write(
            people.add, browser.login, name or NAMES[wanted], wanted, password_hash, now
        )
        browser.secret = authenticators.new_secret()
        await desk.database.write(_enrol, desk.sealer, browser.staff_id, browser.secret)
        await log_in(browser, desk)
        return browser

    return open_as


async def log_in(browser: Browser, desk: Desk, *, code: str | None = None) -> Answer:
    """Fill in the login page."""
    await browser.get("/login")
    if code is None:
        code = pyotp.TOTP(browser.secret).at(desk.clock.now()) if browser.secret else ""
    form = {"login": browser.login, "password": PASSWORD, "code": code, "csrf": browser.token}
    answer = await browser.post("/login", form, htmx=False)
    if answer.status == 303:
        await browser.get("/account")
    return answer


def _enrol(session: Any, sealer: Sealer, staff_id: int, secret: str) -> None:
    authenticators.enrol(session, sealer, people.get(session, staff_id), secret, 0)
