"""What becomes of an order that does not simply get paid."""

import asyncio

import pytest

from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

BAG = "加厚帆布包"
CUP = "手工保温杯"
"""The shop has one of it."""


async def test_an_unpaid_order_is_cancelled_by_chat_after_the_customer_confirmed(
    stage: Stage,
) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(CUP)
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    assert await mini.stock_of(CUP) == 0

    await customer.says("取消订单")
    await customer.hears("要取消订单", order_no, "回复“是”取消")
    assert (await mini.order(order_no))["state"] == "unpaid"
    await customer.says("是")
    done = await customer.hears("已取消", order_no)

    assert done.route == "api"
    assert (await mini.order(order_no))["state"] == "closed"
    assert await mini.stock_of(CUP) == 1
    assert await stage.count("calls:pay/close") == 0  # Nobody had begun to pay.
    await customer.hears_nothing_more()


async def test_a_payment_already_begun_is_closed_at_wechat_pay_before_the_order_is(
    stage: Stage,
) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(CUP)
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    payment = await mini.opens_sheet(order_no)

    await customer.says("取消订单")
    await customer.hears("要取消订单")
    await customer.says("是")
    await customer.hears("正在取消订单", order_no)
    await customer.hears("已取消", order_no)

    assert (await stage.payment(payment["out_trade_no"]))["trade_state"] == "CLOSED"
    assert (await mini.order(order_no))["state"] == "closed"
    assert await mini.stock_of(CUP) == 1
    await customer.hears_nothing_more()


async def test_an_unpaid_order_lapses_by_the_clock_once_wechat_pay_has_closed_it(
    stage: Stage,
) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(CUP)
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    payment = await mini.opens_sheet(order_no)

    await stage.set_fault("pay/close", "500", times=1000)
    await stage.move_time(minutes=31)

    async def has_tried_to_close() -> bool:
        return await stage.count("calls:pay/close") >= 1

    await until(has_tried_to_close, what="WeChat Pay to be asked to close")
    assert (await mini.order(order_no))["state"] == "unpaid"
    assert await mini.stock_of(CUP) == 0  # Not given back while it might still be paid.

    await stage.control("DELETE", "/faults")
    await stage.move_time(minutes=2)
    await customer.hears(order_no, "超过付款时间")
    assert (await stage.payment(payment["out_trade_no"]))["trade_state"] == "CLOSED"
    assert (await mini.order(order_no))["state"] == "closed"
    assert await mini.stock_of(CUP) == 1
    await customer.hears_nothing_more()


async def test_money_that_comes_after_closing_goes_back_exactly_once(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(CUP)
    mini = await customer.checks_out()
    order = await mini.orders()
    payment = await mini.opens_sheet(order["order_no"])
    # WeChat Pay claims not to know the payment, and takes the money all the same.
    await stage.set_fault("pay/close", "errcode:ORDER_NOT_EXIST")
    await mini.cancels(order["order_no"])
    await customer.hears("已取消", order["order_no"])

    await mini.confirms(payment)
    await customer.hears("正在原路退回", order["order_no"], "订单已关闭")
    notices = (await stage.control("GET", "/notices"))["notices"]
    paid = next(each for each in notices if each["event_type"] == "TRANSACTION.SUCCESS")
    again = await asyncio.gather(
        *(stage.control("POST", f"/notices/{paid['notice_id']}/repeat", {}) for _ in range(5))
    )
    assert [each["status"] for each in again] == [204] * 5
    await stage.move_time(seconds=3)
    await customer.hears("退款", "已原路退回")

    refunds = (await stage.control("GET", "/refunds"))["refunds"]
    assert [each["amount"]["refund"] for each in refunds] == [order["payable"]]
    assert await stage.count("accepted:pay/refund") == 1
    assert (await mini.order(order["order_no"]))["state"] == "closed"
    assert await mini.stock_of(CUP) == 1
    await customer.hears_nothing_more()


async def test_a_payment_whose_notify_never_comes_is_found_by_asking(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    await stage.control("POST", "/notify", {"on": False})

    await mini.pays(order_no)
    assert (await mini.order(order_no))["state"] == "unpaid"
    await stage.move_time(seconds=40)
    await customer.hears("支付成功", order_no)
    assert (await mini.order(order_no))["state"] == "paid"
    assert await stage.count("accepted:pay/query") >= 1

    await stage.control("POST", "/notify", {"on": True})  # It was only late.

    async def has_arrived() -> bool:
        return await stage.count("notices:accepted") == 1

    await until(has_arrived, what="the late notice to be taken")
    await customer.hears_nothing_more()


async def test_goods_that_sell_out_between_cart_and_order_are_refused_with_what_is_left(
    stage: Stage,
) -> None:
    slow, quick = await stage.customers(2)
    await slow.puts_into_cart(CUP)
    page = await slow.checks_out()
    quoted = await page.call("POST", "/quote", {"cart": page.cart_token})
    await quick.puts_into_cart(CUP)
    await (await quick.checks_out()).orders()

    refused = await page.tries_to_order()

    assert refused.status == 409
    error = refused.body["error"]
    variant = quoted.body["lines"][0]["variant_id"]
    assert error["code"] == "out_of_stock"
    assert error["lines"] == [{"variant_id": variant, "available": 0}]
    assert (await page.reads("/orders"))["items"] == []
    await slow.says(CUP)
    await slow.hears("暂时缺货")


async def test_of_two_carts_with_the_last_piece_one_becomes_an_order(stage: Stage) -> None:
    pages = []
    for customer in await stage.customers(2):
        await customer.puts_into_cart(CUP)
        pages.append(await customer.checks_out())

    answers = await asyncio.gather(*(page.tries_to_order() for page in pages))

    assert sorted(each.status for each in answers) == [201, 409]
    loser = next(each for each in answers if each.status == 409)
    assert loser.body["error"]["code"] == "out_of_stock"
    assert await pages[0].stock_of(CUP) == 0
    winner = next(page for page, each in zip(pages, answers, strict=True) if each.status == 201)
    order_no = next(each.body["order_no"] for each in answers if each.status == 201)
    await winner.pays(order_no)
    await winner.customer.hears("支付成功", order_no)
    assert stage.value("SELECT count(*) FROM customer_order") == 1


async def test_the_same_confirmation_sent_twice_is_one_order(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    page = await customer.checks_out()

    answers = await asyncio.gather(*(page.tries_to_order(key="one-tap") for _ in range(3)))

    numbers = {each.body["order_no"] for each in answers if each.status == 201}
    assert len(numbers) == 1
    assert stage.value("SELECT count(*) FROM customer_order") == 1
