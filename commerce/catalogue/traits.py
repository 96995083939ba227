"""What a colour and a size are, however they are written: keys that compare exactly."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from commerce.catalogue.words import fold

COLOR_NAMES: Final = frozenset({"颜色", "颜色分类", "花色", "色号", "外观颜色"})
SIZE_NAMES: Final = frozenset(
    {
        "尺码", "尺寸", "码数", "鞋码", "号码", "大小", "规格", "规格尺寸", "容量", "净含量",
        "内存", "存储", "存储容量", "重量", "长度",
    }
)  # fmt: skip

HUES: Final = "红橙黄绿青蓝紫黑白灰粉棕金银"
_OTHER_HUE: Final = {
    "粉红": "粉", "桃红": "粉", "玫粉": "粉", "橘红": "橙", "橘": "橙", "褐": "棕", "咖": "棕",
    "咖啡": "棕", "驼": "棕", "藏青": "蓝",
}  # fmt: skip
_SAME_COLOR: Final = {"橘": "橙", "褐": "棕", "粉红": "粉"}
_COLOR_IN_TITLE = re.compile("[深浅暗亮]?[红橙橘黄绿青蓝紫黑白灰粉棕]色")
_HUE_INSIDE = re.compile(f"[{HUES}](?=色)")
_HUES_TOGETHER = re.compile(f"[{HUES}]{{2,}}")
_BETWEEN_COLORS = re.compile("[/、+,，;&]")

_UNITS: Final = {
    "毫升": "ml", "升": "l", "千克": "kg", "公斤": "kg", "克": "g", "厘米": "cm", "公分": "cm",
    "毫米": "mm", "米": "m", "gb": "g", "tb": "t", "英寸": "寸",
}  # fmt: skip
_MEASURE = re.compile(
    r"\d+(?:\.\d+)?(?:毫升|ml|千克|公斤|kg|克|gb|g|tb|t|厘米|公分|cm|毫米|mm|米|m|升|l|英寸|寸)(?![a-wyz])"
)
_CAPACITY = re.compile(r"\d+(?:\.\d+)?(?:毫升|ml|升|l|千克|公斤|kg|克|g)(?![a-wyz])")
_MANY_X = re.compile(r"(x{2,})([sl])")


def color_key(written: str) -> str:
    """A colour as it is asked for.

    >>> color_key("红色"), color_key("酒红"), color_key("橘色")
    ('红', '酒红', '橙')
    """
    folded = fold(written).replace(" ", "")
    name = folded.removesuffix("色") or folded
    return _SAME_COLOR.get(name, name)


@lru_cache(maxsize=4096)
def color_keys(written: str) -> frozenset[str]:
    """Every colour that a thing of this colour may be asked for by: its own name and its hue.

    >>> sorted(color_keys("酒红色")), sorted(color_keys("粉红")), sorted(color_keys("红色碎花"))
    (['红', '酒红'], ['粉'], ['红', '红色碎花'])
    """
    names = {color_key(part) for part in _BETWEEN_COLORS.split(fold(written))} - {""}
    return frozenset(names.union(*map(_hues, names)))


def _hues(name: str) -> set[str]:
    if name in _OTHER_HUE:
        return {_OTHER_HUE[name]}
    together = set("".join(_HUES_TOGETHER.findall(name)))  # 黑白, 红黑拼.
    return together | ({name[-1]} & set(HUES)) | set(_HUE_INSIDE.findall(name))


def size_key(written: str) -> str:
    """A size as it is asked for.

    >>> size_key("ＸＬ码"), size_key("XXL"), size_key("500毫升"), size_key("42码")
    ('xl', '2xl', '500ml', '42')
    """
    size = re.sub(r"[\s]", "", fold(written))
    size = re.sub(r"[×*✕]", "x", size)
    if len(size) > 1 and size != "均码":
        size = size.removesuffix("码").removesuffix("号") or size
    size = _MANY_X.sub(lambda found: f"{len(found[1])}x{found[2]}", size)
    return _MEASURE.sub(lambda found: _in_one_unit(found[0]), size)


@lru_cache(maxsize=4096)
def size_keys(written: str) -> frozenset[str]:
    """Every size that a thing of this size may be asked for by: all of it, and its measures.

    >>> sorted(size_keys("250ml×24盒"))
    ['250ml', '250mlx24盒']
    """
    size = size_key(written)
    return frozenset({size, *_MEASURE.findall(size)}) - {""}


def _in_one_unit(measure: str) -> str:
    number = re.match(r"[\d.]+", measure)
    assert number is not None  # noqa: S101 - a measure begins with a number
    unit = measure[number.end() :]
    return number[0] + _UNITS.get(unit, unit)


def colors_of(attributes: Mapping[str, Any], title: str) -> frozenset[str]:
    """The colours of a variant; without an attribute that says so, those its title names."""
    written = [str(attributes[name]) for name in COLOR_NAMES & attributes.keys()]
    return _union([color_keys(each) for each in written or _COLOR_IN_TITLE.findall(title)])


def sizes_of(attributes: Mapping[str, Any], title: str) -> frozenset[str]:
    """The sizes of a variant; without an attribute that says so, what its title says it holds."""
    written = [str(attributes[name]) for name in SIZE_NAMES & attributes.keys()]
    return _union([size_keys(each) for each in written or _CAPACITY.findall(fold(title))])


def _union(sets: list[frozenset[str]]) -> frozenset[str]:
    return sets[0] if len(sets) == 1 else frozenset[str]().union(*sets)
