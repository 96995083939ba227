"""A job that is easy to watch."""

import asyncio
from datetime import timedelta

from bot.jobs import Job


class Bell:
    """A job that counts its runs."""

    def __init__(self, every: timedelta = timedelta(minutes=1)) -> None:
        self.runs = 0
        self.fault: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.job = Job("bell", every, self.ring)

    async def ring(self) -> None:
        self.runs += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
