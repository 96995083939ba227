"""What open pages are told at once: that a conversation, or the list of them, has changed.

It carries no words: a page asks again for what it shows, and is judged again when it does.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

INBOX: Final = "inbox"
MOST_WAITING: Final = 64
"""News kept for one page. Of more the oldest are forgotten: it asks for the whole each time."""


@dataclass(frozen=True, slots=True)
class News:
    """Something changed."""

    topic: str
    """`inbox`, or `talk:ID`."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON without anybody's words."""


type Listening = asyncio.Queue[News | None]
"""News; None when the shop stops."""


class Feed:
    """The open pages of this process, and what they want to hear of."""

    def __init__(self) -> None:
        self._listening: dict[Listening, frozenset[str]] = {}

    @property
    def is_heard(self) -> bool:
        """Whether any page listens."""
        return bool(self._listening)

    def publish(self, topic: str, **plain: Any) -> None:
        """Tell the pages that listen to it. To be called after the commit."""
        for queue, topics in self._listening.items():
            if topic in topics:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(News(topic, plain))

    def close(self) -> None:
        """Let every page go: the shop stops."""
        for queue in self._listening:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    @contextmanager
    def listen(self, topics: frozenset[str]) -> Iterator[Listening]:
        """What is published while the block runs."""
        queue: Listening = asyncio.Queue(MOST_WAITING)
        self._listening[queue] = topics
        try:
            yield queue
        finally:
            del self._listening[queue]


def talk(conversation_id: int) -> str:
    """The topic of one conversation."""
    return f"talk:{conversation_id}"
