"""The shop's money, over the real wire: every fen and point from the coupon to the refund.

Three bags at ¥49 are ¥147. The coupon takes ¥15, 200 points take ¥2, and sending costs ¥6 and
¥1.50 for each further piece: ¥139. A bag has thus cost ¥43.33; the last of them ¥43.34.
"""

from datetime import UTC, datetime

import pytest

from bot.database import Database
from commerce.freight.seeding import read_freight, seed_freight
from commerce.ledger.posting import AccountKey, AccountKind
from commerce.ledger.statements import statement
from commerce.membership.importing import seed_membership
from commerce.promotions.entries import seed_promotions
from commerce.promotions.importing import read_promotions
from tests.fixtures.customer import ADDRESS, Customer, MiniProgram
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

BAG = "加厚帆布包"
COUPON = """
[[coupon]]
code = "bags"
name = "帆布券"
kind = "amount"
off = "15"
threshold = "100"
lasts_days = 30
"""
MEMBERSHIP = """
[terms]
points_per_yuan = 1
spend_points = 100
spend_yuan = "1"
most_points = 200
most_percent = 50
sign_in_points = [260]
birthday_points = 0
"""
FREIGHT = """
[policy]
default = "快递"

[[template]]
name = "快递"
charged_by = "piece"
first = [1, "6"]
extra = [1, "1.5"]
"""
STEPS = [
    {"name": "商品金额", "amount": 14700, "kind": "goods"},
    {"name": "优惠券（帆布券）", "amount": -1500, "kind": "coupon"},
    {"name": "积分抵扣（200分）", "amount": -200, "kind": "points"},
    {"name": "运费", "amount": 900, "kind": "freight"},
]
STATEMENT = [
    ("退款扣回赠送的积分", -43, 213),
    ("订单退回抵扣的积分", 66, 256),
    ("购物得积分", 130, 190),
    ("下单抵扣", -200, 60),
    ("签到", 260, 260),
]
LEDGER = [
    ("signed_in", "points", 260),
    ("signed_in", "shop_points", -260),
    ("points_spent", "points", -200),
    ("points_spent", "shop_points", 200),
    ("payment_received", "shop_money", -13900),
    ("payment_received", "shop_sales", 13900),
    ("points_earned", "points", 130),
    ("points_earned", "shop_points", -130),
    ("experience_gained", "experience", 13000),
    ("experience_gained", "shop_experience", -13000),
    ("refund_promised", "shop_sales", -4333),
    ("refund_promised", "refund_owed", 4333),
    ("refund_sent", "refund_owed", -4333),
    ("refund_sent", "shop_money", 4333),
    ("points_given_back", "points", 66),
    ("points_given_back", "shop_points", -66),
    ("points_clawed_back", "points", -43),
    ("points_clawed_back", "shop_points", 43),
    ("experience_lost", "experience", -4333),
    ("experience_lost", "shop_experience", 4333),
]
ENTRIES = """
SELECT t.kind, a.kind, e.amount FROM ledger_entry e
JOIN ledger_transaction t ON t.id = e.transaction_id JOIN ledger_account a ON a.id = e.account_id
ORDER BY e.id
"""


async def test_from_a_coupon_taken_in_chat_to_the_money_of_one_piece_of_three(
    stage: Stage,
) -> None:
    open_campaign(stage)
    customer = await stage.customer()
    mini = await buys_with_coupon_and_points(customer)
    order_no = await orders_three_bags(mini)

    await mini.pays(order_no)
    await customer.hears("支付成功", order_no, "实付 ¥139")
    await stage.control("POST", f"/fans/{customer.fan_id}/ship")
    await customer.hears("已发货", order_no)
    await customer.says("确认收货")
    await customer.hears("都收到了吗", order_no)
    await customer.says("是")
    await customer.hears("已确认收货", "130积分已到账")
    assert await points_of(mini) == 190  # 260 - 200 + 130

    request_no = await asks_to_return_one(customer)
    await gets_its_money(customer, request_no)

    await shows_the_same_everywhere(stage, mini, order_no, request_no)
    await customer.says("积分明细")
    await customer.hears("现有213积分", "+66", "-43", "+130", "-200", "+260")
    await customer.hears_nothing_more()


def open_campaign(stage: Stage) -> None:
    """Give the shop one coupon, points and a price for sending, as its operators would."""
    files = {"deals.toml": COUPON, "members.toml": MEMBERSHIP, "freight.toml": FREIGHT}
    for name, content in files.items():
        (stage.folder / name).write_text(content, encoding="utf-8")
    now = datetime.now(UTC)
    database = shop_database(stage)
    try:
        with database.writing() as session:
            deals = read_promotions(session, stage.folder / "deals.toml", now)
            seed_promotions(session, deals, now)
            seed_membership(session, stage.folder / "members.toml")
            seed_freight(session, read_freight(stage.folder / "freight.toml"), now)
    finally:
        database.close()


