"""What the shop says of flash sales, and the words by which customers ask for them."""

import re
from datetime import datetime
from typing import Final

from bot import texts
from bot.handlers.variants import short_label
from commerce.flash_sales.queries import ItemSeen, SaleSeen, moment_in_words
from commerce.money import yuan
from miniprogram_cards.deal_cards import time_left

MOST_ITEMS: Final = 5
MOST_CARDS: Final = 2

RUNNING: Final = "“{name}”正在秒杀，还有{left}结束："
NEXT: Final = "下一场“{name}”{starts}开抢，还有{left}："
ITEM: Final = "· {title} {price}（平时{usual}）{pieces}"
HAS_LEFT: Final = "，剩{left}件，每人限{most}件"
WILL_HAVE: Final = "，共{left}件，每人限{most}件"
SOLD_OUT: Final = "，抢完了"
BUY_BY_CARD: Final = "点卡片就能下单，付款前先占着10分钟。"
ALL_SOLD: Final = "这场的都抢完了；有人没付款会放回来，可以过几分钟再看看。"
NEXT_LINE: Final = "下一场“{name}”{starts}开抢。"
NONE: Final = "现在没有秒杀，也还没排下一场。"
NONE_OF_IT: Final = "“{what}”不在这场秒杀里。"
COUPONS: Final = "秒杀价已经是活动价，不再叠加优惠券和满减；积分能不能抵，付款页上会写。"
MAY_REMIND: Final = "要开抢前5分钟提醒您吗？"
WILL_REMIND: Final = "开抢前5分钟我会在这里提醒您。"
AGREED: Final = "好的，“{name}”{starts}开抢，前5分钟我在这里提醒您。不想要了说“取消秒杀提醒”。"
FAR_AWAY: Final = "微信只让我在您说话后的48小时内发消息，开抢前两天里来说句话，提醒才送得到。"
NO_NEED: Final = "好的，想知道时间就问我“几点秒杀”。"
WITHDRAWN: Final = "秒杀提醒取消了。"
NOTHING_TO_WITHDRAW: Final = "您没有订秒杀提醒。"

ASK_RUNNING: Final = "正在秒杀：{price}，剩{left}件，说“秒杀”看看"
ASK_NEXT: Final = "{starts}秒杀{price}，说“秒杀”看看"
DEAL_RUNNING: Final = "· 秒杀“{name}”：{count}款，低至{price}，还有{left}结束，说“秒杀”看看"
DEAL_NEXT: Final = "· 秒杀“{name}”：{starts}开抢，说“秒杀”看看"

_SALE: Final = r"(?:秒杀|抢购|开抢|特价抢)"
ASKS_REMINDER: Final = re.compile(
    rf"{_SALE}.{{0,6}}(?:提醒|叫|通知|喊)(?:一下|一声)?我?|(?:提醒|叫|通知|喊)我?.{{0,6}}{_SALE}"
    rf"|(?:预约|订).{{0,3}}{_SALE}"
)
SAYS_REMIND: Final = re.compile(
    r"(?:要|好的?|嗯|那|就|请|麻烦|到时候?|帮我|记得)*+(?:提醒|叫|通知|喊)(?:一下|一声|我)*+(?:吧|啊|呀)?"
)
WANTS_NO_MORE: Final = re.compile(
    rf"(?:取消|关掉|关了|不要|不用|停掉|别)(?:再|了|我的?)*{_SALE}的?(?:的?提醒|通知|预约)(?:我)?(?:了|吧)*"
    rf"|{_SALE}的?(?:提醒|通知)?(?:不要|不用|别|取消)(?:再)?(?:提醒|通知|叫)?我?(?:了|吧)*"
)
SAYS_NO_MORE: Final = re.compile(
    r"(?:算了)?(?:不用|不要|别|取消)(?:再)?(?:提醒|叫|通知)(?:我)?(?:了|吧)*"
)
ASKS_COUPONS: Final = re.compile(r"券|满减|积分|叠加|折上折")
ASKS_NEXT: Final = re.compile(r"下一?[场波轮次批]")
ASKS_END: Final = re.compile(
    r"(?:那|这场?|抢购|秒杀)*(?:还[有剩])?(?:多久|多长时间|几点|啥时候|什么时候)(?:就|才|会)?(?:结束|截止|完)"
    r"(?:啊|呀|呢)?"
)
IS_BARGAIN: Final = re.compile(r"砍")


def items_in_words(items: tuple[ItemSeen, ...]) -> list[str]:
    """Each item with both prices and what is left."""
    return [item_in_words(each) for each in items[:MOST_ITEMS]]


def item_in_words(item: ItemSeen) -> str:
    """An item with both prices and what is left."""
    title = texts.short(item.title)
    named = f"{title}（{short_label(item.label)}）" if item.label else title
    pieces = HAS_LEFT if item.sale.is_running else WILL_HAVE
    return ITEM.format(
        title=named,
        price=yuan(item.price),
        usual=yuan(item.usual_price),
        pieces=pieces.format(left=item.left, most=item.per_customer) if item.left else SOLD_OUT,
    )


def running_in_words(sale: SaleSeen, now: datetime) -> str:
    """A sale that runs, with its countdown."""
    return RUNNING.format(name=sale.name, left=time_left(sale.ends_at, now))


def next_in_words(sale: SaleSeen, now: datetime) -> str:
    """A sale to come, with its countdown."""
    starts = moment_in_words(sale.starts_at, now)
    return NEXT.format(name=sale.name, starts=starts, left=time_left(sale.starts_at, now))
