"""商家转账: one bill a number, confirmed by its user within a day, told to the merchant."""

from typing import Any

import pytest

from tests.sandbox.world import Json, World

BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
BILL = "WD202611110001"
DAY = 86_400
REPORTS = [
    {"info_type": "岗位类型", "info_content": "推广员"},
    {"info_type": "报酬说明", "info_content": "推广商品的佣金"},
]


@pytest.fixture
async def fan(world: World) -> Json:
    """Has paid, so that the merchant's account holds 129 yuan."""
    fan = await world.fan()
    await world.paid(fan)
    await world.noticed(1)
    return fan


def body(world: World, fan: Json, **changed: Any) -> Json:
    return {
        "appid": world.settings.mini_program.app_id,
        "out_bill_no": BILL,
        "transfer_scene_id": "1005",
        "openid": fan["mini_openid"],
        "transfer_amount": 1200,
        "transfer_remark": "推广佣金提现",
        "notify_url": f"{world.settings.callback_url}/pay/wechat/notify",
        "transfer_scene_report_infos": REPORTS,
        **changed,
    }


async def ask(world: World, fan: Json, **changed: Any) -> tuple[int, Json]:
    return await world.pay("POST", BILLS, body(world, fan, **changed))


async def query(world: World, number: str = BILL) -> tuple[int, Json]:
    return await world.pay("GET", f"{BILLS}/out-bill-no/{number}")


async def state(world: World) -> tuple[str, str]:
    _, bill = await query(world)
    return bill["state"], bill.get("fail_reason", "")


async def test_a_transfer_arrives_once_its_user_has_confirmed_it(world: World, fan: Json) -> None:
    status, bill = await ask(world, fan)
    assert (status, bill["state"]) == (200, "WAIT_USER_CONFIRM")
    arguments = {
        "mchId": world.settings.merchant.mch_id,
        "appId": world.settings.mini_program.app_id,
        "package": bill["package_info"],
    }

    shown = await world.control(
        "POST", "/transfer-sheet", {"fan_id": fan["fan_id"], "arguments": arguments}
    )
    assert shown["transfer_amount"] == 1200
    await world.control("POST", f"/transfers/{bill['package_info']}/confirm")
    assert await state(world) == ("TRANSFERING", "")
    await world.move(2)
    await world.noticed(2)

    assert await state(world) == ("SUCCESS", "")
    [told] = (await world.control("GET", "/transfers"))["transfers"]
    assert (told["state"], told["mch_id"]) == ("SUCCESS", arguments["mchId"])
    notices = (await world.control("GET", "/notices"))["notices"]
    assert notices[0]["event_type"] == "MCHTRANSFER.BILL.FINISHED"
    assert await world.counter("accepted:transferred") == 1


async def test_the_same_transfer_asked_again_is_the_same_bill(world: World, fan: Json) -> None:
    first = await ask(world, fan)

    assert await ask(world, fan) == first
    status, refusal = await ask(world, fan, transfer_amount=1300)
    assert (status, refusal["code"]) == (400, "INVALID_REQUEST")
    assert "单号已存在" in refusal["message"]
    assert await world.counter(f"accepted:transfer:{BILL}") == 1


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"out_bill_no": "WD-1"}, 400, "PARAM_ERROR"),
        ({"out_bill_no": "W" * 33}, 400, "PARAM_ERROR"),
        ({"transfer_remark": "佣" * 33}, 400, "PARAM_ERROR"),
        ({"transfer_amount": 9}, 400, "INVALID_REQUEST"),
        ({"transfer_amount": "1200"}, 400, "PARAM_ERROR"),
        ({"transfer_amount": 200_000}, 400, "PARAM_ERROR"),
        ({"transfer_amount": 200_000, "user_name": "sealed"}, 403, "NOT_ENOUGH"),
        ({"transfer_scene_report_infos": REPORTS[:1]}, 400, "PARAM_ERROR"),
        ({"transfer_scene_report_infos": None}, 400, "PARAM_ERROR"),
        ({"transfer_scene_id": "1000"}, 400, "PARAM_ERROR"),
        ({"transfer_scene_id": "9999"}, 400, "INVALID_REQUEST"),
        ({"openid": "o-nobody"}, 400, "OPENID_MISMATCH"),
        ({"appid": "wx-another"}, 400, "APPID_MCHID_NOT_MATCH"),
    ],
)
async def test_what_pay_does_not_transfer(
    world: World, fan: Json, changed: Json, status: int, code: str
) -> None:
    refused, answer = await ask(world, fan, **changed)

    assert (refused, answer["code"]) == (status, code)
    assert (await query(world))[0] == 404


