"""What customers and colleagues write is shown to people, and run by no browser."""

import uuid

import pytest
from playwright.async_api import Browser, expect
from sqlmodel import Session, select

from bot.clock import SystemClock
from bot.console.talks.lines import MOST_AT_ONCE
from bot.console.talks.listing import A_PAGE
from bot.handover.notes import add_note
from bot.messages import Incoming
from bot.speaking import write_down
from bot.tables import Conversation
from commerce.customers.identities import find_identity, identify
from commerce.customers.nicknames import note_nickname
from commerce.inserting import id_of
from tests.browser.console_desk import hire, open_agent, shop_of
from tests.browser.hostile_words import corpus
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_no_word_of_a_customer_or_a_note_is_run_as_a_script(
    stage: Stage, browser: Browser
) -> None:
    words = corpus()
    assert len(words) == MOST_AT_ONCE
    staff_id = hire(stage, wang="<svg onload=alert()>")["wang"]
    customer = await stage.customer("<script>window.hacked=1</script>")
    await customer.says("你好")
    await customer.hears()
    _write(stage, words, staff_id)
    agent = await open_agent(browser)
    reports: list[str] = []
    agent.page.on(
        "console", lambda said: reports.append(said.text) if "Content" in said.text else None
    )

    await agent.log_in(stage, "wang")
    await agent.opens("all")
    await agent.rows.first.click()
    lines, notes = agent.page.locator(".line-customer"), agent.page.locator(".line-note")
    await expect(agent.page.locator("#bell")).to_be_visible()  # The page's scripts have begun.
    while await agent.page.locator("#earlier").is_visible():
        seen = await lines.count()
        await agent.page.evaluate("document.getElementById('lines').scrollTop = 0")
        await expect(lines).not_to_have_count(seen)

    await expect(lines).to_have_count(len(words) + 1)
    await expect(notes).to_have_count(len(words))
    shown = await agent.page.locator(".line-customer .line-words").all_inner_texts()
    assert sum("window.hacked" in each for each in shown) == len(words)
    assert await agent.page.evaluate("window.hacked") is None
    assert agent.faults == []
    assert reports == []


async def test_no_nickname_is_run_as_a_script(stage: Stage, browser: Browser) -> None:
    words = corpus()
    hire(stage, wang="小王")
    _call(stage, words)
    agent = await open_agent(browser)
    reports: list[str] = []
    agent.page.on(
        "console", lambda said: reports.append(said.text) if "Content" in said.text else None
    )
    names = agent.page.locator(".inbox-name")

    await agent.log_in(stage, "wang")
    seen: list[str] = []
    for page in range(1, len(words) // A_PAGE + 1):
        await agent.page.goto(f"{agent.base}/inbox?tab=all&channel=wecom&page={page}")
        seen += await names.all_inner_texts()
        await agent.rows.nth(page).click()
        await expect(agent.page.locator(".panel-card h2")).to_contain_text("hacked")
        await expect(agent.page.locator(".talk-name")).to_contain_text("hacked")

    assert sum("window.hacked" in each for each in seen) == len(words)
    assert await agent.page.evaluate("window.hacked") is None
    assert agent.faults == []
    assert reports == []


def _call(stage: Stage, words: tuple[str, ...]) -> None:
    """As many customers as words, each of whom is called so."""
    database, sealer = shop_of(stage)
    now = SystemClock().now()
    with database.writing() as session:
        for number, each in enumerate(words):
            who = "wecom", "wk-shop", f"wm-{number}"
            customer = identify(session, *who, now)
            identity = find_identity(session, *who)
            assert identity is not None
            note_nickname(session, sealer, id_of(identity), each, now)
            talk = Conversation(
                channel=who[0],
                account=who[1],
                external_user=who[2],
                customer_id=customer.id,
                updated_at=now,
            )
            session.add(talk)
    database.close()


def _write(stage: Stage, words: tuple[str, ...], staff_id: int) -> None:
    database, sealer = shop_of(stage)

    def write(session: Session) -> None:
        now = SystemClock().now()
        talk = session.exec(select(Conversation)).one()
        assert talk.id is not None
        for each in words:
            incoming = Incoming(
                uuid.uuid4().hex,
                "official_account",
                talk.account,
                talk.external_user,
                "text",
                each,
                now,
            )
            write_down(session, sealer, talk.id, incoming, [], now)
            add_note(session, sealer, talk.id, staff_id, each, now)

    with database.writing() as session:
        write(session)
    database.close()
