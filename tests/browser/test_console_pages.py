"""Every page of the console, as it is seen on a desk and on a phone."""

from datetime import datetime

import pyotp
import pytest
from playwright.async_api import Browser, expect
from sqlmodel import Session

from bot.clock import SystemClock
from bot.console.table import ROUTES
from bot.staff import authenticators, passwords, people
from bot.staff.tables import Role
from campaigns.attribution.crediting import credit
from campaigns.attribution.visits import Opened, note_visit
from campaigns.touches import touch_of_delivery
from commerce.community.mirroring import CUSTOMER
from commerce.community.tables import CommunityGroup, CommunityMember
from commerce.inserting import id_of
from miniprogram_cards.paths import PRODUCT_PAGE
from tests.browser.conftest import OpenPage
from tests.browser.console_desk import PASSWORD, AgentPage, open_agent, shop_of
from tests.campaigns.campaigning import delivery_of, running_campaign
from tests.commerce.shop import begin_to_pay, new_customer, pay, place, put_on_sale
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NO_PAGES = (
    *("/", "/events", "/dashboard/charts", "/audit/check", "/account/authenticator"),
    *("/distribution/bindings", "/campaigns/count", "/cohorts/charts"),
)
"""They lead on, stream, give figures or a picture; or want a customer to be named."""
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
COLORS = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colors = new Set();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 255) colors.add(data.slice(at, at + 3).join());
  }
  return colors.size;
}"""
"""How many opaque colors were drawn."""
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
    campaign, group = stock_figures(stage)

    for path, charts in (
        ("/dashboard", ("talks", "sales", "funnel", "reasons")),
        (f"/campaigns/{campaign}/report", ("funnel", "held")),
        ("/cohorts", ("cohorts",)),
        (f"/communities/{group}", ("talks", "reasons")),
    ):
        await agent.page.goto(f"{agent.base}{path}")
        for chart in charts:
            drawn = agent.page.locator(f'[data-chart="{chart}"] canvas')
            await expect(drawn.first).to_be_visible()
            assert await drawn.first.evaluate(COLORS) > 1, (path, chart)
        await agent.photograph(f"console-figures-{path.strip('/').replace('/', '-')}")
    assert agent.faults == []


def members(group_id: int, now: datetime) -> list[CommunityMember]:
    """Three who were invited just now."""
    return [
        CommunityMember(
            group_id=group_id, member=f"wm{each}", kind=CUSTOMER, join_scene=1, joined_at=now
        )
        for each in range(3)
    ]


def stock_figures(stage: Stage) -> tuple[int, int]:
    """A campaign that reached two, brought an order and held somebody back; a group that grew."""
    database, _ = shop_of(stage)
    now = SystemClock().now()

    def add(session: Session) -> tuple[int, int]:
        run = running_campaign(session, now)
        buyer, reader, away = (new_customer(session) for _ in range(3))
        for customer in (buyer, reader):
            touch = touch_of_delivery(id_of(delivery_of(session, run, customer, now)))
            assert note_visit(session, customer, Opened(PRODUCT_PAGE, "1", touch), now)
        delivery_of(session, run, away, now, state="held_back", reason="unsubscribed")
        lamp = put_on_sale(session, "落地灯", price=9900)  # Free of freight, below the discounts.
        order = place(session, buyer, {lamp: 1}, now=now)
        pay(session, begin_to_pay(session, order, now), now)
        credit(session, order)
        group = CommunityGroup(chat_id="wr", name="喝茶", owner_userid="lin", created_at=now)
        session.add(group)
        session.flush()
        session.add_all(members(id_of(group), now))
        return run.campaign_id, id_of(group)

    with database.writing() as session:
        made = add(session)
    database.close()
    return made
