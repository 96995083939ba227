"""What a promoter hears of the commission that an order brings."""

from datetime import datetime
from typing import Final

from commerce.distribution.tables import MonthlyStatement
from commerce.money import yuan
from commerce.shanghai import SHANGHAI

EARNED: Final = (
    "您推广的订单（尾号{tail}）已确认收货，佣金{amount}已记上，"
    "{day}起可以提现；期间有退款会按比例扣。"
)
MATURED: Final = "佣金到账：订单（尾号{tail}）的{amount}可以提现了。说“我的佣金”看余额。"
CLAWED_BACK: Final = "您推广的订单（尾号{tail}）有退款，按退款比例扣回佣金{amount}。{left}"
LEFT: Final = "现在可提现{available}。"
DEBT: Final = "可提现的不够扣，还差{debt}，从以后的佣金里扣，不用您补钱。"

MONTHLY: Final = (
    "{month}月佣金账单：新增{earned}{clawed_back}，提现到账{withdrawn}。"
    "现在可提现{available}，待结算{pending}。说“佣金明细”看每一笔。"
)
CLAWED_BACK_IN_MONTH: Final = "，退款扣回{amount}"


def earned(tail: str, amount: int, matures_at: datetime) -> str:
    """Commission is booked, and still frozen."""
    day = f"{matures_at.astimezone(SHANGHAI):%-m月%-d日}"
    return EARNED.format(tail=tail, amount=yuan(amount), day=day)


def matured(tail: str, amount: int) -> str:
    """Commission can be withdrawn."""
    return MATURED.format(tail=tail, amount=yuan(amount))


def clawed_back(tail: str, amount: int, available: int | None) -> str:
    """Commission was taken back; `available` is what is left, None if it was frozen still."""
    if available is None:
        left = ""
    elif available < 0:
        left = DEBT.format(debt=yuan(-available))
    else:
        left = LEFT.format(available=yuan(available))
    return CLAWED_BACK.format(tail=tail, amount=yuan(amount), left=left)


def monthly(statement: MonthlyStatement) -> str:
    """What the month that is over brought, and where the commission is now."""
    back = CLAWED_BACK_IN_MONTH.format(amount=yuan(statement.clawed_back))
    return MONTHLY.format(
        month=int(statement.month.split("-")[1]),
        earned=yuan(statement.earned),
        clawed_back=back if statement.clawed_back else "",
        withdrawn=yuan(statement.withdrawn),
        available=yuan(statement.available),
        pending=yuan(statement.pending),
    )
