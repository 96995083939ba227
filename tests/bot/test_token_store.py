"""One access token for all processes: fetched once, by whoever holds the lease."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from bot import token_store
from bot.clock import FrozenClock
from bot.database import Database
from bot.tables import AccessToken
from bot.token_store import DatabaseTokenStore
from commerce.sealing import Sealer
from tests.fixtures.processes import until
from wecom.tokens import FreshToken, StoredToken

pytestmark = pytest.mark.database
APP = "wxaaaaaaaaaaaaaaaa"


class WeChat:
    """Issues tokens; waits for the gate, if there is one."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.issued = 0
        self.gate: asyncio.Event | None = None
        self.fault: Exception | None = None

    async def fetch(self) -> FreshToken:
        self.issued += 1
        number = self.issued
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        now = self.clock.now()
        return FreshToken(f"token-{number}", now, now + timedelta(hours=2))


@pytest.fixture
def wechat(frozen_clock: FrozenClock) -> WeChat:
    return WeChat(frozen_clock)


@pytest.fixture
def store(database: Database, frozen_clock: FrozenClock, sealer: Sealer) -> DatabaseTokenStore:
    return DatabaseTokenStore(database, frozen_clock, sealer)


@pytest.fixture
def other_store(
    database_url: str, frozen_clock: FrozenClock, sealer: Sealer
) -> Iterator[DatabaseTokenStore]:
    """Another process's."""
    database = Database(database_url)
    yield DatabaseTokenStore(database, frozen_clock, sealer)
    database.close()


async def test_nothing_is_stored_at_first(store: DatabaseTokenStore) -> None:
    assert await store.read(APP) is None


async def test_fifty_refreshes_of_two_processes_fetch_once(
    store: DatabaseTokenStore, other_store: DatabaseTokenStore, wechat: WeChat
) -> None:
    tokens = await asyncio.gather(
        *((store, other_store)[n % 2].refresh(APP, 0, wechat.fetch) for n in range(50))
    )

    assert wechat.issued == 1
    assert {(token.value, token.version) for token in tokens} == {("token-1", 1)}
    assert await other_store.read(APP) == tokens[0]


async def test_a_token_that_was_seen_is_replaced_once(
    store: DatabaseTokenStore, other_store: DatabaseTokenStore, wechat: WeChat
) -> None:
    seen = await store.refresh(APP, 0, wechat.fetch)

    tokens = await asyncio.gather(
        *(each.refresh(APP, seen.version, wechat.fetch) for each in (store, other_store) * 5)
    )

    assert wechat.issued == 2
    assert {(token.value, token.version) for token in tokens} == {("token-2", 2)}


async def test_two_apps_have_a_token_each(store: DatabaseTokenStore, wechat: WeChat) -> None:
    first = await store.refresh(APP, 0, wechat.fetch)
    second = await store.refresh("wx-mini", 0, wechat.fetch)

    assert (await store.read(APP), await store.read("wx-mini")) == (first, second)
    assert first.value != second.value


async def test_a_failed_fetch_leaves_the_lease_to_the_next(
    store: DatabaseTokenStore, other_store: DatabaseTokenStore, wechat: WeChat
) -> None:
    wechat.fault = ConnectionError("no WeChat")
    with pytest.raises(ConnectionError):
        await store.refresh(APP, 0, wechat.fetch)
    wechat.fault = None

    token = await other_store.refresh(APP, 0, wechat.fetch)

    assert (token.value, token.version) == ("token-2", 1)


async def refreshing(
    store: DatabaseTokenStore, wechat: WeChat, seen: int = 0
) -> asyncio.Task[StoredToken]:
    """A refresh that holds the lease and waits for WeChat."""
    before = wechat.issued
    task = asyncio.create_task(store.refresh(APP, seen, wechat.fetch))
    await until(lambda: wechat.issued > before, what="the fetch to begin")
    return task


async def test_the_lease_of_a_dead_holder_passes_on(
    store: DatabaseTokenStore,
    other_store: DatabaseTokenStore,
    wechat: WeChat,
    frozen_clock: FrozenClock,
) -> None:
    wechat.gate = asyncio.Event()
    dead = await refreshing(store, wechat)
    waiting = asyncio.create_task(other_store.refresh(APP, 0, wechat.fetch))
    await asyncio.sleep(3 * token_store.LOOK_AGAIN_SECONDS)
    assert wechat.issued == 1

    frozen_clock.advance(seconds=token_store.LEASE.total_seconds())
    await until(lambda: wechat.issued == 2, what="the other process to fetch")
    wechat.gate.set()

    assert (await waiting).version in {1, 2}
    assert {(await dead).version, (await waiting).version} <= {1, 2}


async def test_a_holder_that_was_only_slow_never_answers_with_the_token_it_was_to_replace(
    store: DatabaseTokenStore,
    other_store: DatabaseTokenStore,
    wechat: WeChat,
    frozen_clock: FrozenClock,
) -> None:
    old = await store.refresh(APP, 0, wechat.fetch)
    slow_answer = wechat.gate = asyncio.Event()
    slow = await refreshing(store, wechat, old.version)
    frozen_clock.advance(seconds=token_store.LEASE.total_seconds())
    next_answer = wechat.gate = asyncio.Event()
    following = await refreshing(other_store, wechat, old.version)

    slow_answer.set()
    token = await slow
    next_answer.set()

    assert token.version > old.version
    assert token.value == "token-2"
    assert (await following).version >= token.version
    assert await store.read(APP) == await following


async def test_a_slow_holder_takes_the_token_that_came_first(
    store: DatabaseTokenStore,
    other_store: DatabaseTokenStore,
    wechat: WeChat,
    frozen_clock: FrozenClock,
) -> None:
    slow_answer = wechat.gate = asyncio.Event()
    slow = await refreshing(store, wechat)
    frozen_clock.advance(seconds=token_store.LEASE.total_seconds())
    wechat.gate = None
    first = await other_store.refresh(APP, 0, wechat.fetch)

    slow_answer.set()

    assert await slow == first
    assert await store.read(APP) == first


async def test_a_cancelled_fetch_gives_the_lease_back(
    store: DatabaseTokenStore, other_store: DatabaseTokenStore, wechat: WeChat
) -> None:
    wechat.gate = asyncio.Event()
    cancelled = await refreshing(store, wechat)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    wechat.gate = None

    async with asyncio.timeout(3):
        assert (await other_store.refresh(APP, 0, wechat.fetch)).version == 1


async def test_the_token_does_not_stand_in_the_database(
    store: DatabaseTokenStore, wechat: WeChat
) -> None:
    await store.refresh(APP, 0, wechat.fetch)

    sealed = await store.database.read(
        lambda session: session.exec(select(AccessToken.token_sealed)).one()
    )
    assert sealed is not None
    assert b"token-1" not in sealed