async def test_an_unsigned_transfer_is_refused(world: World, fan: Json) -> None:
    status, answer = await world.pay("POST", BILLS, body(world, fan), signature="AAAA")

    assert (status, answer["code"]) == (401, "SIGN_ERROR")


async def test_a_transfer_that_nobody_confirms_fails_after_a_day(world: World, fan: Json) -> None:
    await ask(world, fan)
    await world.move(DAY - 60)
    assert await state(world) == ("WAIT_USER_CONFIRM", "")

    await world.move(60)
    await world.noticed(2)

    assert await state(world) == ("FAIL", "OVERDUE_CLOSE")
    assert (await world.try_control("POST", f"/transfers/{BILL}/confirm"))[0] == 409


async def test_money_that_waits_for_its_user_is_not_in_the_account(world: World, fan: Json) -> None:
    await ask(world, fan, transfer_amount=12_900)
    assert (await ask(world, fan, out_bill_no="WD2"))[1]["code"] == "NOT_ENOUGH"

    await world.control("POST", f"/transfers/{BILL}/decline")
    await world.noticed(2)

    assert (await state(world))[0] == "FAIL"
    assert (await ask(world, fan, out_bill_no="WD2"))[0] == 200


@pytest.mark.parametrize("content", [None, {}], ids=["no body", "an empty object"])
async def test_what_is_not_confirmed_can_be_taken_back(
    world: World, fan: Json, content: Json | None
) -> None:
    path = f"{BILLS}/out-bill-no/{BILL}/cancel"
    assert (await world.pay("POST", path, content))[0] == 404
    await ask(world, fan)

    status, answer = await world.pay("POST", path, content)
    assert (status, answer["state"]) == (200, "CANCELING")
    await world.move(2)
    await world.noticed(2)

    assert (await state(world))[0] == "CANCELLED"
    assert (await world.pay("POST", path, content))[1]["state"] == "CANCELLED"


async def test_what_has_gone_cannot_be_taken_back(world: World, fan: Json) -> None:
    await ask(world, fan)
    await world.control("POST", f"/transfers/{BILL}/confirm")

    status, answer = await world.pay("POST", f"{BILLS}/out-bill-no/{BILL}/cancel")

    assert (status, answer["code"]) == (400, "INVALID_REQUEST")


async def test_only_its_own_user_opens_the_sheet_of_a_transfer(world: World, fan: Json) -> None:
    _, bill = await ask(world, fan)
    another = await world.fan()
    right = {
        "mchId": world.settings.merchant.mch_id,
        "appId": world.settings.mini_program.app_id,
        "package": bill["package_info"],
    }

    for who, changed in ((another, {}), (fan, {"package": "x"}), (fan, {"mchId": "1"})):
        given = {"fan_id": who["fan_id"], "arguments": {**right, **changed}}
        assert (await world.try_control("POST", "/transfer-sheet", given))[0] == 409


async def test_a_bill_is_forgotten_after_thirty_days(world: World, fan: Json) -> None:
    await ask(world, fan)
    await world.control("POST", f"/transfers/{BILL}/decline")
    await world.noticed(2)
    await world.move(30 * DAY)

    assert (await query(world))[1]["code"] == "NOT_FOUND"
    assert (await ask(world, fan))[1]["state"] == "FAIL"


async def test_a_swallowed_transfer_is_there_all_the_same(world: World, fan: Json) -> None:
    await world.control("POST", "/faults", {"api": "pay/transfer", "fault": "errcode:SYSTEM_ERROR"})
    assert (await ask(world, fan))[0] == 500
    assert (await query(world))[0] == 404

    await world.control("POST", "/faults", {"api": "pay/transfer", "fault": "delay:0"})
    assert (await ask(world, fan))[0] == 200
    assert (await query(world))[0] == 200
