"""Transfers to customers (商家转账): money that the receiver confirms within a day.

A bill number names one transfer for ever. After anything but a final answer repeat the call under
the same number or ask; another number would be a second transfer (WeChat Pay docs 发起转账).
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from bot.payments.errors import PayRefused
from bot.payments.merchant import Merchant
from bot.payments.records import TransferBill, TransferOnWire
from bot.payments.wire import PayWire
from wecom.errors import OutcomeUnknown

LEAST: Final = 10
"""Fen of a transfer (WeChat Pay docs 商家转账 常见问题)."""
NAMELESS_BELOW: Final = 200_000
"""Fen from which on WeChat Pay wants the receiver's real name, which we do not keep."""
REMARK_LIMIT: Final = 32

_UNKNOWN: Final = (404, "NOT_FOUND")
_NUMBER: Final = re.compile(r"[0-9A-Za-z]{1,32}")


@dataclass(frozen=True, slots=True)
class TransferScene:
    """What WeChat Pay has allowed the merchant to transfer for, and what it is told of it.

    `reports` are kind and content: WeChat Pay fixes the kinds for each scene, ≤ 15 characters, and
    takes contents of ≤ 32 (WeChat Pay docs 商家转账 转账场景报备信息).
    """

    id: str
    reports: tuple[tuple[str, str], ...]


COMMISSIONS: Final = TransferScene("1005", (("岗位类型", "推广员"), ("报酬说明", "推广商品的佣金")))
"""佣金报酬."""


class Transfers:
    """One merchant's transfers. Methods raise NotSent, OutcomeUnknown or PayRefused, and
    ValueError for what WeChat Pay does not allow."""

    def __init__(self, wire: PayWire, merchant: Merchant, scene: TransferScene) -> None:
        self._wire = wire
        self._mch_id = merchant.mch_id
        self._scene = scene

    async def transfer(
        self, out_bill_no: str, openid: str, amount: int, remark: str
    ) -> TransferBill:
        """Announce a transfer of `amount` fen; WAIT_USER_CONFIRM with a package is usual.

        Repeated with the same content it answers with the same bill; with another one it is
        refused. The remark is cut to what the receiver may read of it.
        """
        if not LEAST <= amount < NAMELESS_BELOW:
            raise ValueError(f"{amount} fen cannot be transferred")
        answer = await self._wire.call(
            "transfer",
            lambda: self._wire.library.mch_transfer_bills(
                out_bill_no=_number(out_bill_no),
                transfer_scene_id=self._scene.id,
                openid=openid,
                transfer_amount=amount,
                transfer_remark=remark[:REMARK_LIMIT],
                transfer_scene_report_infos=[
                    {"info_type": kind, "info_content": content}
                    for kind, content in self._scene.reports
                ],
            ),
        )
        return self._bill("transfer", out_bill_no, answer)

    async def query(self, out_bill_no: str) -> TransferBill | None:
        """The bill as WeChat Pay knows it, without its package; None if it never heard of it.

        WeChat Pay forgets a bill after 30 days (WeChat Pay docs 商户单号查询转账单).
        """
        try:
            answer = await self._wire.call(
                "query_transfer",
                lambda: self._wire.library.mch_transfer_bills_query(
                    out_bill_no=_number(out_bill_no)
                ),
            )
        except PayRefused as refused:
            if (refused.status, refused.pay_code) == _UNKNOWN:
                return None
            raise
        if answer.get("mch_id") != self._mch_id:
            raise OutcomeUnknown("query_transfer: answer about another merchant")
        return self._bill("query_transfer", out_bill_no, answer)

    async def cancel(self, out_bill_no: str) -> TransferBill:
        """Take a transfer back that its receiver has not confirmed; CANCELING is usual.

        Refused when the money has gone. It is taken back only once a query says CANCELLED.
        """
        answer = await self._wire.call(
            "cancel_transfer",
            lambda: self._wire.library.mch_transfer_bills_cancel(_number(out_bill_no)),
        )
        return self._bill("cancel_transfer", out_bill_no, answer)

    def _bill(self, name: str, out_bill_no: str, answer: dict[str, Any]) -> TransferBill:
        try:
            bill = TransferOnWire.model_validate_json(json.dumps(answer)).to_bill()
        except ValueError as error:
            raise OutcomeUnknown(f"{name}: unexpected answer") from error
        if bill.out_bill_no != out_bill_no:
            raise OutcomeUnknown(f"{name}: answer about another bill")
        return bill


def _number(out_bill_no: str) -> str:
    if not _NUMBER.fullmatch(out_bill_no):
        raise ValueError(f"{out_bill_no!r} is not 1 to 32 of 0-9A-Za-z")
    return out_bill_no
