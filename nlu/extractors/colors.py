"""Colours as written: 酒红色, 米白, 黑的, 要红的; but not the red of 红枣 or 口红."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.findings import Finding

_TONES: Final = (
    r"(?:深|浅|亮|暗|淡|大|正|墨|酒|玫|枣|砖|豆沙|西瓜|樱桃|珊瑚|雾霾|天|湖|"
    r"宝石?|藏|孔雀|军|薄荷|草|果|牛油果|橄榄|米|奶|乳|象牙|珍珠|纯|冰川|"
    r"鹅|姜|柠檬|土豪|银|烟|高级|石墨|炭|太空|星空|薰衣草|香芋|裸|樱花|烟粉|"
    r"蜜桃|奶茶|焦糖|驼|咖|浅卡|藕|曜石|极光|远山|冰)"
)
_BASES: Final = r"(?:红|橙|黄|绿|青|蓝|紫|粉|黑|白|灰|棕|褐|金|银|咖啡|卡其|米|驼|杏|藕|肉|裸|咖)"
_FULL: Final = re.compile(
    rf"{_TONES}{{0,2}}{_BASES}色(?:系)?|(?:彩|透明|双|撞|奶茶|香槟|玫瑰金|焦糖|豆沙|肤|迷彩|咖啡|卡其|香芋|樱花粉|薄荷|牛油果)色"
)
_NAMED: Final = re.compile(
    r"玫瑰金|香槟金|太空灰|深空灰|星光色|藏青|藏蓝|宝蓝|天蓝|湖蓝|雾霾蓝|克莱因蓝|孔雀蓝|深蓝|浅蓝|墨绿|军绿|草绿|果绿|豆绿|薄荷绿|"
    r"牛油果绿|酒红|大红|正红|枣红|玫红|砖红|珊瑚粉|樱花粉|浅粉|米白|奶白|象牙白|珍珠白|纯白|纯黑|曜石黑|深灰|浅灰|烟灰|姜黄|鹅黄|"
    r"卡其|奶茶色|透明款?|迷彩|深紫|浅紫|香芋紫|深棕|浅棕|驼色|杏色|裸色|原木色"
)
# One character is a colour only where the sentence asks for a shade.
_SHORT: Final = re.compile(
    r"(?<![口腮桃花分网一面眼洁苍表明东空])[红橙黄绿青蓝紫粉黑白灰棕金银](?=的(?!快|豆|茶|酒|糖|米)|款|那[个款件]|这[个款件])|"
    r"(?:(?<=换成)|(?<=要)|(?<=换)|(?<=选)|(?<=拿))[红橙黄绿青蓝紫粉黑白灰棕](?=$|[吧呀啊呢,。!\s])"
)


def find_colors(text: str, folded: str) -> Iterator[Finding]:
    """Colours, the value as written (红 in 红的, 红色 in 红色的)."""
    for pattern in (_FULL, _NAMED, _SHORT):
        for match in pattern.finditer(folded):
            yield Finding(*match.span(), "color", text[match.start() : match.end()])
