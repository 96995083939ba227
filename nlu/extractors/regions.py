"""Provinces, cities and districts, by our own list and by the suffix that follows one."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.dictionary import LEXICON_FOLDER
from nlu.findings import Finding

# 省钱, 市场 and 市区 are words of their own.
_SUFFIX: Final = (
    r"(?:特别行政区|维吾尔自治区|(?:壮|回)族自治区|自治区"
    r"|(?:[一-鿿]{1,3}族){1,3}自治州|(?:哈萨克|蒙古)?自治州|地区|盟|州"
    r"|省(?![钱心事力时得点着])|市(?![场面民区里内郊]|中心))"
)
_PROVINCE: Final = re.compile(
    r"河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南"
    r"|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|内蒙|广西|西藏|宁夏|新疆"
)
# With their suffix or behind their province they are cities, else words of another kind.
_HOMONYM: Final = re.compile(
    r"开封|东方|来宾|白银|三明|大理|保山|长治|固原|朝阳|吉安|和田|黄山|中山|天水|资阳"
    r"|河池|安康|长春|大同|百色|包头|通化|海口|安顺|宝鸡|玉树|普洱"
)
# 青岛啤酒 and 金华火腿 name goods.
_NAMES_GOODS: Final = re.compile(
    r"啤酒|火腿|烤鸭|凉皮|米线|热干面|拉面|牛肉面|大枣|苹果|大米|龙井|玉(?![树溪林环门])|枣(?![庄阳强])|小面|火锅|板鸭|香肠|腊肉|菜|特产|风味"
)
# 南京东路 is in Shanghai. But 到北京路上要几天 speaks of the way, 台州路桥区 of a district.
_NAMES_STREET: Final = re.compile(
    r"[东西南北中]{0,2}[一二三四五六七八九]?"
    r"(?:路(?![上途费程边过由线远近桥]|[南北]区)|大?街(?!道)|大?道(?![歉理具滘县里外])|巷"
    r"|弄(?![丢坏错脏]))"
)
# What stands in no district's name: 上海的小区, 新疆偏远地区.
_LETTER: Final = r"(?![的了吗呢我你您他她它们这哪没有是不到寄送要能么吧啊远])[一-鿿]"
# Letters before the kind, the last letters and the following words that make it another word.
_KINDS_OF_DISTRICT: Final = (
    ("2,12", "", "自治[县旗]", ""),
    ("2,4", "", "新区", ""),
    ("2,4", "小社地园校景片个某", "区", "[间别分域]"),
    ("1,4", "小全各本外个", "县", "[级里域]|城(?![关东西南北区镇中])"),
    ("2,5", "红国彩军", "旗", "[舰下袍帜号]"),
    ("2,3", "超夜集门股楼城", "市", "[场面民区里内郊]|中心"),
    ("2,4", "小个", "镇|乡|街道", "[下里村]"),
)
_KIND: Final = re.compile("|".join(kind for _, _, kind, _ in _KINDS_OF_DISTRICT))


def _district_pattern() -> re.Pattern[str]:
    kinds = (
        rf"(?:{_LETTER}){{{count}}}?{f'(?<![{last}])' if last else ''}(?:{kind})"
        rf"{f'(?!{after})' if after else ''}"
        for count, last, kind, after in _KINDS_OF_DISTRICT
    )
    return re.compile(rf"\s*(?P<district>{'|'.join(kinds)})")


def _region_pattern() -> re.Pattern[str]:
    lines = (LEXICON_FOLDER / "region.txt").read_text(encoding="utf-8").splitlines()
    names = {name for line in lines for name in line.partition("#")[0].split()}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?P<name>{'|'.join(longest_first)})(?P<suffix>{_SUFFIX})?")


_REGION: Final = _region_pattern()
_DISTRICT: Final = _district_pattern()


def find_regions(text: str, folded: str) -> Iterator[Finding]:
    """One finding a level: 广东省深圳市南山区 gives three, a district only behind its city.

    Levels stand side by side or apart by spaces. A street that bears a city's name is none.
    """
    run: list[str] = []
    end = at = 0
    while match := _REGION.search(folded, at):
        at = match.end()
        if folded[end : match.start()].strip():
            run = []
        if _is_other_word(match, run):
            continue
        run.append(match["name"])
        yield _finding(text, *match.span())
        end = at
        district = _district_at(folded, end)
        if district:
            yield _finding(text, *district)
            end = at = district[1]


def _is_other_word(match: re.Match[str], run: list[str]) -> bool:
    """Whether what looks like a region, behind those of `run`, is something else."""
    if match["suffix"]:
        return False
    name, behind = match["name"], match.end()
    if _NAMES_GOODS.match(match.string, behind) or _NAMES_STREET.match(match.string, behind):
        return True
    if _HOMONYM.fullmatch(name):
        return not run or _PROVINCE.fullmatch(run[-1]) is None
    return name in run  # 武汉市武昌区武汉大学 has one city.


def _district_at(folded: str, at: int) -> tuple[int, int] | None:
    """Where the district behind a region stands, unless another region stands there."""
    district = _DISTRICT.match(folded, at)
    if district is None:
        return None
    # 北京市朝阳区 bears the name of a city elsewhere; in 浙江杭州西湖区 the city comes first.
    start, end = district.span("district")
    region = _REGION.match(folded, start)
    if region and (region["suffix"] or not _KIND.fullmatch(folded, region.end(), end)):
        return None
    return start, end


def _finding(text: str, start: int, end: int) -> Finding:
    return Finding(start, end, "region", text[start:end])
