"""Campaigns by the clock, from the segment to what WeCom was given to bring."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.tables import Conversation, OutboxMessage
from campaigns import deferring, runner, terms
from campaigns.limits import Reason
from campaigns.tables import Delivery, DeliveryState, RunState
from commerce.customers.tables import Customer
from tests.bot.campaigning.conftest import Shop
from tests.campaigns.crowd import send

SENT = (DeliveryState.SENT, "")
USED = select(Conversation.window_used)


@pytest.mark.database
async def test_everybody_gets_it_once_and_the_run_ends(shop: Shop) -> None:
    people = await shop.has_customers(60)
    run = await shop.begins()

    await shop.ticks(3)

    assert await shop.states(run) == dict.fromkeys(people, SENT)
    assert len({user for user, _ in shop.heard()}) == len(shop.heard()) == 60
    assert await shop.state(run) == RunState.DONE
    await shop.ticks(3)
    assert len(shop.heard()) == 60


@pytest.mark.database
async def test_who_unsubscribes_while_it_stands_in_the_outbox_gets_nothing(shop: Shop) -> None:
    stays, leaves = await shop.has_customers(2)
    run = await shop.begins()
    await shop.rounds.plan()

    def unsubscribe(session: Session) -> None:
        session.get_one(Customer, leaves).unsubscribed_at = shop.clock.now()

    await shop.database.write(unsubscribe)
    await shop.ticks()

    unwanted = (DeliveryState.HELD_BACK, Reason.UNSUBSCRIBED)
    assert await shop.states(run) == {stays: SENT, leaves: unwanted}
    assert len(shop.heard()) == 1


async def test_a_run_fills_the_outbox_no_further_than_its_backlog(shop: Shop) -> None:
    await shop.has_customers(230)
    run = await shop.begins()

    await shop.rounds.plan()
    waiting = await shop.database.read(shop.parts.letterbox.unsent, run)
    await shop.ticks(2)

    assert waiting == 200
    assert len(shop.heard()) == 230


async def test_what_a_conversation_says_goes_before_a_campaign(shop: Shop) -> None:
    await shop.has_customers(40)
    await shop.begins()
    await shop.rounds.plan()
    last = await shop.database.read(lambda session: session.exec(select(Conversation.id)).all()[-1])
    await shop.answers(last or 0, "马上给您查")

    await shop.desk.sender.send_due()

    assert "马上给您查" in [words for _, words in shop.heard()]


@pytest.mark.database
async def test_nothing_leaves_while_it_is_paused(shop: Shop) -> None:
    await shop.has_customers(10)
    run = await shop.begins()
    await shop.rounds.plan()
    await shop.database.write(runner.pause, run, by="staff:1", reason="等一等")

    await shop.ticks(3)
    assert shop.heard() == []

    await shop.database.write(
        runner.resume, shop.parts.letterbox, run, by="staff:1", now=shop.clock.now()
    )
    await shop.ticks(2)
    assert len(shop.heard()) == 10
    assert await shop.state(run) == RunState.DONE


async def test_a_run_that_the_night_interrupts_goes_on_in_the_morning(shop: Shop) -> None:
    people = await shop.has_customers(30)
    run = await shop.begins()
    shop.clock.advance(seconds=10 * 3600 - 10)
    await shop.rounds.plan()
    shop.clock.advance(seconds=8)

    await shop.ticks(5)
    assert shop.heard() == []
    night = (DeliveryState.DEFERRED, Reason.QUIET_HOURS)
    assert await shop.states(run) == dict.fromkeys(people, night)

    shop.clock.advance(seconds=10 * 3600)
    await shop.ticks(2)
    assert len(shop.heard()) == 30
    assert await shop.state(run) == RunState.DONE


async def test_a_person_who_takes_over_is_not_interrupted(shop: Shop) -> None:
    (customer,) = await shop.has_customers(1)
    run = await shop.begins()
    await shop.rounds.plan()

    def take_over(session: Session) -> None:
        talk = session.exec(select(Conversation)).one()
        talk.owner, talk.epoch = "staff:1", talk.epoch + 1
        session.add(talk)

    await shop.database.write(take_over)
    await shop.ticks()

    assert await shop.states(run) == {customer: (DeliveryState.HELD_BACK, Reason.TAKEN_OVER)}
    assert shop.heard() == []


async def test_a_platform_that_refuses_everything_pauses_the_run(shop: Shop) -> None:
    await shop.database.write(terms.set_terms, auto_pause_failures=5)
    await shop.has_customers(40)
    run = await shop.begins()
    shop.service.fail_next += [40058] * 200

    await shop.ticks(3)

    assert await shop.state(run) == RunState.PAUSED
    assert shop.heard() == []


async def test_content_that_is_gone_pauses_the_run_and_loses_nobody(shop: Shop) -> None:
    await shop.has_customers(3)
    node = send()
    node["arms"][0]["content"]["attachments"] = [{"kind": "product", "ref": "999", "title": ""}]
    run = await shop.begins(nodes=[node])

    await shop.ticks(2)

    assert await shop.state(run) == RunState.PAUSED
    assert await shop.states(run) == {}


async def test_rows_that_lost_their_window_are_held_back(shop: Shop) -> None:
    (customer,) = await shop.has_customers(1, ago=timedelta(hours=47, minutes=59, seconds=50))
    run = await shop.begins()
    await shop.rounds.plan()
    shop.clock.advance(seconds=10)

    await shop.ticks()

    assert await shop.states(run) == {customer: (DeliveryState.HELD_BACK, Reason.NO_ROUTE)}
    left = await shop.database.read(lambda session: session.exec(select(OutboxMessage)).all())
    assert [each.state for each in left] == ["failed"]


@pytest.mark.parametrize("hours", [1, 11])
async def test_what_stood_in_the_outbox_while_the_shop_stood_still_comes_in_the_morning(
    shop: Shop, hours: int
) -> None:
    """An outage from before 22:00 on, until it is night or morning."""
    people = await shop.has_customers(3)
    run = await shop.begins()
    shop.clock.advance(seconds=9 * 3600)
    await shop.rounds.plan()
    shop.clock.advance(seconds=hours * 3600)

    await shop.desk.sender.send_due()
    assert shop.heard() == []
    for _ in range(12):
        shop.clock.advance(seconds=3600)
        await shop.ticks(2)

    assert await shop.states(run) == dict.fromkeys(people, SENT)
    assert len(shop.heard()) == 3
    assert await shop.state(run) == RunState.DONE


async def test_one_that_cannot_be_judged_keeps_no_other_waiting(shop: Shop) -> None:
    first, second = await shop.has_customers(2)
    run = await shop.begins()
    shop.clock.advance(seconds=10 * 3600 - 10)
    await shop.rounds.plan()
    shop.clock.advance(seconds=8)
    await shop.ticks(2)

    def spoil(session: Session) -> None:
        statement = select(Delivery).where(Delivery.customer_id == first)
        session.exec(statement).one().node = "no-such-step"

    await shop.database.write(spoil)
    shop.clock.advance(seconds=10 * 3600)
    await shop.ticks(4)

    found = await shop.states(run)
    assert found[second] == SENT
    assert found[first] == (DeliveryState.DEFERRED, deferring.FAULT)

    shop.clock.advance(hours=23)
    await shop.ticks(2)
    assert await shop.state(run) == RunState.RUNNING
    shop.clock.advance(hours=1)
    await shop.ticks(2)
    found = await shop.states(run)
    assert found[first] == (DeliveryState.FAILED, deferring.FAULT)
    assert await shop.state(run) == RunState.DONE


@pytest.mark.database
async def test_a_paused_campaign_keeps_no_other_waiting(shop: Shop) -> None:
    people = await shop.has_customers(3)
    paused = await shop.begins()
    await shop.rounds.plan()
    await shop.database.write(runner.pause, paused, by="staff:1", reason="等一等")
    run = await shop.begins()

    await shop.ticks(3)

    assert await shop.states(run) == dict.fromkeys(people, SENT)
    assert len(shop.heard()) == 3


async def test_one_in_doubt_is_not_taken_back_to_be_said_again(shop: Shop) -> None:
    """WeCom may have it: only under the same key it would know it again."""
    doubtful, _ = await shop.has_customers(2)
    run = await shop.begins()
    await shop.rounds.plan()

    def doubt(session: Session) -> None:
        statement = select(Delivery.outbox_key).where(Delivery.customer_id == doubtful)
        key = session.exec(statement).one()
        session.exec(select(OutboxMessage).where(OutboxMessage.key == key)).one().attempts = 1

    await shop.database.write(doubt)
    await shop.database.write(runner.pause, run, by="staff:1", reason="等一等")
    await shop.database.write(
        runner.resume, shop.parts.letterbox, run, by="staff:1", now=shop.clock.now()
    )
    states = await shop.states(run)
    await shop.ticks(3)

    assert states[doubtful] == (DeliveryState.POSTED, "")
    assert len(shop.heard()) == 2


async def test_who_was_merged_into_somebody_who_unsubscribed_gets_nothing(shop: Shop) -> None:
    gone, kept = await shop.has_customers(2)
    run = await shop.begins()
    await shop.rounds.plan()

    def turn_away(session: Session) -> None:
        session.get_one(Customer, gone).merged_into_id = kept
        session.get_one(Customer, kept).unsubscribed_at = shop.clock.now()

    await shop.database.write(turn_away)
    await shop.ticks(2)

    unwanted = (DeliveryState.HELD_BACK, Reason.UNSUBSCRIBED)
    assert await shop.states(run) == {gone: unwanted, kept: unwanted}
    assert shop.heard() == []


@pytest.mark.database
async def test_two_campaigns_at_once_leave_a_window_its_last_two(shop: Shop) -> None:
    (customer,) = await shop.has_customers(1, used=2)
    first, second = await shop.begins(), await shop.begins()
    await shop.rounds.plan()

    await shop.ticks(2)

    assert await shop.states(first) == {customer: SENT}
    assert await shop.states(second) == {customer: (DeliveryState.HELD_BACK, Reason.NO_ROUTE)}
    assert await shop.database.read(lambda session: session.exec(USED).one()) == 3
