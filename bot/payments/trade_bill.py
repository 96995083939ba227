"""WeChat Pay's daily bill as a file: proved whole, and read row by row.

Its form is that of WeChat Pay docs 交易账单详细说明: a header, a row a payment or refund, a header
of sums, the sums; each value after a backtick; amounts in yuan.
"""

import gzip
import hashlib
import hmac
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.errors import BotError
from commerce.reconciliation.bill_days import BillEntry
from commerce.reconciliation.tables import BillRowKind

LARGEST: Final = 256 * 1024**2
"""Bytes of a bill; about a million rows."""

_GZIP: Final = b"\x1f\x8b"
_SEPARATOR: Final = ",`"  # A title may hold commas; no value holds this.
_YUAN: Final = re.compile(r"(-?)(\d{1,12})\.(\d{2})0*")
_SUMS_BEGIN: Final = "总交易单数"
_NEEDED: Final = (
    *("公众账号ID", "微信订单号", "商户订单号", "交易状态"),
    *("货币种类", "商户退款单号", "订单金额", "申请退款金额"),
)
_PAID: Final = "SUCCESS"
_GIVEN_BACK: Final = frozenset({"REFUND", "REVOKED"})


class BillRefused(BotError):
    """A bill that is not whole, or not in the form that we know."""


@dataclass(frozen=True, slots=True)
class TradeBill:
    """A day's payments and refunds of one app, and the SHA-1 of the file they were in."""

    sha1: str
    entries: tuple[BillEntry, ...]


def unpack(content: bytes, sha1: str) -> bytes:
    """The bill as it was before it was packed. Raises BillRefused unless it has that SHA-1.

    The digest is of the unpacked bill, in hexadecimal (WeChat Pay docs 申请交易账单, hash_value).
    """
    if content.startswith(_GZIP):
        try:
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(LARGEST + 1)
        except (OSError, EOFError) as error:
            raise BillRefused("the bill cannot be unpacked") from error
    if len(content) > LARGEST:
        raise BillRefused("the bill is too large")
    found = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(found, sha1.lower()):
        raise BillRefused("the bill is not what was announced: another SHA-1")
    return content


def read_bill(content: bytes, app_id: str) -> TradeBill:
    """Read an unpacked bill of the kind ALL; rows of other apps of the merchant are left out.

    Raises BillRefused, also when the rows do not come to the bill's own sums.
    """
    try:
        lines = content.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n").split("\n")
    except UnicodeDecodeError as error:
        raise BillRefused("the bill is not UTF-8") from error
    if len(lines) < 3 or not lines[-2].startswith(_SUMS_BEGIN):
        raise BillRefused("the bill has no sums at its end")
    names = lines[0].split(",")
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise BillRefused(f"the bill lacks {', '.join(missing)}: is it of an older form?")
    rows = [_values(names, line) for line in lines[1:-2]]
    _check_sums(rows, _values(lines[-2].split(","), lines[-1]))
    entries = tuple(_entry(row) for row in rows if row["公众账号ID"] == app_id)
    if len({(each.kind, each.number) for each in entries}) != len(entries):
        raise BillRefused("the bill names a number twice")
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return TradeBill(sha1, entries)


def _values(names: Sequence[str], line: str) -> dict[str, str]:
    values = line.removeprefix("`").split(_SEPARATOR)
    if not line.startswith("`") or len(values) != len(names):
        raise BillRefused(f"a row of the bill has {len(values)} values for {len(names)} names")
    return dict(zip(names, values, strict=True))


def _entry(row: dict[str, str]) -> BillEntry:
    if row["货币种类"] != "CNY":
        raise BillRefused("a row of the bill is not in yuan")
    if row["交易状态"] == _PAID:
        kind, number, amount = BillRowKind.PAYMENT, row["商户订单号"], row["订单金额"]
    elif row["交易状态"] in _GIVEN_BACK:
        kind, number, amount = BillRowKind.REFUND, row["商户退款单号"], row["申请退款金额"]
    else:
        raise BillRefused(f"a row of the bill is {row['交易状态'][:20]}, which we do not know")
    return BillEntry(kind, number, row["微信订单号"], _fen(amount))


def _check_sums(rows: Sequence[dict[str, str]], sums: dict[str, str]) -> None:
    told = (sums.get(_SUMS_BEGIN, ""), sums.get("订单总金额", ""), sums.get("申请退款总金额", ""))
    paid = sum(_fen(row["订单金额"]) for row in rows)
    refunded = sum(_fen(row["申请退款金额"]) for row in rows)
    if told[0] != str(len(rows)) or (_fen(told[1]), _fen(told[2])) != (paid, refunded):
        raise BillRefused("the rows of the bill do not come to its sums")


def _fen(yuan: str) -> int:
    """Fen of an amount such as 12.34; a third decimal would be an amount that nobody paid."""
    match = _YUAN.fullmatch(yuan)
    if match is None:
        raise BillRefused(f"{yuan[:20]!r} is no amount")
    sign, whole, cents = match.groups()
    fen = int(whole) * 100 + int(cents)
    return -fen if sign else fen
