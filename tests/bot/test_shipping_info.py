"""WeChat is told of parcels once: what is told, what is repeated, what is left to a person."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from bot.channels.shipping_info_delivery import NO_MINI_PROGRAM, ShippingInfoDelivery, Skipped
from bot.clock import FrozenClock
from bot.database import Database
from bot.outcomes import Failed, Outcome, Postponed, Sent
from bot.shipping_info import KIND, describe, want_shipping_info
from bot.tables import OutboxMessage
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderLine
from commerce.parcels.correcting import correct
from commerce.parcels.shipping import ship
from commerce.parcels.tables import Parcel, ReportState, ShippingReport
from commerce.sealing import Place
from tests.bot.channels.delivering import claimed, note
from tests.commerce import shop
from tests.commerce.shop import NOW, SEALER
from tests.wecom.far_end import FarEnd
from wecom.transport import AsyncWeChatClient

UPLOAD, ASK = "/wxa/sec/order/upload_shipping_info", "/wxa/sec/order/get_order"
BUSY = {"errcode": -1, "errmsg": "system error"}


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def delivery(
    wechat_client: AsyncWeChatClient, database: Database, clock: FrozenClock
) -> ShippingInfoDelivery:
    return ShippingInfoDelivery(wechat_client, database, clock)


def paid_order(session: Session, pieces: int = 1) -> Order:
    variant = shop.put_on_sale(session)
    order = shop.place(session, shop.new_customer(session), {variant: pieces})
    shop.pay(session, shop.begin_to_pay(session, order))
    return order


def send(
    session: Session, order: Order, pieces: int | None = None, carrier: str = "yto", number: int = 1
) -> Parcel:
    (line,) = list_lines(session, order)
    return ship(
        session,
        id_of(order),
        carrier=carrier,
        tracking_no=f"{carrier.upper()}88000000000{number}",
        actor="agent:1",
        now=NOW,
        pieces=None if pieces is None else {id_of(line): pieces},
    )


def wanted(database: Database) -> list[dict[str, Any]]:
    """The calls in the outbox, in order."""
    with database.reading() as session:
        rows = (
            select(OutboxMessage).where(OutboxMessage.kind == KIND).order_by(col(OutboxMessage.id))
        )
        return [
            json.loads(SEALER.open(row.payload_sealed, Place("outbox", "payload", row.key)))
            for row in session.exec(rows)
        ]


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(ShippingReport.state).order_by(col(ShippingReport.number))))


def one_report(database: Database) -> dict[str, Any]:
    """A parcel of a whole order is to be told of."""
    with database.writing() as session:
        order = paid_order(session)
        send(session, order)
        assert want_shipping_info(session, SEALER, id_of(order), NOW)
    return wanted(database)[0]


def test_the_whole_order_in_one_parcel_is_told_by_its_payment(database: Database) -> None:
    with database.writing() as session:
        order = paid_order(session, 2)
        send(session, order, carrier="sf")
        for _ in range(2):
            want_shipping_info(session, SEALER, id_of(order), NOW)
        number = f"42000-{order.order_no}-1"

    (call,) = wanted(database)

    assert call["body"] == {
        "order_key": {"order_number_type": 2, "transaction_id": number},
        "logistics_type": 1,
        "delivery_mode": 1,
        "shipping_list": [
            {
                "tracking_no": "SF880000000001",
                "express_company": "SF",
                "item_desc": "云朵拖鞋*2",
                "contact": {"receiver_contact": "138****8000"},
            }
        ],
        "upload_time": "2026-11-11T12:00:00.000+08:00",
        "payer": {"openid": shop.PAYER},
    }


def test_parts_are_told_with_whether_they_are_all(database: Database) -> None:
    with database.writing() as session:
        order = paid_order(session, 3)
        send(session, order, 1)
        want_shipping_info(session, SEALER, id_of(order), NOW)
        send(session, order, number=2)
        want_shipping_info(session, SEALER, id_of(order), NOW + timedelta(hours=1))

    first, second = (call["body"] for call in wanted(database))

    assert (first["delivery_mode"], first["is_all_delivered"]) == (2, False)
    assert (second["delivery_mode"], second["is_all_delivered"]) == (2, True)
    assert [each["item_desc"] for each in second["shipping_list"]] == ["云朵拖鞋*1", "云朵拖鞋*2"]
    assert "contact" not in second["shipping_list"][0]


def test_a_second_correction_is_not_even_sent_and_shown_to_people(database: Database) -> None:
    with database.writing() as session:
        order = paid_order(session)
        parcel = send(session, order)
        posted = [want_shipping_info(session, SEALER, id_of(order), NOW)]
        with capture_logs() as lines:
            for n in (2, 3):
                correct(
                    session,
                    id_of(parcel),
                    carrier="yto",
                    tracking_no=f"YTO88000000000{n}",
                    now=NOW,
                    actor="agent:1",
                )
                posted.append(want_shipping_info(session, SEALER, id_of(order), NOW))

    assert posted == [True, True, False]
    assert len(wanted(database)) == 2
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("shipping info refused", "error")
    ]


async def test_a_report_that_arrived_is_written_down(
    database: Database, delivery: ShippingInfoDelivery, wechat: FarEnd
) -> None:
    call = one_report(database)

    assert isinstance(await note(database, delivery, claimed(call, kind=KIND)), Sent)

    assert [(each.path, each.content) for each in wechat.calls] == [(UPLOAD, call["body"])]
    assert states(database) == [ReportState.TAKEN]


async def test_after_two_failures_it_is_told_once(
    database: Database, delivery: ShippingInfoDelivery, wechat: FarEnd
) -> None:
    call = one_report(database)
    wechat.answer(ASK, {"errcode": 0, "order": {"order_state": 1}})
    outcomes: list[Outcome] = []
    for attempt, answer in enumerate(((500, b"oops"), (500, b"oops"), (200, {"errcode": 0})), 1):
        wechat.answer(UPLOAD, answer[1], status=answer[0])
        row = claimed(call, kind=KIND, attempt=attempt)
        outcomes.append(await note(database, delivery, row))

    assert [type(each) for each in outcomes] == [Postponed, Postponed, Sent]
    assert [each.path for each in wechat.calls] == [UPLOAD, ASK, UPLOAD, ASK, UPLOAD]
    assert states(database) == [ReportState.TAKEN]


async def test_a_call_whose_answer_was_lost_is_asked_about_and_not_repeated(
    database: Database, delivery: ShippingInfoDelivery, wechat: FarEnd
) -> None:
    call = one_report(database)
    parcel = {"tracking_no": "YTO880000000001", "express_company": "YTO", "upload_time": 1}
    shipping = {"finish_shipping": True, "shipping_list": [parcel]}
    wechat.answer(ASK, {"errcode": 0, "order": {"shipping": shipping}})

    outcome = await note(database, delivery, claimed(call, kind=KIND, attempt=2))

    assert isinstance(outcome, Sent)
    assert [each.path for each in wechat.calls] == [ASK]
    assert states(database) == [ReportState.TAKEN]


async def test_what_wechat_knows_already_counts_as_told(
    database: Database, delivery: ShippingInfoDelivery, wechat: FarEnd
) -> None:
    call = one_report(database)
    wechat.answer(UPLOAD, {"errcode": 10060023, "errmsg": "发货信息未更新"})

    await note(database, delivery, claimed(call, kind=KIND))

    assert states(database) == [ReportState.TAKEN]


@pytest.mark.parametrize("code", [10060001, 10060003, 10060004, 268485216])
async def test_a_refusal_for_good_is_shown_to_people_with_its_reason(
    database: Database, delivery: ShippingInfoDelivery, wechat: FarEnd, code: int
) -> None:
    call = one_report(database)
    wechat.answer(UPLOAD, {"errcode": code, "errmsg": "不行"})

    with capture_logs() as lines:
        outcome = await note(database, delivery, claimed(call, kind=KIND))

    assert isinstance(outcome, Failed)
    assert [line["event"] for line in lines] == ["shipping info refused"]
    with database.reading() as session:
        report = session.exec(select(ShippingReport)).one()
        assert (report.state, str(code) in report.reason) == (ReportState.REFUSED, True)


async def test_a_busy_platform_is_asked_again(
    database: Database, delivery: ShippingInfoDelivery, wechat: FarEnd
) -> None:
    call = one_report(database)
    wechat.answer(UPLOAD, BUSY)

    assert isinstance(await note(database, delivery, claimed(call, kind=KIND)), Postponed)
    assert states(database) == [ReportState.WANTED]


async def test_an_earlier_report_is_left_out_once_a_later_one_is_wanted(
    database: Database, delivery: ShippingInfoDelivery, wechat: FarEnd
) -> None:
    with database.writing() as session:
        order = paid_order(session, 2)
        for n, pieces in ((1, 1), (2, None)):
            send(session, order, pieces, number=n)
            want_shipping_info(session, SEALER, id_of(order), NOW)
    first, second = wanted(database)

    assert isinstance(await note(database, delivery, claimed(first, kind=KIND)), Skipped)
    assert isinstance(await note(database, delivery, claimed(second, kind=KIND)), Sent)

    assert [each.content for each in wechat.calls] == [second["body"]]
    assert states(database) == [ReportState.SKIPPED, ReportState.TAKEN]


async def test_a_shop_without_a_mini_program_tells_nobody(
    database: Database, clock: FrozenClock
) -> None:
    call = one_report(database)

    with capture_logs() as lines:
        outcome = await note(
            database, ShippingInfoDelivery(None, database, clock), claimed(call, kind=KIND)
        )

    assert outcome == Skipped(reason=NO_MINI_PROGRAM)
    assert (states(database), lines) == ([ReportState.SKIPPED], [])


def test_a_long_description_is_cut_to_what_wechat_takes() -> None:
    line = OrderLine(
        order_id=1,
        variant_id=1,
        product_id=1,
        title="长" * 70,
        label="",
        price=1,
        quantity=2,
        total=2,
    )

    words = describe([(line, 1), (line, 2)])

    assert len(words) == 120
    assert words.endswith("…")
