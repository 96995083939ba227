"""What the shop says of its live streams, and the words by which customers ask for them."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot import texts
from bot.handlers.answers import plain
from commerce.live.tables import LiveSession
from commerce.shanghai import SHANGHAI
from nlu.extractors.numerals import NUMERAL, read_whole

MOST_LISTED: Final = 6
"""Streams that are named at once."""
MOST_LINKS: Final = 3
EVENING: Final = 18
_WEEKDAYS: Final = "一二三四五六日"

RUNNING: Final = "正在直播：“{title}”，播到{until}{place}。"
SAY_LINK: Final = "直播间里的商品，说“3号链接”我就发您。"
COMING: Final = "接下来的直播："
NEXT_ONES: Final = "最近的直播："
LIVE_LINE: Final = "· {when} “{title}”{place}"
WHERE: Final = "，在{place}看"
SAME_PRICE: Final = "直播间的链接和店里一个价，满减和能用的券照样算；发您的卡片上就是现在的价。"
NONE: Final = "最近没有直播安排，想看哪款直接问我，我把详情发您。"
NOT_THAT_DAY: Final = "{day}没有直播。"
NOT_RUNNING: Final = "现在没有在直播。下一场是{when}的“{title}”{place}。"
NO_SUCH_LINK: Final = "这场直播有{first}到{last}号链接，没有{position}号，您看看是几号？"
NO_LINKS: Final = "这场直播还没有上链接，想看哪款直接告诉我名字。"
LINK_GONE: Final = "{position}号链接的商品已经下架了。"
LINK_SOLD_OUT: Final = "{position}号链接的商品暂时卖完了，先发您看看："

MAY_REMIND: Final = "要开播前10分钟提醒您吗？"
WILL_REMIND: Final = "开播前10分钟我会在这里提醒您。"
AGREED: Final = "好的，{when}的“{title}”，开播前10分钟我在这里提醒您。不想要了说“取消直播提醒”。"
AGREED_BEFORE: Final = "{when}的“{title}”已经记着了，开播前10分钟提醒您。"
FAR_AWAY: Final = "微信只让我在您说话后的48小时内发消息，开播前两天里来说句话，提醒才送得到。"
TOO_EARLY: Final = "“{title}”是{when}开播，提醒的时间在夜里，我就不打扰您了。"
BEGUN: Final = "“{title}”已经开播了，现在就能看。"
NO_NEED: Final = "好的，想知道时间就问我“几点直播”。"
WITHDRAWN: Final = "直播提醒取消了。别的活动消息也不想收，说“退订”就行。"
NOTHING_TO_WITHDRAW: Final = "您没有订直播提醒。别的活动消息不想收，说“退订”就行。"
REMINDER: Final = "“{title}”{when}开播，还有{minutes}分钟{place}。商品说“1号链接”这样，我就发您。"

_ABOUT: Final = r"(?:直播间?|开播)"
ASKS_TO_BE_TOLD: Final = re.compile(
    rf"{_ABOUT}的?(?:时候|之?前)?(?:提醒|通知|叫|喊)(?:一下|一声)?我?(?:一下|一声)?吧?"
    rf"|(?:我要|帮我|给我)?(?:订阅?|预约|开启?|打开)一?个?(?:今晚|明晚|下一?场)?的?{_ABOUT}(?:的?(?:提醒|通知))?"
    rf"|(?:提醒|通知)我(?:一下)?(?:看|开)?(?:直播|播)"
)
WANTS_NO_MORE: Final = re.compile(
    rf"(?:取消|关掉|关闭|关了|不要|不用|停掉|退订)(?:了|我的?)*{_ABOUT}的?(?:提醒|通知|预约)(?:了|吧)*"
    rf"|(?:取消|不要)预约{_ABOUT}(?:了|吧)*"
    rf"|{_ABOUT}的?(?:提醒|通知)(?:别发|不要|不用|取消|关掉?|停)(?:了|吧|掉)*"
    rf"|{_ABOUT}(?:不要|不用|别)(?:再)?(?:提醒|通知)我?(?:了|吧)*"
)
ASKS_WHEN: Final = re.compile(
    rf"(?:你们?|店里|家|这|今[天晚]|明[天晚]|下一?[场次]|最近)*的?(?:几点|什么时候|啥时候|哪天)(?:有|开)?{_ABOUT}"
    rf"(?:的|呢|啊|呀)?|{_ABOUT}(?:是|在)?(?:几点|什么时候|啥时候|哪天)(?:开始|开)?(?:的|呢|啊|呀)?"
    rf"|(?:看|查)?(?:一下)?{_ABOUT}的?(?:时间表?|安排|预告|日程)"
    r"|(?:你们?|那|主播)*(?:今|明|后)[天晚](?:上)?(?:几点|什么时候|啥时候)?(?:开|上)?播(?:不播?|吗|没有?|的|呢)*"
)
ASKS_PRICE: Final = re.compile(
    rf"{_ABOUT}.{{0,6}}(?:便宜|优惠|打折|划算|什么价|多少钱|价格?)(?!.*链接)"
)
SAYS_REMIND: Final = re.compile(
    r"(?:要|好的?|嗯|那|就|请|麻烦|到时候?|帮我)*+(?:提醒|叫)(?:一下|我)*+(?:吧|啊|呀)?"
)
_BEFORE: Final = r"(?:刚才|主播|讲|说|推|那个|这个|看|想要|要|里面|里|的|发|给|我|一下)*+"
_ENDING: Final = r"(?:发|给|我|一?下|看|是什么|是啥|是哪款|多少钱|怎么买|还有吗|有吗|呢|吧|啊|的)*+"
_LINK: Final = re.compile(
    rf"{_BEFORE}(?:直播间?)?{_BEFORE}第?(?P<number>{NUMERAL})[号个款](?:宝贝|商品|产品)?的?链接{_ENDING}"
)
_IN_THE_STREAM: Final = re.compile(
    rf"{_BEFORE}直播间?{_BEFORE}第?(?P<number>{NUMERAL})[号个款](?:宝贝|商品|产品)?{_ENDING}"
)
_BARE: Final = re.compile(rf"(?P<number>{NUMERAL})号(?:宝贝|商品)?{_ENDING}")
_ANY: Final = re.compile(
    rf"(?<![月\d一二两三四五六七八九十])(?P<number>{NUMERAL})号(?!到|.{{0,3}}(?:有没有直播|有直播|直播|播|几点|那天|晚上))"
    rf"|第(?P<place>{NUMERAL})[个款件]"
)
_DAYS: Final = {"今": 0, "明": 1, "后": 2}
_DAY: Final = re.compile(
    r"(?P<day>[今明后])(?:天|晚|儿)|(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
)


def link_said(text: str) -> int:
    """The number of a link that the words ask for and nothing else; 0 for none."""
    said = plain(text)
    return _number(_LINK.fullmatch(said) or _IN_THE_STREAM.fullmatch(said))


def bare_link_said(text: str) -> int:
    """The number of a bare 三号, which is a link only while somebody watches; 0 for none."""
    return _number(_BARE.fullmatch(plain(text)))


def links_named(text: str) -> list[int]:
    """The numbers of links that stand in a sentence about a stream; 28号有直播吗 names a day."""
    found = [read_whole(each["number"] or each["place"]) for each in _ANY.finditer(plain(text))]
    return list(dict.fromkeys(number for number in found if number))[:MOST_LINKS]


def day_asked(text: str, now: datetime) -> tuple[str, datetime] | None:
    """The day that is asked about, as said and as its midnight in Shanghai."""
    found = _DAY.search(plain(text))
    if found is None:
        return None
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    if found["day"]:
        return found[0], midnight + timedelta(days=_DAYS[found["day"]])
    ahead = (_WEEKDAYS.index(found["weekday"].replace("天", "日")) - midnight.weekday()) % 7
    return found[0], midnight + timedelta(days=ahead)


def when_in_words(moment: datetime, now: datetime) -> str:
    """`今晚20:00`, `明天10:00`, `11月26日（周四）20:00`."""
    local, today = moment.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    ahead = (local.date() - today).days
    if ahead not in (0, 1):
        weekday = _WEEKDAYS[local.weekday()]
        return f"{local.month}月{local.day}日（周{weekday}）{local:%H:%M}"
    return f"{'今明'[ahead]}{'晚' if local.hour >= EVENING else '天'}{local:%H:%M}"


def clock_in_words(moment: datetime) -> str:
    """`22:00`, in Shanghai."""
    return f"{moment.astimezone(SHANGHAI):%H:%M}"


def place_in_words(live: LiveSession) -> str:
    """`，在视频号“掌柜小店”看`; nothing when it is not known."""
    return WHERE.format(place=texts.short(live.place)) if live.place else ""


def title_of(live: LiveSession) -> str:
    """A stream's title, short enough for a list."""
    return texts.short(live.title, texts.LONGEST_TITLE // 2)


def lines_of(lives: Sequence[LiveSession], now: datetime) -> list[str]:
    """Streams, a line each."""
    return [
        LIVE_LINE.format(
            when=f"{when_in_words(live.starts_at, now)}–{clock_in_words(live.ends_at)}",
            title=title_of(live),
            place=place_in_words(live),
        )
        for live in lives[:MOST_LISTED]
    ]


def reminder_in_words(live: LiveSession, now: datetime) -> str:
    """What is said ten minutes ahead."""
    return REMINDER.format(
        title=title_of(live),
        when=clock_in_words(live.starts_at),
        minutes=max(1, round((live.starts_at - now) / timedelta(minutes=1))),
        place=place_in_words(live),
    )


def _number(found: re.Match[str] | None) -> int:
    return (read_whole(found["number"]) or 0) if found is not None else 0
