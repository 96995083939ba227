"""What tests of these pages share: a shop that is filled, and a folder of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.console.desk import Desk
from tests.bot.console.pages_a import stock
from tests.bot.console.pages_a.stock import Stock


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    return replace(desk, settings=desk.settings.model_copy(update={"var_folder": tmp_path}))


@pytest.fixture
async def shop(desk: Desk) -> Stock:
    """Numbers of what is in the shop."""
    return await desk.database.write(stock.fill)
