"""However the shop dies around it, WeChat is told once that an order is on its way."""

import pytest

from tests.faults.crashing_bot import arm
from tests.faults.test_kills import AROUND_A_CALL, MORTAL, die_and_recover
from tests.fixtures.processes import until
from tests.fixtures.stage import OpenStage, Stage

pytestmark = [pytest.mark.slow, pytest.mark.faults]

CUP = "手工保温杯"
KIND = "mini_program.shipping_info"
TOLD = "accepted:upload_shipping_info"


async def ships(stage: Stage) -> str:
    """A customer's order is paid and handed to a carrier; the number of its payment."""
    customer = await stage.customer()
    await customer.puts_into_cart(CUP)
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    await mini.pays(order_no)
    await customer.hears("支付成功", order_no)
    await stage.control("POST", f"/fans/{customer.fan_id}/ship")
    return f"{order_no}-1"


@pytest.mark.parametrize("point", AROUND_A_CALL)
async def test_shipping_is_told_once_however_the_shop_dies(
    open_stage: OpenStage, point: str
) -> None:
    stage = await open_stage(bot=MORTAL)
    await stage.set_fault("upload_shipping_info", "delay:1")
    arm(stage.folder, point, 1, KIND)

    number = await ships(stage)
    await die_and_recover(stage)

    assert await stage.count(TOLD) == 1
    shipping = (await stage.payment(number))["shipping"]
    assert (shipping["finish_shipping"], shipping["finish_shipping_count"]) == (True, 1)
    assert stage.rows("SELECT state, is_correction FROM shipping_report") == [("taken", 0)]
    assert stage.rows("SELECT state FROM outbox WHERE kind = ?", KIND) == [("sent",)]


@pytest.mark.parametrize(("fault", "calls"), [("500", 3), ("swallow", 1)])
async def test_shipping_is_told_once_though_answers_fail(
    stage: Stage, fault: str, calls: int
) -> None:
    await stage.set_fault("upload_shipping_info", fault, times=2 if fault == "500" else 1)

    number = await ships(stage)

    async def is_told() -> bool:
        await stage.move_time(seconds=10)
        return stage.rows("SELECT state FROM shipping_report") == [("taken",)]

    await until(is_told, within=20, what="WeChat to know")
    assert await stage.count("calls:upload_shipping_info") == calls
    assert await stage.count(TOLD) == 1
    assert (await stage.payment(number))["shipping"]["finish_shipping_count"] == 1
