"""Refunds: asked once per out_refund_no, never more than was paid, settled a little later."""

import json
import secrets
from typing import Any

from bot.sandbox.errors import PayError
from bot.sandbox.ground import Ground
from bot.sandbox.pay import fields
from bot.sandbox.pay.notices import Notices
from bot.sandbox.pay.transactions import Transactions
from bot.sandbox.rules import REFUND_PARTS, REFUND_SETTLES, REFUND_YEAR
from bot.sandbox.store import Row
from bot.sandbox.wechat.fans import Fans

type Body = dict[str, Any]

_WITHDRAWN = "merchant withdrew"


class Refunds:
    """One row an out_refund_no."""

    def __init__(
        self, ground: Ground, fans: Fans, transactions: Transactions, notices: Notices
    ) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._counters = ground.counters
        self._fans = fans
        self._transactions = transactions
        self._notices = notices

    def ask(self, body: Body) -> Row:
        """Take a refund in (PROCESSING), or find it again by its number."""
        number = fields.refund_number(body)
        fields.text(body, "reason", longest=80, required=False)
        fields.notify_url(body, required=False)
        refund, total = fields.fen(body, "refund"), fields.fen(body, "total")
        request = json.dumps(body, ensure_ascii=False, sort_keys=True)
        with self._store.transaction():
            known = self.find(number)
            if known is not None:
                if known["request"] != request:
                    raise PayError("INVALID_REQUEST", "退款单号重复，且请求参数与之前不一致")
                return known
            order = self._paid_order(body)
            self._check(order, refund, total)
            return self._create(number, order, request, refund)

    def find(self, number: str) -> Row | None:
        """The refund with this out_refund_no."""
        return self._store.find("SELECT * FROM refunds WHERE out_refund_no = ?", number)

    def list_latest(self) -> list[Row]:
        """The latest hundred refunds."""
        return self._store.rows("SELECT * FROM refunds ORDER BY created_at DESC LIMIT 100")

    def due_ids(self, now: float) -> list[int]:
        """Rows (by rowid) of refunds whose money arrives by now."""
        rows = self._store.rows("SELECT rowid AS id FROM refunds WHERE settles_at <= ?", now)
        return [row["id"] for row in rows]

    async def settle(self, row_id: int) -> None:
        """The money arrives: SUCCESS, and the merchant is told."""
        now = self._clock.timestamp()
        with self._store.transaction():
            row = self._store.find(
                "UPDATE refunds SET status = 'SUCCESS', success_at = ?, settles_at = NULL"
                " WHERE rowid = ? AND status = 'PROCESSING' RETURNING *",
                now,
                row_id,
            )
            if row is None:
                return
            self._counters.add("accepted:refunded")
            url = json.loads(row["request"]).get("notify_url")
            if url:
                self._notices.enqueue(
                    "REFUND.SUCCESS",
                    "退款成功",
                    self.describe(row, for_notice=True),
                    subject=row["out_refund_no"],
                    url=url,
                )
        self._feed.publish("payments")

    def describe(self, refund: Row, *, for_notice: bool = False) -> Body:
        """A refund as queries show it; notices name its state `refund_status`."""
        order = self._transactions.find(refund["out_trade_no"])
        total = 0 if order is None else order["total"]
        shown: Body = {
            "refund_id": refund["refund_id"],
            "out_refund_no": refund["out_refund_no"],
            "transaction_id": "" if order is None else order["transaction_id"],
            "out_trade_no": refund["out_trade_no"],
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": total,
                "refund": refund["refund"],
                "payer_total": total,
                "payer_refund": refund["refund"],
            },
        }
        if refund["success_at"] is not None:
            shown["success_time"] = fields.written(refund["success_at"])
        if for_notice:
            mchid = "" if order is None else json.loads(order["request"])["mchid"]
            return {**shown, "mchid": mchid, "refund_status": refund["status"]}
        shown["amount"] |= {"currency": "CNY", "settlement_refund": refund["refund"]}
        return {
            **shown,
            "channel": "ORIGINAL",
            "funds_account": "AVAILABLE",
            "status": refund["status"],
            "create_time": fields.written(refund["created_at"]),
        }

    def withdraw(self, amount: int) -> None:
        """The merchant takes fen out of the account: later refunds may meet NOT_ENOUGH."""
        self._store.run(
            "INSERT INTO switches (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            _WITHDRAWN,
            str(amount),
        )

    def balance(self) -> int:
        """What the merchant's account holds, in fen: paid − refunded − withdrawn − transferred."""
        row = self._store.find(
            "SELECT (SELECT coalesce(sum(total), 0) FROM transactions WHERE paid_at IS NOT NULL)"
            " - (SELECT coalesce(sum(refund), 0) FROM refunds)"
            " - coalesce((SELECT value FROM switches WHERE name = ?), 0)"
            " - (SELECT coalesce(sum(amount), 0) FROM transfers"
            " WHERE state NOT IN ('FAIL', 'CANCELLED')) AS fen",
            _WITHDRAWN,
        )
        return 0 if row is None else int(row["fen"])

    def _paid_order(self, body: Body) -> Row:
        if "transaction_id" in body:
            order = self._transactions.find_by_transaction_id(str(body["transaction_id"]))
        else:
            order = self._transactions.find(fields.trade_number(body))
        if order is None:
            raise PayError("RESOURCE_NOT_EXISTS", "订单不存在")
        if order["paid_at"] is None:
            raise PayError("INVALID_REQUEST", "订单未支付，不能退款")
        return order

    def _check(self, order: Row, refund: int, total: int) -> None:
        if total != order["total"]:
            raise PayError("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
        if self._clock.timestamp() - order["paid_at"] > REFUND_YEAR.value:
            raise PayError("INVALID_REQUEST", "订单已超过可退款的最大期限(支付后一年内)")
        before = self._store.find(
            "SELECT count(*) AS parts, coalesce(sum(refund), 0) AS fen FROM refunds"
            " WHERE out_trade_no = ?",
            order["out_trade_no"],
        )
        parts, refunded = (before["parts"], before["fen"]) if before else (0, 0)
        if refunded + refund > order["total"]:
            raise PayError("INVALID_REQUEST", "申请退款金额大于订单剩余可退金额")
        if parts >= REFUND_PARTS.value:
            raise PayError("INVALID_REQUEST", "退款次数已达上限")
        payer = self._fans.find_by_mini_openid(order["openid"])
        if payer is not None and payer["account_closed"]:
            raise PayError("USER_ACCOUNT_ABNORMAL")
        if refund > self.balance():
            raise PayError("NOT_ENOUGH")

    def _create(self, number: str, order: Row, request: str, refund: int) -> Row:
        now = self._clock.timestamp()
        self._store.run(
            "INSERT INTO refunds (out_refund_no, refund_id, out_trade_no, request, refund, status,"
            " settles_at, created_at) VALUES (?, ?, ?, ?, ?, 'PROCESSING', ?, ?)",
            number,
            f"5030{secrets.randbelow(10**24):024d}",
            order["out_trade_no"],
            request,
            refund,
            now + REFUND_SETTLES.value,
            now,
        )
        self._store.run(
            "UPDATE transactions SET state = 'REFUND' WHERE out_trade_no = ?",
            order["out_trade_no"],
        )
        self._counters.add(f"accepted:refund:{number}")
        created = self.find(number)
        if created is None:
            raise PayError("SYSTEM_ERROR")
        return created
