"""Orders at WeChat Pay: made by the merchant, paid by a fan on the phone, queried, closed."""

import json
import secrets
from typing import Any

from bot.sandbox.errors import PayError, SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.pay import fields
from bot.sandbox.pay.notices import Notices
from bot.sandbox.pay.signatures import PaySignatures
from bot.sandbox.rules import PAY_ATTACH_CHARACTERS, PAY_DESCRIPTION_CHARACTERS, PREPAY_LIFE
from bot.sandbox.store import Row
from bot.sandbox.wechat.fans import Fans

type Body = dict[str, Any]

_STATES = {
    "NOTPAY": "订单未支付",
    "SUCCESS": "支付成功",
    "CLOSED": "订单已关闭",
    "REFUND": "转入退款",
}


class Transactions:
    """One row a merchant order number."""

    def __init__(
        self, ground: Ground, fans: Fans, notices: Notices, signatures: PaySignatures
    ) -> None:
        self._merchant = ground.settings.merchant
        self._app_id = ground.settings.mini_program.app_id
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._counters = ground.counters
        self._fans = fans
        self._notices = notices
        self._signatures = signatures

    def prepay(self, body: Body) -> str:
        """Make the order, or find it again by its number; return its prepay_id.

        The same number with other contents is OUT_TRADE_NO_USED; a paid or closed order stays so.
        """
        number = self._check(body)
        request = json.dumps(body, ensure_ascii=False, sort_keys=True)
        with self._store.transaction():
            known = self.find(number)
            if known is None:
                return self._create(number, body, request)
            if known["request"] != request:
                raise PayError("OUT_TRADE_NO_USED")
            if known["state"] == "CLOSED":
                raise PayError("ORDER_CLOSED")
            if known["state"] != "NOTPAY":
                raise PayError("ORDERPAID")
            return self._renewed(known)

    def find(self, number: str) -> Row | None:
        """The order with this out_trade_no."""
        return self._store.find("SELECT * FROM transactions WHERE out_trade_no = ?", number)

    def find_by_transaction_id(self, transaction_id: str) -> Row | None:
        """The paid order with this transaction_id."""
        return self._store.find(
            "SELECT * FROM transactions WHERE transaction_id = ?", transaction_id
        )

    def get_by_prepay(self, prepay_id: str) -> Row:
        """The order with this prepay_id (or, for tests, out_trade_no)."""
        row = self._store.find(
            "SELECT * FROM transactions WHERE prepay_id = ? OR out_trade_no = ?",
            prepay_id,
            prepay_id,
        )
        if row is None:
            raise SandboxRefused(f"no prepay_id {prepay_id!r}")
        return row

    def list_latest(self) -> list[Row]:
        """The latest hundred orders."""
        return self._store.rows("SELECT * FROM transactions ORDER BY created_at DESC LIMIT 100")

    def close(self, number: str) -> None:
        """Close an unpaid order; raises ORDER_NOT_EXIST, ORDERPAID or ORDER_CLOSED."""
        closed = self._store.run(
            "UPDATE transactions SET state = 'CLOSED' WHERE out_trade_no = ? AND state = 'NOTPAY'",
            number,
        )
        if closed:
            self._feed.publish("payments")
            return
        row = self.find(number)
        if row is None:
            raise PayError("ORDER_NOT_EXIST")
        raise PayError("ORDER_CLOSED" if row["state"] == "CLOSED" else "ORDERPAID")

    def open_sheet(self, fan_id: int, arguments: dict[str, str]) -> Row:
        """wx.requestPayment: check the merchant's paySign as the phone does, return the order.

        JSAPI调起支付: RSA-SHA256 over the app id, timeStamp, nonceStr and package, a line each.
        """
        package = str(arguments.get("package", ""))
        message = "".join(
            f"{part}\n"
            for part in (
                self._app_id,
                arguments.get("timeStamp", ""),
                arguments.get("nonceStr", ""),
                package,
            )
        )
        if arguments.get("signType") != "RSA" or not package.startswith("prepay_id="):
            raise SandboxRefused("requestPayment:fail 参数错误")
        if not self._signatures.is_merchants(arguments.get("paySign", ""), message.encode()):
            raise SandboxRefused("requestPayment:fail 支付验证签名失败")
        order = self.get_by_prepay(package.removeprefix("prepay_id="))
        if order["openid"] != self._fans.get(fan_id)["mini_openid"]:
            raise SandboxRefused("requestPayment:fail 下单账号与支付账号不一致")
        self._check_payable(order)
        return order

    def pay(self, prepay_id: str) -> Row:
        """The fan pays; the merchant is told. Paying twice is refused."""
        order = self.get_by_prepay(prepay_id)
        self._check_payable(order)
        now = self._clock.timestamp()
        with self._store.transaction():
            transaction_id = f"4200{self._counters.add('transactions'):024d}"
            self._store.run(
                "UPDATE transactions SET state = 'SUCCESS', transaction_id = ?, paid_at = ?"
                " WHERE out_trade_no = ? AND state = 'NOTPAY'",
                transaction_id,
                now,
                order["out_trade_no"],
            )
            self._counters.add("accepted:payment")
            paid = self.get_by_prepay(order["prepay_id"])
            self._notices.enqueue(
                "TRANSACTION.SUCCESS",
                "支付成功",
                self.describe(paid),
                subject=order["out_trade_no"],
                url=json.loads(order["request"])["notify_url"],
            )
        self._feed.publish("payments")
        return paid

    def describe(self, order: Row) -> Body:
        """An order as queries and notices show it."""
        request = json.loads(order["request"])
        shown: Body = {
            "appid": request["appid"],
            "mchid": request["mchid"],
            "out_trade_no": order["out_trade_no"],
            "trade_state": order["state"],
            "trade_state_desc": _STATES[order["state"]],
            "attach": request.get("attach", ""),
            "payer": {"openid": order["openid"]},
            "amount": {"total": order["total"], "currency": "CNY"},
        }
        if order["transaction_id"] is None:
            return shown
        return {
            **shown,
            "transaction_id": order["transaction_id"],
            "trade_type": "JSAPI",
            "bank_type": "OTHERS",
            "success_time": fields.written(order["paid_at"]),
            "amount": {
                "total": order["total"],
                "payer_total": order["total"],
                "currency": "CNY",
                "payer_currency": "CNY",
            },
        }

    def _check(self, body: Body) -> str:
        if body.get("mchid") != self._merchant.mch_id:
            raise PayError("PARAM_ERROR", "参数错误：mchid")
        if body.get("appid") != self._app_id:
            raise PayError("APPID_MCHID_NOT_MATCH")
        number = fields.trade_number(body)
        fields.text(body, "description", longest=PAY_DESCRIPTION_CHARACTERS.value)
        fields.text(body, "attach", longest=PAY_ATTACH_CHARACTERS.value, required=False)
        fields.notify_url(body, required=True)
        fields.fen(body, "total")
        expires_at = fields.instant(body, "time_expire")
        if expires_at is not None and expires_at <= self._clock.timestamp():
            raise PayError("PARAM_ERROR", "参数错误：time_expire已过期")
        payer = body.get("payer")
        openid = payer.get("openid") if isinstance(payer, dict) else None
        if not isinstance(openid, str) or not openid:
            raise PayError("PARAM_ERROR", "参数错误：payer.openid")
        if self._fans.find_by_mini_openid(openid) is None:
            raise PayError("OPENID_MISMATCH")
        return number

    def _create(self, number: str, body: Body, request: str) -> str:
        now, prepay_id = self._clock.timestamp(), _prepay_id()
        self._store.run(
            "INSERT INTO transactions (out_trade_no, prepay_id, prepay_expires_at, request, openid,"
            " total, state, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, 'NOTPAY', ?, ?)",
            number,
            prepay_id,
            now + PREPAY_LIFE.value,
            request,
            body["payer"]["openid"],
            body["amount"]["total"],
            fields.instant(body, "time_expire"),
            now,
        )
        self._counters.add(f"accepted:prepay:{number}")
        self._feed.publish("payments")
        return prepay_id

    def _renewed(self, order: Row) -> str:
        """The order's prepay_id, a new one when two hours are over."""
        now = self._clock.timestamp()
        if order["prepay_expires_at"] > now:
            return str(order["prepay_id"])
        prepay_id = _prepay_id()
        self._store.run(
            "UPDATE transactions SET prepay_id = ?, prepay_expires_at = ? WHERE out_trade_no = ?",
            prepay_id,
            now + PREPAY_LIFE.value,
            order["out_trade_no"],
        )
        return prepay_id

    def _check_payable(self, order: Row) -> None:
        now = self._clock.timestamp()
        if order["state"] == "CLOSED":
            raise SandboxRefused("该订单已关闭")
        if order["state"] != "NOTPAY":
            raise SandboxRefused("该订单已支付")
        if order["expires_at"] is not None and order["expires_at"] <= now:
            raise SandboxRefused("该订单已过期，请重新下单")
        if order["prepay_expires_at"] <= now:
            raise SandboxRefused("支付会话已过期，请重新发起支付")


def _prepay_id() -> str:
    return f"wx{secrets.token_hex(17)}"
