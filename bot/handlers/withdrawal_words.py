"""What a promoter hears of a withdrawal on its way through WeChat Pay."""

from collections.abc import Mapping
from typing import Final

APPROVED: Final = (
    "提现申请通过了，{net}{fee}正在交给微信。稍后发您一张卡片，"
    "24小时内点进去确认收款，钱就进您的零钱。"
)
FEE: Final = "（已扣手续费{fee}）"
CONFIRM_CARD: Final = "确认收款，24小时内有效"
CONFIRM: Final = (
    "{net}可以收款了，请在{until}前到小程序的“我的推广”里点确认收款，过时会退回可提现佣金。"
)
PAID: Final = "提现到账：{net}已经进您的微信零钱。"
FAILED: Final = "这次提现没有成功：{reason}。{amount}已退回可提现佣金，随时可以再申请。"
REFUSED: Final = "提现申请没有通过：{reason}。{amount}已退回可提现佣金。"

NO_ACCOUNT: Final = "微信里还找不到您的收款账号，请先打开一次小程序"
NOT_TAKEN: Final = "微信没有受理这笔转账"
NOT_ARRIVED: Final = "微信没有转成功"
TAKEN_BACK: Final = "店里撤回了这笔转账"
_REASONS: Final[Mapping[str, str]] = {
    "OVERDUE_CLOSE": "24小时内没有确认收款",
    "ACCOUNT_FROZEN": "您的微信支付账户被冻结",
    "ACCOUNT_NOT_EXIST": "您还没有开通微信支付",
    "REAL_NAME_CHECK_FAIL": "您的微信支付还没有实名",
    "TRANSFER_QUOTA_EXCEED": "超过了您单笔收款的额度",
    "DAY_RECEIVED_QUOTA_EXCEED": "超过了您当天收款的额度",
    "MONTH_RECEIVED_QUOTA_EXCEED": "超过了您当月收款的额度",
    "DAY_RECEIVED_COUNT_EXCEED": "超过了您当天收款的次数",
}


def reason_in_words(state: str, fail_reason: str) -> str:
    """Why a transfer is over, by WeChat Pay's codes (WeChat Pay docs 商家转账 失败原因)."""
    return TAKEN_BACK if state == "CANCELLED" else _REASONS.get(fail_reason, NOT_ARRIVED)
