"""What tests of these pages share: a desk whose files are the test's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.console.desk import Desk


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    return replace(desk, settings=desk.settings.model_copy(update={"var_folder": tmp_path}))
