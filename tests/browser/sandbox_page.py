"""The sandbox's page, as a person uses it: both phones, the panel, and what went wrong in them."""

from pathlib import Path
from typing import Final

from playwright.async_api import ConsoleMessage, Locator, Page, Request, Response, expect

from tests.fixtures.processes import ROOT

SCREENSHOTS: Final = ROOT / "var/screenshots"
UNASSIGNED: Final = "\U0010ffff"
"""A code point that no font will ever draw."""
_DRAWN: Final = """
([characters, font]) => characters.map((character) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush.font = font;
  brush.fillText(character, 4, 24);
  return Array.from(brush.getImageData(0, 0, 32, 32).data.filter((_, i) => i % 4 === 3)).join();
})
"""


class SandboxPage:
    """One open page. Whatever a browser's console would show in red is kept in `faults`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.mini = page.get_by_test_id("mini-screen")
        self.faults: list[str] = []
        page.on("console", self._note_words)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("requestfailed", self._note_failure)
        page.on("response", self._note_answer)

    async def open(self, url: str) -> None:
        """Open the page and wait until it shows the platform's state."""
        await self.page.goto(url)
        await expect(self.page.get_by_test_id("fans").locator("li")).not_to_have_count(0)

    async def becomes_new_customer(self) -> None:
        """Come as somebody new, who follows the account and is welcomed."""
        await self.page.get_by_test_id("fan-new").click()
        await expect(self.page.get_by_test_id("message-input")).to_be_visible()
        await expect(self.heard("欢迎")).to_have_count(1)

    async def says(self, text: str) -> None:
        """Write a message and send it."""
        await self.page.get_by_test_id("message-input").fill(text)
        await self.page.get_by_test_id("send-button").click()

    async def taps_send(self, text: str) -> None:
        """The same with a finger."""
        await self.page.get_by_test_id("message-input").fill(text)
        await self.page.get_by_test_id("send-button").tap()

    def heard(self, *words: str) -> Locator:
        """What the shop said that holds all these words."""
        said = self.page.locator('[data-testid="chat-item"][data-direction="shop"]')
        for each in words:
            said = said.filter(has_text=each)
        return said

    async def puts_into_cart(self, product: str) -> None:
        """Find a product in the chat and put the first of the list into the cart."""
        await self.says(product)
        await expect(self.heard("为您找到", product)).to_have_count(1)
        await self.says("第一个")
        await expect(self.heard("已加购物车", product)).to_have_count(1)

    async def checks_out(self) -> None:
        """Ask for the card and tap it: the mini-program opens on its checkout page."""
        await self.says("结算")
        await self.page.get_by_test_id("card-open").click()
        await expect(self.mini.get_by_test_id("mini-submit-order")).to_be_visible()

    async def fills_address(self) -> None:
        """Write an address by hand."""
        for field, value in (
            ("recipient", "林小满"),
            ("phone", "13800138000"),
            ("region", "上海市 黄浦区"),
            ("detail", "人民大道 200 号 3 楼"),
        ):
            await self.mini.get_by_test_id(f"address-{field}").fill(value)

    async def submits_order(self) -> None:
        """Tap 提交订单."""
        await self.mini.get_by_test_id("mini-submit-order").click()

    async def orders_without_paying(self) -> None:
        """Order, then close WeChat Pay's sheet: the page of the unpaid order is shown."""
        await self.submits_order()
        await self.mini.get_by_test_id("mini-pay-cancel").click()
        await self.sees_order_state("待付款")

    async def sees_order_state(self, name: str) -> None:
        """The order's page says where the order is."""
        await expect(self.mini.get_by_test_id("order-state")).to_have_text(name)

    async def moves_time(self, chip: str) -> None:
        """Move the shop and the platform into the future, with a chip of the panel."""
        async with self.page.expect_response("**/control/clock") as moved:
            await self.page.get_by_role("button", name=chip, exact=True).click()
        answer = await moved.value
        assert answer.ok, await answer.text()

    async def letters_not_drawn(self, place: Locator) -> set[str]:
        """Characters of the text there that this browser has no letter for: they show as a box."""
        text = await place.inner_text()
        characters = sorted({each for each in text if not each.isspace()})
        style = "element => { const s = getComputedStyle(element); return `20px ${s.fontFamily}`; }"
        font: str = await place.evaluate(style)
        drawn: list[str] = await self.page.evaluate(_DRAWN, [[UNASSIGNED, *characters], font])
        box, *letters = drawn
        nothing = ",".join("0" for _ in range(32 * 32))
        return {
            character
            for character, letter in zip(characters, letters, strict=True)
            if letter in (box, nothing)
        }

    async def width_of_content(self) -> int:
        """How wide the page is in all; wider than the screen means that it scrolls sideways."""
        width: int = await self.page.evaluate("document.documentElement.scrollWidth")
        return width

    async def photograph(self, name: str) -> Path:
        """Leave a picture of the page under var/screenshots/, once its animations are over."""
        await self.page.evaluate(
            "Promise.all(document.getAnimations().filter((each) => each.effect.getTiming()"
            ".iterations !== Infinity).map((each) => each.finished.catch(() => null)))"
        )
        file = SCREENSHOTS / f"{name}.png"
        await self.page.screenshot(path=file)
        return file

    def _note_words(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _note_failure(self, request: Request) -> None:
        self.faults.append(f"request: {request.method} {request.url}: {request.failure}")

    def _note_answer(self, response: Response) -> None:
        if response.status >= 400:
            method, url = response.request.method, response.url
            self.faults.append(f"answer: {response.status} {method} {url}")


async def settle_pictures(place: Locator) -> None:
    """Wait until every picture there is loaded, and fail if one is broken."""
    await expect(place.locator("img")).not_to_have_count(0)
    for picture in await place.locator("img").all():
        await picture.scroll_into_view_if_needed()
        loaded = "element => element.decode().then(() => element.naturalWidth)"
        assert await picture.evaluate(loaded) > 0
