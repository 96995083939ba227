"""The console's desk with a folder of its own for pictures."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.console.desk import Desk


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    return replace(desk, settings=desk.settings.model_copy(update={"var_folder": tmp_path}))
