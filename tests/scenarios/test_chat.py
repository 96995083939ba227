"""What the chat promises besides the journey: routes, windows, pictures, odd messages."""

import asyncio
import secrets
from datetime import UTC, datetime

import pytest

from tests.fixtures.customer import Customer
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

BAG = "加厚帆布包"
ALLOWED = 5
"""Customer-service messages after a customer's message."""


async def test_a_new_follower_is_greeted_with_a_menu_whose_options_work(stage: Stage) -> None:
    customer = await stage.customer(follows=False)

    await customer.follows()
    greeting = await customer.hears("欢迎", "找商品")
    assert (greeting.kind, greeting.route) == ("menu", "api")
    await customer.taps(greeting, "看看购物车")
    await customer.hears("购物车还是空的")
    await customer.hears_nothing_more()


async def test_chat_and_mini_program_are_one_customer_by_their_unionid(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    await stage.settled()  # WeChat has been asked who they are.

    mini = await customer.opens_mini_program()

    cart = await mini.reads("/cart")
    assert [BAG in line["title"] for line in cart["lines"]] == [True]
    assert stage.value("SELECT count(*) FROM customer") == 1
    await mini.call("PUT", f"/cart/lines/{cart['lines'][0]['variant_id']}", {"quantity": 3})
    await customer.says("看看购物车")
    await customer.hears("购物车（3件）", BAG)


async def test_who_came_through_the_mini_program_first_is_known_when_they_write(
    stage: Stage,
) -> None:
    customer = await stage.customer()
    mini = await customer.opens_mini_program()
    product = (await mini.reads(f"/products?query={BAG}"))["items"][0]
    variant = (await mini.reads(f"/products/{product['id']}"))["variants"][0]
    await mini.call("PUT", f"/cart/lines/{variant['id']}", {"quantity": 2})

    await customer.says("你好")
    await customer.hears("欢迎")
    await stage.settled()

    await customer.says("看看购物车")
    await customer.hears("购物车（2件）", BAG)
    assert len(stage.rows("SELECT DISTINCT customer_id FROM identity")) == 1


async def test_the_sixth_message_waits_until_the_customer_writes_again(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    mini = await customer.checks_out()  # The card is the first of the five.
    variant = (await mini.reads("/cart"))["lines"][0]["variant_id"]
    numbers = []
    for _ in range(ALLOWED):
        await mini.call("PUT", f"/cart/lines/{variant}", {"quantity": 1})
        numbers.append((await mini.orders())["order_no"])
        await mini.cancels(numbers[-1])
    for number in numbers[:-1]:
        await customer.hears("已取消", number)
    await customer.hears_nothing_more()
    assert stage.value("SELECT count(*) FROM outbox WHERE state = 'parked'") == 1
    assert await stage.count("calls:custom/send") == ALLOWED  # The sixth was not even tried.

    await customer.says("谢谢")
    answers = {(await customer.hears()).words for _ in range(2)}

    assert any(numbers[-1] in each for each in answers)
    assert any("不客气" in each for each in answers)
    await customer.hears_nothing_more()
    assert await stage.count("accepted:custom/send") == ALLOWED + 1


async def test_every_kind_of_message_gets_an_answer(stage: Stage) -> None:
    customer = await stage.customer()

    await customer.sends(type="image")
    await customer.hears("图片收到了")
    await customer.sends(type="voice", recognition="有没有挂脖式蓝牙耳机")
    await customer.hears("为您找到", "挂脖式蓝牙耳机")
    await customer.sends(type="voice", recognition="")
    await customer.hears("没听清")
    await customer.sends(type="location", label="上海市黄浦区")
    await customer.hears("用文字告诉我")
    await customer.sends(type="link", title="一条链接", url="https://example.com/")
    await customer.hears("用文字告诉我")
    await customer.hears_nothing_more()


async def test_a_message_of_a_type_that_nobody_knows_is_kept_and_answered(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.says("谢谢")
    await customer.hears("不客气")

    status, body = await deliver(stage, customer, "hologram", "<Depth>3</Depth>")

    assert status == 200
    assert "用文字告诉我" in body
    assert stage.value("SELECT count(*) FROM inbox WHERE kind = 'unknown'") == 1


async def test_a_picture_is_uploaded_once_for_many_cards_and_again_before_three_days_end(
    stage: Stage,
) -> None:
    customers = await stage.customers(3)
    for customer in customers:
        await customer.puts_into_cart(BAG)
    await asyncio.gather(*(customer.says("结算") for customer in customers))
    first = {(await customer.hears()).payload["media_id"] for customer in customers}
    assert len(first) == 1
    assert await stage.count("accepted:media/upload") == 1

    await stage.move_time(hours=70, minutes=50)
    await customers[0].says("结算")
    assert (await customers[0].hears()).payload["media_id"] in first
    assert await stage.count("accepted:media/upload") == 1

    await stage.move_time(minutes=20)  # Less than an hour is left of the three days.
    await customers[0].says("结算")
    assert (await customers[0].hears()).payload["media_id"] not in first
    assert await stage.count("accepted:media/upload") == 2
    assert await stage.count("errors:custom/send:40007") == 0


async def deliver(
    stage: Stage, customer: Customer, message_type: str, rest: str
) -> tuple[int, str]:
    """Deliver a message as WeChat would; (status, the opened reply)."""
    now = datetime.now(UTC)
    body = (
        "<xml><ToUserName>gh_shop</ToUserName>"
        f"<FromUserName>{customer.openid}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType>{message_type}</MsgType>"
        f"{rest}<MsgId>{secrets.randbelow(10**16)}</MsgId></xml>"
    )
    query, envelope = stage.official_account.deliver(body, at=now)
    url = f"{stage.bot_url}/wechat/official-account"
    async with stage.http.post(url, params=query, data=envelope) as response:
        return response.status, stage.opened(await response.text())
