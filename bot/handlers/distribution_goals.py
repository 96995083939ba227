"""What customers say about distribution: what they want of it, and how much."""

import re
from enum import StrEnum
from typing import Final

from cn2an import cn2an

from bot.handlers.answers import plain
from commerce.money import LARGEST_ORDER
from nlu.text import fold


class Goal(StrEnum):
    """What a customer wants of distribution."""

    LEAVE = "leave"
    TRADE = "trade"
    CALL_OFF = "call_off"
    PAYING = "paying"
    PROGRESS = "progress"
    LINES = "lines"
    CODE = "code"
    BROUGHT = "brought"
    RULES = "rules"
    WITHDRAW = "withdraw"
    HOW = "how"
    JOIN = "join"
    BALANCE = "balance"


_GOALS: Final[tuple[tuple[Goal, re.Pattern[str]], ...]] = (
    (
        Goal.LEAVE,
        re.compile(
            r"(?<![做当干招收要])不(?:想|再)?(?:再)?(?:做|当|干)(?:分销|推广)"
            r"|(?:退出|注销)(?:分销|推广)"
        ),
    ),
    (
        Goal.TRADE,
        re.compile(r"代理|代发|加盟|批发|拿货|囤货|经销|供货|货源|[入进]货|总代|代购"),
    ),
    (
        Goal.CALL_OFF,
        re.compile(r"(?:撤销|撤回|取消|不想|不要|先不).{0,3}提现|提现.{0,4}(?:撤|取消)"),
    ),
    (
        Goal.PAYING,
        re.compile(
            r"提现.{0,6}(?:手续费|门槛|最低|最少|起|几次|银行卡|支付宝|零钱|绑|实名|规则|条件)"
            r"|(?:佣金|返利|钱).{0,4}(?:支付宝|银行卡|卡里|零钱)|手续费|收款账[户号]"
            r"|(?:最低|最少|满).{0,5}提"
        ),
    ),
    (
        Goal.PROGRESS,
        re.compile(
            r"提现.{0,6}(?:到哪|到账|进度|进展|怎么还|多久|多长|几天|几号|什么时候|啥时候|没到|失败"
            r"|成功|记录|审核|通过|打款|天了)|(?:佣金|钱|提的?).{0,8}(?:没到|到账)"
            r"|(?:进度|到哪).{0,4}提现"
        ),
    ),
    (
        Goal.LINES,
        re.compile(
            r"(?:佣金|推广|收益|收入).{0,5}(?:明细|记录|流水|账单|对账|清单)|(?:明细|流水).{0,4}佣金"
            r"|佣金.{0,4}(?:怎么|为什么|为啥|咋).{0,3}(?:少|没|变|扣)"
        ),
    ),
    (
        Goal.CODE,
        re.compile(
            r"(?:推广|邀请|分享|专属|分销|小店)(?:码|二维码|链接|海报|图)|二维码"
            r"|生成.{0,4}(?:海报|链接)"
        ),
    ),
    (
        Goal.BROUGHT,
        re.compile(
            r"(?:邀请|推广|拉|带).{0,3}(?:谁|多少人|几个人|哪些人|几个)|下线.{0,4}(?:几|多少|谁|有哪)"
            r"|我的?(?:团队|粉丝|客户|下线)|名下|邀请记录|带来的(?:客户|顾客|人)|拉了"
        ),
    ),
    (
        Goal.BALANCE,
        re.compile(
            r"待结算|可提|能提多少|累计|(?:本月|这个?月|昨天|今天).{0,4}(?:佣金|收益|赚|卖)"
        ),
    ),
    (
        Goal.RULES,
        re.compile(
            r"几个点|比例|百分之|提成|返点|返佣|几级|[二两]级|下级|传销|绑定|自购|自己买|结算|冻结"
            r"|(?:佣金|分销|推广).{0,6}(?:规则|怎么算|如何算|扣|制度|高|几天)"
            r"|(?:给|得|拿|赚)(?:我|到)?多少|(?:什么时候|啥时候|多久).{0,4}(?:可以|能|到|有)"
        ),
    ),
    (
        Goal.WITHDRAW,
        re.compile(r"提现|(?:佣金|返利|推广的?钱).{0,5}(?:提|取|转|打)|取钱|(?:提|取)出来"),
    ),
    (
        Goal.HOW,
        re.compile(
            r"(?:怎么|咋|如何|怎样|哪).{0,6}(?:分销|推广|带货|分享赚|团长|合伙|加入|申请)"
            r"|(?:分销|推广|带货|合伙人|达人|团长).{0,6}"
            r"(?:怎么|咋|如何|什么|条件|门槛|要求|资料|实名|交钱|审核|通过|哪|吗|么|不$|没)"
            r"|(?:能|可以|招|收).{0,5}(?:分销|推广|带货|团长|合伙)"
            r"|(?:分享|转发|推荐|带货|转给).{0,6}(?:赚|钱|返|佣|收入)"
        ),
    ),
    (
        Goal.JOIN,
        re.compile(
            r"(?:要|想|申请|成为|报名|注册|开通|加入|当|做).{0,4}(?:分销|推广|团长|合伙|带货)"
        ),
    ),
    (Goal.BALANCE, re.compile(r"佣金|收益|返利|推广.{0,3}(?:钱|收入|赚)|赚了多少|余额")),
)
"""The first that fits is meant."""
_AMOUNT: Final = r"(?:[\d.]+|[零一二两三四五六七八九十百千万]+)[万千百k]?(?:元|块钱?)?"
_SURE: Final[tuple[tuple[Goal, re.Pattern[str]], ...]] = (
    (
        Goal.PAYING,
        re.compile(
            r"(?:佣金|钱)?(?:能不能|可不可以|能|可以|可|想|要)?提(?:现|钱|出来|出)?[到去进](?:我的?)?"
            r"(?:支付宝|银行卡|卡|微信|零钱)(?:里|上|吗|不|么|嘛)*"
        ),
    ),
    (
        Goal.RULES,
        re.compile(
            r"(?:你们?|这个?|那|分销|推广|店|家)*(?:不会|该不|会不会|算不算|不)?(?:是|算)?"
            r"(?:搞|个|在)*传销(?:的|吧|吗|嘛|么|不|啊)*"
        ),
    ),
    (
        Goal.BALANCE,
        re.compile(
            r"(?:查|看){0,2}(?:一下|下)?我的?(?:推广)?(?:佣金|收益)(?:还?有)?(?:多少)?(?:了|呢|吗)?"
            r"|我的推广|(?:那|我|俺|咱)+(?:现在|一共|总共|到现在)?[赚挣]了?(?:多少|几个?)(?:钱|佣金)?了?"
        ),
    ),
    (Goal.LINES, re.compile(r"(?:看|查){0,2}(?:我的)?(?:佣金|提成)(?:的)?(?:明细|记录|流水)")),
    (
        Goal.WITHDRAW,
        re.compile(
            r"(?:我要|我想|想|申请|帮我|给我)?(?:把?佣金)?(?:全部|全|都)?提现(?:佣金)?"
            rf"(?:{_AMOUNT})?(?:全部)?(?:吧|一下|出来)?"
        ),
    ),
    (
        Goal.PROGRESS,
        re.compile(r"(?:我的?)?提现(?:到哪了?|到账了?吗|进度|怎么还没到|到了没有?|没到账|记录)"),
    ),
    (
        Goal.CODE,
        re.compile(
            r"(?:给我|发我|看看|我要)?(?:我的)?(?:推广码|推广二维码|推广链接|邀请码|邀请链接|专属码)"
            r"(?:呢|发我|给我)?"
        ),
    ),
    (
        Goal.BROUGHT,
        re.compile(r"我?(?:邀请|推广|拉)(?:了|过)?(?:多少|几个|哪些)人?了?|我的(?:下线|推广团队)"),
    ),
    (
        Goal.JOIN,
        re.compile(r"我?(?:要|想|想要|申请)(?:当|做|成为|加入|申请)?(?:推广员|分销员|分销)"),
    ),
)
"""Words that can mean nothing else."""
_UNITS: Final = {"万": 10_000, "千": 1000, "k": 1000, "百": 100}
_FIGURES: Final = re.compile(
    r"(?<![\d.])(\d{1,9})(?:\.(\d{1,2}))?([万千百k]?)(?![\d万千百十k]|\.\d|[天号级次月日人])"
)
_WRITTEN: Final = re.compile(r"(?<!第)([零一二两三四五六七八九十百千万]{1,12})(?=元|块|吧|$)")
_ROUND_IT: Final = r"(?:那|就|先|我|要|想|申请|提现?|取|转|改成?|换成?|是)*"
_BARE: Final = re.compile(rf"{_ROUND_IT}{_AMOUNT}(?:吧|就行|就好|好了|出来|可以了)?")
_ALL: Final = re.compile(
    rf"{_ROUND_IT}(?:全部|全额|所有|全|都|有多少提多少|提完)(?:的|都)?(?:提现?|取|要|转)?(?:出来|完|了|吧)*"
)
_ALL_SAID: Final = re.compile(r"全部|全额|全提|都提|全都|所有|有多少提多少|提完")
_MARKS: Final = re.compile(r"[\s¥,，。!?~、“”\"']|\.(?!\d)")


