"""Quotes and orders."""

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from bot.clock import FrozenClock
from bot.database import Database
from commerce.catalogue.tables import Variant
from commerce.customers.tables import Address
from commerce.inserting import id_of
from commerce.ordering import cart
from commerce.ordering.tables import Order
from commerce.payments.tables import Payment
from tests.bot.api.conftest import IssueCard, NewPhone
from tests.bot.api.phone import ADDRESS, Phone, wish
from tests.commerce.shop import SEALER, assert_stock_adds_up, put_on_sale, stock_of


def orders_of(database: Database) -> list[Order]:
    with database.reading() as session:
        return list(session.exec(select(Order).order_by(Order.order_no)))


@pytest.mark.database
async def test_from_the_card_in_the_chat_to_the_arguments_for_paying(
    new_phone: NewPhone,
    database: Database,
    frozen_clock: FrozenClock,
    issue_card: IssueCard,
    slippers: int,
) -> None:
    token = issue_card({slippers: 2})
    bob = await new_phone("o-mini-bob", unionid="u-bob")

    shown = await bob.get("/cart", cart=token)
    quote = await bob.post("/quote", {"cart": token})
    placed = await bob.order({"cart": token, "address": ADDRESS, "payable": 7800, "remark": "快"})
    paying = await bob.post(f"/orders/{placed.json['order_no']}/prepay")
    listed = await bob.get("/orders")
    again = await bob.get(f"/orders/{placed.json['order_no']}")

    assert shown.json["total"] == quote.json["payable"] == placed.json["payable"] == 7800
    assert sum(step["amount"] for step in quote.json["steps"]) == 7800
    assert (placed.status, placed.json["state"]) == (201, "unpaid")
    assert placed.json["address"] == {**ADDRESS, "phone": "138****8000"}
    assert placed.json["expires_at"] == "2026-11-23T04:30:00Z"
    assert [step["state"] for step in placed.json["history"]] == ["unpaid"]
    assert paying.json["package"] == f"prepay_id=wx-{placed.json['order_no']}-1"
    assert listed.json == {"items": [placed.json], "next_page": None}
    assert again.json == placed.json
    assert (await bob.get("/cart")).json["lines"] == []
    (order,) = orders_of(database)
    assert (order.source, order.conversation_id) == ("oa.chat", 7)
    assert placed.json["remark"] == "快"
    with database.writing() as session:
        assert stock_of(session, slippers) == 8
        assert_stock_adds_up(session)


async def test_a_quote_of_explicit_lines_sums_equal_variants(phone: Phone, slippers: int) -> None:
    line = {"variant_id": slippers, "quantity": 2}

    quote = await phone.post("/quote", {"lines": [line, line]})

    assert [(each["quantity"], each["total"]) for each in quote.json["lines"]] == [(4, 15600)]
    assert quote.json["payable"] == quote.json["goods_total"] == 15600


@pytest.mark.database
async def test_a_double_click_is_one_order(phone: Phone, database: Database, slippers: int) -> None:
    answers = await asyncio.gather(*(phone.order(wish(slippers)) for _ in range(6)))

    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["order_no"] for answer in answers}) == 1
    with database.reading() as session:
        assert stock_of(session, slippers) == 9


@pytest.mark.database
async def test_of_two_orders_under_one_key_at_once_one_is_refused(
    phone: Phone, database: Database, slippers: int
) -> None:
    answers = await asyncio.gather(
        phone.order(wish(slippers)), phone.order(wish(slippers, 2, 7800))
    )

    assert sorted(answer.status for answer in answers) == [201, 422]
    assert len(orders_of(database)) == 1


async def test_the_same_key_gives_the_same_order_although_the_cart_is_empty_by_now(
    new_phone: NewPhone,
    frozen_clock: FrozenClock,
    database: Database,
    issue_card: IssueCard,
    slippers: int,
) -> None:
    token = issue_card({slippers: 1})
    bob = await new_phone("o-mini-bob", unionid="u-bob")
    body = {"cart": token, "address": ADDRESS, "payable": 3900}

    first = await bob.order(body)
    frozen_clock.advance(hours=72)  # The card has lapsed, too.
    second = await bob.order(body)

    assert (second.status, second.json["order_no"]) == (201, first.json["order_no"])


