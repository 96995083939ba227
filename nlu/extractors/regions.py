"""Provinces, cities and districts, by our own list and by the suffix that follows one."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.dictionary import LEXICON_FOLDER
from nlu.findings import Finding

_SUFFIX: Final = r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|省|市|州|盟)"
# Homonyms: with their suffix they are cities, alone they are words of another kind.
_NEEDS_SUFFIX: Final = frozenset(
    [
        "开封",
        "东方",
        "来宾",
        "白银",
        "三明",
        "大理",
        "保山",
        "长治",
        "固原",
        "朝阳",
        "吉安",
        "和田",
        "黄山",
        "中山",
        "天水",
        "资阳",
        "河池",
        "安康",
        "平安",
        "长春",
        "大同",
        "百色",
        "包头",
        "通化",
        "海口",
        "安顺",
        "宝鸡",
        "玉树",
        "普洱",
        "蓬莱",
    ]
)
# 青岛啤酒 and 金华火腿 name goods.
_NAMES_GOODS: Final = re.compile(
    r"啤酒|火腿|烤鸭|凉皮|米线|热干面|拉面|牛肉面|大枣|苹果|大米|龙井|玉|枣|小面|火锅|板鸭|香肠|腊肉|菜|特产|风味"
)
_DISTRICT: Final = re.compile(r"[一-鿿]{2,4}?(?:新区|自治县|区|县|镇|乡|街道)(?!间|别|分|域)")


def _pattern() -> re.Pattern[str]:
    lines = (LEXICON_FOLDER / "region.txt").read_text(encoding="utf-8").splitlines()
    names = {name for line in lines for name in line.partition("#")[0].split()}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?P<name>{'|'.join(longest_first)})(?P<suffix>{_SUFFIX})?")


_REGION: Final = _pattern()


def find_regions(text: str, folded: str) -> Iterator[Finding]:
    """One finding a level: 广东省深圳市南山区 gives three, a district only behind its city."""
    for match in _REGION.finditer(folded):
        name, suffix = match["name"], match["suffix"]
        if not suffix and (name in _NEEDS_SUFFIX or _NAMES_GOODS.match(folded, match.end())):
            continue
        yield _finding(text, *match.span())
        district = _DISTRICT.match(folded, match.end())
        if district and not _REGION.match(folded, match.end()):
            yield _finding(text, *district.span())


def _finding(text: str, start: int, end: int) -> Finding:
    return Finding(start, end, "region", text[start:end])
