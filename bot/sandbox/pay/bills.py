"""The daily bill: made of what the platform knows, in the form that merchants get it.

交易账单详细说明: a header, a row a payment (by its success) or refund (by its acceptance), a header
of sums, the sums; each value after a backtick, amounts in yuan.
"""

import gzip
import hashlib
import json
import secrets
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.sandbox.errors import PayError
from bot.sandbox.faults import Faults
from bot.sandbox.ground import Ground
from bot.sandbox.pay.fields import SHANGHAI
from bot.sandbox.rules import BILL_DAYS, BILL_FEE, BILL_READY, BILL_URL_LIFE
from bot.sandbox.store import Row

type Body = dict[str, Any]

PATH = "/v3/billdownload/file"
_NAMES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
_SUMS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)


class Bills:
    """Bills by day, and the short-lived addresses that they are downloaded from."""

    def __init__(self, ground: Ground, faults: Faults) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._merchant = ground.settings.merchant
        self._faults = faults
        self._files: dict[str, tuple[float, bytes]] = {}

    def announce(self, query: dict[str, str], address: str) -> Body:
        """The answer to tradebill; the file waits below `address` for half a minute."""
        day = self._day(query.get("bill_date", ""))
        if query.get("bill_type", "ALL") != "ALL" or query.get("tar_type", "GZIP") != "GZIP":
            raise PayError("PARAM_ERROR", "参数错误：沙盒只有 bill_type=ALL、tar_type=GZIP")
        begin = datetime.combine(day, time(), SHANGHAI)
        fault = self._faults.take_about("bill", "bill")
        content = self._written(begin.timestamp(), (begin + timedelta(days=1)).timestamp(), fault)
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        if fault == "tampered":
            content = content.replace(b"CNY", b"USD", 1)
        token, now = secrets.token_urlsafe(32), self._clock.timestamp()
        self._files = {key: kept for key, kept in self._files.items() if kept[0] > now}
        self._files[token] = (now + BILL_URL_LIFE.value, gzip.compress(content))
        return {
            "download_url": f"{address}{PATH}?token={token}",
            "hash_type": "SHA1",
            "hash_value": digest,
        }

    def download(self, token: str) -> bytes:
        """The packed file; its address is good once only as long as the rules say."""
        expires_at, content = self._files.get(token, (0.0, b""))
        if self._clock.timestamp() >= expires_at:
            raise PayError("INVALID_REQUEST", "账单下载地址已失效")
        return content

    def _day(self, written: str) -> date:
        try:
            day = date.fromisoformat(written)
        except ValueError as error:
            raise PayError("PARAM_ERROR", "参数错误：bill_date") from error
        now = self._clock.now().astimezone(SHANGHAI)
        ready = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
        if day >= now.date() or day < now.date() - timedelta(days=BILL_DAYS.value):
            raise PayError("INVALID_REQUEST", "账单日期超出可下载范围")
        if now < ready + timedelta(hours=BILL_READY.value):
            raise PayError("STATEMENT_CREATING")
        return day

    def _written(self, begin: float, end: float, fault: str) -> bytes:
        paid = self._store.rows(
            "SELECT *, paid_at AS at FROM transactions WHERE paid_at >= ? AND paid_at < ?",
            *(begin, end),
        )
        back = self._store.rows(
            "SELECT t.*, r.out_refund_no, r.refund_id, r.refund, r.status, r.created_at AS at"
            " FROM refunds r JOIN transactions t ON t.out_trade_no = r.out_trade_no"
            " WHERE r.created_at >= ? AND r.created_at < ?",
            *(begin, end),
        )
        number, _, amount = fault.partition("=")
        lines: list[tuple[float, int, int, str]] = []
        for row in (*paid, *back):
            is_refund = "refund_id" in row.keys()  # noqa: SIM118 - a Row is no mapping
            fen = row["refund"] if is_refund else row["total"]
            if number == (row["out_refund_no"] if is_refund else row["out_trade_no"]):
                fen = int(amount)
            total, refund = (0, fen) if is_refund else (fen, 0)
            if fen:  # A fault of 0 leaves the row out.
                lines.append((row["at"], total, refund, self._row(row, total, refund)))
        if not lines:
            raise PayError("NO_STATEMENT_EXIST")
        rows = [line for *_, line in sorted(lines)]
        total, refund = sum(each[1] for each in lines), sum(each[2] for each in lines)
        fee = _fee(total) if total else "0.00000"
        sums = (
            str(len(rows)),
            _yuan(total),
            _yuan(refund),
            "0.00",
            fee,
            _yuan(total),
            _yuan(refund),
        )
        written = "\r\n".join((_NAMES, *rows, _SUMS, "`" + ",`".join(sums)))
        return f"\ufeff{written}\r\n".encode()

    def _row(self, row: Row, total: int, refund: int) -> str:
        request = json.loads(row["request"])
        at = datetime.fromtimestamp(row["at"], SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        values = (
            *(at, request["appid"], self._merchant.mch_id, "0", ""),
            *(row["transaction_id"], row["out_trade_no"], row["openid"], "JSAPI"),
            *("REFUND" if refund else "SUCCESS", "OTHERS", "CNY", _yuan(total), "0.00"),
            *((row["refund_id"], row["out_refund_no"]) if refund else ("0", "0")),
            *(_yuan(refund), "0.00"),
            *(("ORIGINAL", row["status"]) if refund else ("", "")),
            *(request["description"], request.get("attach") or ""),
            *(_fee(total - refund), "0.60%", _yuan(total), _yuan(refund), ""),
        )
        return "`" + ",`".join(values)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _fee(fen: int) -> str:
    return f"{fen * BILL_FEE.value / 100_000:.5f}"
