"""What customers say about points and membership, and what the shop answers."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from cn2an import cn2an

from bot.handlers.answers import plain
from commerce.ledger.statements import StatementLine
from commerce.membership.tables import MemberLevel, MembershipTerms
from commerce.money import yuan
from commerce.promotions.describing import percent_in_words
from commerce.shanghai import SHANGHAI
from nlu.text import fold

WHOLE: Final = 100


class Goal(StrEnum):
    """What a customer wants of their membership."""

    SIGN_IN = "sign_in"
    SIGN_IN_RULES = "sign_in_rules"
    STATEMENT = "statement"
    REDEEMED = "redeemed"
    MALL = "mall"
    BIRTHDAY = "birthday"
    LEVEL = "level"
    TASKS = "tasks"
    WORTH = "worth"
    BALANCE = "balance"


_SIGN_IN: Final = re.compile(
    r"(?:你好|我要|我想|我来|帮我|给我|来|去|今[天日]|每[天日]|先|再|点击)*"
    r"(?:签到|[签打]个[到卡]|打卡|签一?下到|再签一?[次下])(?:一下|签到|打卡|领积分|得积分|啦|了|吧|哦|呀|先|今天)*"
)
_GOALS: Final[Mapping[Goal, re.Pattern[str]]] = {
    Goal.REDEEMED: re.compile(
        r"兑换?(?:记录|订单|的(?:东西|礼[品物]|商品))|换(?:购|到)的.*(?:寄|发|到)"
    ),
    Goal.STATEMENT: re.compile(
        r"积分.{0,8}(?:明细|记录|流水|账单|详情)|(?:明细|流水).{0,3}积分"
        r"|积分.{0,3}(?:怎么|为什么|为啥|咋).{0,3}(?:少|没|变|扣)|积分(?:去哪|哪去)"
    ),
    Goal.MALL: re.compile(
        r"积分.{0,2}商[城店]|积分.{0,6}[换兑].{0,3}(?:什么|啥|哪些|礼|东西)"
        r"|(?:什么|啥|哪些|东西).{0,6}积分.{0,3}[换兑]|积分兑换|集分兑换|礼品.{0,3}积分"
    ),
    Goal.BIRTHDAY: re.compile(r"生日"),
    Goal.TASKS: re.compile(
        r"任务|(?:怎么|咋|如何|怎样).{0,4}(?:赚|攒|挣|得|获得|拿|领).{0,4}积?分"
        r"|积分.{0,3}(?:怎么|咋|如何).{0,2}(?:赚|攒|挣|得|来|获)|攒法"
    ),
    Goal.SIGN_IN_RULES: re.compile(r"签到|打卡|断签|补签|签.{0,3}天|断.{0,4}签|天没签"),
    Goal.LEVEL: re.compile(r"等级|几级|会员|成长值|vip|升级|升.{0,4}卡|[金银黑]卡", re.IGNORECASE),
    Goal.WORTH: re.compile(
        r"分.{0,6}(?:抵|值|[顶当=]|等于|怎么用|咋用|什么用|规则|过期|清零|作废|有效)|抵扣"
    ),
    Goal.BALANCE: re.compile(
        r"积分.{0,4}(?:退|还|返)|(?:退|还|返).{0,4}积分|多少个?分|(?:多少|几|剩|查|看|我的?|现在).{0,6}积?分|积分.{0,6}(?:多少|余额|查|剩|几)"
        r"|jifen|^积分$",
        re.IGNORECASE,
    ),
}
"""In this order: the first that fits is what is meant."""
_SURE: Final = re.compile(
    r"(?:我的|我有(?:多少|几个?)|查一?下?我?的?|看一?下?我?的?|还[有剩]多少)积分(?:余额|明细|记录|流水)?"
    r"|积分(?:明细|记录|流水|余额|查询|商城|任务|兑换记录)"
    r"|(?:打开|去|看看)?积分商城(?:打开|在哪|有什么|有啥)?"
    r"|我(?:的|是什么)(?:会员)?等级|(?:我的)?会员(?:等级|权益|中心)"
    r"|(?:我|现在|目前|一共|总共|手里|攒了?|有|都)*(?:多少|几)(?:个|积)*分(?:了|吗|呢|啊|呀|来着)*"
    r"|(?:我|过)?生日(?:当天|那天)?(?:有|送)(?:没有|什么|啥)*(?:礼物?|优惠|福利|惊喜|券)(?:没有?|吗|么|不|呢|啊|送|领)*"
    r"|怎么升(?:级)?会员|怎么(?:赚|攒)积分|(?:我的)?兑换记录"
)
"""Said in so many words, it is meant, whatever it was understood as."""
_REDEEM: Final = re.compile(
    r"(?:.{0,6}[吧啊呀了嘛那就])?(?:我?(?:想|要)?[用拿花])?(?:我的)?(?:\d+个?)?积分(?:来|去|给我)?(?:换购|兑换|换|兑)(?:了|一下)?"
    r"(?:[一1那]?(?:个|张|件|份|把|条|只|瓶|套))?(?P<what>.{1,20})"
)
_NO_THING: Final = re.compile(
    r"^的|什么|啥|哪|吗|呢|么|东西|礼[品物]|钱|怎么|记录|多少|不了|不到|商品|规则"
)
_BIRTHDAY: Final = re.compile(
    r"(?P<told>(?:我的?)?生日[是在为:\s]*)?(?:[是在]|公历|阳历|新历)*"
    r"(?P<month>\d{1,2}|十?[一二三四五六七八九十])[月./-]"
    r"(?P<day>\d{1,2}|[一二三]?十?[一二三四五六七八九十])[日号]?(?:生|出生)?的?[\s,，。.!！~]*"
)
LUNAR: Final = re.compile(r"农历|阴历|旧历|初[一二三四五六七八九十]|正月|腊月|廿")

ASKS_HOW_FAR: Final = re.compile(r"差多少|差几|还[差要需]|再买多少")
"""Asks for the way to the next level alone."""
EARN: Final = "买东西实付每满1元得{points}积分，收货后到账"
BALANCE: Final = "您有{points}积分{worth}。"
WORTH_NOW: Final = "，结算时最多抵{fen}（按{rate}）"
NOT_ENOUGH_YET: Final = "，还不够抵现（{rate}起）"
NO_POINTS: Final = "您还没有积分。{earn}。"
IN_DEBT: Final = "您还欠{points}积分：退款要扣回的积分已经用掉了，以后得的积分先补上。"
SIGN_HINT: Final = "今天还没签到，说“签到”得{points}积分。"
MORE_HINT: Final = "说“积分明细”看来去，说“积分商城”看能换什么。"
STATEMENT: Final = "最近的积分变动（现有{points}积分）："
NO_STATEMENT: Final = "您还没有积分变动。{earn}。"
OLDER: Final = "更早的在小程序“我的积分”里看。"
WORTH: Final = "{rate}，一单最多抵商品金额的{percent}%，结算时勾选就行。积分不会过期。"
WORTH_OF_YOURS: Final = "您现有{points}积分，最多抵{fen}。"
WORTH_OFF: Final = "积分现在不能抵现，可以在积分商城换东西，说“积分商城”看看。积分不会过期。"
SIGNED: Final = (
    "签到成功，+{points}积分，已连续{streak}天。现在有{total}积分，明天来再得{tomorrow}积分。"
)
SIGNED_BEFORE: Final = "今天已经签过了，连续{streak}天。明天来再得{tomorrow}积分。"
SIGN_RULES: Final = (
    "每天签一次，一轮{days}天，依次得{cycle}积分，然后从头再来。"
    "断一天就从第1天算起，不能补签。说“签到”就签上了。"
)
SIGN_NOTHING: Final = "店里现在签到不送积分。"
TASK_SERVED: Final = "“{title}”完成，+{points}积分。"
TASKS: Final = "攒积分的办法："
TASK: Final = "· {title}：{points}积分{done}"
NO_LEVELS: Final = "店里还没有分会员等级，积分照常攒：{earn}。"
LEVEL: Final = "您是{name}会员{gives}。"
NO_LEVEL: Final = "您还没有会员等级。"
TO_NEXT: Final = "已收货订单累计{experience}，再买{missing}升{name}{gives}。"
TOP: Final = "已收货订单累计{experience}，已经是最高等级。"
LEVELS: Final = "按已收货订单的实付金额累计："
ONE_LEVEL: Final = "· {name}：满{threshold}{gives}"
BIRTHDAY_ASK: Final = "您的生日是几月几日？比如“5月20日”，用公历，只记月和日。{gift}"
BIRTHDAY_GIFT: Final = "生日当天送{points}积分{coupon}。"
BIRTHDAY_KNOWN: Final = "您登记的生日是{month}月{day}日。{gift}"
BIRTHDAY_NOTED: Final = "记下了，您的生日是{month}月{day}日。{gift}以后一年可以改一次。"
BIRTHDAY_KEPT: Final = "好的，想说的时候再告诉我。"
LEVEL_REACHED: Final = "恭喜升到{name}会员{gives}，下一单就能用上。"
BIRTHDAY_SERVED: Final = "生日快乐！送您{gifts}，已经到账。"
REDEMPTION_SENT: Final = "您用积分换的“{title}”（{number}）已寄出，单号{tracking_no}。"
REDEMPTION_CALLED_OFF: Final = (
    "很抱歉，您换的“{title}”（{number}）没货了，寄不出来，{points}积分已经退给您。"
)
LUNAR_BIRTHDAY: Final = "请告诉我公历的月和日，比如“5月20日”。"


def served_in_words(title: str, points: int) -> str:
    """A task that was done, without what its title says in brackets."""
    return TASK_SERVED.format(title=title.partition("（")[0], points=points)


def goal_of(text: str) -> Goal | None:
    """What is wanted of points and membership; None when the words do not say."""
    said = plain(text)
    if _SIGN_IN.fullmatch(said):
        return Goal.SIGN_IN
    return next((goal for goal, pattern in _GOALS.items() if pattern.search(said)), None)


def sure_goal(text: str) -> Goal | None:
    """The same, when the words leave no doubt."""
    said = plain(text)
    if _SIGN_IN.fullmatch(said) or _SURE.fullmatch(said):
        return goal_of(text)
    return None


def thing_wanted(text: str) -> str | None:
    """The thing that is to be had for points, as it was called: 用积分换保温杯."""
    found = _REDEEM.fullmatch(plain(text))
    if found is None or _NO_THING.search(found["what"]):
        return None
    return found["what"]


def birthday_told(text: str) -> tuple[int, int] | None:
    """The month and day of a sentence that tells a birthday and nothing else."""
    found = _BIRTHDAY.fullmatch(fold(text).strip())
    return _month_and_day(found) if found is not None and found["told"] else None


def day_said(text: str) -> tuple[int, int] | None:
    """A month and a day, as `5月20日`, `五月二十` or `5.20`; whether it exists is not asked."""
    found = _BIRTHDAY.fullmatch(fold(text).strip())
    return None if found is None else _month_and_day(found)


def _month_and_day(found: re.Match[str]) -> tuple[int, int]:
    month, day = (
        int(said) if said.isdigit() else int(cn2an(said, "smart"))
        for said in (found["month"], found["day"])
    )
    return month, day


def rate_in_words(terms: MembershipTerms) -> str:
    """What points are worth: `100积分抵¥1`."""
    return f"{terms.spend_points}积分抵{yuan(terms.spend_fen)}"


def level_gives(level: MemberLevel) -> str:
    """What a level is good for: `，商品9.8折，积分1.5倍`; empty when for nothing."""
    return gives_in_words(level.price_percent, level.earn_percent)


def gives_in_words(price_percent: int, earn_percent: int) -> str:
    """The same, of a level's two percentages."""
    gives = f"，商品{percent_in_words(price_percent)}" if price_percent < WHOLE else ""
    return gives + (f"，积分{earn_percent / WHOLE:g}倍" if earn_percent != WHOLE else "")


def line_in_words(line: StatementLine) -> str:
    """One movement: `11月11日 签到 +5，余25`."""
    return f"{_day(line.at)} {line.memo} {line.amount:+d}，余{line.balance}"


def _day(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日"


def cycle_in_words(cycle: Sequence[int]) -> str:
    """The points of each day of a cycle: `5、5、10`."""
    return "、".join(map(str, cycle))