def goal_of(text: str) -> Goal | None:
    """What the words want, if they want something of distribution at all."""
    said = plain(text)
    return next((goal for goal, pattern in _GOALS if pattern.search(said)), None)


def sure_goal(text: str) -> Goal | None:
    """The same for words that can mean nothing else, whatever they were understood as."""
    said = plain_but_points(text)
    return next((goal for goal, pattern in _SURE if pattern.fullmatch(said)), None)


def wants_all(text: str, *, is_answer: bool) -> bool:
    """Whether everything is wanted: in so many words, or as the whole answer to how much."""
    said = plain(text)
    return bool(_ALL.fullmatch(said) if is_answer else _ALL_SAID.search(said))


def bare_amount(text: str) -> int | None:
    """Fen, if the words are an amount and nothing else: the answer to how much."""
    said = plain_but_points(text)
    return amount_said(said) if _BARE.fullmatch(said) else None


def amount_said(text: str) -> int | None:
    """Fen, if the words name an amount: `50`, `提50.5元`, `1千`, `一百块`; None without one."""
    said = plain_but_points(text)
    figures = _FIGURES.search(said)
    if figures is not None:
        yuan, cents, unit = figures[1], (figures[2] or "").ljust(2, "0"), figures[3]
        return min((int(yuan) * 100 + int(cents)) * _UNITS.get(unit, 1), LARGEST_ORDER)
    written = _WRITTEN.search(said)
    if written is None:
        return None
    try:
        return min(int(cn2an(written[1], "smart")) * 100, LARGEST_ORDER)
    except ValueError:
        return None


def plain_but_points(text: str) -> str:
    """The words without marks and spaces, but with the points within numbers."""
    return _MARKS.sub("", fold(text))
