"""The shop in 微信客服: the bot answers, and hands over."""

import pytest

from tests.fixtures.kf_customer import KfCustomer
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

BAG = "加厚帆布包"


async def test_a_customer_of_wecom_is_welcomed_served_and_handed_over(stage: Stage) -> None:
    customer = await KfCustomer.comes(stage)
    await customer.hears()
    await customer.says(BAG)
    await customer.hears("为您找到", BAG)
    await customer.says("第一个")
    await customer.hears("已加购物车", BAG)

    await customer.says("转人工")
    await customer.hears()

    counters = await stage.counters()
    assert [name for name in counters if name.startswith("errors:kf/")] == []
    assert stage.value("SELECT count(*) FROM handover") == 1
