"""Confirming that one wants the money: what a promoter's phone hands to WeChat Pay."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.api.endpoint import Call, NoBody
from bot.api.shopfront import Caller, Shopfront
from bot.api.withdrawal_answers import ConfirmCall
from bot.api.withdrawal_requests import WithdrawalPath
from commerce.customers import ids_of
from commerce.distribution.tables import TransferState
from commerce.distribution.withdrawals import ASKED_ABOUT, find_withdrawal
from commerce.errors import IllegalMove, NotFound

MAY_CONFIRM: Final = (TransferState.WAIT_USER_CONFIRM, TransferState.TRANSFERING)
"""States in which the page of confirmation opens (WeChat Pay docs 商户单号查询转账单, 单据状态)."""


async def get_confirmation(shop: Shopfront, call: Call[WithdrawalPath, NoBody]) -> ConfirmCall:
    """The argument of wx.requestMerchantTransfer, while the caller can still confirm."""
    package = await shop.database.read(
        get_package, call.caller, call.parameters.withdrawal_no, call.now
    )
    return ConfirmCall.model_validate(shop.pay.confirm_arguments(package))


def get_package(session: Session, caller: Caller, withdrawal_no: str, now: datetime) -> str:
    """What WeChat Pay gave for the caller's withdrawal. Raises NotFound or IllegalMove."""
    withdrawal = find_withdrawal(session, withdrawal_no)
    owners = ids_of(session, caller.present_id(session))
    if withdrawal is None or withdrawal.customer_id not in owners:
        raise NotFound("没有这笔提现")
    is_open = withdrawal.state in ASKED_ABOUT and withdrawal.transfer_state in MAY_CONFIRM
    if not is_open or not withdrawal.package:
        raise IllegalMove("这笔提现现在不需要确认收款")
    if withdrawal.confirm_until is not None and withdrawal.confirm_until <= now:
        raise IllegalMove("已经过了确认收款的时间，钱会退回可提现佣金，到时再提一次就好")
    return withdrawal.package
