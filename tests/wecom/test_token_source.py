"""Tokens are fetched once, renewed early and trusted within reason."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.wecom.far_end import MovableClock
from wecom.errors import OutcomeUnknown, TokenUnavailable
from wecom.tokens import FreshToken, MemoryTokenStore, TokenSource


class Issuer:
    """The platform's side of `fetch`."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.fetches = 0
        self.is_down = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self) -> FreshToken:
        self.fetches += 1
        serial = self.fetches
        await self.gate.wait()
        await asyncio.sleep(0.001)
        if self.is_down:
            raise OutcomeUnknown("no answer")
        now = self.clock()
        return FreshToken(f"token-{serial}", now, now + timedelta(hours=2))


@pytest.fixture
def issuer(clock: MovableClock) -> Issuer:
    return Issuer(clock)


@pytest.fixture
async def source(issuer: Issuer, clock: MovableClock) -> AsyncIterator[TokenSource]:
    source = TokenSource(
        "app", MemoryTokenStore(), issuer.fetch, now=clock, patience=timedelta(seconds=0.2)
    )
    yield source
    await source.close()


async def settle() -> None:
    """Let background work finish."""
    await asyncio.sleep(0.02)


async def test_fifty_calls_without_a_token_fetch_one(source: TokenSource, issuer: Issuer) -> None:
    tokens = await asyncio.gather(*(source.current() for _ in range(50)))

    assert issuer.fetches == 1
    assert {token.value for token in tokens} == {"token-1"}


async def test_fifty_calls_with_an_expired_token_fetch_one(
    source: TokenSource, issuer: Issuer, clock: MovableClock
) -> None:
    await source.current()
    clock.move(hours=2)

    tokens = await asyncio.gather(*(source.current() for _ in range(50)))

    assert issuer.fetches == 2
    assert {token.version for token in tokens} == {2}


async def test_fifty_expiries_in_eight_processes_cost_fifty_fetches(
    issuer: Issuer, clock: MovableClock
) -> None:
    store = MemoryTokenStore()
    processes = [TokenSource("app", store, issuer.fetch, now=clock) for _ in range(8)]
    for expiry in range(50):
        tokens = await asyncio.gather(
            *(process.current() for process in processes for _ in range(20))
        )

        assert {token.version for token in tokens} == {expiry + 1}
        clock.move(hours=2, seconds=1)

    assert issuer.fetches == 50


async def test_a_token_refused_everywhere_at_once_is_replaced_once(
    issuer: Issuer, clock: MovableClock
) -> None:
    store = MemoryTokenStore()
    processes = [TokenSource("app", store, issuer.fetch, now=clock) for _ in range(8)]
    refused = [await process.current() for process in processes]

    newer = await asyncio.gather(
        *(
            process.replace(token)
            for process, token in zip(processes, refused, strict=True)
            for _ in range(20)
        )
    )

    assert issuer.fetches == 2
    assert {token.version if token else 0 for token in newer} == {2}


async def test_a_late_refusal_of_an_older_token_fetches_nothing(
    source: TokenSource, issuer: Issuer
) -> None:
    old = await source.current()
    newer = await source.replace(old)

    assert await source.replace(old) == newer
    assert issuer.fetches == 2


async def test_a_token_is_renewed_in_the_background_after_four_fifths_of_its_life(
    source: TokenSource, issuer: Issuer, clock: MovableClock
) -> None:
    await source.current()
    clock.move(seconds=7200 * 0.79)
    await source.current()
    await settle()
    assert issuer.fetches == 1

    clock.move(seconds=7200 * 0.07)
    served_meanwhile = await source.current()
    await settle()

    assert served_meanwhile.version == 1
    assert (await source.current()).version == 2
    assert issuer.fetches == 2


async def test_the_old_token_serves_until_it_expires_while_the_platform_hangs(
    source: TokenSource, issuer: Issuer, clock: MovableClock
) -> None:
    await source.current()
    issuer.gate.clear()
    clock.move(seconds=7100)

    async with asyncio.timeout(0.5):
        for _ in range(100):
            assert (await source.current()).version == 1
            await asyncio.sleep(0)
    assert issuer.fetches == 2

    clock.move(seconds=101)
    with pytest.raises(TokenUnavailable, match="in time"):
        await source.current()
    issuer.gate.set()
    assert (await source.current()).version == 2
    assert issuer.fetches == 2


async def test_a_caller_that_gives_up_does_not_take_the_fetch_from_the_others(
    source: TokenSource, issuer: Issuer
) -> None:
    issuer.gate.clear()
    first, second = (asyncio.create_task(source.current()) for _ in range(2))
    await settle()
    first.cancel()
    issuer.gate.set()

    assert (await second).version == 1
    assert issuer.fetches == 1


async def test_a_failed_fetch_is_tried_again_ever_more_slowly(
    source: TokenSource, issuer: Issuer, clock: MovableClock
) -> None:
    issuer.is_down = True
    fetched_at = []
    for second in range(95):
        fetches = issuer.fetches
        with pytest.raises(TokenUnavailable):
            await source.current()
        if issuer.fetches > fetches:
            fetched_at.append(second)
        clock.move(seconds=1)

    assert fetched_at == [0, 1, 3, 7, 15, 31, 61, 91]


async def test_a_failed_fetch_is_forgotten_once_one_succeeds(
    source: TokenSource, issuer: Issuer, clock: MovableClock
) -> None:
    issuer.is_down = True
    with pytest.raises(TokenUnavailable):
        await source.current()
    issuer.is_down = False
    clock.move(seconds=1)

    assert (await source.current()).version == 1


async def test_a_replacement_that_is_refused_too_is_not_replaced_for_half_a_minute(
    source: TokenSource, issuer: Issuer, clock: MovableClock
) -> None:
    first = await source.current()
    second = await source.replace(first)
    assert second is not None
    source.distrust(second)

    assert await source.replace(second) is None
    assert issuer.fetches == 2
    clock.move(seconds=30)
    third = await source.replace(second)
    assert third is not None
    assert third.version == 3


async def test_a_store_that_fails_leaves_the_call_unsent(
    issuer: Issuer, clock: MovableClock
) -> None:
    class BrokenStore(MemoryTokenStore):
        async def read(self, app: str) -> None:  # noqa: ARG002
            raise ConnectionError("database away: password=hunter2")

    source = TokenSource("app", BrokenStore(), issuer.fetch, now=clock)

    with pytest.raises(TokenUnavailable, match="ConnectionError") as caught:
        await source.current()
    assert "hunter2" not in str(caught.value)


async def test_a_token_does_not_show_in_its_representation(source: TokenSource) -> None:
    token = await source.current()
    fresh = FreshToken("token-SECRET", token.issued_at, token.expires_at)

    assert token.value not in repr(token)
    assert "SECRET" not in repr(fresh)
