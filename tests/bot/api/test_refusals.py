"""Every refusal has the documented form, in Chinese, naming the field at fault."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.api.endpoint import BODY_LIMIT
from bot.database import Database, DatabaseClosed
from tests.bot.api.phone import ADDRESS, Phone, WeChatLogin, wish

JSON = {"Content-Type": "application/json"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"payable": "3900"}, "payable"),
        ({"payable": 3900.5}, "payable"),
        ({"payable": True}, "payable"),
        ({"payable": -1}, "payable"),
        ({"payable": 10**30}, "payable"),
        ({"discount": 100}, "discount"),
        ({"customer_id": 1}, "customer_id"),
        ({"remark": "长" * 201}, "remark"),
        ({"remark": None}, "remark"),
        ({"address": None}, "address"),
        ({"address": {**ADDRESS, "door": "3"}}, "address.door"),
        ({"address": {**ADDRESS, "recipient": 7}}, "address.recipient"),
        ({"address": {**ADDRESS, "recipient": " "}}, "address.recipient"),
        ({"address": {**ADDRESS, "detail": "a\u0000b"}}, "address.detail"),
        ({"lines": []}, "lines"),
        ({"lines": [{"variant_id": 1, "quantity": 1}] * 51}, "lines"),
        ({"lines": [{"variant_id": 1}]}, "lines[0].quantity"),
        ({"lines": [{"variant_id": 1, "quantity": 0}]}, "lines[0].quantity"),
        ({"lines": [{"variant_id": 1, "quantity": 1000}]}, "lines[0].quantity"),
        ({"lines": [{"variant_id": 1, "quantity": 1, "price": 1}]}, "lines[0].price"),
        ({"lines": [{"variant_id": 0, "quantity": 1}]}, "lines[0].variant_id"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else value,
)
async def test_a_body_that_is_not_as_documented_is_refused_by_field(
    phone: Phone, slippers: int, change: dict[str, Any], field: str
) -> None:
    answer = await phone.order({**wish(slippers), **change})

    assert (answer.status, answer.error["code"]) == (400, "invalid_input")
    assert answer.error["field"] == field
    assert CHINESE.search(answer.error["message"])


@pytest.mark.parametrize("choice", [{}, {"cart": "t", "lines": [{"variant_id": 1, "quantity": 1}]}])
async def test_a_choice_is_a_cart_or_lines(phone: Phone, choice: dict[str, Any]) -> None:
    answer = await phone.post("/quote", choice)

    assert (answer.status, answer.error["message"]) == (400, "cart和lines须且只能给一个")
    assert "field" not in answer.error


async def test_an_unknown_variant_in_a_quote_is_named(phone: Phone) -> None:
    answer = await phone.post("/quote", {"lines": [{"variant_id": 4711, "quantity": 1}]})

    assert (answer.status, answer.error["field"]) == (404, "lines[0].variant_id")


@pytest.mark.parametrize("key", ["", "x" * 65, "with space", "\u00e9"])
async def test_an_order_needs_a_key_of_its_own(phone: Phone, slippers: int, key: str) -> None:
    answer = await phone.order(wish(slippers), key=key)

    assert (answer.status, answer.error["field"]) == (400, "Idempotency-Key")


async def test_an_order_without_the_key_s_header_is_refused(phone: Phone, slippers: int) -> None:
    answer = await phone.post("/orders", wish(slippers))

    assert (answer.status, answer.error["field"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"nul", b"\xff\xfe", b'{"code": "\\ud800"}', b"[" * 60_000],
    ids=["empty", "cut off", "a list", "a text", "no JSON", "no UTF-8", "half a pair", "deep"],
)
async def test_a_body_that_is_no_json_object_is_refused(stranger: Phone, body: bytes) -> None:
    answer = await stranger.call("POST", "/login", data=body, headers=dict(JSON))

    assert (answer.status, answer.error["code"]) == (400, "invalid_input")


async def test_a_body_of_another_type_is_refused(stranger: Phone) -> None:
    answer = await stranger.call("POST", "/login", data={"code": "x"})

    assert (answer.status, answer.error["code"]) == (415, "not_json")


@pytest.mark.parametrize("is_zipped", [False, True], ids=["as it is", "unpacking to too much"])
async def test_a_body_is_at_most_64_kibibytes(stranger: Phone, is_zipped: bool) -> None:
    body = json.dumps({"code": "x" * (BODY_LIMIT if not is_zipped else 5_000_000)}).encode()
    headers = dict(JSON)
    if is_zipped:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"

    answer = await stranger.call("POST", "/login", data=body, headers=headers)

    assert (answer.status, answer.error["code"]) == (413, "too_large")


async def test_a_body_of_broken_packing_is_refused(stranger: Phone) -> None:
    headers = {**JSON, "Content-Encoding": "gzip"}

    answer = await stranger.call("POST", "/login", data=b"not gzip", headers=headers)

    assert (answer.status, answer.error["code"]) == (400, "invalid_input")


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/nothing", 404, None),
        ("GET", "/", 404, None),
        ("POST", "/orders/1/2/3", 404, None),
        ("DELETE", "/cart", 405, "GET, HEAD"),
        ("GET", "/login", 405, "POST"),
        ("PATCH", "/orders", 405, "GET, HEAD, POST"),
    ],
)
async def test_what_the_api_does_not_have_is_refused_in_its_own_form(
    phone: Phone, method: str, path: str, status: int, allowed: str | None
) -> None:
    answer = await phone.call(method, path)

    assert (answer.status, answer.headers.get("Allow")) == (status, allowed)
    assert CHINESE.search(answer.error["message"])


async def test_answers_are_never_cached_or_guessed_at(phone: Phone) -> None:
    for answer in (await phone.get("/cart"), await phone.get("/nothing")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (RuntimeError("13800138000 lives here"), 500, "internal"),
        (OperationalError("SELECT 1", {}, Exception("database is locked")), 503, "unavailable"),
        (DatabaseClosed(), 503, "unavailable"),
    ],
    ids=["a fault of ours", "locked", "shutting down"],
)
async def test_a_fault_of_ours_is_logged_and_not_shown(
    stranger: Phone, login: WeChatLogin, fault: Exception, status: int, code: str
) -> None:
    login.fault = fault

    with capture_logs() as logs:
        answer = await stranger.post("/login", {"code": "any"})

    assert (answer.status, answer.error["code"]) == (status, code)
    assert set(answer.error) == {"code", "message"}
    (line,) = logs
    assert (line["endpoint"], line["reason"]) == ("POST /login", type(fault).__name__)
    assert Path(line["at"].rpartition(":")[0]).name == "phone.py"
    assert "13800138000" not in str((answer.json, line))


async def test_a_shop_that_shuts_down_asks_to_come_back(phone: Phone, database: Database) -> None:
    database.close()

    answer = await phone.get("/cart")

    assert (answer.status, answer.error["code"]) == (503, "unavailable")