@pytest.mark.parametrize(
    "change",
    [{"remark": "换了"}, {"payable": 1}, {"address": {**ADDRESS, "recipient": "李雷"}}],
    ids=["remark", "payable", "address"],
)
async def test_the_same_key_with_another_body_is_refused(
    phone: Phone, database: Database, slippers: int, change: dict[str, Any]
) -> None:
    await phone.order(wish(slippers))

    other = await phone.order({**wish(slippers), **change})

    assert (other.status, other.error["code"]) == (422, "idempotency_conflict")
    assert len(orders_of(database)) == 1


async def test_the_same_key_with_another_card_of_equal_content_is_refused(
    new_phone: NewPhone,
    frozen_clock: FrozenClock,
    database: Database,
    issue_card: IssueCard,
    slippers: int,
) -> None:
    bob = await new_phone("o-mini-bob", unionid="u-bob")
    first = issue_card({slippers: 1})
    await bob.order({"cart": first, "address": ADDRESS, "payable": 3900})
    frozen_clock.advance(seconds=1)
    second = issue_card({slippers: 1})

    other = await bob.order({"cart": second, "address": ADDRESS, "payable": 3900})

    assert (other.status, other.error["code"]) == (422, "idempotency_conflict")


async def test_two_people_may_use_the_same_key(
    new_phone: NewPhone, database: Database, slippers: int
) -> None:
    alice, carol = await new_phone("o-alice"), await new_phone("o-carol")

    first, second = await alice.order(wish(slippers)), await carol.order(wish(slippers))

    assert first.json["order_no"] != second.json["order_no"]


async def test_a_key_that_led_to_no_order_is_free_again(phone: Phone, slippers: int) -> None:
    refused = await phone.order(wish(slippers, payable=1))
    placed = await phone.order(wish(slippers))

    assert (refused.status, placed.status) == (409, 201)


async def test_an_order_for_more_than_there_is_names_each_short_line(
    phone: Phone, database: Database, slippers: int
) -> None:
    with database.writing() as session:
        cup = put_on_sale(session, "玻璃杯", price=1500, pieces=0)
    lines = [{"variant_id": slippers, "quantity": 11}, {"variant_id": cup, "quantity": 1}]

    answer = await phone.order({"lines": lines, "address": ADDRESS, "payable": 44400})

    assert (answer.status, answer.error["code"]) == (409, "out_of_stock")
    assert answer.error["lines"] == [
        {"variant_id": slippers, "available": 10},
        {"variant_id": cup, "available": 0},
    ]
    assert orders_of(database) == []


async def test_a_price_that_changed_is_shown_before_anything_is_bought(
    phone: Phone, database: Database, slippers: int
) -> None:
    quote = await phone.post("/quote", {"lines": [{"variant_id": slippers, "quantity": 1}]})
    with database.writing() as session:
        variant = session.get_one(Variant, slippers)
        variant.price = 4500
        session.add(variant)

    answer = await phone.order(wish(slippers, payable=quote.json["payable"]))

    assert (answer.status, answer.error["code"]) == (409, "price_changed")
    assert answer.error["quote"]["payable"] == 4500
    assert orders_of(database) == []
    assert (await phone.order(wish(slippers, payable=4500))).status == 201


async def test_a_passed_on_card_can_be_bought_without_touching_its_owner(
    new_phone: NewPhone,
    database: Database,
    frozen_clock: FrozenClock,
    issue_card: IssueCard,
    slippers: int,
) -> None:
    token = issue_card({slippers: 2})
    bob, alice = await new_phone("o-mini-bob", unionid="u-bob"), await new_phone("o-alice")

    placed = await alice.order({"cart": token, "address": ADDRESS, "payable": 7800})

    assert placed.status == 201
    (order,) = orders_of(database)
    assert (order.source, order.conversation_id) == ("oa.chat", None)
    assert (await bob.get("/cart")).json["total"] == 7800
    assert (await bob.get("/orders")).json["items"] == []
    with database.reading() as session:
        assert session.exec(select(Address.customer_id)).all() == [order.customer_id]


