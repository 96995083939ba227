"""Notices of payments and refunds: the published list, answers, the switch, forgeries."""

import asyncio
import time
from pathlib import Path

import pytest

from bot.sandbox.rules import NOTICE_RETRIES
from tests.sandbox.merchant import merchant_library
from tests.sandbox.world import Json, World

OUTCOMES = ("waiting", "abandoned", "accepted")


async def test_a_notice_is_repeated_by_the_published_list_and_then_given_up(world: World) -> None:
    fan = await world.fan()
    world.shop.notice_statuses = [500] * 99
    await world.paid(fan)
    await world.noticed(1)

    for tries, wait in enumerate(NOTICE_RETRIES.value, start=2):
        await world.move(wait - 1)
        assert len(world.shop.notices) == tries - 1
        await world.move(1)
        await world.noticed(tries)
        await written_down(world, tries)

    assert len(world.shop.notices) == 16
    assert len({body for _, body in world.shop.notices}) == 1
    await world.move(86_400)
    assert (await notice(world))["outcome"] == "abandoned"
    assert len(world.shop.notices) == 16


async def notice(world: World) -> Json:
    notices: list[Json] = (await world.control("GET", "/notices"))["notices"]
    return notices[0]


async def written_down(world: World, tries: int) -> None:
    """Wait until the platform has taken in the answers to so many tries."""
    async with asyncio.timeout(5):
        done = 0
        while done < tries:
            counters = await world.control("GET", "/counters")
            done = sum(counters.get(f"notices:{outcome}", 0) for outcome in OUTCOMES)


@pytest.mark.parametrize("status", [200, 204])
async def test_a_notice_is_done_when_it_is_answered(world: World, status: int) -> None:
    fan = await world.fan()
    world.shop.notice_statuses = [500, status]
    await world.paid(fan)
    await world.noticed(1)
    await world.move(15)
    await world.noticed(2)
    await world.move(86_400)

    assert (await notice(world))["outcome"] == "accepted"
    assert len(world.shop.notices) == 2


async def test_notices_wait_while_they_are_switched_off(world: World) -> None:
    fan = await world.fan()
    await world.control("POST", "/notify", {"on": False})
    await world.paid(fan)
    await world.move(3600)
    assert world.shop.notices == []

    await world.stop()
    await world.start()
    await world.control("POST", "/notify", {"on": True})

    await world.noticed(1)


@pytest.mark.parametrize("tampering", ["signature", "body", "serial", "probe"])
async def test_a_forged_notice_does_not_pass_the_merchants_library(
    world: World, tampering: str, tmp_path: Path
) -> None:
    fan = await world.fan()
    await world.paid(fan)
    await world.noticed(1)
    notice_id = (await notice(world))["notice_id"]

    path = f"/notices/{notice_id}/repeat"
    assert (await world.control("POST", path, {"tampering": tampering}))["status"] == 204
    headers, body = world.shop.notices[1]

    honest = (await world.control("POST", path))["status"]
    library = merchant_library(world, tmp_path)
    assert honest == 204
    assert library.callback(*world.shop.notices[2]) is not None
    if tampering == "serial":
        assert headers["Wechatpay-Serial"] == "PUB_KEY_ID_0"
    else:
        assert library.callback(headers, body) is None


async def test_a_late_notice_is_signed_but_old(world: World, tmp_path: Path) -> None:
    fan = await world.fan()
    await world.paid(fan)
    await world.noticed(1)
    path = f"/notices/{(await notice(world))['notice_id']}/repeat"

    await world.control("POST", path, {"tampering": "late"})

    headers, body = world.shop.notices[1]
    assert int(headers["Wechatpay-Timestamp"]) <= time.time() - 300
    assert merchant_library(world, tmp_path).callback(headers, body) is not None
