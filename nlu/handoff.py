"""Asking for a human in so many words: the one wish that must never be lost to statistics."""

import re
from typing import Final

from nlu.text import fold

CERTAINTY: Final = 0.95
"""How often a message that asks so plainly means it; measured, see README.md."""

_SOMEONE: Final = (
    r"(?:人工|真人|活人|真的人|人类|客服|坐席|座席|专员|服务员|店员|工作人员|店长|主管|经理|上级|领导"
    r"|老板|掌柜|负责人|负责的|管事的?|懂行的|做主的)"
)
_FETCH: Final = (
    r"(?:转接?|接通?|找|搵|叫|让|喊|换|派|请(?!问)|等|联系|呼叫|连线|给我来|我要|想要|需要|有没有)"
    r"(?:[下个位名到成给我来去你们]|一下)*"
)
_PLAIN: Final = re.compile(
    rf"{_FETCH}[^，,。！!？?\s]{{0,3}}{_SOMEONE}"
    r"|(?:人工|真人|活人)(?:在吗|在不在|在么)|(?:人工|客服)(?:呢|出来|来一?[下个]|热线|电话)"
    r"|^(?:人工|真人|客服|要人工|转人工)[^智费湖草]{0,3}$"
    r"|(?:zhuan|zhao|jie|huan)\s*(?:ren\s*gong|ke\s*fu|zhen\s*ren)|^\s*(?:ren\s*gong|ke\s*fu|zrg)\s*$"
    r"|机器人?.{0,2}(?:滚|走开|闭嘴|一边去|退下|下去|让开|别(?:说|回|烦))"
    r"|(?:不想?|不要|懒得)再?[跟和同与]?(?:你|这个)?(?:机器人?|ai)(?:聊|说|讲|谈|废话|$)"
    r"|[跟和同与](?:真人|活人|人工|人类)(?:聊|说|讲|谈|沟通)"
)
_OTHERWISE: Final = re.compile(
    # Work of hands, and intelligence that is made.
    r"人工(?:智能|费|湖|草|林|授粉|呼吸|降雨|养殖|成本|合成|色素|皮|耳|关节|智障)"
    # Told, not asked for.
    r"|(?:你们|那个|刚才|昨天|上次|之前|主播说).{0,2}(?:人工|找客服|客服|店员)(?!.{0,4}(?:电话|热线|呢$))"
    r"|客服.{0,4}(?:说|讲|答应|告诉|回复|态度|骂|不理|太|很|好差)"
    # Not now, or for another reason.
    r"|(?:不用|不要|别|无需|不必)(?:转|找|叫|再找)"
    r"|(?:招|当|做)个?.{0,6}(?:客服|店长|经理|主管|店员)"
)


def asks_for_a_human(text: str) -> bool:
    """Whether the customer plainly asks for one. Who says it in other words is not found."""
    folded = fold(text)
    return bool(_PLAIN.search(folded)) and not _OTHERWISE.search(folded)
