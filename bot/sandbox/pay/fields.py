"""Reads the fields of a Pay request; whatever is wrong is PARAM_ERROR and names the field."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.sandbox.errors import PayError

type Body = dict[str, Any]

SHANGHAI = ZoneInfo("Asia/Shanghai")
_NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
_REFUND_NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
_BILL_NUMBER = re.compile(r"[0-9A-Za-z]{1,32}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def text(body: Body, name: str, *, longest: int, required: bool = True) -> str:
    """A string of at most `longest` characters."""
    value = body.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value) or len(value) > longest:
        raise PayError("PARAM_ERROR", f"参数错误：{name}")
    return value


def trade_number(body: Body) -> str:
    """out_trade_no: 6 to 32 of [0-9A-Za-z_-|*]."""
    return _matching(body, "out_trade_no", _NUMBER)


def refund_number(body: Body) -> str:
    """out_refund_no: 1 to 64 of [0-9A-Za-z_-|*@]."""
    return _matching(body, "out_refund_no", _REFUND_NUMBER)


def bill_number(body: Body) -> str:
    """out_bill_no: 1 to 32 of [0-9A-Za-z]."""
    return _matching(body, "out_bill_no", _BILL_NUMBER)


def fen(body: Body, name: str) -> int:
    """An amount in fen, at least 1."""
    amount = body.get("amount")
    value = amount.get(name) if isinstance(amount, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PayError("PARAM_ERROR", f"参数错误：amount.{name}")
    if isinstance(amount, dict) and amount.get("currency", "CNY") != "CNY":
        raise PayError("PARAM_ERROR", "参数错误：amount.currency")
    return value


def notify_url(body: Body, *, required: bool) -> str:
    """Where notices go: https without a query; plain http only to this machine."""
    url = text(body, "notify_url", longest=256, required=required)
    if not url:
        return ""
    parts = urlsplit(url)
    is_near = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if (parts.scheme != "https" and not is_near) or parts.query or not parts.hostname:
        raise PayError("PARAM_ERROR", "参数错误：notify_url")
    return url


def instant(body: Body, name: str) -> float | None:
    """An RFC 3339 time with its zone, as seconds since the epoch."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise PayError("PARAM_ERROR", f"参数错误：{name}")
    return datetime.fromisoformat(value).timestamp()


def written(seconds: float) -> str:
    """A time as Pay writes it: 2026-11-11T20:15:00+08:00."""
    return datetime.fromtimestamp(int(seconds), SHANGHAI).isoformat()


def _matching(body: Body, name: str, pattern: re.Pattern[str]) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise PayError("PARAM_ERROR", f"参数错误：{name}")
    return value
