"""What the shop says of bargains, and the words by which customers ask for them."""

import re
from typing import Final

OFF: Final = "店里现在没有砍价活动。"
OFF_BUT: Final = "店里现在没有砍价活动，不过有这些优惠："
RUNNING: Final = "现在能砍价的："
LINE: Final = "{n}. {title} 原价{usual}，底价{floor}，到底价要{helpers}位朋友"
WHICH: Final = "想砍哪个？说“第一个”，我帮您发起。"
WHICH_AGAIN: Final = "能砍价的有{count}个，您要第几个？"
NO_SUCH: Final = "“{what}”现在不能砍价。"
LATER: Final = "好的，不砍也能直接买。"
HELP_BY_CARD: Final = "帮朋友砍价，点开朋友发来的小程序卡片就行，我这里砍不了。"
STARTED: Final = (
    "“{title}”的砍价开始了：从{price}起，{helpers}位朋友帮忙到底价{floor}，{left}内有效。"
)
OPEN: Final = "“{title}”现在{price}，还差{missing}位朋友到底价{floor}，还剩{left}。"
NOT_A_MUST: Final = "朋友点开卡片就能帮您；不想砍了，也可以按原价直接买。"
REACHED: Final = "“{title}”已经到底价{floor}，{left}内点卡片下单有效。"

HELPS_OTHERS: Final = re.compile(
    r"(?:帮|替|给)(?:我的?)?(?:朋友|他|她|别人|人家|同事|闺蜜|家人|亲戚|老公|老婆|妈|爸)+.{0,4}砍|帮砍|去砍|助力"
)
ASKS_WHAT_ELSE: Final = re.compile(
    r"(?:那|还|你们?|店里|现在)*有(?:没有)?(?:啥|什么|别的|其他)*(?:能|可以)便宜(?:一?[点些])?的?(?:活动|办法|吗|呢|不)*"
)
ASKS_OWN: Final = re.compile(r"我的砍|砍到|砍了|还差|差多少|差几|多少了|进度|到底价")
_AROUND: Final = re.compile(
    r"砍价|砍一刀|砍一砍|砍|一刀|一下|发起|我们?|想|要|帮忙|帮|给|参加|活动|的|了|吗|吧|呢|个|可以|能|怎么|有|什么"
    r"|没有|现在|店里|价|玩|[^\w]"
)


def named_thing(text: str) -> str:
    """What is left of a sentence without the words of bargains: perhaps a product's name."""
    return _AROUND.sub("", text)
