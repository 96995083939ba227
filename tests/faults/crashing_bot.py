"""The shop that kills itself: `python -m tests.faults.crashing_bot serve --no-sandbox`.

Once the file `crash-at` lies in its folder, with the lines POINT, NTH and KIND, it dies at the NTH
passage of POINT as by `kill -9`. KIND narrows the points around a call to the outbox rows whose
kind begins so.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from bot import cli, deliveries
from bot.database import Database
from bot.outbox import Claimed
from bot.sender import Deliverer

POINTS: Final = (
    "after accept",  # The message is committed, WeChat has not been answered.
    "inside turn",  # The turn is taken but not committed.
    "after turn",  # Committed: the answer stands in the outbox.
    "after passive claim",  # The answer is to ride, and has not left.
    "after claim",  # The row is ours, the call not made.
    "during call",  # WeChat has the request, we have no answer.
    "after call",  # WeChat has answered, nothing is recorded.
)
BEHIND_THE_CHAT: Final = (
    "inside end",  # A group whose time is up is ended but not committed.
    "after end",  # Committed: its members' events stand there.
    "inside listening",  # What follows from some events is done but not committed.
    "after listening",  # Committed: calls and news stand in the outbox.
)
"""Points that no message leads to."""
IN_WECOM: Final = (
    "inside page",  # A page is kept and the cursor moved, not committed.
    "after page",  # Committed: its messages wait for their answers.
)
"""Points of reading customer service."""
IN_MID_CALL: Final = 0.3
"""Seconds after its beginning when a call has reached the sandbox, which is told to be slow."""
INSIDE: Final = {"_take_turn": "inside turn", "end": "inside end", "keep_page": "inside page"}
"""Functions whose end, before the commit, is a point."""
INSIDE_ANY: Final = {"handle_some": "inside listening"}
"""Those of them where it is one if they handled anything."""
AFTER: Final = {
    "accept": "after accept",
    "_take_turn": "after turn",
    "end": "after end",
    "keep_page": "after page",
}
"""Functions whose commit is a point."""
AFTER_ANY: Final = {
    "claim_passive": "after passive claim",
    "_claim": "after claim",
    "handle_some": "after listening",
}
"""Functions whose commit is a point if they claimed or handled anything."""
ARMED: Final = Path("crash-at")


@dataclass(frozen=True)
class Armed:
    """Where to die."""

    point: str
    nth: int
    kind: str


def read_armed() -> Armed | None:
    """Where to die, if anywhere."""
    try:
        point, nth, kind = ARMED.read_text().splitlines()
    except FileNotFoundError:
        return None
    return Armed(point, int(nth), kind)


def arm(folder: Path, point: str, nth: int, kind: str) -> None:
    """Let the shop of that folder die."""
    assert point in (*POINTS, *BEHIND_THE_CHAT, *IN_WECOM), point
    part = folder / "crash-at.part"
    part.write_text(f"{point}\n{nth}\n{kind}\n")
    part.replace(folder / ARMED)


def disarm(folder: Path) -> None:
    """Let the shop of that folder live."""
    (folder / ARMED).unlink()


@dataclass
class Passages:
    """Counts how often the armed point was passed, and dies at the last passage allowed."""

    passed: int = 0

    def at(self, point: str, kind: str | None = None) -> None:
        """The process is at a point."""
        armed = read_armed()
        if armed is None or armed.point != point:
            return
        if kind is not None and not kind.startswith(armed.kind):
            return
        self.passed += 1
        if self.passed == armed.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_commit(self, name: str, result: Any) -> None:
        """A function has done its work, which is not committed."""
        if name in INSIDE:
            self.at(INSIDE[name])
        if name in INSIDE_ANY and result:
            self.at(INSIDE_ANY[name])

    def after_write(self, name: str, result: Any) -> None:
        """A transaction was committed."""
        if name in AFTER:
            self.at(AFTER[name])
        if name in AFTER_ANY and result:
            for row in result if isinstance(result, Sequence) else [None]:
                self.at(AFTER_ANY[name], row.kind if isinstance(row, Claimed) else None)


@dataclass
class CrashingDeliverer:
    """A deliverer in a process that may die around its call."""

    real: Deliverer
    passages: Passages

    @property
    def keyed(self) -> bool:
        return self.real.keyed

    async def deliver(self, claimed: Claimed) -> Any:
        asyncio.get_running_loop().call_later(
            IN_MID_CALL, self.passages.at, "during call", claimed.kind
        )
        outcome = await self.real.deliver(claimed)
        self.passages.at("after call", claimed.kind)
        return outcome

    def note(self, session: Session, claimed: Claimed, outcome: Any) -> None:
        self.real.note(session, claimed, outcome)


def make_mortal(passages: Passages) -> None:
    """Watch every commit and every delivery of this process."""
    real_write, real_deliverers = Database.write, deliveries.deliverers

    async def write(self: Database, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        name = getattr(function, "__name__", "")

        def watched(session: Session, *args: Any, **named: Any) -> Any:
            result = function(session, *args, **named)
            passages.before_commit(name, result)
            return result

        result = await real_write(self, watched, *args, **named)
        passages.after_write(name, result)
        return result

    def deliverers(*args: Any) -> dict[str, Deliverer]:
        made = real_deliverers(*args)
        return {kind: CrashingDeliverer(each, passages) for kind, each in made.items()}

    Database.write = write  # type: ignore[method-assign]
    deliveries.deliverers = deliverers  # type: ignore[assignment]


if __name__ == "__main__":
    make_mortal(Passages())
    cli.app()
