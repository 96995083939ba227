"""kill -9 in the middle of a campaign: nobody is left out, nobody hears it twice."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns import runner
from tests.faults.campaign_ground import LEASE, CampaignGround, make_ground
from tests.fixtures.processes import shown_on_failure, until

pytestmark = [pytest.mark.slow, pytest.mark.faults]

PEOPLE, KILLS = 3_000, 20
SENT = "SELECT count(*) FROM delivery WHERE state = 'sent'"
STATES = "SELECT group_concat(DISTINCT trim(state || ' ' || reason)) FROM delivery"
UNKNOWN = "SELECT count(*) FROM outbox WHERE state = 'unknown'"
DELIVERIES = "SELECT count(*) FROM delivery"
ARRIVED = "SELECT count(*) FROM wecom_items WHERE direction = 'shop'"
REACHED = "SELECT count(DISTINCT person_id) FROM wecom_items WHERE direction = 'shop'"
PAUSED_WITHIN = 1.0
"""Seconds from the click to the last message."""


@pytest.fixture
def ground(
    request: pytest.FixtureRequest, stocked_folder: Path, tmp_path: Path
) -> Iterator[CampaignGround]:
    worker = ("tests.faults.campaign_worker",)
    made = make_ground(stocked_folder, tmp_path / "shop", PEOPLE, worker=worker)
    with shown_on_failure(request, made.worker, made.sandbox):
        yield made


async def has_sent(ground: CampaignGround, number: int) -> None:
    """Wait until so many were sent."""
    await until(lambda: ground.value(SENT) >= number, within=60, what=f"{number} to be sent")


async def test_everybody_hears_it_once_though_the_worker_is_killed_twenty_times(
    ground: CampaignGround,
) -> None:
    await ground.open()
    run = ground.begin()
    chance = random.Random(7)

    for kill in range(1, KILLS + 1):
        ground.worker.start()
        await has_sent(ground, kill * PEOPLE // (KILLS + 1) + chance.randrange(20))
        ground.worker.kill()
        ground.move_time(LEASE)
    ground.worker.start()
    await until(lambda: ground.is_over(run), within=120, what="the run to end")

    assert ground.value(STATES) == "sent"
    assert ground.value(DELIVERIES) == PEOPLE
    assert ground.value(UNKNOWN) == 0
    assert ground.on_platform(ARRIVED) == ground.on_platform(REACHED) == PEOPLE


async def test_a_click_on_pause_is_felt_within_a_second(ground: CampaignGround) -> None:
    await ground.open()
    run = ground.begin()
    ground.worker.start()
    await has_sent(ground, 100)

    ground.in_shop(lambda session: runner.pause(session, run, by="staff:1", reason="等一等"))
    await asyncio.sleep(PAUSED_WITHIN)
    after_a_second = ground.on_platform(ARRIVED)
    await asyncio.sleep(2)

    assert ground.on_platform(ARRIVED) == after_a_second < PEOPLE
