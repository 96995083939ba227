"""The checkup names what to mend first, and nothing that only follows from it."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot import migrations
from bot.checkup import Check, State, examine
from bot.settings import Settings

TOKEN = "a token of the tests"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation in which nothing is set up yet."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{tmp_path}/shop.db",
        var_folder=tmp_path,
        lexicon_file=tmp_path / "lexicon.txt",
        nlu_url="",
        field_keys=SecretStr(""),
    )


async def checks(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in await examine(settings)}


async def test_what_needs_the_database_is_skipped_without_one(settings: Settings) -> None:
    found = await checks(settings)

    assert "python -m bot migrate" in found["数据库"].finding
    assert found["商品"].state is State.SKIPPED
    assert found["微信账号"].state is State.SKIPPED


async def test_an_old_schema_is_a_fault(settings: Settings) -> None:
    migrations.upgrade(settings.database_url, "0001")

    found = await checks(settings)

    assert found["数据库"].is_fault
    assert "0001" in found["数据库"].finding


async def test_an_empty_shop_is_told_to_import_and_to_make_its_keys(settings: Settings) -> None:
    migrations.upgrade(settings.database_url)

    found = await checks(settings)

    assert found["数据库"].state is State.WELL
    assert "import-products" in found["商品"].finding
    assert "SHOP_FIELD_KEYS: is not set" in found["密钥"].finding


@pytest.mark.parametrize(("path", "is_well"), [("/status", True), ("/elsewhere", False)])
async def test_only_a_rasa_with_a_model_is_well(
    settings: Settings, path: str, is_well: bool
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=200 if request.query["token"] == TOKEN else 401)

    app = web.Application()
    app.router.add_get(path, answer)
    async with TestServer(app) as server:
        url = str(server.make_url(""))
        chosen = settings.model_copy(update={"nlu_url": url, "nlu_token": SecretStr(TOKEN)})

        check = (await checks(chosen))["语言模型"]

    assert (check.state is State.WELL) == is_well
    assert ("SHOP_NLU_TOKEN" in check.finding) != is_well
