"""Transfers to users (商家转账): announced once a number, confirmed by the user within a day."""

import json
import secrets
from typing import Any

from bot.sandbox.errors import PayError, SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.pay import fields
from bot.sandbox.pay.notices import Notices
from bot.sandbox.pay.refunds import Refunds
from bot.sandbox.rules import (
    TRANSFER_CONFIRMED_WITHIN,
    TRANSFER_LEAST,
    TRANSFER_NAMELESS,
    TRANSFER_REMARK_CHARACTERS,
    TRANSFER_REMEMBERED,
    TRANSFER_REPORT_CHARACTERS,
    TRANSFER_REPORTS,
    TRANSFER_SETTLES,
)
from bot.sandbox.store import Row
from bot.sandbox.wechat.fans import Fans

type Body = dict[str, Any]

# Where a bill goes by itself once its `moves_at` has come, and with what reason.
_MOVES = {
    "WAIT_USER_CONFIRM": ("FAIL", "OVERDUE_CLOSE"),
    "TRANSFERING": ("SUCCESS", ""),
    "CANCELING": ("CANCELLED", ""),
}
_FINAL = {"SUCCESS", "FAIL", "CANCELLED"}


class Transfers:
    """One row an out_bill_no."""

    def __init__(self, ground: Ground, fans: Fans, refunds: Refunds, notices: Notices) -> None:
        self._mch_id = ground.settings.merchant.mch_id
        self._app_id = ground.settings.mini_program.app_id
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._counters = ground.counters
        self._fans = fans
        self._account = refunds
        self._notices = notices

    def ask(self, body: Body) -> Row:
        """Take a transfer in (WAIT_USER_CONFIRM), or find it again by its number."""
        number = fields.bill_number(body)
        amount = self._check(body)
        request = json.dumps(body, ensure_ascii=False, sort_keys=True)
        with self._store.transaction():
            known = self.find(number)
            if known is None:
                if amount > self._account.balance():
                    raise PayError("NOT_ENOUGH", "资金不足")
                return self._create(number, body, request)
            if known["request"] != request:
                raise PayError("INVALID_REQUEST", "单号已存在但信息不一致，请查单后比较确认")
            return known

    def find(self, number: str) -> Row | None:
        """The bill with this out_bill_no."""
        return self._store.find("SELECT * FROM transfers WHERE out_bill_no = ?", number)

    def find_remembered(self, number: str) -> Row | None:
        """The same, unless it is too old to be asked about."""
        bill, oldest = self.find(number), self._clock.timestamp() - TRANSFER_REMEMBERED.value
        return bill if bill is not None and bill["created_at"] > oldest else None

    def list_latest(self) -> list[Row]:
        """The latest hundred bills."""
        return self._store.rows("SELECT * FROM transfers ORDER BY created_at DESC LIMIT 100")

    def cancel(self, number: str) -> Body:
        """Take back what the user has not confirmed: CANCELING, then CANCELLED."""
        with self._store.transaction():
            bill = self.find(number)
            if bill is None:
                raise PayError("NOT_FOUND")
            if bill["state"] == "WAIT_USER_CONFIRM":
                bill = self._moved(bill, "CANCELING", after=TRANSFER_SETTLES.value)
            if bill["state"] not in {"CANCELING", "CANCELLED"}:
                raise PayError("INVALID_REQUEST", "当前单据状态不支持撤销")
        return {
            "out_bill_no": bill["out_bill_no"],
            "transfer_bill_no": bill["transfer_bill_no"],
            "state": bill["state"],
            "update_time": fields.written(bill["updated_at"]),
        }

    def open_sheet(self, fan_id: int, arguments: dict[str, str]) -> Row:
        """wx.requestMerchantTransfer: check what the phone was given, return the bill.

        Closing the sheet does nothing: the bill waits for its user until its day is over.
        """
        if (arguments.get("mchId"), arguments.get("appId")) != (self._mch_id, self._app_id):
            raise SandboxRefused("requestMerchantTransfer:fail 参数错误")
        bill = self.get_waiting(str(arguments.get("package", "")))
        if bill["openid"] != self._fans.get(fan_id)["mini_openid"]:
            raise SandboxRefused("requestMerchantTransfer:fail 收款账号与当前账号不一致")
        return bill

    def confirm(self, package: str) -> Row:
        """The user confirms: the money goes its way, and the merchant is told of its arrival."""
        with self._store.transaction():
            bill = self.get_waiting(package)
            return self._moved(bill, "TRANSFERING", after=TRANSFER_SETTLES.value)

    def decline(self, package: str) -> Row:
        """The user will not have it: FAIL, and the merchant is told."""
        with self._store.transaction():
            return self._moved(self.get_waiting(package), "FAIL", reason="USER_DECLINED")

    def get_waiting(self, package: str) -> Row:
        """The bill with this package (or, for tests, out_bill_no), if its user may still confirm
        it."""
        bill = self._store.find(
            "SELECT * FROM transfers WHERE ? IN (package_info, out_bill_no)", package
        )
        if bill is None:
            raise SandboxRefused("requestMerchantTransfer:fail package_info信息有误")
        if bill["state"] != "WAIT_USER_CONFIRM" or bill["moves_at"] <= self._clock.timestamp():
            raise SandboxRefused("requestMerchantTransfer:fail 该笔转账已不能确认收款")
        return bill

    def due_ids(self, now: float) -> list[int]:
        """Rows (by rowid) of bills that move by themselves by now."""
        rows = self._store.rows("SELECT rowid AS id FROM transfers WHERE moves_at <= ?", now)
        return [row["id"] for row in rows]

    async def settle(self, row_id: int) -> None:
        """The money arrives, or is back: a final state, and the merchant is told."""
        with self._store.transaction():
            bill = self._store.find("SELECT * FROM transfers WHERE rowid = ?", row_id)
            if bill is None or bill["moves_at"] is None:
                return
            state, reason = _MOVES[bill["state"]]
            self._moved(bill, state, reason=reason)

    def acknowledge(self, bill: Row) -> Body:
        """The answer to the transfer itself; it alone carries the package."""
        told = {
            "out_bill_no": bill["out_bill_no"],
            "transfer_bill_no": bill["transfer_bill_no"],
            "create_time": fields.written(bill["created_at"]),
            "state": bill["state"],
        }
        if bill["state"] == "WAIT_USER_CONFIRM":
            told["package_info"] = bill["package_info"]
        return told

    def describe(self, bill: Row) -> Body:
        """A bill as queries and notices show it."""
        request = json.loads(bill["request"])
        shown: Body = {
            "mch_id": self._mch_id,
            "appid": request["appid"],
            "out_bill_no": bill["out_bill_no"],
            "transfer_bill_no": bill["transfer_bill_no"],
            "state": bill["state"],
            "transfer_amount": bill["amount"],
            "transfer_remark": request["transfer_remark"],
            "openid": bill["openid"],
            "create_time": fields.written(bill["created_at"]),
            "update_time": fields.written(bill["updated_at"]),
        }
        return {**shown, "fail_reason": bill["fail_reason"]} if bill["fail_reason"] else shown

    def _check(self, body: Body) -> int:
        if body.get("appid") != self._app_id:
            raise PayError("APPID_MCHID_NOT_MATCH")
        fields.text(body, "transfer_remark", longest=TRANSFER_REMARK_CHARACTERS.value)
        fields.notify_url(body, required=False)
        _check_reports(body)
        amount = body.get("transfer_amount")
        if not isinstance(amount, int) or isinstance(amount, bool):
            raise PayError("PARAM_ERROR", "参数错误：transfer_amount")
        if amount < TRANSFER_LEAST.value:
            raise PayError("INVALID_REQUEST", "超过单笔转账上下限，核实产品设置是否准确")
        if amount >= TRANSFER_NAMELESS.value and not body.get("user_name"):
            raise PayError("PARAM_ERROR", "参数错误：user_name")
        if self._fans.find_by_mini_openid(fields.text(body, "openid", longest=64)) is None:
            raise PayError("OPENID_MISMATCH")
        return amount

    def _create(self, number: str, body: Body, request: str) -> Row:
        now = self._clock.timestamp()
        self._store.run(
            "INSERT INTO transfers (out_bill_no, transfer_bill_no, package_info, request, openid,"
            " amount, state, moves_at, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 'WAIT_USER_CONFIRM', ?, ?, ?)",
            number,
            f"1330{secrets.randbelow(10**36):036d}",
            secrets.token_urlsafe(48),
            request,
            body["openid"],
            body["transfer_amount"],
            now + TRANSFER_CONFIRMED_WITHIN.value,
            now,
            now,
        )
        self._counters.add(f"accepted:transfer:{number}")
        self._feed.publish("payments")
        return self._get(number)

    def _moved(self, bill: Row, state: str, *, reason: str = "", after: float = 0) -> Row:
        """Put a bill into a state, which it leaves by itself after a while if it is not final."""
        now = self._clock.timestamp()
        self._store.run(
            "UPDATE transfers SET state = ?, fail_reason = ?, moves_at = ?, updated_at = ?"
            " WHERE out_bill_no = ? AND state = ?",
            state,
            reason,
            None if state in _FINAL else now + after,
            now,
            bill["out_bill_no"],
            bill["state"],
        )
        moved = self._get(bill["out_bill_no"])
        url = json.loads(moved["request"]).get("notify_url")
        if state in _FINAL and url:
            self._notices.enqueue(
                "MCHTRANSFER.BILL.FINISHED",
                "商家转账单据终态通知",
                self.describe(moved),
                subject=moved["out_bill_no"],
                url=url,
            )
        if state == "SUCCESS":
            self._counters.add("accepted:transferred")
        self._feed.publish("payments")
        return moved

    def _get(self, number: str) -> Row:
        bill = self.find(number)
        if bill is None:
            raise PayError("SYSTEM_ERROR")
        return bill


def _check_reports(body: Body) -> None:
    """The scene is one of the merchant's, and its reports are all there and no others."""
    wanted = TRANSFER_REPORTS.value.get(fields.text(body, "transfer_scene_id", longest=36))
    if wanted is None:
        raise PayError("INVALID_REQUEST", "商户未申请该转账场景")
    reports = body.get("transfer_scene_report_infos")
    if not isinstance(reports, list) or not all(isinstance(each, dict) for each in reports):
        raise PayError("PARAM_ERROR", "需传入转账场景报备信息，请检查")
    if sorted(str(each.get("info_type")) for each in reports) != sorted(wanted):
        raise PayError("PARAM_ERROR", "未传入完整且对应的转账场景报备信息，请根据接口文档检查")
    for each in reports:
        fields.text(each, "info_content", longest=TRANSFER_REPORT_CHARACTERS.value)
