"""The console's conversations, as an agent uses them in a browser."""

from playwright.async_api import Browser, Locator, Request, expect
from sqlmodel import Session

from bot.clock import SystemClock
from bot.database import Database
from bot.sandbox.settings import read_env_file
from bot.staff import passwords, people
from bot.staff.tables import Role
from commerce.calendar.hours import set_week
from commerce.sealing import Sealer
from tests.browser.sandbox_page import SandboxPage
from tests.fixtures.processes import SANDBOX_ENV
from tests.fixtures.stage import Stage

PASSWORD = "correct horse 电池"


class AgentPage(SandboxPage):
    """One agent's browser."""

    base: str = ""

    def _note_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # A page that is left ends what it asked.
            super()._note_failure(request)

    async def log_in(self, stage: Stage, login: str) -> None:
        """Through the real login, to the inbox."""
        self.base = f"{stage.bot_url}/console"
        await self.page.goto(f"{self.base}/login")
        await self.page.locator("[name=login]").fill(login)
        await self.page.locator("[name=password]").fill(PASSWORD)
        await self.page.locator("form .btn--primary").click()
        await expect(self.page.locator(".inbox-tabs")).to_be_visible()

    async def comes(self) -> None:
        """Take customers from now on."""
        await self.page.get_by_role("button", name="开始接待").click()
        await expect(self.page.get_by_test_id("presence")).to_contain_text("在线")

    async def opens(self, tab: str) -> None:
        """A tab of the inbox."""
        await self.page.goto(f"{self.base}/inbox?tab={tab}")

    @property
    def rows(self) -> Locator:
        """The conversations in the list."""
        return self.page.locator(".inbox-row")

    @property
    def owner(self) -> Locator:
        """Who has the open conversation, as the page says."""
        return self.page.get_by_test_id("talk-owner")

    async def replies(self, words: str) -> None:
        """Write and send."""
        await self.page.get_by_test_id("reply-box").fill(words)
        await self.page.get_by_test_id("send").click()


async def open_agent(browser: Browser, width: int = 1440, height: int = 900) -> AgentPage:
    """A browser of somebody's own."""
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", is_mobile=width <= 480
    )
    return AgentPage(await context.new_page())


def shop_of(stage: Stage) -> tuple[Database, Sealer]:
    """The stage's database and its keys."""
    keys = read_env_file(stage.folder / SANDBOX_ENV)
    database = Database(f"sqlite:///{stage.folder / 'var/shop.db'}")
    return database, Sealer.from_setting(keys["SHOP_FIELD_KEYS"])


def hire(stage: Stage, **names: str) -> dict[str, int]:
    """Agents of a shop that is open around the clock, by their login; their numbers."""
    database, _ = shop_of(stage)
    hashed, now = passwords.hash_of(PASSWORD), SystemClock().now()

    def add(session: Session) -> dict[str, int]:
        set_week(session, {})  # Else a test would find nobody in the queue at night.
        return {
            login: people.add(session, login, name, Role.AGENT, hashed, now)
            for login, name in names.items()
        }

    with database.writing() as session:
        hired = add(session)
    database.close()
    return hired
