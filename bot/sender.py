"""Takes due rows from the outbox, delivers them, and writes down how it went."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot import metrics, outbox
from bot.background import Background
from bot.clock import Clock
from bot.database import Database
from bot.outbox import Claimed, Detour
from bot.outcomes import Doubtful, NoRoute, Outcome, Postponed, Sent
from commerce.sealing import Sealer

log = structlog.get_logger()

IDLE_SECONDS: Final = 0.25
RECORDING_TRIES: Final = 20
"""After these the lease decides, as if this process had died."""
DELIVERY_SECONDS: Final = 20.0
"""Shorter than a row's lease: nobody else takes it while we still try."""


class Deliverer(Protocol):
    """Delivers one kind of row. Decides itself what a failure means."""

    @property
    def keyed(self) -> bool:
        """Whether the far end absorbs a repetition, so that a doubtful call may go again."""

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Send or call, within the deadline."""

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """React to the outcome in the transaction that records it."""


class Nobody:
    """Stands for a kind that only another version's process delivers: the row waits for it."""

    keyed = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Try again later."""
        return Postponed(f"nobody here delivers {claimed.kind}")

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing happened."""


NOBODY: Final = Nobody()


class Sender:
    """One to a process that works. Several processes are safe: a row is claimed before its call."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sealer: Sealer,
        deliverers: Mapping[str, Deliverer],
        background: Background,
        *,
        detour: Detour | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._deliverers = deliverers
        self._keyed = frozenset(kind for kind, each in deliverers.items() if each.keyed)
        self._background = background
        self._detour = detour
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look at the outbox now: something was just committed to it."""
        self._wake.set()

    async def run(self) -> None:
        """Send for ever. A database that does not answer is tried again."""
        while True:
            try:
                claimed = await self._claim_to_the_end()
            except DBAPIError as error:
                log.warning("outbox not reachable", reason=str(error.orig))
                claimed = []
            except Exception:
                # Whatever it is, the rows behind it must go on being sent.
                log.exception("outbox not claimed")
                claimed = []
            self._start(claimed)
            if not claimed:
                await self._rest()

    async def send_due(self) -> int:
        """Send what is due now and wait until it is recorded; how many rows that were."""
        claimed = await self._database.write(self._claim)
        await asyncio.gather(*(self._send(row) for row in claimed))
        return len(claimed)

    async def _claim_to_the_end(self) -> Sequence[Claimed]:
        """Claim; when cancelled meanwhile, start what was claimed: nobody else would send it."""
        claiming = asyncio.ensure_future(self._database.write(self._claim))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):  # Nothing was claimed then; the end goes on.
                self._start(await claiming)
            raise

    def _start(self, claimed: Sequence[Claimed]) -> None:
        for row in claimed:
            self._background.start(self._send(row), name=f"send {row.kind}")

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                await self._wake.wait()
        self._wake.clear()

    def _claim(self, session: Session) -> Sequence[Claimed]:
        now = self._clock.now()
        outbox.end_lost_leases(session, now, self._keyed)
        return outbox.claim_due(session, self._sealer, now, detour=self._detour)

    async def _send(self, claimed: Claimed) -> None:
        deliverer = self._deliverers.get(claimed.kind, NOBODY)
        outcome = await self._attempt(deliverer, claimed)
        count(claimed, outcome)
        if not isinstance(outcome, Sent):
            log.warning(
                "not sent", kind=claimed.kind, outcome=type(outcome).__name__, why=outcome.reason
            )
        for _ in range(RECORDING_TRIES):
            if await self._recorded(deliverer, claimed, outcome):
                break
            await asyncio.sleep(IDLE_SECONDS)
        self.wake()

    async def _attempt(self, deliverer: Deliverer, claimed: Claimed) -> Outcome:
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                return await deliverer.deliver(claimed)
        except TimeoutError:
            reason = "no answer within the deadline"
        except Exception as error:
            log.exception("deliverer failed", kind=claimed.kind)
            reason = f"our own fault: {type(error).__name__}"
        return Postponed(reason) if deliverer.keyed else Doubtful(reason)

    async def _recorded(self, deliverer: Deliverer, claimed: Claimed, outcome: Outcome) -> bool:
        """Try to record; false when the database did not answer and the lease still runs."""

        def write(session: Session, *, noting: bool) -> None:
            now = self._clock.now()
            if outbox.record(session, claimed, outcome, now) and noting:
                deliverer.note(session, claimed, outcome)
                if isinstance(outcome, NoRoute) and self._detour is not None:
                    outbox.leave_parked(session, self._sealer, claimed, self._detour, now)

        try:
            try:
                await self._database.write(write, noting=True)
            except DBAPIError:
                raise
            except Exception:
                # Left unrecorded, the call would go out again with every lease that ends.
                log.exception("outcome not noted", kind=claimed.kind, key=claimed.key)
                await self._database.write(write, noting=False)
        except DBAPIError as error:
            log.warning("outcome not recorded yet", reason=str(error.orig))
            return False
        return True


def count(claimed: Claimed, outcome: Outcome) -> None:
    """Count an attempt, and an answer that left by it."""
    is_sent = isinstance(outcome, Sent)
    ending = "sent" if is_sent else type(outcome).__name__.lower()
    metrics.SENDS.labels(claimed.kind, ending).inc()
    if is_sent and claimed.conversation_id is not None:
        metrics.ROUTES.labels("api").inc()
