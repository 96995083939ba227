"""What the shop says of group-buys, and the words by which customers ask for them."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from bot import texts
from bot.handlers.group_buy_disclosure import MAY_BE_COMPLETED
from commerce.group_buys.queries import ActivitySeen, GroupSeen
from commerce.group_buys.tables import GroupState
from commerce.shanghai import SHANGHAI
from miniprogram_cards.deal_cards import price_from
from nlu.text import fold

MOST_LISTED: Final = 5
MOST_CARDS: Final = 2
"""Beside a text: a turn has three messages."""

RUNNING: Final = "现在能拼的："
RUNNING_LINE: Final = "{n}. {title} {tiers}"
NONE_RUNNING: Final = "店里现在没有正在拼的团，单买就是商品上标的价。"
SAY_WHICH: Final = "想拼哪个？说“第一个”，我把开团的卡片发您。"
WHICH_TO_OPEN: Final = "想拼哪个？"
WHICH_TO_JOIN: Final = "想加入哪个的团？"
NO_SUCH: Final = "“{what}”现在没有在拼的团。"
NO_SUCH_PLACE: Final = "正在拼的有{count}个，您要第几个？"
LATER: Final = "好的，想拼的时候说“拼团”。"
TIER: Final = "{heads}人团{price}"

RULES: Final = (
    "拼团这样买：\n"
    "1. 点卡片付款，团就开了；也可以加入别人已经开的团。\n"
    "2. 到时间前凑够人数就成团，成团后发货。\n"
    "3. 没凑够，付的钱全额原路退回，不用申请。"
)
FAILS: Final = (
    "到时间人数没凑够，团就没拼成：付的钱自动全额原路退回，不用申请。"
    "成团前不单独退款；付款时团刚好满了，按您下单时选的，自动退款或者另开一个新团。"
)
TIERS: Final = (
    "阶梯价按最后的人数算：大家先按人数最少那一档付款，到期人数够到哪一档，就按哪一档的价，"
    "多付的差价自动原路退回。"
)
DISPATCH: Final = "成团后店里就安排发货；到期没成团的不发货，付的钱全额自动原路退回。"
COUPONS: Final = "拼团价已经是活动价，不再叠加优惠券和满减；积分能不能抵，付款页上会写。"
ALONE: Final = "可以单买，不用等人，就按商品上标的价。想要哪款告诉我，我加进购物车。"
LEAVING: Final = (
    "成团前付的钱不单独退：到期没凑够人，自动全额原路退；成团以后想退，再跟我说一声就行。"
)
LEAVING_UNPAID: Final = "还没付款的拼团订单不占名额，不想要就说“取消订单”。"

ACTIVITY: Final = "{title}\n{ladder}{usual}。"
USUAL: Final = "，单买{price}"
OPENS: Final = "点卡片付款就开团，从付款起{lifetime}内满{heads}人成团，没满全额退。"
LIMITS: Final = "每单最多{pieces}件，每人最多{orders}单。"
UNTIL: Final = "活动到{when}。"
WAITING: Final = "另有{count}个团在等人，说“加入拼团”就能参团。"

JOIN: Final = "这{count}个团在等人，点卡片付款就加入："
JOIN_ONE: Final = "这个团在等人，点卡片付款就加入："
NONE_TO_JOIN: Final = "现在没有在等人的团，您可以自己开一个。"
GROUP_LINE: Final = "· {title}：{state}，剩{left}"
LACKS: Final = "还差{missing}人成团"
IS_ENOUGH: Final = "人数够了，到期就成团"
LACKS_NEXT: Final = "，再来{missing}人按{price}算"

OWN: Final = "您的团：\n{lines}"
FOR_FRIENDS: Final = "想一起买的朋友点这张卡片就能参团："
FOR_FRIENDS_SEVERAL: Final = "想一起买的朋友点卡片就能参团："
OWN_UNPAID: Final = "您有一笔拼团订单还没付款，付了款才占名额，点开就能付："
OWN_NONE: Final = "您现在没有在等人的团。"
OWN_DONE: Final = "最近一个团是{title}：{state}。"
OUTCOMES: Final[Mapping[GroupState, str]] = {
    GroupState.OPEN: "时间到了，成没成马上告诉您",
    GroupState.SUCCEEDED: "已经成团",
    GroupState.FAILED: "没拼成，付的钱全额原路退回",
}
SAY_JOIN: Final = "有别的团在等人，说“加入拼团”看看。"

ASK_LINE: Final = "正在拼团：{tiers}，说“拼团”看看"
DEAL_LINE: Final = "· 拼团：{names}，低至{price}，说“拼团”看看"

_WE: Final = (
    r"(?:我们?|咱|你们|店里|这里|现在|还|想|要|请问?|给我|帮我|帮忙|能不能|可以|能|看看|看)*+"
)
_END: Final = r"(?:吗|呢|么|吧|了|没有?|啊|呀|不|嘛|哦|的)*+"
ASKS_OWN: Final = re.compile(
    r"(?:我|咱)们?(?:的|开的|参加?的|那个|这个)*(?:团|拼团|拼单|团购)(?!长)"
    r"|还?差(?:几|多少)个?(?:人|位)|(?:团成|成团|拼成|拼好|拼满|凑[够齐满])(?:了|没)"
    r"|(?:团|拼单).{0,2}(?:进度|拼得怎么样)"
    r"|团.{0,4}(?:什么时候|几点|啥时候|还有多久|多久)(?:结束|到期|截止|成)?"
)
ASKS_TO_JOIN: Final = re.compile(
    r"加入|参团|参加|入团|(?:有人|谁).{0,4}拼|一起拼|凑一?个|拼一?个(?!团)|现成的团|蹭|跟(?:团|拼)|在等人"
)
ASKS_TIERS: Final = re.compile(
    r"阶梯|差价|人(?:数)?越多|人多.{0,4}便宜|(?:几|多少)个?人.{0,4}(?:价|钱|便宜)"
)
ASKS_TO_LEAVE: Final = re.compile(r"退团|退出|不(?:想|要)?(?:再)?拼了|取消(?:拼|参|这个|我的)?团")
_DISPATCH: Final = re.compile(r"发货|寄出|几天.{0,2}到|多久.{0,3}[发到]")
_COUPONS: Final = re.compile(r"券|满减|积分|叠加|折上折")
_ALONE: Final = re.compile(
    r"(?<!差)一个人.{0,4}(?:买|拼|下单)|单独?买|自己.{0,2}买|自己.{0,3}自己拼|不拼.{0,4}买"
)
_COMPARED: Final = re.compile(r"差|便宜|省")
ASKS_LIMIT: Final = re.compile(r"几次|几单|几[份件]|限购|限拼|多少[份件]")
SAYS_THIS: Final = re.compile(r"这[个款件种]|那[个款件种]|它")
ASKS_FAILURE: Final = re.compile(
    r"(?:没|不|未)(?:能)?(?:拼成|成团|拼满|凑[够齐满]|满员)|(?:拼|凑|成)不(?:成|够|齐|满|了)|人不够|没人拼"
    r"|拼团?失败|失败"
)
ASKS_RULES: Final = re.compile(
    r"怎么|如何|咋|规则|流程|什么意思|是什么|是啥|几个人|多少人|条件|靠谱|能退"
)
WANTS_TO_OPEN: Final = re.compile(r"开.{0,3}团|发起|团长|我要拼|我想拼")

HEARD_OWN: Final = re.compile(
    rf"{_WE}我?(?:的|开的|参加?的)*(?:团|拼团|拼单|团购)(?:订单|进度|情况|怎么样|成)?{_END}"
)
HEARD_TIERS: Final = re.compile(
    rf"{_WE}阶梯(?:价格?|拼团|团)?(?:是|怎么|如何|咋)*(?:算|回事|意思|什么)*的?{_END}"
)
HEARD_FAILURE: Final = re.compile(
    r"(?:人|团|拼).{0,4}(?:没|不|未)(?:能)?(?:成团|拼[成满]|凑[够齐满])|人.{0,2}不(?:够|齐)"
    r"|没(?:能)?拼成|拼不(?:成|满)|没人.{0,2}拼|团没成|凑不(?:够|齐|满)?人"
)
HEARD_OVERPAID: Final = re.compile(
    r"(?:几|多少|\d+|[两三四五六七八九十]+)个?人.{0,8}(?:多付|退差价)"
)
HEARD_MISSING: Final = re.compile(
    rf"{_WE}(?:那|这个|我的?|拼?团)*还?差(?:几个?|多少个?)(?:人|位)?(?:就?[才能]?(?:成团|拼成|凑[够齐满]))?了?{_END}"
)
HEARD_DONE: Final = re.compile(
    r"(?:我们?的?|这个|那个?|拼?团|拼单)*(?:拼?成团?|拼[上好满]|满人|凑[够齐]人?)了?(?:没有?|吗|木有|不)(?:啊|呀|呢)?"
)
HEARD_PASSING_ON: Final = re.compile(
    r"[转发].{0,4}群|转发?给?(?:朋友|闺蜜|同事|家人)|[叫喊拉邀]请?(?:几?个)?(?:人|朋友|闺蜜|同事).{0,3}[拼参]"
    r"|(?:团|拼单)的?(?:链接|卡片)"
)
OTHER_THAN_PASSING_ON: Final = re.compile(r"推广|分销|佣金|邀请码|返利|便宜|优惠|送")
HEARD_NAME: Final = re.compile(
    rf"{_WE}(?:开团?|拼团?|团购)(?:一?[个件份单下])?(?P<what>.{{2,12}}?){_END}"
)
_AROUND: Final = re.compile(
    r"我们?|想|要|开|参加?|加入|一起|拼团|拼单|拼|团购|团|单|买|有没有|有|没|吗|吧|呢|的|了|帮|给|个|一|人|怎么"
    r"|可以|能|发起|下|哪|些|什么|现在|店里|价格?|多少|钱|几|[^\w]"
)


class Rule(StrEnum):
    """A rule of group-buys that customers ask about."""

    FAILURE = "failure"
    TIERS = "tiers"
    DISPATCH = "dispatch"
    COUPONS = "coupons"
    ALONE = "alone"


def rule_asked(text: str) -> Rule | None:
    """Which rule a sentence about group-buys asks for, if it asks for one."""
    asked = (
        (Rule.FAILURE, ASKS_FAILURE),
        (Rule.FAILURE, HEARD_FAILURE),
        (Rule.TIERS, ASKS_TIERS),
        (Rule.TIERS, HEARD_OVERPAID),
        (Rule.DISPATCH, _DISPATCH),
        (Rule.COUPONS, _COUPONS),
    )
    found = next((rule for rule, pattern in asked if pattern.search(text)), None)
    if found is None and _ALONE.search(text) and not _COMPARED.search(text):
        return Rule.ALONE
    return found


def asks_of_ones_own(said: str) -> bool:
    """Whether whoever is in a group asks about it; 推广链接转群里 is another thing."""
    if HEARD_MISSING.fullmatch(said) or HEARD_DONE.fullmatch(said):
        return True
    passes_on = HEARD_PASSING_ON.search(said) is not None
    return passes_on and OTHER_THAN_PASSING_ON.search(said) is None


def stem_of(name: str) -> str:
    """What is left of a name in other names of the thing: of 袜子 the 袜 of 中筒袜."""
    stem = name.removesuffix("子")
    return stem if len(name) == len("袜子") and stem else name


def named_thing(text: str) -> str:
    """What is left of a sentence without the words of group-buys: perhaps a product's name."""
    return _AROUND.sub("", fold(text))


