"""What the shop says of distribution: joining, commission and its lines, withdrawing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.handlers.order_words import moment_in_words
from commerce.distribution.statements import Line, Standing
from commerce.distribution.tables import (
    BindingRule,
    DistributionTerms,
    Who,
    Withdrawal,
    WithdrawalState,
)
from commerce.distribution.terms import FULL_BP
from commerce.money import yuan
from commerce.shanghai import SHANGHAI

STATES: Final[Mapping[WithdrawalState, str]] = {
    WithdrawalState.ASKED: "已申请，店里审核中",
    WithdrawalState.APPROVED: "审核通过，正在交给微信",
    WithdrawalState.REFUSED: "没有通过，钱已退回可提现佣金",
    WithdrawalState.SENDING: "微信处理中",
    WithdrawalState.WAIT_CONFIRM: "等您在小程序里确认收款",
    WithdrawalState.PAID: "已到微信零钱",
    WithdrawalState.FAILED: "没有成功，钱已退回可提现佣金",
}

BALANCE: Final = "可提现佣金{available}，待结算{pending}。"
DEBT: Final = (
    "可提现佣金{available}：之前结算过的订单又退了款，之后的佣金会先补上这一笔。待结算{pending}。"
)
IN_TRANSIT: Final = "提现途中{amount}。"
TOTALS: Final = "本月佣金{month}，累计已提现{withdrawn}。"
BALANCE_HINT: Final = "说“佣金明细”看每一笔，说“提现”就能申请提现。"
NOTHING_EARNED: Final = (
    "还没有佣金。顾客从您的推广码来，买的东西确认收货后才有。说“我的推广码”看您的码。"
)
LINES: Final = "最近的佣金明细："
LINE: Final = "· {day} {memo} {amount}"
NO_LINES: Final = "还没有佣金明细。有人从您的推广码来买了东西、确认收货后，这里就有记录。"
OLDER: Final = "更早的在小程序“我的推广”里看。"
NOT_PROMOTER: Final = "您还不是推广员。"
HOW: Final[Mapping[Who, str]] = {
    Who.EVERYONE: "谁都可以加入，不收费。想加入就说“我要当推广员”。",
    Who.AFTER_PURCHASE: "买过并确认收货一单就能加入，不收费。到时说“我要当推广员”。",
    Who.APPOINTED: "推广员由店里邀请加入，不收费。想加入就说“转人工”。",
}
BECAME: Final = "好了，您已经是推广员，推广码是{code}。"
IS_PROMOTER: Final = "您已经是推广员了，推广码是{code}。"
STOPPED: Final = "您的推广资格已停用，之前的佣金照样可以提现。想恢复请说“转人工”。"
LEAVE: Final = "想停用推广资格请说“转人工”，之前的佣金照样可以提现。"
TRADE: Final = "拿货、代发、加盟要跟店里的人谈，说“转人工”就行。只推广不囤货的话："
RULES: Final = (
    "您带来的顾客确认收货后，按实付货款（不含运费）的{first}算佣金，自己买的不算{second}。"
    "收货{freeze}天后可以提现，有退款就按退款的货款扣回。{binding}"
)
SECOND: Final = "；TA再带来的顾客是{rate}，再往后没有"
FEE: Final = "手续费{rate}"
NO_FEE: Final = "不收手续费"
PAYING: Final = (
    "满{least}起提，一次最多{most}，{fee}。店里审核后由微信转账，"
    "您24小时内在小程序里确认收款，钱进微信零钱，不转银行卡和支付宝。"
)
BINDINGS: Final[Mapping[BindingRule, str]] = {
    BindingRule.PERMANENT: "顾客先从谁那里来，就一直算谁的。",
    BindingRule.DAYS: "顾客从您这里来，{days}天内下单都算您的。",
    BindingRule.LAST_WINS: "顾客最近从谁那里来就算谁的，{protection}天保护期内不变。",
}
CODE: Final = "您的推广码是{code}，顾客从它进小程序就算您的。{picture}"
CODE_PICTURE: Final = "二维码图片马上发您。"
CODE_TITLE: Final = "{shop}，朋友推荐的小店"
BROUGHT: Final = "现在有{count}位顾客算在您名下。为了保护隐私，不显示TA们的名字。"
NOBODY_BROUGHT: Final = "现在还没有顾客算在您名下。说“我的推广码”看您的码。"
ASK_AMOUNT: Final = "可提现{available}，要提多少？直接说数字，或者说“全部”。"
CONFIRM: Final = "申请提现{amount}{fee}，通过后转到您的微信零钱。确认吗？"
CONFIRM_FEE: Final = "（手续费{fee}，到手{net}）"
TOO_LITTLE: Final = "可提现佣金{available}，满{least}才能提现。"
OWES: Final = "现在还不能提现：之前结算过的订单退了款，还差{debt}，之后的佣金会先补上，不用您补钱。"
TOO_MUCH: Final = "可提现佣金只有{available}，要提多少？"
BOUNDS: Final = "一次可以提{least}到{most}，要提多少？"
ASKED: Final = (
    "提现申请收到了：{amount}，编号{number}。店里审核后转到微信零钱，说“提现到哪了”随时查。"
)
NOT_ASKED: Final = "好的，先不提，佣金还在。"
ONE_AT_A_TIME: Final = "上一笔办完才能再提。"
PROGRESS: Final = "提现{number}：{amount}，{state}。"
PROGRESS_REASON: Final = "原因：{reason}。"
UNTIL: Final = "请在{until}前到小程序“我的推广”里确认，过时会退回可提现佣金。"
NO_WITHDRAWAL: Final = "您还没有申请过提现。"
CALL_OFF: Final = "提现申请不能自己撤回。还在审核的话，说“转人工”可以请店里退回。"


def rules(terms: DistributionTerms) -> str:
    """What a promoter earns, when, and by whom."""
    binding = BINDINGS[BindingRule(terms.binding)].format(
        days=terms.binding_days, protection=terms.protection_days
    )
    return RULES.format(
        first=rate(terms.first_bp),
        second=SECOND.format(rate=rate(terms.second_bp)) if terms.second_bp else "",
        freeze=terms.freeze_days,
        binding=binding,
    )


def paying(terms: DistributionTerms) -> str:
    """How a promoter comes by their money."""
    return PAYING.format(
        least=yuan(terms.withdraw_min),
        most=yuan(terms.withdraw_most),
        fee=FEE.format(rate=rate(terms.fee_bp)) if terms.fee_bp else NO_FEE,
    )


def how_to_join(terms: DistributionTerms) -> str:
    """What a customer does to become a promoter."""
    return HOW[Who(terms.who)]


def rate(basis_points: int) -> str:
    """A rate in percent: 1250 is 12.5%."""
    return f"{basis_points / 100:g}%"


def balance(found: Standing) -> str:
    """Where the commission is."""
    sentence = DEBT if found.available < 0 else BALANCE
    told = [sentence.format(available=yuan(found.available), pending=yuan(found.pending))]
    if found.in_transit:
        told.append(IN_TRANSIT.format(amount=yuan(found.in_transit)))
    month, withdrawn = yuan(found.this_month), yuan(found.withdrawn)
    return "\n".join([*told, TOTALS.format(month=month, withdrawn=withdrawn), BALANCE_HINT])


def line_in_words(line: Line) -> str:
    """A line of the statement, with its sign."""
    sign = "+" if line.amount > 0 else ""
    day = f"{line.at.astimezone(SHANGHAI):%m-%d}"
    return LINE.format(day=day, memo=line.memo, amount=f"{sign}{yuan(line.amount)}")


def confirm(amount: int, terms: DistributionTerms) -> str:
    """The question before a withdrawal is asked for, with what arrives of it."""
    fee = amount * terms.fee_bp // FULL_BP
    told = CONFIRM_FEE.format(fee=yuan(fee), net=yuan(amount - fee)) if fee else ""
    return CONFIRM.format(amount=yuan(amount), fee=told)


def progress(withdrawal: Withdrawal, now: datetime) -> str:
    """Where a withdrawal is, and what its promoter has to do."""
    state = WithdrawalState(withdrawal.state)
    told = PROGRESS.format(
        number=withdrawal.withdrawal_no, amount=yuan(withdrawal.amount), state=STATES[state]
    )
    if withdrawal.reason:
        told += PROGRESS_REASON.format(reason=withdrawal.reason.rstrip("。"))
    until = withdrawal.confirm_until
    if state == WithdrawalState.WAIT_CONFIRM and until is not None and until > now:
        told += UNTIL.format(until=moment_in_words(until))
    return told
