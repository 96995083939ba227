"""Pages of the lists of 客户联系: a limit over the largest falls back to the default."""

from typing import Any

from bot.sandbox.store import Row
from bot.sandbox.wecom.errors import WeComError

_BASE = 36
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PREFIX = "CU"


def read_limit(body: dict[str, Any], sizes: dict[str, int]) -> int:
    """The rows of a page; raises 40058 for what is no number."""
    limit = body.get("limit", 0)
    if not isinstance(limit, int) or limit < 0:
        raise WeComError(40058, "limit")
    return limit if 0 < limit <= sizes["最大"] else sizes["默认"]


def read_cursor(body: dict[str, Any]) -> int:
    """The id after which a page begins; raises 50100."""
    cursor = str(body.get("cursor") or "")
    if not cursor:
        return 0
    digits = cursor.removeprefix(_PREFIX)
    if digits == cursor or not digits.isalnum() or not digits.isascii():
        raise WeComError(50100)
    return int(digits, _BASE)


def cut_page(rows: list[Row], limit: int) -> tuple[list[Row], str]:
    """The page of rows that were read one more than `limit`, and the cursor of the next, if any."""
    page = rows[:limit]
    return page, _write_cursor(page[-1]["id"]) if len(rows) > limit else ""


def _write_cursor(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, _BASE)
        digits = _DIGITS[digit] + digits
    return _PREFIX + digits
