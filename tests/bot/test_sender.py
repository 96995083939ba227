"""Due rows leave, in order, and what became of them is written down."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select, update
from structlog.testing import capture_logs

from bot import inbox, metrics, outbox
from bot.background import Background
from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import Incoming
from bot.outbox import Claimed
from bot.outcomes import Doubtful, Failed, Outcome, Postponed, Sent
from bot.sender import Deliverer, Sender
from bot.tables import Conversation, OutboxMessage, OutboxState
from commerce.sealing import Sealer
from tests.fixtures.processes import until

KIND = "test.call"


@dataclass
class Courier:
    """Delivers as it was told; an exception is raised."""

    keyed: bool = True
    ends: list[Outcome | Exception] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    notes: list[Outcome] = field(default_factory=list)
    note_fault: Exception | None = None
    gate: asyncio.Event | None = None

    async def deliver(self, claimed: Claimed) -> Outcome:
        self.calls.append(claimed.key)
        if self.gate is not None:
            await self.gate.wait()
        end = self.ends.pop(0) if self.ends else Sent()
        if isinstance(end, Exception):
            raise end
        return end

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        if self.note_fault is not None:
            raise self.note_fault
        of_this = select(OutboxMessage.state).where(OutboxMessage.key == claimed.key)
        assert (
            session.exec(of_this).one() != OutboxState.SENDING
        )  # Recorded, and not yet committed.
        assert claimed.key in self.calls
        self.notes.append(outcome)


@dataclass
class Office:
    """A sender, its courier, and the outbox before it."""

    database: Database
    clock: FrozenClock
    sealer: Sealer
    courier: Courier
    sender: Sender
    background: Background

    async def put(self, *keys: str) -> None:
        for key in keys:
            post = outbox.Post(key=key, kind=KIND, payload={"words": key})
            await self.database.write(outbox.post, self.sealer, post, self.clock.now())

    async def rows(self) -> dict[str, tuple[str, int, str]]:
        """State, attempts and reason by key."""

        def read(session: Session) -> dict[str, tuple[str, int, str]]:
            rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
            return {row.key: (row.state, row.attempts, row.reason) for row in rows}

        return await self.database.read(read)

    async def states(self) -> list[str]:
        return [state for state, _, _ in (await self.rows()).values()]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The sender runs by itself."""
        running = asyncio.create_task(self.sender.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await self.background.close(2.0)


@pytest.fixture
def open_office(
    database: Database, frozen_clock: FrozenClock, sealer: Sealer
) -> Callable[..., Office]:
    def make(keyed: bool = True, **more: Deliverer) -> Office:
        courier, background = Courier(keyed=keyed), Background()
        sender = Sender(database, frozen_clock, sealer, {KIND: courier, **more}, background)
        return Office(database, frozen_clock, sealer, courier, sender, background)

    return make


@pytest.fixture
def office(open_office: Callable[..., Office]) -> Office:
    return open_office()


async def test_what_is_due_leaves_once_and_is_noted_with_its_record(office: Office) -> None:
    await office.put("a", "b")

    assert await office.sender.send_due() == 2
    assert await office.sender.send_due() == 0

    assert office.courier.calls == ["a", "b"]
    assert office.courier.notes == [Sent(), Sent()]
    assert await office.states() == [OutboxState.SENT] * 2


@pytest.mark.parametrize(
    ("keyed", "state"), [(True, OutboxState.PENDING), (False, OutboxState.UNKNOWN)]
)
async def test_a_deliverer_that_breaks_down_may_have_sent(
    open_office: Callable[..., Office], keyed: bool, state: OutboxState
) -> None:
    office = open_office(keyed=keyed)
    office.courier.ends = [KeyError("a bug of ours")]
    await office.put("a")

    with capture_logs():
        await office.sender.send_due()

    assert await office.rows() == {"a": (state, 1, "our own fault: KeyError")}


@pytest.mark.parametrize(
    ("keyed", "state"), [(True, OutboxState.PENDING), (False, OutboxState.UNKNOWN)]
)
async def test_a_call_that_takes_too_long_is_given_up(
    open_office: Callable[..., Office],
    keyed: bool,
    state: OutboxState,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.sender.DELIVERY_SECONDS", 0.1)
    office = open_office(keyed=keyed)
    office.courier.gate = asyncio.Event()
    await office.put("a")

    with capture_logs():
        await office.sender.send_due()

    assert await office.states() == [state]


async def test_an_outcome_whose_note_fails_is_recorded_all_the_same(office: Office) -> None:
    office.courier.note_fault = LookupError("no such payment")
    await office.put("a")

    with capture_logs() as lines:
        await office.sender.send_due()
    office.clock.advance(seconds=outbox.LEASE.total_seconds() + 1)
    await office.sender.send_due()

    assert office.courier.calls == ["a"]
    assert await office.states() == [OutboxState.SENT]
    assert [line["event"] for line in lines] == ["outcome not noted"]


async def test_an_outcome_is_recorded_when_the_database_is_back(office: Office) -> None:
    office.courier.note_fault = OperationalError("UPDATE …", {}, Exception("database is locked"))
    await office.put("a")

    with capture_logs() as lines:
        sending = asyncio.create_task(office.sender.send_due())
        await until(lambda: lines, what="a first try to record")
        assert await office.states() == [OutboxState.SENDING]
        office.courier.note_fault = None
        await sending

    assert office.courier.calls == ["a"]
    assert await office.states() == [OutboxState.SENT]


async def test_it_sends_by_itself_as_soon_as_it_is_woken(office: Office) -> None:
    async with office.open():
        await office.put("a")
        office.sender.wake()
        await until(lambda: office.courier.calls == ["a"], within=2, what="the row to leave")


async def test_what_was_claimed_while_the_shop_stopped_is_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.put("a", "b")
    claim, claiming, may_go_on = office.sender._claim, threading.Event(), threading.Event()

    def claim_slowly(session: Session) -> Any:
        claimed = claim(session)
        claiming.set()
        may_go_on.wait(5)
        return claimed

    monkeypatch.setattr(office.sender, "_claim", claim_slowly)
    running = asyncio.create_task(office.sender.run())
    await asyncio.to_thread(claiming.wait, 5)
    running.cancel()
    asyncio.get_running_loop().call_later(0.05, may_go_on.set)
    await asyncio.gather(running, return_exceptions=True)
    await office.background.close(2.0)

    assert sorted(office.courier.calls) == ["a", "b"]
    assert await office.states() == [OutboxState.SENT] * 2


async def test_a_claim_that_fails_while_the_shop_stops_does_not_keep_it_open(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    claiming, may_go_on = threading.Event(), threading.Event()

    def fail_slowly(session: Session) -> Any:
        claiming.set()
        may_go_on.wait(5)
        raise OperationalError("UPDATE …", {}, Exception("database is locked"))

    monkeypatch.setattr(office.sender, "_claim", fail_slowly)
    running = asyncio.create_task(office.sender.run())
    await asyncio.to_thread(claiming.wait, 5)
    running.cancel()
    asyncio.get_running_loop().call_later(0.05, may_go_on.set)

    done, _ = await asyncio.wait({running}, timeout=2)

    assert done == {running}
    assert running.cancelled()


async def test_one_slow_call_does_not_hold_up_the_others(office: Office) -> None:
    office.courier.gate = asyncio.Event()
    async with office.open():
        await office.put("slow", "slow too")
        office.sender.wake()
        await until(lambda: len(office.courier.calls) == 2, within=2, what="both to be called")
        office.courier.gate.set()
    assert await office.states() == [OutboxState.SENT] * 2


async def test_a_row_whose_seal_is_broken_fails_alone(office: Office) -> None:
    await office.put("broken", "good")
    with office.database.writing() as session:
        broken = col(OutboxMessage.key) == "broken"
        session.exec(update(OutboxMessage).where(broken).values(payload_sealed=b"?"))

    async with office.open():
        await until(lambda: office.courier.calls == ["good"], within=2, what="the other to leave")

    rows = await office.rows()
    assert rows["broken"] == (OutboxState.FAILED, 0, "its seal is broken")
    assert rows["good"][0] == OutboxState.SENT


async def test_a_fault_of_the_sealer_does_not_end_the_sender(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.put("a")
    with monkeypatch.context() as patch, capture_logs() as lines:
        patch.setattr(office.sealer, "_ciphers", None)
        async with office.open():
            await until(lambda: lines, within=2, what="the fault to be logged")
            patch.undo()
            await until(lambda: office.courier.calls == ["a"], within=2, what="the row to leave")

    assert lines[0]["event"] == "outbox not claimed"


async def test_a_kind_that_nobody_here_delivers_waits_for_a_process_that_does(
    office: Office,
) -> None:
    stranger = outbox.Post(key="new", kind="of.another.version", payload={})
    await office.database.write(outbox.post, office.sealer, stranger, office.clock.now())
    await office.put("a")

    with capture_logs():
        await office.sender.send_due()

    assert await office.rows() == {
        "new": (OutboxState.PENDING, 1, "nobody here delivers of.another.version"),
        "a": (OutboxState.SENT, 1, ""),
    }


@pytest.mark.database
async def test_two_processes_send_each_row_once(
    office: Office, database_url: str, frozen_clock: FrozenClock, sealer: Sealer
) -> None:
    await office.put(*(f"row-{n}" for n in range(40)))
    database = Database(database_url)
    second = Sender(database, frozen_clock, sealer, {KIND: office.courier}, Background())

    while sum(await asyncio.gather(office.sender.send_due(), second.send_due())):
        pass
    database.close()

    assert sorted(office.courier.calls) == sorted(f"row-{n}" for n in range(40))
    assert await office.states() == [OutboxState.SENT] * 40


@pytest.mark.parametrize("outcome", [Failed("no"), Doubtful("who knows"), Postponed("later")])
async def test_what_is_not_sent_is_logged_by_its_kind(office: Office, outcome: Any) -> None:
    office.courier.ends = [outcome]
    await office.put("a")

    with capture_logs() as lines:
        await office.sender.send_due()

    (line,) = lines
    assert (line["event"], line["kind"]) == ("not sent", KIND)
    assert (line["outcome"], line["why"]) == (type(outcome).__name__, outcome.reason)


async def test_attempts_and_answers_are_counted(
    open_office: Callable[..., Office], message: Callable[..., Incoming]
) -> None:
    replies = Courier(keyed=False)
    office = open_office(**{"official_account.reply": replies})
    office.courier.ends = [Postponed("later")]
    incoming = message(sent_at=office.clock.now())
    accepted = await office.database.write(
        inbox.accept, office.sealer, incoming, office.clock.now()
    )
    opened = {"window_opened_by": "message", "window_opened_at": office.clock.now()}
    with office.database.writing() as session:
        session.exec(update(Conversation).values(**opened))
    answer = outbox.Post("answer", "official_account.reply", {}, accepted.conversation_id)
    await office.database.write(outbox.post, office.sealer, answer, office.clock.now())
    await office.put("a")
    before = counted()

    with capture_logs():
        await office.sender.send_due()

    grown = [after - earlier for after, earlier in zip(counted(), before, strict=True)]
    assert grown == [1, 1, 1, 0]


def counted() -> list[float]:
    """Answers through the API; sends of a reply, postponed calls, sent calls."""
    labels = [("official_account.reply", "sent"), (KIND, "postponed"), (KIND, "sent")]
    sends = [metrics.SENDS.labels(*each)._value.get() for each in labels]
    return [metrics.ROUTES.labels("api")._value.get(), *sends]
