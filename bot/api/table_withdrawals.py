"""The endpoints for confirming withdrawals, as rows of `bot.api.table`."""

from typing import Any, Final

from bot.api import withdrawal_answers, withdrawal_requests, withdrawals
from bot.api.endpoint import Endpoint, NoBody
from bot.api.errors import ErrorCode

WITHDRAWALS: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/distribution/withdrawals/{withdrawal_no}/confirmation",
        "Confirm a withdrawal: the argument of wx.requestMerchantTransfer",
        withdrawals.get_confirmation,
        withdrawal_answers.ConfirmCall,
        withdrawal_requests.WithdrawalPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
)
