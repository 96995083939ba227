"""Provinces, prefectures and counties of China: one kept table, and places as people write them.

The names stand in `regions.txt`. What understands sentences keeps a list of words of its own
(`nlu/lexicon/region.txt`): it knows no levels, but 江浙沪, and must also run without the shop. A
test holds that list against this table.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("regions.txt")
_SPOKEN: Final[Mapping[str, str]] = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
}
_MORE_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    **{full: (f"{short}自治区", f"{short}省") for full, short in _SPOKEN.items()},
    "内蒙古自治区": ("内蒙", "内蒙古省"),
    "香港特别行政区": ("香港特区",),
    "澳门特别行政区": ("澳门特区",),
    "伊犁哈萨克自治州": ("伊犁自治州",),
}
_OF_PEOPLES: Final = re.compile(
    r"(?:哈萨克|柯尔克孜|蒙古|塔吉克|锡伯|鄂伦春"
    r"|(?:朝鲜|达斡尔|鄂温克|蒙古|土家|布依|哈尼|撒拉|裕固|东乡|保安|仡佬|仫佬|毛南|拉祜|纳西|傈僳|景颇|独龙|普米|布朗"
    r"|回|藏|苗|彝|满|侗|瑶|白|傣|黎|畲|羌|土|水|佤|怒|壮|各)族)+自治[州县旗]$"
)
_KIND: Final = re.compile(r"(?:特别行政区|[新林特矿]区|地区|省|市|盟|区|县|旗)$")
_GAP: Final = re.compile(
    r"[\s,，、/·-]*"
    r"(?:(?:市辖区|(?:省|自治区)直辖县(?:级行政区划)?|县(?=\s)|香港岛|九龙(?!城)|新界|澳门半岛|离岛(?!区))[\s,，、/·-]*)?"
)
"""What stands between two levels; pickers put such words where there is no prefecture."""
_STREET: Final = re.compile(
    r"[东西南北中]{0,2}[一二三四五六七八九]?(?:路|大?街|大道|道(?!里|外|县|真|孚)|巷|弄|胡同)"
)
_GOES_ON: Final = re.compile(rf"{_STREET.pattern}|[区县旗]")
"""What makes another name of one without its kind: 南京东路, 朝阳区."""
_SHORTEST: Final = 2
"""Letters of a name without its kind: 南 for 南县 is none."""


@dataclass(frozen=True, slots=True)
class Region:
    """A province, or a prefecture of it, or a county of that; by full names."""

    province: str
    city: str = ""
    district: str = ""

    def __str__(self) -> str:
        """As addresses write it; a municipality is named once.

        >>> str(Region("北京市", "北京市", "朝阳区")), str(Region("浙江省", "杭州市"))
        ('北京市 朝阳区', '浙江省 杭州市')
        """
        return " ".join(dict.fromkeys(filter(None, (self.province, self.city, self.district))))

    def contains(self, other: "Region") -> bool:
        """Whether the other is this region or lies in it."""
        mine = (self.province, self.city, self.district)
        theirs = (other.province, other.city, other.district)
        return all(name in ("", its) for name, its in zip(mine, theirs, strict=True))

    @property
    def level(self) -> int:
        """1 for a province, 2 for a prefecture, 3 for a county."""
        return 1 + bool(self.city) + bool(self.district)

    @property
    def spoken(self) -> str:
        """Its own name as people say it.

        >>> Region("新疆维吾尔自治区").spoken, Region("浙江省", "杭州市", "西湖区").spoken
        ('新疆', '西湖区')
        """
        return self.district or short_name(self.city or self.province)


@dataclass(frozen=True, slots=True)
class FoundRegion:
    """A region in a text: where it stands, and how many of its levels are written there."""

    region: Region
    start: int
    end: int
    written: int
    is_short: bool
    """Whether only a name without its kind is written, which may be something else."""


def short_name(name: str) -> str:
    """A name without its kind, where that leaves two letters; else the name.

    >>> short_name("恩施土家族苗族自治州"), short_name("浦东新区"), short_name("赵县")
    ('恩施', '浦东', '赵县')
    """
    if name in _SPOKEN:
        return _SPOKEN[name]
    short = (_OF_PEOPLES if _OF_PEOPLES.search(name) else _KIND).sub("", name)
    return short if len(short) >= _SHORTEST else name


@cache
def list_regions() -> tuple[Region, ...]:
    """Every province, prefecture and county, in the order of the table."""
    found: list[Region] = []
    province = ""
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, *districts = line.split()
        if line.startswith(" "):
            found.append(Region(province, name))
            found += (Region(province, name, each) for each in districts)
        else:
            province = name
            found.append(Region(province))
    return tuple(found)


def find_region(text: str) -> FoundRegion | None:
    """The region that a text names: levels side by side, with their kind or without.

    A level that was left out is completed if only one region can be meant: 昆山市 lies in 苏州市.
    Where several are named, the one with most levels is meant, then the longest, then the first.
    """
    found = list(_found_in(text))
    return max(found, key=lambda each: (each.written, each.end - each.start), default=None)


def read_region(written: str) -> Region | None:
    """The region that an address keeps, or an operator writes; None unless it begins with one.

    >>> read_region("江苏 昆山市"), read_region("火星")
    (Region(province='江苏省', city='苏州市', district='昆山市'), None)
    """
    found = _book().read_at(written.strip(), 0)
    return None if found is None else found.region


def _found_in(text: str) -> Iterator[FoundRegion]:
    at = 0
    while at < len(text):
        found = _book().read_at(text, at)
        if found is not None:
            yield found
        at = at + 1 if found is None else found.end


class _Names:
    """Regions by their names, and the longest name that stands at a place in a text.

    A name that two regions bear is of no use.
    """

    def __init__(self, named: Iterable[tuple[str, Region]]) -> None:
        self._regions: dict[str, Region | None] = {}
        for name, region in named:
            known = self._regions.setdefault(name, region)
            if known != region:
                self._regions[name] = None
        self._longest = max(map(len, self._regions), default=0)

    def at(self, text: str, at: int) -> tuple[Region, int] | None:
        """The region of that name, and where the name ends."""
        for end in range(min(len(text), at + self._longest), at, -1):
            region = self._regions.get(text[at:end])
            if region is not None:
                return region, end
        return None


class _Book:
    """The table by names: of the country, of each province, of each prefecture."""

    def __init__(self, regions: Iterable[Region]) -> None:
        levels: dict[int, list[Region]] = {1: [], 2: [], 3: []}
        for region in regions:
            levels[region.level].append(region)
        provinces, cities, districts = levels[1], levels[2], levels[3]
        spoken = {each.spoken for each in provinces}
        self._provinces = _Names(_named(provinces))
        self._cities = _Names(pair for pair in _named(cities) if pair[0] not in spoken)
        self._districts = _Names(_known_everywhere(districts))
        self._below_province = _grouped(_named(cities), lambda each: Region(each.province))
        self._in_province = _grouped(
            _known_everywhere(districts), lambda each: Region(each.province)
        )
        self._below_city = _grouped(
            _named(districts), lambda each: Region(each.province, each.city)
        )

    def read_at(self, text: str, at: int) -> FoundRegion | None:
        """The region whose name begins exactly there."""
        chains = []
        for names in (self._provinces, self._cities, self._districts):
            first = names.at(text, at)
            if first is not None:
                chains.append(self._chain(text, at, first))
        standing = [
            each for each in chains if not (each.is_short and _GOES_ON.match(text, each.end))
        ]
        return max(standing, key=lambda each: (each.written, each.end), default=None)

    def _chain(self, text: str, start: int, first: tuple[Region, int]) -> FoundRegion:
        region, end = first
        is_short = not _is_full(text[start:end], region)
        written = 1
        while below := self._below(text, end, region):
            is_short = False
            written += below[0] != region
            region, end = below
        itself = Region(region.province, region.province)
        if not region.city and itself in self._below_city:  # A municipality.
            region = itself
        return FoundRegion(region, start, end, written, is_short)

    def _below(self, text: str, end: int, region: Region) -> tuple[Region, int] | None:
        """The next level and where its name ends; counties may stand right below a province.

        A prefecture that is named twice is itself.
        """
        if region.district:
            return None
        province = Region(region.province)
        city = region if region.city else Region(region.province, region.province)
        lists = [self._below_province[province], self._below_city.get(city)]
        if not region.city:
            lists.append(self._in_province.get(province))
        gap = _GAP.match(text, end)
        begins = gap.end() if gap else end
        found = [each for names in lists if names and (each := names.at(text, begins))]
        standing = [
            each
            for each in found
            if region.contains(each[0])
            and (_is_full(text[begins : each[1]], each[0]) or not _STREET.match(text, each[1])
                 or self._below(text, each[1], each[0]))
        ]  # fmt: skip
        return max(standing, key=lambda each: each[1], default=None)


def _named(regions: Iterable[Region]) -> Iterator[tuple[str, Region]]:
    """Every name that a region has among its siblings."""
    for region in regions:
        name = region.district or region.city or region.province
        short = short_name(name)
        names = {name, short, *_MORE_NAMES.get(name, ())}
        if region.level == len(("province", "city")):
            names |= {f"{short}地区", f"{short}州" if name.endswith("自治州") else name}
        names |= _in_full(name)
        yield from ((each, region) for each in names)


def _grouped(
    named: Iterable[tuple[str, Region]], above: Callable[[Region], Region]
) -> dict[Region, _Names]:
    groups: dict[Region, list[tuple[str, Region]]] = {}
    for name, region in named:
        groups.setdefault(above(region), []).append((name, region))
    return {region: _Names(pairs) for region, pairs in groups.items()}


def _known_everywhere(districts: Iterable[Region]) -> Iterator[tuple[str, Region]]:
    """Names of counties that tell where they are without what is above them: 余杭区, 昆山."""
    for region in districts:
        if len(region.district) > _SHORTEST:  # 宁县 stands in 景宁县.
            yield from ((each, region) for each in _in_full(region.district))
        if region.district.endswith("市"):
            yield short_name(region.district), region


def _in_full(name: str) -> set[str]:
    """A name with its kind, and that of 景宁畲族自治县 without its people."""
    of_people = name.endswith(("自治县", "自治旗"))
    return {name, short_name(name) + name[-1]} if of_people else {name}


def _is_full(name: str, region: Region) -> bool:
    return name in (region.province, region.city, region.district)


@cache
def _book() -> _Book:
    return _Book(list_regions())
