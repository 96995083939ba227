"""What the shop says of coupons and deals, and the words by which customers ask for them."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot import texts
from bot.handlers.order_words import moment_in_words
from commerce.money import yuan
from commerce.promotions.choosing import Judged, NextRung
from commerce.promotions.coupons import HeldCoupon
from commerce.promotions.describing import rung_rule
from commerce.shanghai import SHANGHAI

ALL: Final = "全部领取"
TAKE: Final = "领{name}"
MOST_LISTED: Final = 6

OFFERED: Final = "现在能领的优惠券："
OFFERED_LINE: Final = "{n}. {name}：{rule}，{scope}{left}"
LEFT: Final = "，还剩{left}张"
WHICH_TO_TAKE: Final = "要领哪张？说“第一张”，或者“全部”。"
NOTHING_TO_TAKE: Final = "店里现在没有能领的券。"
ALL_TAKEN: Final = "能领的券您都领过了，说“我的券”看看手里的。"
ALL_GONE: Final = "现在的券都被领完了，有新的再来看看。"
NO_SUCH_COUPON: Final = "能领的只有{count}张，您要第几张？"
TAKEN: Final = "领到了："
TAKEN_LINE: Final = "· {name}：{rule}，{scope}，{when}"
NOT_TAKEN: Final = "“{name}”没领成：{reason}。"
LATER: Final = "好的，想领的时候说“领券”。"
SEE_OWN: Final = "付款前在结算页选用，说“我的券”随时能看。"
SCANNED: Final = "扫码有礼，"
SCANNED_BEFORE: Final = "这个码的券您领过了，一人一张。说“我的券”看看手里的。"
GIVEN: Final = "订单 {order_no} 送您的券到了：\n{coupons}\n下次付款前在结算页选用。"

OWN: Final = "您手里有{count}张券："
OWN_LINE: Final = "{n}. {name}：{rule}，{scope}，{when}"
OWN_MORE: Final = "另外{count}张，结算页都能看到。"
OWN_NONE: Final = "您手里还没有券。"
SAY_TAKE: Final = "说“领券”看看现在能领的。"
USABLE: Final = "   现在结算可省{saving}"
UNUSABLE: Final = "   {reason}"

CART_IS_EMPTY: Final = "购物车还是空的，先加上想买的商品，我再告诉您哪张券能用。"
WHY_NOT: Final = "“{name}”现在用不了：{reason}。"
IS_USABLE: Final = "“{name}”现在能用，结算时可省{saving}。"
ALL_USABLE: Final = "您的券现在都能用，用“{name}”最划算，结算时可省{saving}。"
NOT_YET: Final = "“{name}”{when}才能用。"
IS_OVER: Final = "“{name}”{when}过期了。"
WAS_USED: Final = "“{name}”已经用过了，一张券只能用一次。"
WAS_REVOKED: Final = "“{name}”是随订单送的，订单退款时一起收回了。"

HINT_SAVES: Final = "用“{name}”可省{saving}"
HINT_LACKS: Final = "再买{missing}{what}就能用“{name}”"
RUNG_LACKS: Final = "再买{missing}{what}就够“{name}”：{rule}"
NOTHING_LACKS: Final = "现在没有差一点就能用的券和满减。"
BEST: Final = "现在用“{name}”最划算，结算时可省{saving}，付款前在结算页选它。"
NONE_FITS: Final = "手里的券现在都用不上。"

DEALS: Final = "店里现在的优惠活动："
DEAL_REWARD: Final = "· {name}：{rungs}（{scope}{until}）"
DEAL_TIMED: Final = "· {name}：{count}款降价，低至{price}{until}，说“限时折扣”看商品"
DEAL_COUPONS: Final = "· 能领的券：{names}，说“领券”就能领"
UNTIL: Final = "，到{when}"
DISCOUNTED: Final = "“{name}”的商品{until}："
DISCOUNTED_LINE: Final = "{n}. {title} {price}（平时{before}）"
NO_DISCOUNT: Final = "现在没有限时折扣。"

# Possessive: nothing of what may stand around the wish is tried again in another way.
_SEE: Final = (
    r"(?:我|你们|店里|这里|现在|还|想|要|请|给我|帮我|帮忙|给|看一?下|看看|看|查一?下|查查|查)*+"
)
_LOOK: Final = r"(?:看一?下|看看|看|查一?下|查查|查|打开|请|帮我|给我)*+"
_COUPON: Final = r"(?:新人|无门槛|满减|店铺)?(?:优惠|打折|折扣|代金|抵用|现金)?(?:[券卷]|码)"
_ASKS: Final = r"(?:吗|呢|么|吧|了|没有?|啊|呀|不|嘛|呗|哦|的)*+"

ASKS_ALL: Final = re.compile(
    rf"{_SEE}(?:一键领取?|全部?都?领取?|都领取?|把?(?:所有的?|能领的|这些)?{_COUPON}(?:全|都)+(?:给我)?领取?)"
    rf"(?:{_COUPON})?{_ASKS}"
)
ASKS_TO_TAKE: Final = re.compile(
    rf"{_SEE}(?:怎么|在?哪里?|去哪儿?|可以|能|能不能|先)*+领(?:取|一?[下个张点些])*+(?:{_COUPON}){_ASKS}"
    rf"|(?:我|想|能不能|可以|能|再|快)*+(?:发|给|送|来|要)(?:我|一?[下个张点些])*+{_COUPON}{_ASKS}"
    rf"|{_SEE}领取?{_ASKS}"
)
ASKS_OFFERED: Final = re.compile(
    rf"{_SEE}(?:有没有|有什么|有啥|有哪些|有|什么|哪些|哪里有|哪有)*+(?:能|可以|可)?领?的?{_COUPON}"
    rf"(?:可以|可|能)?(?:怎么|在?哪里?)?(?:领取?)?{_ASKS}"
)
ASKS_OWN: Final = re.compile(
    rf"{_LOOK}(?:我的|我手里的?|手里的?|账户里的?|已领的?|我?领[了到]的){_COUPON}"
    rf"(?:在?哪里?儿?|包|列表|呢|怎么看)*+{_ASKS}"
    rf"|(?:我|手里|账户里?)+(?:还|都)*(?:有|剩)(?:什么|哪些|啥|几张|多少张?)?{_COUPON}{_ASKS}"
    rf"|{_LOOK}(?:我的)?(?:卡券|券包|卡包|优惠券包)(?:在?哪里?)?{_ASKS}"
)
_NO_USE: Final = (
    r"(?:不能用|不可用|用不了|用不上|没法用|无法使用|不能使用|不让用|使不了|不好使|没生效|不生效"
    r"|没减|没抵扣|失效)"
)
SAYS_NO_USE: Final = re.compile(_NO_USE)
ASKS_WHY_NOT: Final = re.compile(
    rf".{{0,14}}[券卷](?:为什么|为啥|怎么|咋|都|还|又|是|就|现在)*+{_NO_USE}{_ASKS}"
    rf"|.{{0,6}}(?:为什么|为啥|怎么|咋)(?:还)?(?:不能用|用不了|用不上|没法用|不让用){_COUPON}{_ASKS}"
)
_TO_USE_IT: Final = (
    r"(?:(?:才|就|能|可以|可|够|使?用|享受?|到|上|这张|张)++"
    rf"(?:{_COUPON}|满减|优惠)?+|{_COUPON}|满减)"
)
ASKS_HOW_MUCH_MORE: Final = re.compile(
    rf"{_SEE}(?:再|还|要|需要|得|差|买|凑|加|需)++多少(?:钱|元|块)?{_TO_USE_IT}{_ASKS}"
    rf"|{_SEE}(?:离)?(?:用券|{_COUPON}|满减)还?差多少(?:钱|元|块)?{_ASKS}"
    rf"|{_SEE}(?:怎么|要)?凑单{_ASKS}"
)
ASKS_BEST: Final = re.compile(
    rf"{_SEE}(?:应该)?用?(?:哪|什么)一?张?{_COUPON}(?:比较|最|更|好)*(?:划算|省钱?|优惠|便宜|好|合适|能用|可以用){_ASKS}"
    rf"|{_SEE}(?:哪张|哪些){_COUPON}(?:现在)?(?:能用|可以用){_ASKS}"
    rf"|{_SEE}(?:用|选)(?:一?张)?(?:最)(?:划算|省钱?|优惠|便宜|好|合适)的{_COUPON}{_ASKS}"
)
ASKS_DISCOUNTED: Final = re.compile(
    rf"{_SEE}(?:有没有|有什么|有啥|有哪些|有)*(?:限时|特价|打折|降价)(?:折扣|特价|优惠|活动)?"
    rf"(?:的)?(?:商品|东西|产品|宝贝)?(?:都)?(?:有哪些|有什么|有啥|是哪些|是啥)?{_ASKS}"
)
ASKS_DEALS: Final = re.compile(
    rf"{_SEE}(?:最近|今天|店里|你们|现在|这几天)*+(?:有没有|有什么|有啥|有哪些|什么|有|啥)*+"
    rf"(?:优惠|活动|满减|促销|折扣|优惠活动|促销活动|满减活动|满减送)(?:力度|信息)?(?:有哪些|怎么算|是什么|规则)?{_ASKS}"
)
TAKES_ALL: Final = re.compile(
    r"(?:我)?(?:全部?|都|所有的?|一起|每样|两张|三张)+(?:给我|帮我|要|领取?|拿|来)*(?:吧|了|呗|嘛|啊)?"
)
BARE_PLACE: Final = re.compile(
    r"(?:我?(?:就|想|要|选|来|领取?|拿)|给我|那|帮我)*+第?(?P<place>[0-9一二两三四五六七八九十]{1,2})张?"
    r"(?:吧|呀|啊|呢|的|了|就行|可以)*+"
)
_NUMERALS: Final = "零一二三四五六七八九十"


def place_said(words: str) -> int | None:
    """The place that a bare answer such as 第二张 names, from 1."""
    said = BARE_PLACE.fullmatch(words)
    if said is None:
        return None
    place = said["place"].replace("两", "二")
    return int(place) if place.isdecimal() else _NUMERALS.find(place)


def validity_in_words(held: HeldCoupon, now: datetime) -> str:
    """`到11月30日`, `11月24日起到11月30日`: the last day is one on which it can still be used."""
    last = (held.valid_until - timedelta(microseconds=1)).astimezone(SHANGHAI)
    ends_within_a_day = held.valid_until.astimezone(SHANGHAI).time() != datetime.min.time()
    until = moment_in_words(held.valid_until) if ends_within_a_day else _day(last)
    first = held.valid_from.astimezone(SHANGHAI)
    return f"{_day(first)}起到{until}" if held.valid_from > now else f"到{until}"


def window_in_words(ends: datetime | None) -> str:
    """`，到11月30日`; nothing for what has no end."""
    if ends is None:
        return ""
    local = ends.astimezone(SHANGHAI)
    at_midnight = local.time() == datetime.min.time()
    return UNTIL.format(
        when=_day(local - timedelta(days=1)) if at_midnight else moment_in_words(ends)
    )


def hint_in_words(best: Judged | None, near: Judged | None, what: str) -> str:
    """One line for under a cart: what can be saved, or what is missing; nothing for neither.

    `what` says of which goods more has to be bought, such as `限女装`.
    """
    if best is not None:
        return f"{HINT_SAVES.format(name=best.coupon.name, saving=yuan(best.saving))}。"
    if near is not None:
        missing = yuan(near.missing)
        return f"{HINT_LACKS.format(name=near.coupon.name, missing=missing, what=what)}。"
    return ""


def rung_in_words(next_rung: NextRung, what: str) -> str:
    """What is missing to the next rung of a 满减送."""
    missing = yuan(next_rung.fen) if next_rung.fen else f"{next_rung.pieces}件"
    rule, name = rung_rule(next_rung.rung), next_rung.reward.name
    return f"{RUNG_LACKS.format(missing=missing, what=what, name=name, rule=rule)}。"


def day_in_words(moment: datetime) -> str:
    """`11月24日`, in Shanghai."""
    return _day(moment.astimezone(SHANGHAI))


def listed(lines: Sequence[str], rest: int = 0) -> list[str]:
    """As many lines as are read at a glance, and how many more there are."""
    more = len(lines) - MOST_LISTED + rest
    return [*lines[:MOST_LISTED], *([OWN_MORE.format(count=more)] if more > 0 else [])]


def _day(moment: datetime) -> str:
    return f"{moment.month}月{moment.day}日"


def clean(name: str) -> str:
    """A coupon's name, short enough for a list."""
    return texts.short(name, texts.LONGEST_TITLE // 2)
