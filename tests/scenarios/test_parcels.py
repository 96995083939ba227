"""A parcel from the merchant's hands to the customer's, with the carrier asked on the wire."""

import pytest

from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

BAG = "加厚帆布包"


async def test_a_parcel_is_followed_until_it_is_signed_for(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    await mini.pays(order_no)
    await customer.hears("支付成功", order_no)

    fan = f"/fans/{customer.fan_id}"
    number = (await stage.control("POST", f"{fan}/ship"))["tracking_no"]
    await customer.hears("已发货", order_no, number)
    await customer.says("快递到哪了")
    await customer.hears("等待揽收", number)

    async def carrier_has_answered() -> bool:
        return await stage.count("accepted:kuaidi100/query") >= 1

    await stage.move_time(hours=3)
    await until(carrier_has_answered, what="the carrier to be asked")
    await stage.move_time(hours=21)
    await customer.hears("正在派送", order_no)
    await customer.says("快递到哪了")
    await customer.hears("派送中", number, "上海转运中心")
    await stage.move_time(hours=6)
    await customer.hears("已签收", order_no)
    assert await stage.count("errors:kuaidi100/query:601") == 0
