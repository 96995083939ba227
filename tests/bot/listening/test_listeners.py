"""Each event is heard once, and again when it failed, by one process or several."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlmodel import col, select, update
from structlog.testing import capture_logs

from bot import texts
from bot.clock import FrozenClock
from bot.database import Database
from bot.listeners import MOST_TELLINGS, Listeners
from bot.turn import Shop
from commerce.events import ShopEvent, announce
from commerce.payments.tables import Refund
from tests.bot.counter import Counter, open_counter
from tests.bot.listening.hearing import hear_all, paid_order, refund_of, said, unheard
from tests.commerce import shop
from tests.fixtures.processes import until


async def test_an_event_our_code_fails_on_does_not_stop_the_next_and_is_tried_again(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int], clock: FrozenClock
) -> None:
    with chat.database.writing() as session:
        paid_order(session, buyer)
        paid_order(session, buyer)
        first = session.exec(
            select(ShopEvent).where(ShopEvent.kind == "order_paid").order_by(col(ShopEvent.id))
        ).first()
        assert first is not None
        right = first.subject
        first.subject = {"order_id": 987654}
        session.add(first)

    with capture_logs() as lines:
        await hear_all(chat, listeners)
    assert [line["event"] for line in lines] == ["listener failed"]
    assert len(await said(chat)) == 1
    assert await unheard(chat) == 1

    with chat.database.writing() as session:
        session.exec(update(ShopEvent).where(col(ShopEvent.id) == first.id).values(subject=right))
    clock.advance(seconds=1)
    await hear_all(chat, listeners)
    assert len(await said(chat)) == 2
    assert await unheard(chat) == 0


async def test_a_refund_goes_out_though_its_customer_cannot_be_told(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int], clock: FrozenClock
) -> None:
    with chat.database.writing() as session:
        number = refund_of(session, (buyer[0], 987654))

    with capture_logs():
        for _ in range(MOST_TELLINGS):
            await hear_all(chat, listeners)
            clock.advance(hours=1)

    assert [payload["out_refund_no"] for _, payload in await chat.outbox("pay.refund")] == [number]
    assert await unheard(chat) == 0


@pytest.mark.database
async def test_a_refund_that_cannot_be_asked_for_now_is_asked_for_later(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int], clock: FrozenClock
) -> None:
    with chat.database.writing() as session:
        number = refund_of(session, buyer)
        session.exec(update(Refund).values(out_refund_no="R-misplaced"))

    with capture_logs():
        for _ in range(2 * MOST_TELLINGS):
            await hear_all(chat, listeners)
            clock.advance(hours=1)
    assert await unheard(chat) == 1
    assert len(await said(chat)) == 1  # That it was paid.

    with chat.database.writing() as session:
        session.exec(update(Refund).values(out_refund_no=number))
    await hear_all(chat, listeners)
    assert [payload["out_refund_no"] for _, payload in await chat.outbox("pay.refund")] == [number]
    assert await unheard(chat) == 0


@pytest.mark.database
async def test_an_event_that_the_database_refuses_does_not_stop_the_next(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        announce(session, "refund_requested", now=shop.NOW, out_refund_no={"no": "number"})
        session.flush()
        paid_order(session, buyer)

    with capture_logs() as lines:
        await hear_all(chat, listeners)

    assert [line["event"] for line in lines] == ["listener failed"]
    assert len(await said(chat)) == 1
    assert await unheard(chat) == 1


@pytest.fixture
def listeners_elsewhere(
    database_url: str, clock: FrozenClock, empty_shop: Shop
) -> Iterator[Listeners]:
    """Another process's."""
    database = Database(database_url)
    there = open_counter(database, clock, empty_shop)
    yield Listeners(database, clock, there.sealer, there.sender)
    database.close()


@pytest.mark.database
async def test_two_processes_hear_each_event_once(
    chat: Counter,
    listeners: Listeners,
    listeners_elsewhere: Listeners,
    buyer: tuple[int, int],
) -> None:
    with chat.database.writing() as session:
        numbers = [paid_order(session, buyer)[0].order_no for _ in range(12)]

    await asyncio.gather(
        *(
            hear_all(there, each)
            for there, each in (
                (chat, listeners),
                (chat, listeners_elsewhere),
            )
        )
    )

    told = await said(chat)
    assert sorted(told) == sorted(texts.PAID.format(order_no=n, amount="¥39") for n in numbers)
    assert await unheard(chat) == 0


async def test_it_hears_by_itself_and_wakes_the_sender(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    tasks = [asyncio.create_task(work) for work in (listeners.run(), chat.sender.run())]
    try:
        with chat.database.writing() as session:
            paid_order(session, buyer)
        listeners.wake()
        await until(lambda: chat.post.delivered, within=3, what="the customer to be told")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await chat.background.close(2.0)


async def test_a_fault_that_nobody_thought_of_does_not_end_the_listening(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        paid_order(session, buyer)
        session.exec(update(ShopEvent).values(at=text("'yesterday'")))

    with capture_logs() as lines:
        running = asyncio.create_task(listeners.run())
        await until(lambda: lines, within=3, what="the fault to be logged")
        is_over = running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert not is_over
