"""The editor of campaigns in a browser: steps and variants are added, and nothing typed is lost."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect
from sqlmodel import Session, select

from campaigns.tables import Campaign
from tests.browser.console_desk import open_agent, shop_of
from tests.browser.test_console_pages import IS_WIDER, WIDTHS, hire_owner, log_in
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = "SELECT count(*) FROM campaign"
END = "\n不想再收到，回复退订"


def kept(stage: Stage, name: str) -> Campaign:
    def read(session: Session) -> Campaign:
        return session.exec(select(Campaign).where(Campaign.name == name)).one()

    database, _ = shop_of(stage)
    try:
        with database.reading() as session:
            return read(session)
    finally:
        database.close()


async def add_wait_and_message(steps: Locator, form: Locator) -> None:
    """Two steps more, the message with a card of the shop's front."""
    await form.locator("[data-add=step-wait]").click()
    await form.locator("[data-add=step-send]").click()
    last = steps.nth(2)
    await last.locator("[data-words]").fill(f"还给您留着{END}")
    await last.locator("[data-add=attachment]").click()
    await last.locator("[data-attachment-kind]").select_option("page")


def assert_kept(nodes: Sequence[Mapping[str, Any]]) -> None:
    """A message in two variants, a wait, and a message with a card."""
    assert [(each["kind"], each["next"]) for each in nodes] == [
        ("send", nodes[1]["id"]),
        ("wait", nodes[2]["id"]),
        ("send", ""),
    ]
    assert [each["weight"] for each in nodes[0]["arms"]] == [50, 50]
    assert "{称呼}" in nodes[0]["arms"][0]["content"]["text"]
    assert nodes[2]["arms"][0]["content"]["attachments"][0]["kind"] == "page"


async def test_a_journey_is_written_refused_mended_and_kept(stage: Stage, browser: Browser) -> None:
    agent = await open_agent(browser, 1440, 900)
    await log_in(agent, stage, hire_owner(stage))
    await agent.page.goto(f"{agent.base}/campaigns/new?kind=journey&audience=customers")
    form = agent.page.locator("[data-campaign]")
    steps = form.locator("[data-row=step]")
    words = steps.nth(0).locator("[data-words]")
    await form.locator("[name=name]").fill("浏览器里写的旅程")
    await add_wait_and_message(steps, form)
    await steps.nth(0).locator("[data-add=arm]").click()
    await words.nth(0).fill(f"甲版{{昵称}}{END}")
    await words.nth(1).fill(f"乙版{END}")
    await expect(steps.nth(0).locator("[data-bytes]").first).to_contain_text("/ 2048 字节")

    await form.locator(".btn--primary").click()

    await expect(form.locator(".form__wrong")).to_contain_text("没有“{昵称}”")
    await expect(words.nth(1)).to_have_value(f"乙版{END}")
    agent.faults.clear()  # The refusal's own status is written to the browser's log.

    await words.nth(0).fill(f"甲版{END}")
    await steps.nth(0).locator("[data-insert='{称呼}']").first.click()
    await form.locator(".btn--primary").click()

    await expect(agent.page.locator("h1")).to_contain_text("浏览器里写的旅程")
    await expect(agent.page.locator("#preview select[name=node]")).to_be_visible()
    assert_kept(kept(stage, "浏览器里写的旅程").nodes)
    assert agent.faults == []


@pytest.mark.parametrize("device", WIDTHS)
async def test_a_draft_is_looked_at_before_it_is_saved(
    stage: Stage, browser: Browser, device: str
) -> None:
    first, second = await stage.customers(2)
    for each in (first, second):
        await each.says("谢谢")
        await each.hears("不客气")
    before = stage.value(KEPT)
    agent = await open_agent(browser, *WIDTHS[device])
    await log_in(agent, stage, hire_owner(stage))
    await agent.page.goto(f"{agent.base}/campaigns/new?kind=once&audience=customers")
    form, shown = agent.page.locator("[data-campaign]"), agent.page.locator("#preview")
    words = form.locator("[data-words]")
    await words.fill(f"你好{{昵称}}{END}")

    await agent.page.locator("[data-preview]").click()
    await expect(shown.get_by_role("alert")).to_contain_text("没有“{昵称}”")

    await words.fill(f"{{称呼}}，秋天的新茶到了，一起来尝尝{END}")
    await form.locator("[data-add=attachment]").click()
    await form.locator("[data-attachment-kind]").select_option("page")
    await agent.page.locator("[data-preview]").click()
    await expect(shown.locator(".bubble").first).to_contain_text("亲，秋天的新茶到了")
    await expect(shown.locator(".mini-card").first).to_be_visible()
    number = shown.locator("[name=customer]")
    other = "2" if await number.input_value() == "1" else "1"
    for written, key in (("999", "Tab"), (other, "Enter")):
        async with agent.page.expect_response("**/campaigns/preview"):
            await number.fill(written)
            await number.press(key)
        is_somebody = written == other
        await expect(shown.locator(".bubble")).to_have_count(2 if is_somebody else 0)
        await expect(number).to_have_value(written)

    await agent.page.locator("[data-tally]").click()
    await expect(agent.page.locator("#tally")).to_contain_text("符合条件的顾客共 2 人")
    await shown.scroll_into_view_if_needed()
    await agent.photograph(f"campaign-draft-preview-{device}")
    await agent.page.locator("#tally").scroll_into_view_if_needed()
    await agent.photograph(f"campaign-draft-tally-{device}")
    assert not await agent.page.evaluate(IS_WIDER)
    assert agent.page.url.endswith("/campaigns/new?kind=once&audience=customers")
    assert stage.value(KEPT) == before
    assert agent.faults == []
