"""Every page of the console, as it is seen on a desk and on a phone."""

import pyotp
import pytest
from playwright.async_api import Browser, expect
from sqlmodel import Session

from bot.clock import SystemClock
from bot.console.table import ROUTES
from bot.staff import authenticators, passwords, people
from bot.staff.tables import Role
from tests.browser.conftest import OpenPage
from tests.browser.console_desk import PASSWORD, AgentPage, open_agent, shop_of
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NO_PAGES = (
    *("/", "/events", "/dashboard/charts", "/audit/check", "/account/authenticator"),
    *("/distribution/bindings", "/campaigns/count", "/cohorts/charts"),
)
"""They lead on, stream, give figures or a picture; or want a customer to be named."""
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
IS_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def addresses() -> list[str]:
    """Every page that needs nothing to be chosen before."""
    return [
        each.path
        for each in ROUTES
        if each.method == "GET"
        and "{" not in each.path
        and not each.path.endswith(".csv")
        and not each.path.startswith("/talks/")
        and each.path not in NO_PAGES
    ]


def hire_owner(stage: Stage) -> str:
    """An owner who may see everything; the secret of their authenticator."""
    database, sealer = shop_of(stage)
    hashed, now, secret = passwords.hash_of(PASSWORD), SystemClock().now(), pyotp.random_base32()

    def add(session: Session) -> None:
        staff_id = people.add(session, "boss", "王掌柜", Role.OWNER, hashed, now)
        authenticators.enrol(session, sealer, people.get(session, staff_id), secret, 0)

    with database.writing() as session:
        add(session)
    database.close()
    return secret


async def log_in(agent: AgentPage, stage: Stage, secret: str) -> None:
    """Through the real login, with a code."""
    agent.base = f"{stage.bot_url}/console"
    await agent.page.goto(f"{agent.base}/login")
    await agent.page.locator("[name=login]").fill("boss")
    await agent.page.locator("[name=password]").fill(PASSWORD)
    await agent.page.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    await agent.page.locator("form .btn--primary").click()
    await expect(agent.page.locator(".menu").first).to_be_attached()


@pytest.mark.parametrize("device", WIDTHS)
async def test_every_page_opens_fits_its_screen_and_complains_of_nothing(
    stage: Stage, browser: Browser, device: str
) -> None:
    agent = await open_agent(browser, *WIDTHS[device])
    await log_in(agent, stage, hire_owner(stage))
    too_wide = []
    for address in addresses():
        await agent.page.goto(f"{agent.base}{address}")
        await expect(agent.page.locator("#content")).to_be_visible()
        if await agent.page.evaluate(IS_WIDER):
            too_wide.append(address)
        name = address.strip("/").replace("/", "-")
        await agent.photograph(f"console-page-{name}-{device}")

    assert too_wide == []
    assert agent.faults == []


async def test_figures_are_drawn(stage: Stage, browser: Browser, open_page: OpenPage) -> None:
    customer = await open_page(stage)
    await customer.becomes_new_customer()
    await customer.says("转人工")
    await expect(customer.page.locator('[data-direction="shop"]')).not_to_have_count(1)
    agent = await open_agent(browser, *WIDTHS["desktop"])
    await log_in(agent, stage, hire_owner(stage))
    await agent.page.goto(f"{agent.base}/dashboard")

    charts = agent.page.locator("[data-chart]")
    await expect(charts.first).to_be_visible()
    for chart in await charts.all():
        await expect(chart.locator("canvas").first).to_be_visible()

    await agent.photograph("console-figures")
    assert agent.faults == []
