"""WeChat Pay's bill of yesterday against the shop's books, fetched and compared by itself."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.fixtures.customer import MiniProgram
from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

BAG = "加厚帆布包"
SHANGHAI = ZoneInfo("Asia/Shanghai")
BILLS = "SELECT state, row_count, paid, refunded, agreed_at IS NOT NULL FROM bill_day ORDER BY day"
OPEN = "SELECT kind, subject, ours, theirs FROM reconciliation_finding WHERE state = 'open'"


async def move_to(stage: Stage, hour: int, *, days: int) -> None:
    now = datetime.fromisoformat((await stage.control("GET", "/clock"))["now"])
    day = now.astimezone(SHANGHAI).date() + timedelta(days=days)
    moment = datetime.combine(day, time(hour, 5), SHANGHAI).astimezone(UTC)
    await stage.control("POST", "/clock", {"until": moment.isoformat()})


async def buys(stage: Stage, bags: int) -> tuple[MiniProgram, str, int]:
    """Somebody new orders bags and pays: their phone, the order's number, what they paid."""
    customer = await stage.customer()
    await customer.puts_into_cart(BAG)
    await customer.says(f"数量改成{bags}")
    await customer.hears(f"×{bags}")
    mini = await customer.checks_out()
    order = await mini.orders()
    await mini.pays(order["order_no"])
    await customer.hears("支付成功", order["order_no"])
    return mini, order["order_no"], order["payable"]


async def gives_one_back(mini: MiniProgram, order_no: str) -> None:
    """One bag is not wanted before it is sent, and the shop agrees."""
    line = (await mini.order(order_no))["lines"][0]
    wish = {
        "order_no": order_no,
        "kind": "refund_only",
        "reason": "unwanted",
        "pieces": [{"line_id": line["id"], "quantity": 1}],
    }
    asked = await mini.call("POST", "/after-sale", wish, **{"Idempotency-Key": "one-back"})
    assert asked.status == 201, asked
    stage, fan = mini.customer.stage, mini.customer.fan_id
    await stage.control("POST", f"/fans/{fan}/after-sale", {"move": "agree"})
    await mini.customer.hears("同意了您的退款申请")
    await stage.move_time(seconds=10)
    await mini.customer.hears("已原路退回")


async def bills_read(stage: Stage, count: int) -> None:
    async def are_read() -> bool:
        read = [row for row in stage.rows(BILLS) if row[0] == "read"]
        return len(read) == count

    await until(are_read, within=30, what=f"{count} bills")


async def test_a_bill_agrees_until_a_row_of_it_differs(stage: Stage) -> None:
    await move_to(stage, 12, days=1)
    mini, order_no, first = await buys(stage, 3)
    bought = [first, *[(await buys(stage, bags))[2] for bags in (2, 1)]]
    await gives_one_back(mini, order_no)

    await move_to(stage, 10, days=1)
    await bills_read(stage, 1)
    agreed = ("read", 4, sum(bought), first // 3, 1)
    await until(lambda: stage.rows(BILLS) == [agreed], what="the bill to agree")
    assert stage.rows(OPEN) == []

    await stage.move_time(hours=2)
    _, _, paid = await buys(stage, 1)
    number = stage.value("SELECT out_trade_no FROM payment ORDER BY id DESC LIMIT 1")
    await stage.set_fault("bill", f"bill:{number}={paid - 1}")
    await move_to(stage, 10, days=1)
    await bills_read(stage, 2)

    differs = ("bill_payment_differs", number, paid, paid - 1)
    await until(lambda: stage.rows(OPEN) == [differs], what="one finding")
    assert (await stage.readiness())["backlog"]["findings"] == 1
    counted = 'shop_reconciliation_findings{kind="bill_payment_differs"} 1.0'
    assert counted in await stage.metrics()


async def test_a_bill_that_was_tampered_with_is_fetched_again(stage: Stage) -> None:
    await move_to(stage, 12, days=1)
    await buys(stage, 1)
    await stage.set_fault("bill", "bill:tampered")

    await move_to(stage, 10, days=1)

    async def was_downloaded() -> bool:
        return await stage.count("accepted:pay/billdownload") >= 1

    await until(was_downloaded, what="the bill to be downloaded")
    assert [row[0] for row in stage.rows(BILLS)] == ["wanted"]
    await stage.move_time(minutes=31)
    await bills_read(stage, 1)
    assert stage.rows(OPEN) == []
