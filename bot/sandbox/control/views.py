"""Rows of the store as JSON for the control API; times are ISO 8601 in UTC."""

import json
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.platform import Platform
from bot.sandbox.store import Row

type Body = dict[str, Any]


def moment(seconds: float | None) -> str | None:
    """An instant of the store, or None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def fan_view(platform: Platform, fan: Row) -> Body:
    """A person with the reply windows that are open now."""
    return {
        "fan_id": fan["id"],
        "nickname": fan["nickname"],
        "openid": fan["openid"],
        "mini_openid": fan["mini_openid"],
        "unionid": fan["unionid"],
        "subscribed": bool(fan["subscribed"]),
        "is_typing": fan["typing_until"] > platform.clock.timestamp(),
        "windows": [
            {
                "action": window["action"],
                "left": window["allowed"] - window["used"],
                "allowed": window["allowed"],
                "expires_at": moment(window["expires_at"]),
            }
            for window in platform.windows.list_open(fan["id"])
        ],
    }


def item_view(item: Row) -> Body:
    """A chat item and how it arrived."""
    return {
        "item_id": item["id"],
        "direction": item["direction"],
        "kind": item["kind"],
        "route": item["route"],
        "payload": json.loads(item["payload"]),
        "msg_id": item["msg_id"],
        "at": moment(item["created_at"]),
    }


def callback_view(row: Row) -> Body:
    """A delivery to the shop."""
    return {
        "callback_id": row["id"],
        "fan_id": row["fan_id"],
        "what": row["what"],
        "msg_id": row["msg_id"],
        "tries": row["tries"],
        "next_at": moment(row["next_at"]),
        "outcome": row["outcome"],
        "detail": row["detail"],
        "created_at": moment(row["created_at"]),
    }


def notice_view(row: Row) -> Body:
    """A notice of WeChat Pay."""
    return {
        "notice_id": row["id"],
        "event_type": row["event_type"],
        "subject": row["subject"],
        "url": row["url"],
        "tries": row["tries"],
        "next_at": moment(row["next_at"]),
        "outcome": row["outcome"],
        "detail": row["detail"],
        "created_at": moment(row["created_at"]),
    }


def payment_view(platform: Platform, order: Row) -> Body:
    """An order at WeChat Pay, as queries show it, with what the phone knows."""
    return {
        **platform.transactions.describe(order),
        "prepay_id": order["prepay_id"],
        "description": json.loads(order["request"])["description"],
        "expires_at": moment(order["expires_at"]),
        "shipping": platform.shipping_info.shown(order),
    }


def clock_view(platform: Platform) -> Body:
    """The time and how far ahead it is, in seconds."""
    return {
        "now": platform.clock.now().isoformat(),
        "offset": round(platform.clock.offset, 3),
    }
