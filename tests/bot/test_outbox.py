"""Sent once, or shown as doubtful."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from bot import inbox, outbox, reply_window
from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import Incoming
from bot.outbox import Claimed, Post
from bot.outcomes import Doubtful, Failed, NoRoute, Outcome, Postponed, Sent
from bot.tables import Conversation, OutboxMessage, OutboxState
from commerce.sealing import Sealer

Make = Callable[..., Incoming]
pytestmark = pytest.mark.database
KEYED = ("pay.refund",)
ANSWER = outbox.answer_key("m1", 0)
CLOSED = Conversation(
    channel="official_account",
    account="",
    external_user="",
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
)


class Desk:
    """The outbox of one conversation, spoken to in the words of these tests."""

    def __init__(self, database: Database, sealer: Sealer, clock: FrozenClock) -> None:
        self.database, self.sealer, self.clock = database, sealer, clock
        self.conversation_id = 0

    async def hear(self, incoming: Incoming) -> None:
        now = self.clock.now()
        accepted = await self.database.write(inbox.accept, self.sealer, incoming, now)
        self.conversation_id = accepted.conversation_id
        opened_by, opened_at, used = reply_window.after(CLOSED, incoming.kind, now)
        await self.change_conversation(
            window_opened_by=opened_by, window_opened_at=opened_at, window_used=used
        )

    async def post(self, key: str, kind: str = "official_account.reply", **more: object) -> bool:
        conversation = None if kind in KEYED else self.conversation_id
        message = Post(key=key, kind=kind, payload={"words": key}, conversation_id=conversation)
        return await self.database.write(
            outbox.post,
            self.sealer,
            Post(**{**{f: getattr(message, f) for f in Post.__slots__}, **more}),
            self.clock.now(),
        )

    async def claim(self) -> list[Claimed]:
        def claim(session: Session) -> list[Claimed]:
            outbox.end_lost_leases(session, self.clock.now(), KEYED)
            return list(outbox.claim_due(session, self.sealer, self.clock.now()))

        return await self.database.write(claim)

    async def record(self, claimed: Claimed, outcome: Outcome) -> bool:
        return await self.database.write(outbox.record, claimed, outcome, self.clock.now())

    async def states(self) -> dict[str, str]:
        rows = select(OutboxMessage.key, OutboxMessage.state)
        return dict(await self.database.read(lambda s: s.exec(rows).all()))

    async def window_used(self) -> int:
        return await self.database.read(lambda s: s.exec(select(Conversation.window_used)).one())

    async def change_conversation(self, **values: object) -> None:
        def change(session: Session) -> None:
            row = session.exec(select(Conversation)).one()
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)

        await self.database.write(change)


@pytest.fixture
async def desk(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> Desk:
    """An outbox whose customer has just written."""
    desk = Desk(database, sealer, frozen_clock)
    await desk.hear(message(sent_at=frozen_clock.now()))
    return desk


async def test_one_effect_has_one_row(desk: Desk) -> None:
    assert await desk.post("greeting")
    assert not await desk.post("greeting")


async def test_a_row_is_claimed_by_one_of_many(desk: Desk) -> None:
    await desk.post("greeting")

    claims = await asyncio.gather(*(desk.claim() for _ in range(8)))

    assert [each.key for claim in claims for each in claim] == ["greeting"]


async def test_messages_of_a_conversation_leave_one_after_the_other(desk: Desk) -> None:
    await desk.post("first")
    await desk.post("second")
    (first,) = await desk.claim()

    assert await desk.claim() == []
    await desk.record(first, Sent())

    assert [each.key for each in await desk.claim()] == ["second"]


async def test_a_message_that_failed_does_not_stop_the_next(desk: Desk) -> None:
    await desk.post("first")
    await desk.post("second")
    (first,) = await desk.claim()
    await desk.record(first, Failed("not a follower"))

    assert [each.key for each in await desk.claim()] == ["second"]


async def test_a_held_answer_rides_in_the_reply_and_is_not_sent_again(desk: Desk) -> None:
    until = desk.clock.now() + timedelta(seconds=5)
    await desk.post(ANSWER, inbox_key="m1", held_until=until)
    assert await desk.claim() == []

    rode = await desk.database.write(outbox.claim_passive, desk.sealer, "m1", desk.clock.now())
    desk.clock.advance(seconds=6)

    assert rode == {"words": ANSWER}
    assert await desk.claim() == []
    assert await desk.states() == {ANSWER: OutboxState.PASSIVE}


async def test_a_repeated_delivery_gets_the_answer_that_rode_before(desk: Desk) -> None:
    until = desk.clock.now() + timedelta(seconds=5)
    await desk.post(ANSWER, inbox_key="m1", held_until=until)

    rides = [
        await desk.database.write(outbox.claim_passive, desk.sealer, "m1", desk.clock.now())
        for _ in range(3)
    ]

    assert rides == [{"words": ANSWER}] * 3


async def test_a_held_answer_nobody_took_is_sent_after_five_seconds(desk: Desk) -> None:
    until = desk.clock.now() + timedelta(seconds=5)
    await desk.post(ANSWER, inbox_key="m1", held_until=until)
    desk.clock.advance(seconds=5)

    assert [each.key for each in await desk.claim()] == [ANSWER]
    late = await desk.database.write(outbox.claim_passive, desk.sealer, "m1", desk.clock.now())
    assert late is None


async def test_reply_and_worker_never_both_take_a_held_answer(desk: Desk) -> None:
    for round_number in range(20):
        key = f"m{round_number}"
        answer = outbox.answer_key(key, 0)
        await desk.post(answer, inbox_key=key, held_until=desk.clock.now())
        rode, claimed = await asyncio.gather(
            desk.database.write(outbox.claim_passive, desk.sealer, key, desk.clock.now()),
            desk.claim(),
        )
        assert (rode is None) is (len(claimed) == 1)
        for each in claimed:
            await desk.record(each, Failed("only a test"))


async def test_a_sender_that_died_leaves_an_unkeyed_message_doubtful(desk: Desk) -> None:
    await desk.post("greeting")
    await desk.claim()
    desk.clock.advance(seconds=outbox.LEASE.total_seconds() + 1)

    assert await desk.claim() == []
    assert await desk.states() == {"greeting": OutboxState.UNKNOWN}


async def test_a_sender_that_died_leaves_a_keyed_call_to_the_next(desk: Desk) -> None:
    await desk.post("refund:R1", kind="pay.refund")
    (before,) = await desk.claim()
    desk.clock.advance(seconds=outbox.LEASE.total_seconds() + 1)

    (again,) = await desk.claim()

    assert (again.key, again.attempt) == (before.key, before.attempt + 1)


async def test_a_late_record_of_a_lost_lease_changes_nothing(desk: Desk) -> None:
    await desk.post("refund:R1", kind="pay.refund")
    (lost,) = await desk.claim()
    desk.clock.advance(seconds=outbox.LEASE.total_seconds() + 1)
    (again,) = await desk.claim()

    assert not await desk.record(lost, Failed("too late"))
    assert await desk.record(again, Sent())
    assert await desk.states() == {"refund:R1": OutboxState.SENT}


async def test_a_postponed_refund_is_tried_every_hour_for_ever(desk: Desk) -> None:
    await desk.post("refund:R1", kind="pay.refund")
    for _ in range(50):
        (claimed,) = await desk.claim()
        await desk.record(claimed, Postponed("busy"))
        assert await desk.claim() == []
        desk.clock.advance(hours=1)

    assert await desk.states() == {"refund:R1": OutboxState.PENDING}


async def test_a_card_that_cannot_leave_holds_up_what_follows_for_a_minute(desk: Desk) -> None:
    await desk.post("card")
    await desk.post("paid")
    waited = 0
    while not (claims := await desk.claim()) or claims[0].key == "card":
        for claimed in claims:
            await desk.record(claimed, Postponed("picture not uploaded"))
        desk.clock.advance(seconds=1)
        waited += 1

    assert waited <= 60
    assert await desk.states() == {"card": OutboxState.FAILED, "paid": OutboxState.SENDING}


@pytest.mark.parametrize("writes", [True, False])
async def test_an_answer_refused_while_the_customer_wrote_again_is_not_parked(
    desk: Desk, message: Make, writes: bool
) -> None:
    await desk.post("paid")
    (claimed,) = await desk.claim()
    desk.clock.advance(seconds=1)
    if writes:
        await desk.hear(message("在吗", sent_at=desk.clock.now()))

    await desk.record(claimed, NoRoute("45047"))

    expected = OutboxState.PENDING if writes else OutboxState.PARKED
    assert await desk.states() == {"paid": expected}
    assert await desk.window_used() == 0


async def test_the_sixth_message_in_a_window_waits_for_the_customer(
    desk: Desk, message: Make
) -> None:
    for number in range(6):
        await desk.post(f"m{number}")
    sent = []
    for _ in range(10):
        for claimed in await desk.claim():
            sent.append(claimed.key)
            await desk.record(claimed, Sent())

    assert sent == ["m0", "m1", "m2", "m3", "m4"]
    assert (await desk.states())["m5"] == OutboxState.PARKED

    await desk.hear(message("在吗", sent_at=desk.clock.now()))
    await desk.database.write(outbox.unpark, desk.conversation_id, desk.clock.now())
    assert [each.key for each in await desk.claim()] == ["m5"]


async def test_nothing_is_sent_48_hours_after_the_last_message(desk: Desk) -> None:
    desk.clock.advance(hours=48)
    await desk.post("late")

    assert await desk.claim() == []
    assert await desk.states() == {"late": OutboxState.PARKED}


@pytest.mark.parametrize(
    ("outcome", "used"),
    [(Sent(), 1), (Doubtful("timeout"), 1), (Failed("bug"), 0), (NoRoute("45015"), 0)],
)
async def test_only_what_may_have_arrived_counts_against_the_window(
    desk: Desk, outcome: Outcome, used: int
) -> None:
    await desk.post("greeting")
    (claimed,) = await desk.claim()
    await desk.record(claimed, outcome)

    assert await desk.window_used() == used


async def test_what_an_earlier_owner_wanted_to_say_is_superseded(desk: Desk) -> None:
    await desk.post("from the bot")
    await desk.change_conversation(owner="agent:7", epoch=1)

    assert await desk.claim() == []
    assert await desk.states() == {"from the bot": OutboxState.SUPERSEDED}


async def test_a_message_whose_time_is_over_is_not_sent(desk: Desk) -> None:
    await desk.post("today only", not_after=desk.clock.now() + timedelta(minutes=1))
    desk.clock.advance(minutes=2)

    assert await desk.claim() == []
    assert await desk.states() == {"today only": OutboxState.FAILED}
