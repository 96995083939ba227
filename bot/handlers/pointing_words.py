"""Patterns of the words that point at goods without naming them, for folded texts."""

import re
from typing import Final

_ONE: Final = r"一?(?:个|款|件|条|双|只|种|样|台|瓶|盒|支)"
_SOME: Final = (
    r"(?:[一二两三四五六七八九十俩仨0-9]{1,3}"
    r"(?:个|款|件|条|双|只|套|样|台|瓶|盒|支|箱|包|袋|把)?)(?!看)"
)
_IT: Final = rf"(?:的|点的|些的)?(?:那|这)?{_ONE}"
CHEAPEST: Final = (
    rf"最便宜{_IT}|便宜(?:的|点的)?[那这]{_ONE}|最便宜的?(?=来|要|多少|怎么样|有货)|价格?最低{_IT}"
    rf"|便宜(?:点|些)?的(?=(?:也|再|给我|帮我)*[来要拿买]{_SOME})"
)
DEAREST: Final = (
    rf"最贵{_IT}|(?<!太)贵(?:的|点的)?[那这]{_ONE}|最贵的?(?=来|要|多少|怎么样|有货)|价格?最高{_IT}"
    rf"|(?<!太)贵(?:点|些)?的(?=(?:也|再|给我|帮我)*[来要拿买]{_SOME})"
)
MIDDLE: Final = r"中间(?:的|那|这)?[个款件]?"
TOP: Final = rf"最?上面{_IT}"
BOTTOM: Final = rf"最?下面{_IT}"
BESTSELLER: Final = rf"(?:卖得?最?(?:好|多|火)|销量最?(?:高|好)|买的人最?多){_IT}"
EARLIER: Final = (
    r"(?:刚才|刚刚|方才|前面|之前|先前|最开始|一开始|上次)(?:我?(?:看|说|问|提|发|推荐)(?:过|到|中)?)?"
    r"(?:的)?(?:那|这)?一?[个款件条双只种样台把支瓶盒顶辆张本]?"
)
THIS: Final = r"[这那]一?[个款件双条只台瓶盒种支样]|它"
BEYOND: Final = re.compile(r"第[\d一二三四五六七八九十两]*[百千万]|第\d{3,}")
"""第一百个: no list is that long."""
