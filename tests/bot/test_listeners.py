"""What follows from what happened in the shop: told once, asked once."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, func, select, update
from structlog.testing import capture_logs

from bot import metrics, texts
from bot.clock import FrozenClock
from bot.database import Database
from bot.listeners import MOST_TELLINGS, Listeners
from bot.messages import Incoming
from bot.tables import OutboxState
from bot.turn import Shop
from commerce.customers import merge
from commerce.events import ShopEvent, announce
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.payments import closing, refunds
from commerce.payments.tables import Payment, Refund, RefundState
from tests.bot.counter import Counter, open_counter
from tests.commerce import shop
from tests.fixtures.processes import until

Make = Callable[..., Incoming]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def chat(database: Database, clock: FrozenClock, empty_shop: Shop) -> Counter:
    return open_counter(database, clock, empty_shop)


@pytest.fixture
def listeners(chat: Counter) -> Listeners:
    return Listeners(chat.database, chat.clock, chat.sealer, chat.sender)


@pytest.fixture
async def buyer(chat: Counter, message: Make) -> tuple[int, int]:
    """The ids of a customer and their conversation."""
    accepted = await chat.hear(message("闷着", sent_at=chat.clock.now()))
    talk = await chat.conversation()
    assert talk.customer_id is not None
    return talk.customer_id, accepted.conversation_id


def order(session: Session, customer_id: int, conversation_id: int | None = None) -> Order:
    variant = shop.put_on_sale(session)
    return shop.place(session, customer_id, {variant: 1}, conversation_id=conversation_id)


def paid_order(session: Session, buyer: tuple[int, int]) -> tuple[Order, Payment]:
    placed = order(session, *buyer)
    payment = shop.begin_to_pay(session, placed)
    shop.pay(session, payment)
    return placed, payment


async def hear_all(chat: Counter, listeners: Listeners) -> None:
    while await chat.database.write(listeners.handle_some):
        pass


async def said(chat: Counter) -> list[str]:
    return [payload["content"] for _, payload in await chat.outbox()]


async def test_a_paid_order_is_told_in_its_conversation_once(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        placed, payment = paid_order(session, buyer)
        shop.pay(session, payment)

    for _ in range(3):
        await hear_all(chat, listeners)

    words = texts.PAID.format(order_no=placed.order_no, amount="¥39")
    assert await said(chat) == [words]
    assert (await chat.transcript())[-1] == ("bot", words)
    assert await chat.send_all() == [{"type": "text", "content": words}]


@pytest.mark.parametrize(
    ("actor", "sentence"), [("clock", texts.EXPIRED), ("customer:1", texts.CANCELLED)]
)
async def test_a_closed_order_is_told_with_whose_doing_it_was(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int], actor: str, sentence: str
) -> None:
    with chat.database.writing() as session:
        placed = order(session, *buyer)
        closing.cancel_unpaid(session, id_of(placed), actor=actor, reason="", now=shop.NOW)

    await hear_all(chat, listeners)

    assert await said(chat) == [sentence.format(order_no=placed.order_no)]


async def test_an_order_of_no_conversation_is_told_in_the_latest_one(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        paid_order(session, (buyer[0], None))  # type: ignore[arg-type]

    await hear_all(chat, listeners)

    assert len(await said(chat)) == 1


async def test_who_chatted_before_a_merge_is_told_there(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        kept = shop.new_customer(session)
        merge(session, kept, buyer[0], shop.NOW)
        paid_order(session, (kept, None))  # type: ignore[arg-type]

    await hear_all(chat, listeners)

    assert len(await said(chat)) == 1


async def test_a_customer_who_never_chatted_is_told_nothing(
    chat: Counter, listeners: Listeners
) -> None:
    with chat.database.writing() as session:
        paid_order(session, (shop.new_customer(session), None))  # type: ignore[arg-type]

    await hear_all(chat, listeners)

    assert await chat.outbox() == []
    assert await unheard(chat) == 0


async def unheard(chat: Counter) -> int:
    statement = select(func.count()).where(col(ShopEvent.handled_at).is_(None))
    return await chat.database.read(lambda session: session.exec(statement).one())


async def test_closing_is_asked_of_wechat_pay_under_the_payments_number(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        placed = order(session, *buyer)
        payment = shop.begin_to_pay(session, placed)
        for _ in range(2):
            closing.cancel_unpaid(
                session, id_of(placed), actor="customer:1", reason="", now=shop.NOW
            )

    await hear_all(chat, listeners)

    wanted = {"out_trade_no": payment.out_trade_no}
    assert await chat.outbox("pay.close") == [(OutboxState.PENDING, wanted)]
    assert await said(chat) == []


async def test_a_refund_is_asked_for_and_announced_and_told_when_it_is_there(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        placed, payment = paid_order(session, buyer)
        refund = refunds.request_refund(session, id_of(payment), 3900, "缺货", shop.NOW)
        number = refund.out_refund_no
    await hear_all(chat, listeners)
    with chat.database.writing() as session:
        for _ in range(2):
            refunds.record_refund_result(session, number, RefundState.SUCCEEDED, shop.NOW)
    await hear_all(chat, listeners)

    wanted = {
        "out_refund_no": number,
        "out_trade_no": payment.out_trade_no,
        "refund": 3900,
        "total": 3900,
        "reason": "缺货",
    }
    assert await chat.outbox("pay.refund") == [(OutboxState.PENDING, wanted)]
    assert (await said(chat))[1:] == [
        texts.REFUND_STARTED.format(order_no=placed.order_no, amount="¥39", reason="缺货"),
        texts.REFUND_DONE.format(amount="¥39"),
    ]


async def test_the_bot_tells_nothing_in_a_conversation_that_an_agent_has(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        paid_order(session, buyer)
    await chat.change_conversation(owner="agent:7", epoch=1)

    await hear_all(chat, listeners)

    assert await chat.send_all() == []


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


def refund_of(session: Session, buyer: tuple[int, int]) -> str:
    """The number of a refund that was just promised."""
    _, payment = paid_order(session, buyer)
    return refunds.request_refund(session, id_of(payment), 3900, "缺货", shop.NOW).out_refund_no


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


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ("person_wanted", "warning"),
        ("refund_abnormal", "error"),
        ("refund_closed", "error"),
        ("paid_mismatch", "error"),
    ],
)
async def test_what_waits_for_a_person_is_logged_and_counted_once(
    chat: Counter, listeners: Listeners, kind: str, level: str
) -> None:
    counter = metrics.OPERATOR_WANTED.labels(kind)
    before = counter._value.get()
    with chat.database.writing() as session:
        announce(session, kind, now=shop.NOW, order_no="2026", customer_id=7)

    with capture_logs() as lines:
        for _ in range(2):
            await hear_all(chat, listeners)

    assert lines == [
        {"event": "operator wanted", "kind": kind, "log_level": level, "order_no": "2026"}
    ]
    assert counter._value.get() == before + 1


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
