"""The daily bill: from ten on the next day, for half a minute an address, of what happened."""

import gzip
import hashlib
import time
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from bot.sandbox.pay.fields import SHANGHAI
from tests.sandbox.world import Json, World

ORDER = "ORDER-000001"


async def announced(world: World, day: date) -> tuple[int, Json]:
    path = f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP"
    return await world.pay("GET", path)


async def sell(world: World) -> date:
    """One order paid and partly given back; its day in Shanghai."""
    fan = await world.fan()
    await world.prepay(fan, ORDER, 3900)
    now = datetime.fromisoformat((await world.control("GET", "/clock"))["now"])
    await world.control("POST", f"/payments/{ORDER}/pay")
    body = {"out_trade_no": ORDER, "out_refund_no": "R1", "amount": amount(905, 3900)}
    assert (await world.pay("POST", "/v3/refund/domestic/refunds", body))[0] == 200
    return now.astimezone(SHANGHAI).date()


def amount(refund: int, total: int) -> Json:
    return {"refund": refund, "total": total, "currency": "CNY"}


async def move_to_ten_after(world: World, day: date) -> None:
    ten = datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)
    until = (ten + timedelta(hours=10)).astimezone(UTC).isoformat()
    await world.control("POST", "/clock", {"until": until})


async def download(world: World, announcement: Json) -> tuple[int, bytes]:
    parts = urlsplit(announcement["download_url"])
    path = parts.path.partition("/pay")[2] + "?" + parts.query
    stamp = str(int(time.time()))
    given = {
        "mchid": world.settings.merchant.mch_id,
        "serial_no": world.settings.merchant.cert_serial,
        "nonce_str": "bill",
        "timestamp": stamp,
        "signature": world.sign(f"GET\n{path}\n{stamp}\nbill\n\n".encode()),
    }
    signed = ",".join(f'{name}="{value}"' for name, value in given.items())
    headers = {"Authorization": f"WECHATPAY2-SHA256-RSA2048 {signed}"}
    url = announcement["download_url"]
    async with world.http.get(url, headers=headers) as response:
        return response.status, await response.read()


async def test_the_bill_holds_what_was_paid_and_given_back(world: World) -> None:
    day = await sell(world)
    assert (await announced(world, day))[0] == 400
    await move_to_ten_after(world, day)

    status, answer = await announced(world, day)
    assert (status, answer["hash_type"]) == (200, "SHA1")
    status, packed = await download(world, answer)

    content = gzip.decompress(packed)
    assert hashlib.sha1(content, usedforsecurity=False).hexdigest() == answer["hash_value"]
    lines = content.decode("utf-8-sig").splitlines()
    assert [f"`{ORDER}," in line for line in lines] == [False, True, True, False, False]
    assert lines[1].endswith("`0.23400,`0.60%,`39.00,`0.00,`")
    assert lines[2].endswith("`0.60%,`0.00,`9.05,`")
    assert lines[-1] == "`2,`39.00,`9.05,`0.00,`0.23400,`39.00,`9.05"


async def test_an_address_is_good_for_half_a_minute(world: World) -> None:
    day = await sell(world)
    await move_to_ten_after(world, day)
    _, answer = await announced(world, day)
    await world.move(31)

    assert (await download(world, answer))[0] == 400


@pytest.mark.parametrize(("days", "code"), [(1, "NO_STATEMENT_EXIST"), (91, "INVALID_REQUEST")])
async def test_a_day_without_bill_is_refused_by_its_reason(
    world: World, days: int, code: str
) -> None:
    day = await sell(world)
    await move_to_ten_after(world, day)

    status, answer = await announced(world, day - timedelta(days=days))

    assert (status, answer["code"]) == (400, code)


async def test_the_bill_of_yesterday_is_made_at_ten(world: World) -> None:
    day = await sell(world)
    await move_to_ten_after(world, day)
    await world.move(14 * 3600)

    status, answer = await announced(world, day + timedelta(days=1))

    assert (status, answer["code"]) == (400, "STATEMENT_CREATING")
