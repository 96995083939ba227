"""After buying, over the real wire: a claim with a picture, and the end of all campaigns."""

import pytest

from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

BAG = "加厚帆布包"


async def test_a_request_with_a_picture_is_registered_once_and_the_picture_kept(
    stage: Stage,
) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    await mini.pays(order_no)
    await customer.hears("支付成功", order_no)

    await customer.says("我要退款")
    await customer.hears("什么原因")
    await customer.says("质量有问题")
    await customer.hears("照片")
    await customer.sends(type="image")
    await customer.hears("照片收到，一共1张")
    await customer.says("好了")
    await customer.hears("登记退款", order_no, "照片：1张", "“确认”")
    assert stage.value("SELECT count(*) FROM after_sale") == 0
    await customer.says("确认")
    await customer.hears("已经登记", "SH")
    await stage.settled()

    assert stage.rows("SELECT kind, reason, state FROM after_sale") == [
        ("refund_only", "quality", "requested")
    ]
    assert stage.rows("SELECT state, content_type FROM after_sale_picture") == [
        ("kept", "image/png")
    ]
    # Once for the conversation, which shows it, and once for the request, which keeps it.
    assert await stage.count("accepted:media/get") == 2
    kept = [each for each in (stage.folder / "var/evidence").rglob("*") if each.is_file()]
    assert len(kept) == 1
    await customer.hears_nothing_more()


async def test_a_no_in_the_chat_is_a_no_for_the_mini_program_too(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.opens_mini_program()

    await customer.says("ＴＤ")
    await customer.hears("已退订", "公众号、小程序和企业微信")
    await stage.settled()  # WeChat has been asked who they are.

    assert stage.rows(
        "SELECT DISTINCT c.unsubscribed_at IS NOT NULL FROM identity i"
        " JOIN customer c ON c.id = i.customer_id"
    ) == [(1,)]
    await customer.hears_nothing_more()


async def test_one_of_three_pieces_goes_back_and_its_money_comes_back(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    await customer.says("数量改成3")
    await customer.hears("×3")
    mini = await customer.checks_out()
    order = await mini.orders()
    await mini.pays(order["order_no"])
    await customer.hears("支付成功", order["order_no"])
    fan = f"/fans/{customer.fan_id}"
    await stage.control("POST", f"{fan}/ship")
    await customer.hears("已发货")

    await customer.says("我要退货")
    await customer.hears("几件")
    await customer.says("一件")
    await customer.hears("什么原因")
    await customer.says("不想要了")
    await customer.hears("登记退货退款", "×1", "检查没问题后，预计退")
    await customer.says("确认")
    number = (await customer.hears("已经登记", "SH")).words.split("申请号 ")[1][:14]
    await stage.control("POST", f"{fan}/after-sale", {"move": "agree"})
    await customer.hears("同意了您的退货退款申请", number, "单号发给我")
    await customer.says("寄回去了 圆通 YT1234567890123")
    await customer.hears("记下了", number, "圆通速递 YT1234567890123")
    await stage.control("POST", f"{fan}/after-sale", {"move": "arrived"})
    await customer.hears(number, "检查没问题", "原路退回", "到账后告诉您")
    await stage.settled()
    await stage.move_time(seconds=10)
    await customer.hears(number, "已经办完了", "已原路退回")

    paid = stage.value("SELECT amount FROM payment")
    assert stage.rows("SELECT state, amount FROM refund") == [("succeeded", paid // 3)]
    assert stage.value("SELECT refunded FROM payment") == paid // 3
    assert stage.rows("SELECT pieces, money FROM refunded_line") == [(1, paid // 3)]
    owed = "SELECT balance FROM ledger_account WHERE kind = 'refund_owed'"
    assert stage.rows(owed) == [(0,)]
    again = await mini.call("GET", f"/after-sale/{number}")
    assert again.body["state"] == "done"
    await customer.hears_nothing_more()
