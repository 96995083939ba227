"""What the shop says of group-buys, and the words by which customers ask for them."""

import re
from collections.abc import Mapping, Sequence
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
    r"|还?差(?:几|多少)个?(?:人|位)|(?:成团|拼成|拼好|拼满|凑[够齐满])(?:了|没)"
    r"|(?:团|拼单).{0,2}(?:进度|拼得怎么样)"
    r"|团.{0,4}(?:什么时候|几点|啥时候|还有多久|多久)(?:结束|到期|截止|成)?"
)
ASKS_TO_JOIN: Final = re.compile(
    r"加入|参团|参加|入团|(?:有人|谁).{0,4}拼|一起拼|凑一?个|拼一?个(?!团)|现成的团|蹭|跟(?:团|拼)|在等人"
)
ASKS_TIERS: Final = re.compile(
    r"阶梯|差价|人(?:数)?越多|人多.{0,4}便宜|(?:几|多少)个?人.{0,4}(?:价|钱|便宜)"
)
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
HEARD_NAME: Final = re.compile(
    rf"{_WE}(?:开团?|拼团?|团购)(?:一?[个件份单下])?(?P<what>.{{2,12}}?){_END}"
)
_AROUND: Final = re.compile(
    r"我们?|想|要|开|参加?|加入|一起|拼团|拼单|拼|团购|团|单|买|有没有|有|没|吗|吧|呢|的|了|帮|给|个|一|人|怎么"
    r"|可以|能|发起|下|哪|些|什么|现在|店里|价格?|多少|钱|几|[^\w]"
)


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