async def buys_with_coupon_and_points(customer: Customer) -> MiniProgram:
    """Take the coupon and today's points in the chat, choose three bags, and open the card."""
    await customer.says("我要领券")
    await customer.hears("领到了", "帆布券", "满¥100减¥15")
    await customer.says("签到")
    await customer.hears("签到成功", "+260积分", "现在有260积分")
    await customer.puts_into_cart(BAG)
    await customer.says("数量改成3")
    await customer.hears("×3", "¥147", "用“帆布券”可省¥15")
    return await customer.checks_out()


async def orders_three_bags(mini: MiniProgram) -> str:
    """Order with coupon and points at the price shown; the order's number."""
    (coupon,) = (await mini.reads("/coupons/own"))["items"]
    assert (coupon["saving"], coupon["is_best"], coupon["reason"]) == (1500, True, "")
    choice = {"cart": mini.cart_token, "coupon_id": coupon["id"], "points": 260}
    quote = (await mini.call("POST", "/quote", {**choice, "region": ADDRESS["region"]})).body
    assert quote["steps"] == STEPS
    assert (quote["payable"], quote["points_spent"], quote["points_given"]) == (13900, 200, 130)
    assert (quote["points_usable"], quote["points_worth"]) == (200, 200)

    order = {**choice, "address": ADDRESS, "payable": 13900}
    placed = await mini.call("POST", "/orders", order, **{"Idempotency-Key": "once"})
    assert placed.status == 201, placed
    assert placed.body["steps"] == STEPS
    assert [line["total"] for line in placed.body["lines"]] == [13000]
    assert await points_of(mini) == 60
    number: str = placed.body["order_no"]
    return number


async def asks_to_return_one(customer: Customer) -> str:
    """Ask in the chat to send one of the three back; the request's number."""
    await customer.says("我要退货")
    await customer.hears("几件")
    await customer.says("一件")
    await customer.hears("什么原因")
    await customer.says("不想要了")
    await customer.hears("×1", "预计退¥43.33", "退回66积分", "收回这些商品送的43积分")
    await customer.says("确认")
    return (await customer.hears("已经登记", "SH")).words.split("申请号 ")[1][:14]


async def gets_its_money(customer: Customer, request_no: str) -> None:
    """The parcel goes back and the money comes; the customer is told at each step."""
    decide = f"/fans/{customer.fan_id}/after-sale"
    await customer.stage.control("POST", decide, {"move": "agree"})
    await customer.hears("同意了您的退货退款申请", request_no, "单号发给我", "退您¥43.33")
    await customer.says("寄回去了 圆通 YT1234567890123")
    await customer.hears("记下了", request_no, "圆通速递 YT1234567890123")
    await customer.stage.control("POST", decide, {"move": "arrived"})
    await customer.hears(request_no, "检查没问题", "¥43.33", "到账后告诉您")
    await customer.stage.settled()  # WeChat Pay has been asked.
    await customer.stage.move_time(seconds=10)
    await customer.hears("已经办完了", "¥43.33已原路退回", "退回66积分", "收回这些商品送的43积分")


async def shows_the_same_everywhere(
    stage: Stage, mini: MiniProgram, order_no: str, request_no: str
) -> None:
    """Request, statement, ledger, payment and WeChat Pay have the same figures."""
    request = await mini.reads(f"/after-sale/{request_no}")
    assert (request["state"], request["amount_agreed"]) == ("done", 4333)
    assert request["freight_back"] == 0  # Two bags stay.
    assert (request["points_back"], request["points_clawed"]) == (66, 43)
    lines = (await mini.reads("/points/statement"))["lines"]
    shown = [(each["memo"], each["amount"], each["balance"]) for each in lines]
    assert shown == STATEMENT
    assert await points_of(mini) == 213

    assert stage.rows("SELECT amount, refunded FROM payment") == [(13900, 4333)]
    assert stage.rows("SELECT amount, state FROM refund") == [(4333, "succeeded")]
    (paid_out,) = (await stage.control("GET", "/refunds"))["refunds"]
    assert paid_out["amount"]["refund"] == 4333
    assert sorted(stage.rows(ENTRIES)) == sorted(LEDGER)
    assert shop_money(stage) == [(4333, -9567), (-13900, -13900)]
    assert stage.rows("SELECT pieces, money, points_back FROM refunded_line") == [(1, 4333, 66)]
    assert stage.rows("SELECT state FROM coupon") == [
        ("used",)
    ]  # Only a whole order gives it back.
    assert (await mini.order(order_no))["payable"] == 13900


def shop_money(stage: Stage) -> list[tuple[int, int]]:
    """What moved at WeChat Pay and what was left, below zero what the shop has there."""
    database = shop_database(stage)
    try:
        with database.reading() as session:
            found = statement(session, AccountKey(AccountKind.SHOP_MONEY))
    finally:
        database.close()
    return [(line.amount, line.balance) for line in found.lines]


def shop_database(stage: Stage) -> Database:
    """The shop's database, for the shop's own functions."""
    return Database(f"sqlite:///{stage.folder / 'var/shop.db'}")


async def points_of(mini: MiniProgram) -> int:
    """The customer's points, as their page shows them."""
    balance: int = (await mini.reads("/points"))["balance"]
    return balance
