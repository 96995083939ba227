"""What tests of figures share."""

import pytest
from sqlmodel import Session

from tests.bot.figures.rows import Rows


@pytest.fixture
def rows(session: Session) -> Rows:
    return Rows(session)
