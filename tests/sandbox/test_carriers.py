"""The fake 快递100: signatures are checked, impatient askers locked out, parcels move with time."""

import hashlib
import json

from tests.sandbox.world import Json, World


async def ask(world: World, number: str = "YT1", company: str = "yuantong", **more: str) -> Json:
    account = world.settings.kuaidi100
    param = json.dumps({"com": company, "num": number, **more})
    signed = (
        hashlib.md5(f"{param}{account.key}{account.customer}".encode(), usedforsecurity=False)
        .hexdigest()
        .upper()
    )
    form = {"customer": account.customer, "sign": signed, "param": param}
    async with world.http.post(f"{world.url}/kuaidi100/poll/query.do", data=form) as response:
        answer: Json = await response.json()
        return answer


async def test_a_parcel_moves_as_time_does(world: World) -> None:
    states = []
    for _ in range(5):
        states.append((await ask(world))["state"])
        await world.move(6 * 3600)

    assert states == ["1", "0", "0", "0", "3"]
    assert (await ask(world))["ischeck"] == "1"


async def test_who_asks_again_within_half_an_hour_is_locked_out(world: World) -> None:
    await ask(world)

    assert (await ask(world))["returnCode"] == "601"
    await world.move(1800)
    assert (await ask(world))["status"] == "200"


async def test_a_wrong_signature_is_refused(world: World) -> None:
    form = {"customer": "x", "sign": "y", "param": "{}"}
    async with world.http.post(f"{world.url}/kuaidi100/poll/query.do", data=form) as response:
        assert (await response.json())["returnCode"] == "503"


async def test_some_carriers_want_the_phones_last_digits(world: World) -> None:
    assert (await ask(world, "SF1", "shunfeng"))["returnCode"] == "408"
    assert (await ask(world, "SF1", "shunfeng", phone="8000"))["status"] == "200"
