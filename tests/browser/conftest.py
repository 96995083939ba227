"""A Chromium, the page that `make run` prints, and the shop behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.sandbox_corp import Corp, serve_corp
from tests.browser.sandbox_page import SandboxPage
from tests.fixtures.processes import SANDBOX_ENV, run_to_end
from tests.fixtures.stage import Stage

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHORTLY: Final = 10_000
"""Milliseconds that a page is given to show what it must, on a busy machine."""

type OpenPage = Callable[..., Awaitable[SandboxPage]]


@pytest.fixture(scope="session")
def stocked_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop as set-up makes it, to copy: keys, tables, products, index, pictures."""
    folder = tmp_path_factory.mktemp("demo")
    run_to_end(folder, "bot.sandbox", "keys", "--out", str(folder / SANDBOX_ENV))
    run_to_end(folder, "bot", "migrate")
    run_to_end(folder, "bot", "seed")
    return folder


@pytest.fixture
async def browser(chromium_path: Path) -> AsyncIterator[Browser]:
    """A Chromium of the test's own, without a window."""
    expect.set_options(timeout=SHORTLY)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=list(ARGUMENTS)
        )
        yield browser
        await browser.close()


@pytest.fixture
async def corp(tmp_path: Path) -> AsyncIterator[Corp]:
    """The sandbox's WeCom side, and the shop's calls of it; no shop hears its events."""
    async with serve_corp(tmp_path) as corp:
        yield corp


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens the sandbox's page: `await open_page(stage, width=390, …)`, options as Chromium's."""
    async with AsyncExitStack() as stack:

        async def open_one(
            stage: Stage, width: int = 1400, height: int = 900, *, is_phone: bool = False
        ) -> SandboxPage:
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                is_mobile=is_phone,
                has_touch=is_phone,
                locale="zh-CN",
            )
            stack.push_async_callback(context.close)
            context.set_default_timeout(SHORTLY)
            page = SandboxPage(await context.new_page())
            await page.open(f"{stage.sandbox_url}/sandbox/")
            return page

        yield open_one
