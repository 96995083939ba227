"""The address book in the mini-program."""

from typing import Any

import pytest

from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import ADDRESS, Phone

OFFICE = {
    "recipient": "李四",
    "phone": "139 0013 9000",
    "region": "江苏南京",
    "detail": "中山北路100号",
}


async def items(phone: Phone) -> list[dict[str, Any]]:
    """The caller's addresses."""
    listed: list[dict[str, Any]] = (await phone.get("/addresses")).json["items"]
    return listed


async def test_an_address_is_kept_listed_masked_and_shown_whole(phone: Phone) -> None:
    kept = await phone.post("/addresses", OFFICE)

    assert kept.status == 201
    assert kept.json == {
        "id": kept.json["id"],
        "recipient": "李四",
        "phone": "13900139000",
        "region": "江苏省 南京市",
        "detail": "中山北路100号",
        "is_default": True,
    }
    assert await items(phone) == [{**kept.json, "phone": "139****9000"}]
    assert (await phone.get(f"/addresses/{kept.json['id']}")).json == kept.json


async def test_one_is_the_default(phone: Phone) -> None:
    first = (await phone.post("/addresses", ADDRESS)).json
    second = (await phone.post("/addresses", {**OFFICE, "is_default": True})).json
    assert [(each["id"], each["is_default"]) for each in await items(phone)] == [
        (second["id"], True),
        (first["id"], False),
    ]

    changed = await phone.put(f"/addresses/{first['id']}", {**ADDRESS, "is_default": True})

    assert (changed.status, changed.json["is_default"]) == (200, True)
    assert [each["id"] for each in await items(phone)] == [first["id"], second["id"]]


async def test_one_is_changed_and_forgotten(phone: Phone) -> None:
    kept = (await phone.post("/addresses", ADDRESS)).json
    path = f"/addresses/{kept['id']}"

    changed = await phone.put(path, {**ADDRESS, "detail": "文一路 5 号"})
    assert changed.json["detail"] == "文一路 5 号"
    left = await phone.call("DELETE", path)

    assert (left.status, left.json) == (200, {"items": []})
    assert (await phone.call("DELETE", path)).status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [({"phone": "12345"}, "address.phone"), ({"detail": " "}, "address.detail")],
)
async def test_the_field_at_fault_is_named(
    phone: Phone, change: dict[str, str], field: str
) -> None:
    answer = await phone.post("/addresses", {**ADDRESS, **change})

    assert (answer.status, answer.error["field"]) == (400, field)
    assert await items(phone) == []


async def test_nobody_sees_or_touches_the_book_of_another(
    phone: Phone, new_phone: NewPhone, stranger: Phone
) -> None:
    kept = (await phone.post("/addresses", ADDRESS)).json
    mallory = await new_phone("o-mallory")
    path = f"/addresses/{kept['id']}"

    assert await items(mallory) == []
    answers = [
        await mallory.get(path),
        await mallory.put(path, OFFICE),
        await mallory.call("DELETE", path),
    ]
    assert [each.status for each in answers] == [404, 404, 404]
    assert (await stranger.get("/addresses")).status == 401
    assert [each["detail"] for each in await items(phone)] == [ADDRESS["detail"]]
