"""What claims to come from WeChat Pay is believed once, and only if it does."""

import asyncio

import pytest

from tests.fixtures.customer import Customer, MiniProgram
from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.faults]

FORGERIES = ("signature", "body", "serial", "late", "probe")


async def notice_held_back(stage: Stage) -> tuple[Customer, MiniProgram, str, int]:
    """A customer has paid, and WeChat Pay has not told: …, the order's and the notice's number."""
    customer = await stage.customer()
    await customer.puts_into_cart("加厚帆布包")
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    await stage.control("POST", "/notify", {"on": False})
    await mini.pays(order_no)
    [notice] = (await stage.control("GET", "/notices"))["notices"]
    return customer, mini, order_no, notice["notice_id"]


async def post(stage: Stage, notice: int, tampering: str = "") -> int:
    """Deliver a notice, forged in a way or genuine; the shop's status."""
    body = {"tampering": tampering} if tampering else {}
    status: int = (await stage.control("POST", f"/notices/{notice}/repeat", body))["status"]
    return status


async def test_forged_tampered_and_old_notices_change_nothing(stage: Stage) -> None:
    customer, mini, order_no, notice = await notice_held_back(stage)

    for forgery in FORGERIES:
        assert await post(stage, notice, forgery) == 401, forgery

    assert (await mini.order(order_no))["state"] == "unpaid"
    await customer.hears_nothing_more()
    assert stage.value("SELECT count(*) FROM pay_notice") == 0
    assert await post(stage, notice) == 204  # The genuine one is still welcome.
    await customer.hears("支付成功", order_no)


async def test_ten_copies_of_a_notice_at_once_pay_the_order_once(stage: Stage) -> None:
    customer, mini, order_no, notice = await notice_held_back(stage)

    statuses = await asyncio.gather(*(post(stage, notice) for _ in range(10)))

    assert set(statuses) == {204}
    await customer.hears("支付成功", order_no)
    await customer.hears_nothing_more()
    order = await mini.order(order_no)
    assert [step["state"] for step in order["history"]].count("paid") == 1
    assert stage.value("SELECT count(*) FROM pay_notice") == 1
    assert (await stage.control("GET", "/refunds"))["refunds"] == []


async def test_a_notice_that_comes_after_the_payment_was_found_by_asking_is_old_news(
    stage: Stage,
) -> None:
    customer, mini, order_no, notice = await notice_held_back(stage)
    await stage.move_time(minutes=31)  # Time is up; closing finds that the customer was faster.
    await customer.hears("支付成功", order_no)

    assert await post(stage, notice) == 204

    await customer.hears_nothing_more()
    assert (await mini.order(order_no))["state"] == "paid"
    assert (await stage.control("GET", "/refunds"))["refunds"] == []


async def test_a_notice_for_a_payment_that_nobody_knows_yet_is_asked_to_come_again(
    stage: Stage,
) -> None:
    customer, mini, order_no, notice = await notice_held_back(stage)
    await stage.bot.stop()
    hidden = stage.write("UPDATE payment SET out_trade_no = 'hidden-' || out_trade_no")
    assert hidden == 1
    await stage.start_bot()
    assert await post(stage, notice) == 500
    stage.write("UPDATE payment SET out_trade_no = substr(out_trade_no, 8)")

    async def is_taken() -> bool:
        return await post(stage, notice) == 204

    await until(is_taken, what="the notice to be taken")
    await customer.hears("支付成功", order_no)
    assert (await mini.order(order_no))["state"] == "paid"
