"""Starts what is due on the sandbox's clock: callback retries, refunds, payment notices."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot.sandbox.clock import SandboxClock

_POLL_SECONDS = 0.25  # Someone else may move the clock file too.
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agenda:
    """One kind of due work: which row ids are due at a time, and what to do with one."""

    name: str
    due_ids: Callable[[float], list[int]]
    perform: Callable[[int], Awaitable[None]]


class DueWork:
    """Runs every due row once at a time; rows stay in the store until they are done."""

    def __init__(self, clock: SandboxClock, agendas: list[Agenda]) -> None:
        self._clock = clock
        self._agendas = agendas
        self._wake = asyncio.Event()
        self._running: dict[tuple[str, int], asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Look for due work now, not at the next tick."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled, then cancel what is under way (its rows remain)."""
        try:
            while True:
                self._wake.clear()
                self._start_due()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._wake.wait()
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _start_due(self) -> None:
        now = self._clock.timestamp()
        for agenda in self._agendas:
            for row_id in agenda.due_ids(now):
                key = (agenda.name, row_id)
                if key not in self._running:
                    task = asyncio.create_task(self._perform(agenda, row_id))
                    self._running[key] = task
                    task.add_done_callback(partial(self._forget, key))

    def _forget(self, key: tuple[str, int], _: asyncio.Task[None]) -> None:
        self._running.pop(key, None)
        self._wake.set()

    async def _perform(self, agenda: Agenda, row_id: int) -> None:
        try:
            await agenda.perform(row_id)
        except Exception:  # noqa: BLE001 — a bug in one row must not stop the others
            _log.exception("due work failed: %s %s", agenda.name, row_id)
            await asyncio.sleep(1)  # The row is still due: do not spin on it.
