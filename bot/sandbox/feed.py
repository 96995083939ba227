"""Tells open pages that something has changed, without saying what the store already says."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

type Change = dict[str, str | int]


class Feed:
    """A change is put into the queue of every page that listens; a slow page drops changes."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Change | None]] = set()

    def publish(self, change: str, fan_id: int = 0) -> None:
        """Announce a change, of one fan or (0) of the platform."""
        self._put({"change": change, "fan_id": fan_id})

    def close(self) -> None:
        """Let every listener go."""
        self._put(None)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Change | None]]:
        """Changes from now on; None is the end."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(maxsize=256)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _put(self, change: Change | None) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()  # The page reads state, not history: the newest is enough.
            queue.put_nowait(change)
