"""Which one of the last list: 第二个, 一和三, 2号, 前两个, 最后一个, 倒数第二个."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.extractors.classifiers import PLACES, alternatives
from nlu.extractors.numerals import NUMERAL, read_whole
from nlu.findings import Finding

_PLACES: Final = alternatives(PLACES)
_SMALL: Final = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})(?![\d.])"
_AND: Final = r"\s*(?:和|跟|与|、|,|及|或者|或|还是|还有|以及|对比|vs\.?|/)\s*"

# 第二天, 第二次, 第二页 and 第二件半价 are no positions in a list.
_NOT_A_PLACE: Final = re.compile(
    r"天|次|年|页|批|步|季|周|代|遍|回|轮|届|期|时间|件半价|件.{0,2}折|件打折|件优惠|件免|件立减|便宜|贵|方|人|名|一"
)
_LISTED: Final = re.compile(
    rf"(?P<back>倒数|倒着数?)?第(?P<numbers>{_SMALL}(?:(?:{_PLACES})?{_AND}第?{_SMALL})*)(?:{_PLACES})?"
)
_LAST: Final = re.compile(
    rf"(?:最后面?|最末|末尾|最下面|最底下)(?:的)?(?P<count>{_SMALL})?那?(?:{_PLACES})"
)
_FIRST: Final = re.compile(r"(?:头一|首)(?:个|款|件|条|双|种|样)|打头那?[个款件]")
_LEADING: Final = re.compile(
    rf"(?P<side>前|头|后)面?(?P<count>{_SMALL})(?:个|款|件|条|双|种|样)(?!月|小时|星期|礼拜|人|工作日)"
)
_NUMBERED: Final = re.compile(
    rf"(?<![\d月a-z.第])(?P<number>{_SMALL})号(?:和|跟|与|、)?(?!线|楼|店|仓|之?前|到|发|那天|电池|码|晚|早|的?时候|下午|上午|才|左右|送|能)"
)
_COMPARED: Final = re.compile(
    rf"^\D{{0,6}}?(?P<numbers>{_SMALL}(?:{_AND}{_SMALL})+)\D{{0,4}}(?:哪|区别|比|不同|差别|有什么|咋选|怎么选)"
)
_BARE: Final = re.compile(rf"^\s*(?:选|就|要|看|看看)?\s*(?P<number>{_SMALL})\s*(?:吧|呢|号)?\s*$")


def find_ordinals(_text: str, folded: str) -> Iterator[Finding]:
    """Positions from 1; negative ones count from the end, -1 being the last.

    Words that need the list itself (上面那个, 中间那个, 便宜的那个) are left to the dialogue.
    """
    found = sorted({*_positions(folded)}, key=lambda each: (each[0], max(0, each[2])))
    for start, end, position in found:
        if position:
            yield Finding(start, end, "ordinal", position)


def find_bare_number(folded: str) -> int | None:
    """The number of a message that is nothing but a small number, such as 2 or 选三."""
    match = _BARE.match(folded)
    return read_whole(match["number"]) if match else None


def _positions(folded: str) -> Iterator[tuple[int, int, int]]:
    for match in _LISTED.finditer(folded):
        if not _NOT_A_PLACE.match(folded, match.end("numbers")):
            sign = -1 if match["back"] else 1
            yield from ((*match.span(), sign * each) for each in _read_all(match["numbers"]))
    for match in _LAST.finditer(folded):
        count = read_whole(match["count"]) if match["count"] else 1
        yield from ((*match.span(), each) for each in range(-(count or 1), 0))
    for match in _FIRST.finditer(folded):
        yield (*match.span(), 1)
    for match in _LEADING.finditer(folded):
        count = min(read_whole(match["count"]) or 0, 20)
        places = range(-count, 0) if match["side"] == "后" else range(1, count + 1)
        yield from ((*match.span(), each) for each in places)
    for match in _NUMBERED.finditer(folded):
        yield (*match.span(), read_whole(match["number"]) or 0)
    for match in _COMPARED.finditer(folded):
        yield from ((*match.span("numbers"), each) for each in _read_all(match["numbers"]))


def _read_all(numbers: str) -> Iterator[int]:
    """第一、二个 names two positions, 第十二个 one; 第一二个 is spoken for 1 and 2."""
    for numeral in re.findall(NUMERAL, numbers):
        if len(numeral) > 1 and re.fullmatch(r"[一二三四五六七八九]+", numeral):
            yield from (position for each in numeral if (position := read_whole(each)))
        elif position := read_whole(numeral):
            yield position
