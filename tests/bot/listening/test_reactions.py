"""What follows from what happened in the shop: told once, asked once."""

import pytest
from structlog.testing import capture_logs

from bot import metrics, texts
from bot.listeners import Listeners
from bot.tables import OutboxState
from commerce.customers import merge
from commerce.events import announce
from commerce.inserting import id_of
from commerce.payments import closing, refunds
from commerce.payments.tables import RefundState
from tests.bot.counter import Counter
from tests.bot.listening.hearing import hear_all, order, paid_order, said, unheard
from tests.commerce import shop


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
