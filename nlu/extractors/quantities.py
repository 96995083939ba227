"""How many: 两件, 来俩, 一打, 10个, x3, 数量改成5."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.extractors.classifiers import PIECES, alternatives
from nlu.extractors.numerals import DIGIT, NUMERAL, UNIT, read_whole
from nlu.findings import Finding

_PIECES: Final = alternatives(PIECES)

# 这两个, 哪一件, 第二个, 另一个 point at things; 有一个问题 and 换一件 do not count goods.
_NOT_BEFORE: Final = re.compile(
    r"(?:[这那哪另第每某同下上前后头首剩]|最后|倒数|其中|其他|推荐|介绍|找|看|看看|看一下|换|有没有|还有没有|满|减|送|"
    r"有|是|差|比|便宜|区别|除了)了?我?$"
)
_NOT_AFTER: Final = re.compile(
    r"\s*(?:人|月|小时|钟头|星期|礼拜|工作日|问题|疑问|地址|电话|号码|订单|快递|包裹|月|团|群|地方|朋友|"
    r"都|哪|有什么|有啥|比|一样|代发|起批|包邮|打折|优惠|立减|减|\d折|[一二三四五六七八九]折|怎么选|区别|装(?!箱)|"
    r"的时候|也可以吗)"
)
_PRICE_OF_ONE: Final = re.compile(
    r"\s*(?:要|卖|是|大概|有)?(?:多少|几[瓶包个片支斤块克袋粒]|什么价|啥价|多大|多重)"
)
# Pairs that are sold as one piece: asking for 一对耳环 is asking for one.
_SOLD_IN_PAIRS: Final = re.compile(
    r"\s*(?:的)?.{0,3}(?:耳环|耳钉|耳坠|耳饰|袖扣|音箱|音响|手套|护膝|护腕|对联|春联|球拍|哑铃|隐形)"
)

_COUNTED: Final = re.compile(rf"(?P<number>{NUMERAL})\s?(?:大|小|整)?(?P<piece>{_PIECES})")
_DOZENS: Final = re.compile(
    rf"(?P<number>{NUMERAL}|半)\s?打(?!折|包|算|开|电话|印|钱|车|听|扰|八|九|五|七|六|一)(?P<half>半)?"
)
_PAIRS: Final = re.compile(rf"(?P<number>{NUMERAL})\s?对(?!不|吗|面|方|比|于|话|得|了|的|吧)")
_TWO_OR_THREE: Final = re.compile(
    r"(?<![我你他她它咱们这那哪妻母子弟妹])(?P<word>俩|仨)(?!人|月|孩)"
)
_TIMES: Final = re.compile(
    r"(?:[x×*]\s?(?P<behind>\d{1,4})(?![\da-z.])|(?<![\da-z.])(?P<front>\d{1,4})\s?[×*](?!\d))"
)
_SET_TO: Final = re.compile(
    rf"(?:数量|件数|个数|份数)\s*(?:给我|帮我)?(?:[改换变调加减设]{{0,2}}[成为到至]?|是|[:：])?\s*(?P<number>{NUMERAL})(?!\s*[块元])|"
    rf"(?:改|变|调|加|减|设)(?:成|为|到|至)\s*(?P<bare>{NUMERAL})(?=$|[吧啊呀呢哈了,。.!\s])"
)
_BARE_WISH: Final = re.compile(rf"(?:^|[要来拿买])(?P<number>{NUMERAL})(?:吧|就[行好够]|就可以)?$")
_MOST: Final = 100_000
"""一万条 is asked for, be it in jest; what is larger counts something else."""
_GIFT: Final = re.compile(r"买.{1,3}[送赠].{1,3}")


def find_quantities(_text: str, folded: str) -> Iterator[Finding]:
    """Counts of goods, whole numbers only (半斤 is a size); the first one said counts. 0 is one.

    一打 is 12. 一对 is 2 pieces, except of goods whose pair is one piece, such as earrings;
    一双 is always one.
    """
    gifts = [match.span() for match in _GIFT.finditer(folded)]
    for start, end, count in sorted(_counts(folded)):
        if not any(before <= start < after for before, after in gifts):
            yield Finding(start, end, "quantity", count)


def _counts(folded: str) -> Iterator[tuple[int, int, int]]:
    yield from _counted(folded)
    yield from _in_dozens_and_pairs(folded)
    for match in _TWO_OR_THREE.finditer(folded):
        if not _NOT_AFTER.match(folded, match.end()):
            yield (*match.span(), 2 if match["word"] == "俩" else 3)
    for match in _TIMES.finditer(folded):
        yield (*match.span(), int(match["behind"] or match["front"]))
    for pattern in (_SET_TO, _BARE_WISH):
        for match in pattern.finditer(folded):
            count = read_whole(next(group for group in match.groups() if group))
            if count is not None and count < _MOST:
                yield (*match.span(), count)


def _counted(folded: str) -> Iterator[tuple[int, int, int]]:
    for match in _COUNTED.finditer(folded):
        count = read_whole(match["number"])
        if count is None or count >= _MOST or not _counts_goods(folded, match):
            continue
        if count == 0 and match["number"] != "0":
            continue  # 零件 counts nothing.
        if count == 1 and _PRICE_OF_ONE.match(folded, match.end()):
            continue
        if match["piece"] == "块" and not _asks_for(folded, match):
            continue  # 三块 is money unless the customer clearly takes pieces of something.
        yield (*match.span(), count)


def _in_dozens_and_pairs(folded: str) -> Iterator[tuple[int, int, int]]:
    for match in _DOZENS.finditer(folded):
        dozens = 0 if match["number"] == "半" else read_whole(match["number"])
        if dozens is not None and _counts_goods(folded, match):
            half = 6 if match["number"] == "半" or match["half"] else 0
            yield (*match.span(), dozens * 12 + half)
    for match in _PAIRS.finditer(folded):
        pairs = read_whole(match["number"])
        if pairs is not None and _counts_goods(folded, match):
            pieces = 1 if _SOLD_IN_PAIRS.match(folded, match.end()) else 2
            yield (*match.span(), pairs * pieces)


def _counts_goods(folded: str, match: re.Match[str]) -> bool:
    before = folded[: match.start()]
    if before and re.search(rf"(?:{DIGIT}|{UNIT}|[\d.a-z几])$", before):
        return False
    return not _NOT_BEFORE.search(before) and not _NOT_AFTER.match(folded, match.end())


def _asks_for(folded: str, match: re.Match[str]) -> bool:
    wish = re.search(r"(?:来|要|拿|买|加)(?:上|了)?$", folded[: match.start()])
    return bool(wish) and not re.match(r"钱|左右|以内|以下|以上|的|多", folded[match.end() :])
