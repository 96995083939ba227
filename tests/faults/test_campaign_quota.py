"""A campaign larger than the platform's quota: each window is used, and none is exceeded."""

import asyncio
from pathlib import Path

import pytest

from bot.pacing import SHARE
from tests.faults.campaign_ground import CampaignGround, make_ground
from tests.faults.narrow_sandbox import CALLS
from tests.fixtures.processes import shown_on_failure, until

pytestmark = [pytest.mark.slow, pytest.mark.faults]

WINDOWS, MINUTE = 3, 60
OURS = CALLS * SHARE // 100
"""What campaigns may use of a window."""
ARRIVED = "SELECT count(*) FROM wecom_items WHERE direction = 'shop'"
TOO_OFTEN = ":45009"


async def test_three_windows_are_used_and_none_exceeded_though_the_worker_starts_anew(
    request: pytest.FixtureRequest, stocked_folder: Path, tmp_path: Path
) -> None:
    ground = make_ground(
        stocked_folder,
        tmp_path / "shop",
        CALLS * WINDOWS,
        worker=("tests.faults.campaign_worker", str(CALLS)),
        sandbox="tests.faults.narrow_sandbox",
    )
    with shown_on_failure(request, ground.worker, ground.sandbox):
        await ground.open()
        ground.begin()
        to_next_window(ground)
        ground.worker.start()
        await window_is_used(ground, 1)
        to_next_window(ground)
        await has_brought(ground, OURS + OURS // 2)
        await ground.worker.stop()
        ground.worker.start()
        await window_is_used(ground, 2)
        to_next_window(ground)
        await window_is_used(ground, WINDOWS)

        counted = ground.counters()
        assert ground.on_platform(ARRIVED) >= CALLS * WINDOWS * SHARE // 100
        assert not [name for name in counted if name.endswith(TOO_OFTEN)]


async def window_is_used(ground: CampaignGround, windows: int) -> None:
    """Wait until so many windows are used, and see that nothing more leaves in the last."""
    await has_brought(ground, OURS * windows)
    await asyncio.sleep(1)
    assert ground.on_platform(ARRIVED) == OURS * windows


async def has_brought(ground: CampaignGround, number: int) -> None:
    """Wait until the platform has brought so many messages."""
    what = f"{number} messages to arrive"
    await until(lambda: ground.on_platform(ARRIVED) >= number, within=50, what=what)


def to_next_window(ground: CampaignGround) -> None:
    """Go to the beginning of the next minute."""
    ground.move_time(MINUTE - ground.now().timestamp() % MINUTE + 0.1)
