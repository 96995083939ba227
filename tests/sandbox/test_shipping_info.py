"""The fake 发货信息管理: whole or in parts, put right once, and every field checked."""

from typing import Any

import pytest

from bot.sandbox.rules import SHIPPING_ERRORS
from tests.sandbox.world import Json, World

NUMBER = "ORDER-000001"
PARCEL: Json = {"tracking_no": "YT1", "express_company": "YTO", "item_desc": "蓝牙耳机*1"}


BROKEN: list[tuple[Json, int]] = [
    ({"logistics_type": 9}, 10060005),
    ({"delivery_mode": 3}, 268485224),
    ({"delivery_mode": 2}, 10060007),
    ({"delivery_mode": 2, "is_all_delivered": True, "logistics_type": 4}, 10060006),
    ({"shipping_list": [PARCEL] * 2}, 268485228),
    ({"shipping_list": [PARCEL] * 16}, 10060024),
    ({"shipping_list": PARCEL}, 47001),
    ({"shipping_list": [{**PARCEL, "item_desc": ""}]}, 10060008),
    ({"shipping_list": [{**PARCEL, "item_desc": "长" * 121}]}, 10060009),
    ({"shipping_list": [{**PARCEL, "tracking_no": ""}]}, 268485226),
    ({"shipping_list": [{**PARCEL, "express_company": ""}]}, 268485227),
    ({"shipping_list": [{**PARCEL, "express_company": "SF"}]}, 10060014),
    (
        {"shipping_list": [{**PARCEL, "contact": {"receiver_contact": "13800138000"}}]},
        10060014,
    ),
    ({"upload_time": "2026-11-23 12:00:00"}, 268485216),
    ({"payer": {"openid": "o-somebody"}}, 10060031),
    ({"order_key": {"order_number_type": 2, "transaction_id": "42001"}}, 10060001),
    ({"order_key": {"order_number_type": 2}}, 268485195),
    ({"order_key": {"order_number_type": 1}}, 268485196),
    ({"order_key": {"order_number_type": 1, "mchid": "1"}}, 268485197),
    ({"order_key": {"order_number_type": 3}}, 268485194),
]
"""What breaks a rule, and the code that it is refused by."""


async def paid(world: World) -> tuple[Json, str]:
    """A fan and the transaction id of what they paid."""
    fan = await world.fan()
    await world.paid(fan, NUMBER)
    payments = (await world.control("GET", "/payments"))["payments"]
    return fan, payments[0]["transaction_id"]


def told(fan: Json, transaction_id: str, *numbers: str, at: int = 0, **changes: Any) -> Json:
    parcels = [{**PARCEL, "tracking_no": number} for number in numbers or ("YT1",)]
    return {
        "order_key": {"order_number_type": 2, "transaction_id": transaction_id},
        "logistics_type": 1,
        "delivery_mode": 1,
        "shipping_list": parcels,
        "upload_time": f"2026-11-23T12:00:{at:02d}.000+08:00",
        "payer": {"openid": fan["mini_openid"]},
        **changes,
    }


async def upload(world: World, body: Json) -> int:
    token = await world.token(world.settings.mini_program.app_id)
    answer = await world.wechat("POST", "/wxa/sec/order/upload_shipping_info", body, token=token)
    code: int = answer["errcode"]
    return code


async def order_of(world: World, transaction_id: str) -> Json:
    token = await world.token(world.settings.mini_program.app_id)
    body = {"transaction_id": transaction_id}
    answer = await world.wechat("POST", "/wxa/sec/order/get_order", body, token=token)
    order: Json = answer["order"]
    return order


async def test_what_was_sent_is_put_right_once_and_a_third_time_refused(world: World) -> None:
    fan, number = await paid(world)
    assert "shipping" not in await order_of(world, number)

    codes = [await upload(world, told(fan, number, f"YT{n}", at=n)) for n in range(3)]

    assert codes == [0, 0, 10060003]
    order = await order_of(world, number)
    assert (order["order_state"], order["shipping"]["finish_shipping_count"]) == (2, 2)
    assert [each["tracking_no"] for each in order["shipping"]["shipping_list"]] == ["YT1"]


async def test_saying_the_same_or_the_older_changes_nothing(world: World) -> None:
    fan, number = await paid(world)
    await upload(world, told(fan, number, at=5))

    assert await upload(world, told(fan, number, at=6)) == 10060023
    assert await upload(world, told(fan, number, "YT2", at=4)) == 10060023
    assert (await order_of(world, number))["shipping"]["finish_shipping_count"] == 1


async def test_parts_are_added_up_until_all_are_sent(world: World) -> None:
    fan, number = await paid(world)

    def part(at: int, *numbers: str, is_all: bool) -> Json:
        return told(fan, number, *numbers, at=at, delivery_mode=2, is_all_delivered=is_all)

    assert await upload(world, part(1, "YT1", is_all=False)) == 0
    assert (await order_of(world, number))["order_state"] == 1
    assert await upload(world, part(2, "YT1", "YT2", is_all=True)) == 0

    shipping = (await order_of(world, number))["shipping"]
    assert [each["tracking_no"] for each in shipping["shipping_list"]] == ["YT1", "YT2"]
    assert (shipping["finish_shipping"], shipping["finish_shipping_count"]) == (True, 1)


async def test_another_mode_counts_as_sent_again(world: World) -> None:
    fan, number = await paid(world)
    split: Json = {"delivery_mode": 2, "is_all_delivered": False}
    await upload(world, told(fan, number, at=1, **split))

    assert await upload(world, told(fan, number, at=2)) == 0
    assert await upload(world, told(fan, number, at=3, **split)) == 10060003


@pytest.mark.parametrize(("change", "code"), BROKEN)
async def test_what_breaks_a_rule_is_refused_by_its_code(
    world: World, change: Json, code: int
) -> None:
    fan, number = await paid(world)

    assert await upload(world, told(fan, number, **change)) == code
    assert "shipping" not in await order_of(world, number)


async def test_carriers_that_ask_for_a_phone_are_told_a_masked_one(world: World) -> None:
    fan, number = await paid(world)
    contact = {"receiver_contact": "138****8000"}
    parcel = {**PARCEL, "express_company": "SF", "contact": contact}

    assert await upload(world, told(fan, number, shipping_list=[parcel])) == 0


async def test_the_merchants_own_number_names_the_payment_as_well(world: World) -> None:
    fan, number = await paid(world)
    key = {"order_number_type": 1, "mchid": world.settings.merchant.mch_id, "out_trade_no": NUMBER}

    assert await upload(world, told(fan, number, order_key=key)) == 0


async def test_the_official_accounts_token_is_not_let_in(world: World) -> None:
    fan, number = await paid(world)

    path = "/wxa/sec/order/upload_shipping_info"
    answer = await world.wechat("POST", path, told(fan, number))

    assert answer["errcode"] == 48001


async def test_a_payment_that_went_back_is_not_shipped(world: World) -> None:
    fan, number = await paid(world)
    await world.refund(NUMBER, "R-1", 12900)
    await world.move(5)
    await world.noticed(2)

    assert await upload(world, told(fan, number)) == 10060004


def test_every_error_of_the_service_is_met_here() -> None:
    assert {code for _, code in BROKEN} - {47001} | {10060003, 10060004, 10060023} == set(
        SHIPPING_ERRORS
    )
