"""Logs name nobody, wherever a secret hides."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import insert

from bot.database import Database
from bot.logs import REDACTED, configure_logs
from bot.tables import LoginSession

OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
EXTERNAL_USER = "wmABCDEFGHIJKLMNOPQRSTUVWXYZ1234"
PHONE = "13800138000"
CANARIES = (OPENID, EXTERNAL_USER, PHONE, "canary")


@pytest.fixture(params=[True, False], ids=["json", "console"])
def out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is printed, with logs set up as a process does."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    lines = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", lines)
        configure_logs(as_json=request.param)
    yield lines
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def assert_clean(out: io.StringIO) -> None:
    printed = out.getvalue()
    assert REDACTED in printed
    assert [canary for canary in CANARIES if canary in printed] == []


def fail(words: str) -> None:
    raise ValueError(words)


@pytest.mark.parametrize(
    "name",
    [
        "openid",
        "mini_openid",
        "unionid",
        "external_user",
        "touser",
        "phone",
        "mobile",
        "recipient",
        "address",
        "token",
        "access_token",
        "secret",
        "app_secret",
        "password",
        "aes_key",
        "api_v3_key",
        "session_key",
        "Authorization",
        "js_code",
        "external_userid",
        "official_account_secret",
    ],
)
def test_values_under_telling_names_are_left_out(out: io.StringIO, name: str) -> None:
    structlog.get_logger().warning("something", **{name: "canary"}, nested={name: ["canary"]})

    assert_clean(out)


@pytest.mark.parametrize(
    "words",
    [
        f"to {OPENID}",
        f"['{OPENID}', '{EXTERNAL_USER}']",
        f"call {PHONE}",
        "call +8613800138000",
        "call 86-13800138000",
        "call 138 0013 8000",
        "call 138-0013-8000",
        f"电话{PHONE}，急",
        "GET /x?access_token=canary&b=1",
        "GET /x?b=1&secret=canary",
        "appid=wx&js_code=canary",
        '{"access_token":"canary","expires_in":7200}',
        "{'secret': 'canary'}",
        "session_key: canary",
        "token: canary",
        "access_token: canary",
        "cart_token=canary",
        "{'mini_openid': 'canary'}",
        "Authorization: Bearer canary",
    ],
)
@pytest.mark.parametrize("where", ["event", "value", "list", "error", "stdlib"])
def test_secrets_in_words_are_left_out(out: io.StringIO, words: str, where: str) -> None:
    log = structlog.get_logger()
    match where:
        case "event":
            log.warning(words)
        case "value":
            log.warning("something", reason=words)
        case "list":
            log.warning("something", reasons=[{"why": (words,)}], cause=ValueError(words))
        case "stdlib":
            logging.getLogger("elsewhere").error("failed: %s", words)
        case _:
            try:
                fail(words)
            except ValueError:
                log.exception("failed")
                logging.getLogger("elsewhere").exception("failed too")

    assert_clean(out)


def test_a_chain_of_errors_is_cleaned_to_its_root(out: io.StringIO) -> None:
    try:
        try:
            fail(PHONE)
        except ValueError as cause:
            raise RuntimeError(f"openid={OPENID}") from cause
    except RuntimeError as error:
        structlog.get_logger().error("task failed", exc_info=error)

    assert_clean(out)
    assert "RuntimeError" in out.getvalue()


def test_what_names_nobody_stays_readable(out: io.StringIO) -> None:
    structlog.get_logger().info(
        "turn", order_no="ZG20261123000001", seconds=0.25, waits=None, kinds=["text"], ok=True
    )

    printed = out.getvalue()
    for each in ("turn", "ZG20261123000001", "0.25", "text"):
        assert each in printed
    assert REDACTED not in printed


def test_json_lines_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = io.StringIO()
    handlers = logging.getLogger().handlers[:]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", lines)
        configure_logs(as_json=True)
    structlog.get_logger().info("支付成功", amount=3900)
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers

    line = json.loads(lines.getvalue())
    assert (line["event"], line["amount"], line["level"]) == ("支付成功", 3900, "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "words",
    [
        "/cgi-bin/stable_token: no connection",
        "no access token for wx1: patience ran out",
        "token_version=4",
        "the tokens: two",
    ],
)
def test_a_sentence_about_a_token_keeps_its_end(out: io.StringIO, words: str) -> None:
    structlog.get_logger().warning("something", reason=words)

    assert words in out.getvalue()


@pytest.mark.parametrize("name", ["recipient_count", "token_version", "address_id", "phones_seen"])
def test_a_name_that_only_begins_like_a_secret_keeps_its_value(out: io.StringIO, name: str) -> None:
    structlog.get_logger().warning("something", **{name: "plain"})

    assert "plain" in out.getvalue()


@pytest.mark.database
def test_a_failed_statement_does_not_tell_its_values(database: Database, out: io.StringIO) -> None:
    values = {"token_digest": "canary", "customer_id": None, "openid": "canary-openid"}
    try:
        with database.writing() as session:
            session.connection().execute(insert(LoginSession), values)
    except IntegrityError:
        structlog.get_logger().exception("turn failed")

    printed = out.getvalue()
    assert "IntegrityError" in printed
    assert "customer_id" in printed
    assert "canary" not in printed