def own_name(activity: ActivitySeen) -> str:
    """What an activity is called beside its goods, without the words that all are called by."""
    return re.sub(r"拼团|拼单|团购|活动", "", activity.name)


def tiers_in_words(activity: ActivitySeen) -> str:
    """`3人团¥30、5人团¥25`."""
    return "、".join(
        TIER.format(heads=tier.heads, price=price_from(tier.prices.values()))
        for tier in activity.tiers.all
    )


def activity_in_words(activity: ActivitySeen, usual: str, waiting: int) -> str:
    """An activity with its ladder, its time and its limits, and that the shop may complete it."""
    lines = [
        ACTIVITY.format(
            title=texts.short(activity.title), ladder=tiers_in_words(activity), usual=usual
        ),
        OPENS.format(lifetime=length_in_words(activity), heads=activity.tiers.first.heads),
        LIMITS.format(pieces=activity.pieces_per_order, orders=activity.orders_per_customer),
    ]
    if len(activity.tiers.all) > 1:
        lines.append(TIERS)
    if activity.may_be_virtual:
        lines.append(MAY_BE_COMPLETED)
    if activity.ends_at is not None:
        local = activity.ends_at.astimezone(SHANGHAI)
        lines.append(UNTIL.format(when=f"{local.month}月{local.day}日 {local:%H:%M}"))
    if waiting:
        lines.append(WAITING.format(count=waiting))
    return texts.fitting(lines)


def length_in_words(activity: ActivitySeen) -> str:
    """How long a group of an activity is open: `24小时`, `30分钟`."""
    hours, rest = divmod(int(activity.lifetime.total_seconds()), 3600)
    return f"{hours}小时" if hours and not rest else f"{hours * 60 + rest // 60}分钟"


def listed(activities: Sequence[ActivitySeen]) -> list[str]:
    """The activities, numbered, each with its ladder."""
    return [
        RUNNING_LINE.format(n=number, title=texts.short(each.title), tiers=tiers_in_words(each))
        for number, each in enumerate(activities, 1)
    ]


def group_in_words(group: GroupSeen, left: str) -> str:
    """What an open group lacks, and how long it has."""
    tiers = group.activity.tiers
    state = LACKS.format(missing=group.missing) if group.missing else IS_ENOUGH
    following = tiers.after(max(group.paid, tiers.first.heads))
    if not group.missing and following is not None:
        price = price_from(following.prices.values())
        state += LACKS_NEXT.format(missing=group.missing_to_next, price=price)
    return GROUP_LINE.format(title=texts.short(group.activity.title), state=state, left=left)
