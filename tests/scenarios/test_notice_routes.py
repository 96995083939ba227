"""An order is shipped: its buyer hears of it once, by the first route that is open to them."""

import asyncio
import json
from collections.abc import Collection

import pytest

from tests.fixtures.customer import Customer
from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

BAG = "加厚帆布包"
SUBSCRIPTION = "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1"
TEMPLATE = "zhanggui-order-state-notice-000000000000001"
APIS = ("custom/send", "subscribe/send", "template/send", "sms/send")
ENTERED = (
    ("mini_program", SUBSCRIPTION, {"thing1": "goods"}),
    (
        "official_account_template",
        TEMPLATE,
        {"character_string1": "order_no", "phrase2": "carrier"},
    ),
    ("sms", "SMS_100", {"no": "tracking_no"}),
)
INSERT = """
INSERT INTO notice_template (kind, channel, template_id, fields, is_active, updated_at)
VALUES ('order_shipped', ?, ?, ?, 1, '2026-01-01 00:00:00.000000')
"""


async def buyer(stage: Stage) -> Customer:
    """Somebody who has paid for a bag."""
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    await mini.pays(order_no)
    await customer.hears("支付成功", order_no)
    return customer


async def accepted(stage: Stage) -> dict[str, int]:
    """How many messages each of the routes has carried."""
    counters = await stage.counters()
    return {api: counters.get(f"accepted:{api}", 0) for api in APIS}


async def carried(stage: Stage, customer: Customer) -> Collection[str]:
    """The routes that carried something when the customer's order was shipped."""
    before = await accepted(stage)
    await stage.control("POST", f"/fans/{customer.fan_id}/ship")

    async def is_told() -> bool:
        return await accepted(stage) != before

    await until(is_told, within=15, what="the news of the parcel")
    await stage.settled()
    after = await accepted(stage)
    return [api for api in APIS for _ in range(after[api] - before[api])]


async def test_the_first_open_route_carries_the_news_and_the_others_are_silent(
    stage: Stage,
) -> None:
    for channel, template_id, fields in ENTERED:
        stage.write(INSERT, channel, template_id, json.dumps(fields))
    chatting, allowing, following, gone, blocking = await asyncio.gather(
        *(buyer(stage) for _ in range(5))
    )
    assert await carried(stage, chatting) == ["custom/send"]

    await stage.move_time(hours=49)
    await stage.settled()
    await stage.control(
        "POST", f"/fans/{allowing.fan_id}/subscribe", {"template_ids": [SUBSCRIPTION]}
    )
    await stage.control("POST", f"/fans/{gone.fan_id}/events", {"event": "unsubscribe"})
    await stage.control("PATCH", f"/fans/{blocking.fan_id}", {"refuses_templates": True})
    credit = "SELECT coalesce(sum(credits), 0) FROM subscription_credit"
    await until(lambda: stage.value(credit) == 1, within=15, what="the credit")
    await stage.settled()

    assert await carried(stage, allowing) == ["subscribe/send"]
    assert await carried(stage, following) == ["template/send"]
    assert await carried(stage, gone) == ["sms/send"]
    await stage.control("POST", f"/fans/{blocking.fan_id}/ship")
    sent = 2

    async def is_told() -> bool:
        return (await accepted(stage))["sms/send"] == sent

    await until(is_told, within=15, what="an SMS after the blocked template message")
    assert (await accepted(stage))["template/send"] == sent
