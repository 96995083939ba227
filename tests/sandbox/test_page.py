"""The page is served whole, its scripts are our own, and its calls reach the shop."""

import re
from io import BytesIO
from pathlib import Path

import pytest

import bot.sandbox
from bot.sandbox.rules import all_rules
from tests.sandbox.world import World

SANDBOX = Path(bot.sandbox.__file__).parent
STATIC = SANDBOX / "static"


async def fetch(world: World, path: str) -> str:
    async with world.http.get(f"{world.url}{path}") as response:
        assert response.status == 200, path
        return await response.text()


async def test_the_page_and_everything_it_names_is_served(world: World) -> None:
    page = await fetch(world, "")
    files = re.findall(r'(?:href|src)="(static/[^"]+)"', page)

    for file in files:
        await fetch(world, f"/{file}")
    assert world.settings.official_account.name in page
    assert len(files) > 5


def test_every_module_imports_files_that_exist() -> None:
    for script in STATIC.rglob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', script.read_text(encoding="utf-8")):
            assert (script.parent / name).is_file(), f"{script} imports {name}"


def test_nothing_comes_from_elsewhere() -> None:
    for file in STATIC.rglob("*.*"):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"""(?:src|href|url\(|from|import)\s*[=(]?\s*["']?https?:""", text)


@pytest.mark.parametrize(
    "testid",
    [
        "message-input",
        "send-button",
        "chat-item",
        "card-open",
        "menu-option",
        "mini-submit-order",
        "mini-pay",
        "mini-pay-confirm",
        "mini-paid",
        "fan-new",
        "clock",
    ],
)
def test_the_hooks_of_browser_tests_are_there(testid: str) -> None:
    sources = [*STATIC.rglob("*.js"), SANDBOX / "templates/page.html"]
    hook = re.compile(rf'(testid: |data-testid=)"{testid}"')

    assert any(hook.search(source.read_text(encoding="utf-8")) for source in sources)


async def test_the_rule_table_shows_every_rule_with_its_source(world: World) -> None:
    table = await fetch(world, "/rules")

    for rule in all_rules():
        assert f"<td>{rule.name}</td>" in table
        assert rule.source
    assert "5 条，48 小时" in table


async def test_calls_of_the_mini_program_reach_the_shop(world: World) -> None:
    url = f"{world.url}/mini/api/products?query=耳机"
    headers = {"Authorization": "Bearer t", "Idempotency-Key": "k", "Cookie": "secret"}
    async with world.http.post(url, data=b'{"a":1}', headers=headers) as response:
        assert await response.json() == {"items": []}

    [(method, path, seen, body)] = world.shop.mini_calls
    assert (method, path) == ("POST", "/api/mini/v1/products?query=%E8%80%B3%E6%9C%BA")
    assert (seen["Authorization"], seen["Idempotency-Key"], body) == ("Bearer t", "k", b'{"a":1}')
    assert "Cookie" not in seen


async def test_a_picture_of_some_megabytes_reaches_the_shop_whole(world: World) -> None:
    picture = b'{"content":"' + b"A" * 6_000_000 + b'"}'
    async with world.http.post(
        f"{world.url}/mini/api/after-sale", data=BytesIO(picture)
    ) as response:
        assert response.status == 200

    [(_, _, _, body)] = world.shop.mini_calls
    assert len(body) == len(picture)


async def test_errors_of_the_shop_pass_through_and_its_absence_is_told(world: World) -> None:
    async with world.http.get(f"{world.url}/mini/api/missing") as response:
        assert (response.status, (await response.json())["error"]["message"]) == (404, "无")

    await world.shop.server.close()
    async with world.http.get(f"{world.url}/mini/api/products") as response:
        assert response.status == 502
        assert (await response.json())["error"]["code"] == "unreachable"
