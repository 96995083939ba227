"""How often one address may log in."""

from collections.abc import Mapping

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.api import throttle
from bot.api.errors import TooMany
from bot.api.throttle import A_MINUTE, Throttle, address_of
from bot.clock import FrozenClock
from tests.bot.api.phone import Answer, Phone
from tests.commerce.shop import NOW


async def wrong_code(phone: Phone, address: str = "203.0.113.7") -> Answer:
    headers = {"X-Forwarded-For": address}
    return await phone.call("POST", "/login", json={"code": "wrong"}, headers=headers)


async def test_who_logs_in_too_often_waits_and_others_do_not(
    stranger: Phone, frozen_clock: FrozenClock
) -> None:
    tried = {(await wrong_code(stranger)).status for _ in range(A_MINUTE)}

    refused = await wrong_code(stranger)
    other = await wrong_code(stranger, "203.0.113.8")
    frozen_clock.advance(seconds=int(refused.headers["Retry-After"]))
    later = await wrong_code(stranger)

    assert tried == {401}
    assert (refused.status, refused.error["code"]) == (429, "too_many")
    assert (other.status, later.status) == (401, 401)


async def test_only_logging_in_is_throttled(phone: Phone) -> None:
    assert {(await phone.get("/cart")).status for _ in range(A_MINUTE + 1)} == {200}


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_ADDRESSES", 2)
    logins = Throttle()
    for _ in range(A_MINUTE):
        logins.admit("first", NOW)
    with pytest.raises(TooMany):
        logins.admit("first", NOW)

    for address in ("second", "third"):
        logins.admit(address, NOW)

    logins.admit("first", NOW)  # Forgotten, and begun anew.


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("8.8.4.4", {}, "8.8.4.4"),
        ("8.8.4.4", {"X-Forwarded-For": "8.8.8.8"}, "8.8.4.4"),
        ("127.0.0.1", {"X-Forwarded-For": "1.1.1.1, 8.8.8.8"}, "8.8.8.8"),
        ("127.0.0.1", {"X-Forwarded-For": ""}, "127.0.0.1"),
    ],
    ids=["direct", "made up", "by our proxy", "no name"],
)
def test_a_forwarded_address_counts_only_from_our_own_proxy(
    peer: str, headers: Mapping[str, str], address: str
) -> None:
    request = make_mocked_request("POST", "/login", headers=headers).clone(remote=peer)

    assert address_of(request) == address
