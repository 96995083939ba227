"""A campaign to very many customers of 微信客服: a real worker, the sandbox, twenty deaths.

ZG_RECIPIENTS says how many. The deaths come early; from then on one worker lives, whose memory is
looked at each second. Where all that waits was put off, since the platform's quota of this window
is used or night has come, both sides go on to that moment.
"""

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from campaigns import runner
from tests.faults.campaign_ground import LEASE, STAMP, CampaignGround, make_ground, stamp
from tests.fixtures.processes import SANDBOX_ENV, run_to_end

RECIPIENTS: Final = int(os.environ.get("ZG_RECIPIENTS", "20000"))
KILLS: Final = 20
WARM: Final = 50_000
"""Recipients after whom memory should stand still; a fifth of them where there are fewer."""
SENT = "SELECT count(*) FROM delivery WHERE state = 'sent'"
UNKNOWN = "SELECT count(*) FROM delivery WHERE state = 'unknown'"
NEXT = """
    SELECT min(moment) FROM (
        SELECT CASE state WHEN 'pending' THEN not_before ELSE '' END AS moment FROM outbox
        WHERE state IN ('held', 'pending', 'sending')
        UNION ALL SELECT due_at FROM delivery WHERE state = 'deferred'
    )"""
"""When the next of what waits is due; empty while something is on its way."""
ARRIVED = "SELECT count(*) FROM wecom_items WHERE direction = 'shop'"
REACHED = "SELECT count(DISTINCT person_id) FROM wecom_items WHERE direction = 'shop'"


@dataclass
class Watch:
    """How far it is, second by second."""

    ground: CampaignGround
    run: int
    warm: int
    memory: list[int] = field(default_factory=list)
    """Bytes, each second once it is warm."""

    def _go_on(self) -> None:
        """To the moment until which everything was put off, if it was."""
        moment, now = self.ground.value(NEXT), self.ground.now()
        if moment and moment > stamp(now):
            then = datetime.strptime(moment, STAMP).replace(tzinfo=UTC)
            self.ground.move_time((then - now).total_seconds())

    async def until_sent(self, number: int) -> None:
        """Wait until so many have it; in a window that is used up, for the next."""
        seen = -1
        while (sent := self.ground.value(SENT)) < number and not self.ground.is_over(self.run):
            if sent == seen:
                self._go_on()
            seen = sent
            await asyncio.sleep(1 if number > self.warm else 0.1)
            if sent >= self.warm:
                self.memory.append(self.ground.resident())


def run(recipients: int = RECIPIENTS) -> dict[str, object]:
    """Measure; what was lost and what came twice is counted at the end."""
    # What was measured in an hour is not lost because somebody looked into the folder meanwhile.
    with tempfile.TemporaryDirectory(
        prefix="zhanggui-bench-", ignore_cleanup_errors=True
    ) as folder:
        stocked = Path(folder) / "stocked"
        stocked.mkdir()
        run_to_end(stocked, "bot.sandbox", "keys", "--out", str(stocked / SANDBOX_ENV))
        run_to_end(stocked, "bot", "migrate")
        ground = make_ground(stocked, Path(folder) / "shop", recipients)
        try:
            return asyncio.run(measure(ground))
        finally:
            ground.close()


async def measure(ground: CampaignGround) -> dict[str, object]:
    """Twenty deaths, a pause, and the rest in one go."""
    await ground.open()
    warm = min(WARM, ground.people // 5)
    watch = Watch(ground, ground.begin(), warm)
    for kill in range(KILLS):
        ground.worker.start()
        await watch.until_sent(kill * warm // KILLS + 50)
        ground.worker.kill()
        ground.move_time(LEASE)
    ground.worker.start()
    await watch.until_sent(warm)
    paused = await pause(ground, watch.run)
    began, before = time.monotonic(), ground.value(SENT)
    await watch.until_sent(ground.people)
    took = time.monotonic() - began
    arrived, reached = ground.on_platform(ARRIVED), ground.on_platform(REACHED)
    return {
        "recipients": ground.people,
        "kills": KILLS,
        "lost": ground.people - reached,
        "twice": arrived - reached,
        "unknown": ground.value(UNKNOWN),
        "messages/s": round((ground.people - before) / took),
        "seconds until a pause is felt": paused,
        "MB that the worker grew by": round((max(watch.memory) - watch.memory[0]) / 2**20, 1),
        "MB of the worker": round(max(watch.memory) / 2**20),
    }


async def pause(ground: CampaignGround, run: int) -> float:
    """Pause and go on; seconds from the click to the last message that came after it."""
    clicked = time.monotonic()
    ground.in_shop(lambda session: runner.pause(session, run, by="staff:1", reason="等一等"))
    last, at = ground.on_platform(ARRIVED), clicked
    while time.monotonic() - clicked < 3:
        await asyncio.sleep(0.02)
        if (arrived := ground.on_platform(ARRIVED)) != last:
            last, at = arrived, time.monotonic()
    ground.resume(run)
    return round(at - clicked, 2)