async def test_an_empty_cart_cannot_be_ordered(
    new_phone: NewPhone,
    database: Database,
    frozen_clock: FrozenClock,
    issue_card: IssueCard,
    slippers: int,
) -> None:
    token = issue_card({slippers: 1})
    bob = await new_phone("o-mini-bob", unionid="u-bob")
    await bob.put(f"/cart/lines/{slippers}", {"quantity": 0})

    answer = await bob.order({"cart": token, "address": ADDRESS, "payable": 0})

    assert (answer.status, answer.error["message"]) == (400, "还没有选商品")


async def test_orders_come_in_pages_newest_first(
    phone: Phone, database: Database, slippers: int
) -> None:
    placed = []
    for each in range(11):
        order_no = (await phone.order(wish(slippers), key=f"key-{each}")).json["order_no"]
        await phone.post(f"/orders/{order_no}/cancel")
        placed.append(order_no)

    first = await phone.get("/orders")
    second = await phone.get("/orders", page=first.json["next_page"])

    assert [each["order_no"] for each in first.json["items"] + second.json["items"]] == placed[::-1]
    assert (len(first.json["items"]), second.json["next_page"]) == (10, None)


async def test_an_order_that_nobody_began_to_pay_is_cancelled_at_once(
    phone: Phone, database: Database, slippers: int
) -> None:
    order_no = (await phone.order(wish(slippers))).json["order_no"]

    cancelled = await phone.post(f"/orders/{order_no}/cancel")
    again = await phone.post(f"/orders/{order_no}/cancel")

    assert cancelled.json["state"] == again.json["state"] == "closed"
    assert cancelled.json["history"][-1]["reason"] == "顾客取消"
    with database.reading() as session:
        assert stock_of(session, slippers) == 10


async def test_a_sixth_order_waits_until_one_of_five_is_paid_or_closed(
    phone: Phone, database: Database, slippers: int
) -> None:
    placed = [await phone.order(wish(slippers), key=f"key-{each}") for each in range(5)]

    refused = await phone.order(wish(slippers), key="key-5")
    again = await phone.order(wish(slippers), key="key-4")
    await phone.post(f"/orders/{placed[0].json['order_no']}/cancel")
    sixth = await phone.order(wish(slippers), key="key-5")

    assert (refused.status, refused.error["code"]) == (409, "illegal_move")
    assert "5笔订单还没付款" in refused.error["message"]
    assert again.json == placed[4].json
    assert sixth.status == 201
    with database.reading() as session:
        assert stock_of(session, slippers) == 5


async def test_an_order_being_paid_is_closed_at_wechat_pay_first(
    phone: Phone, database: Database, slippers: int
) -> None:
    order_no = (await phone.order(wish(slippers))).json["order_no"]
    await phone.post(f"/orders/{order_no}/prepay")

    cancelled = await phone.post(f"/orders/{order_no}/cancel")

    assert cancelled.json["state"] == "unpaid"
    with database.reading() as session:
        assert session.exec(select(Payment.state)).one() == "closing"
        assert stock_of(session, slippers) == 9


async def test_an_address_is_refused_by_the_field_at_fault(phone: Phone, slippers: int) -> None:
    body = wish(slippers, address={**ADDRESS, "phone": "12345"})

    answer = await phone.order(body)

    assert (answer.status, answer.error["field"]) == (400, "address.phone")


async def test_nothing_of_an_address_is_readable_in_the_database(
    phone: Phone, database: Database, slippers: int
) -> None:
    await phone.order(wish(slippers, remark="电话13900139000"))

    (order,) = orders_of(database)
    written = str(order.model_dump())
    plain = ("13800138000", "王小明", "文三路", "13900139000")

    assert not any(secret in written for secret in plain)
    assert all(secret.encode() not in order.remark_sealed for secret in plain)
    assert SEALER.digest("13800138000", "phone") == order.phone_digest


async def test_an_order_takes_what_was_bought_out_of_the_buyer_s_own_cart(
    phone: Phone, database: Database, slippers: int, frozen_clock: FrozenClock
) -> None:
    await phone.put(f"/cart/lines/{slippers}", {"quantity": 3})
    await phone.order(wish(slippers))

    with database.reading() as session:
        (order,) = session.exec(select(Order))
        assert cart.view(session, order.customer_id).pieces == 2
        assert id_of(order) > 0
