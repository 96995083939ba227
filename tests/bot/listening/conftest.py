"""A shop whose listeners are asked to listen by hand."""

from collections.abc import Callable

import pytest

from bot.clock import FrozenClock
from bot.database import Database
from bot.listeners import Listeners
from bot.messages import Incoming
from bot.turn import Shop
from tests.bot.counter import Counter, open_counter
from tests.commerce import shop

type Make = Callable[..., Incoming]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def chat(database: Database, clock: FrozenClock, empty_shop: Shop) -> Counter:
    return open_counter(database, clock, empty_shop)


@pytest.fixture
def listeners(chat: Counter) -> Listeners:
    return Listeners(chat.database, chat.clock, chat.sealer, chat.sender)


@pytest.fixture
async def buyer(chat: Counter, message: Make) -> tuple[int, int]:
    """The ids of a customer and their conversation."""
    accepted = await chat.hear(message("闷着", sent_at=chat.clock.now()))
    talk = await chat.conversation()
    assert talk.customer_id is not None
    return talk.customer_id, accepted.conversation_id
