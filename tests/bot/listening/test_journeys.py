"""Journeys hear what customers say and what happens to them, and harm nobody by it."""

from typing import Any

from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from bot.campaigning.journey_rounds import JourneyRounds
from bot.clock import FrozenClock
from bot.listeners import Listeners
from campaigns.journeys.tables import JourneyEntry
from campaigns.shapes import Trigger
from campaigns.tables import Campaign, CampaignState
from commerce.events import ShopEvent, announce
from tests.bot.counter import Counter
from tests.bot.listening.hearing import hear_all, unheard
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import begin, says, waits

NODES = [waits("w1", "s1", minutes=60), says("s1")]


async def begin_journey(chat: Counter, trigger: Trigger, **plan: Any) -> None:
    """A journey is at work."""

    def work(session: Session) -> None:
        begin(session, chat.clock.now(), NODES, trigger=trigger.value, **plan)

    await chat.database.write(work)


def tell(chat: Counter, kind: str, **subject: Any) -> None:
    """An event of the shop."""
    with chat.database.writing() as session:
        announce(session, kind, now=chat.clock.now(), **subject)


def enter(chat: Counter, customer_id: int) -> None:
    """The customer enters the welcome journey."""
    tell(chat, "contact_added", customer_id=customer_id)


async def stays(chat: Counter) -> list[tuple[str, str]]:
    """States of all entries and why they ended."""
    rows = select(JourneyEntry.state, JourneyEntry.end_reason).order_by(col(JourneyEntry.id))
    return await chat.database.read(lambda session: list(session.exec(rows)))


async def test_who_follows_is_welcomed(chat: Counter, listeners: Listeners, message: Any) -> None:
    await begin_journey(chat, Trigger.WELCOME)

    await chat.hear(message("", kind="follow", sent_at=chat.clock.now()))
    await hear_all(chat, listeners)

    assert await stays(chat) == [("active", "")]


async def test_an_answer_ends_a_journey_that_waits_for_one(
    chat: Counter,
    listeners: Listeners,
    buyer: tuple[int, int],
    message: Any,
    clock: FrozenClock,
) -> None:
    await begin_journey(chat, Trigger.WELCOME)
    enter(chat, buyer[0])
    await hear_all(chat, listeners)
    assert await stays(chat) == [("active", "")]

    clock.advance(seconds=60)
    await chat.hear(message("好的谢谢", sent_at=clock.now()))
    await hear_all(chat, listeners)

    assert await stays(chat) == [("ended_early", "reply")]


async def test_nobody_hears_of_words_while_no_journey_waits_for_them(
    chat: Counter, buyer: tuple[int, int], message: Any, clock: FrozenClock
) -> None:
    clock.advance(seconds=60)
    await chat.hear(message("好的谢谢", sent_at=clock.now()))

    wrote = select(ShopEvent.id).where(ShopEvent.kind == "customer_wrote")
    assert await chat.database.read(lambda session: list(session.exec(wrote))) == []


async def test_who_is_handed_to_a_person_leaves_their_journey(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    await begin_journey(chat, Trigger.WELCOME)
    enter(chat, buyer[0])
    await hear_all(chat, listeners)

    tell(chat, "handover_taken", conversation_id=buyer[1], handover_id=1)
    await hear_all(chat, listeners)

    assert await stays(chat) == [("ended_early", "handover")]


async def test_a_journey_that_breaks_harms_no_event(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    await begin_journey(chat, Trigger.WELCOME)

    def damage(session: Session) -> None:
        campaign = session.exec(select(Campaign)).one()
        campaign.plan = {"kind": "nonsense"}
        session.add(campaign)

    await chat.database.write(damage)
    enter(chat, buyer[0])
    with capture_logs() as lines:
        await hear_all(chat, listeners)

    assert [line["event"] for line in lines] == ["journeys did not hear"]
    assert await unheard(chat) == 0


async def test_who_is_on_a_journey_that_is_stopped_leaves_it(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int], clock: FrozenClock
) -> None:
    await begin_journey(chat, Trigger.WELCOME)
    enter(chat, buyer[0])
    await hear_all(chat, listeners)

    def stop(session: Session) -> None:
        campaign = session.exec(select(Campaign)).one()
        campaign.state = CampaignState.STOPPED
        session.add(campaign)

    await chat.database.write(stop)
    await JourneyRounds(chat.database, clock, PARTS).take_steps()

    assert await stays(chat) == [("ended_early", "stopped")]


async def test_rounds_begin_what_is_due_and_take_each_step_once(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int], clock: FrozenClock
) -> None:
    await begin_journey(chat, Trigger.WELCOME)
    enter(chat, buyer[0])
    await hear_all(chat, listeners)
    rounds = JourneyRounds(chat.database, clock, PARTS)

    for job in rounds.jobs():
        await job.run()
    assert await stays(chat) == [("active", "")]
    clock.advance(seconds=3600)
    for _ in range(3):  # The first leaves the wait, the second says something.
        await rounds.take_steps()

    assert await stays(chat) == [("done", "")]
    assert len(await chat.outbox()) == 1
