"""Sizes as written: XL, 42码, 均码, 170/92A, 500ml, 5.5寸, 半斤, 五斤装."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.extractors.numerals import NUMERAL, read_number
from nlu.findings import Finding, without_overlaps

_CAPACITY: Final = (
    r"ml|毫升|升|l(?![a-z])|kg|公斤|千克|克|g(?![a-z])|英寸|寸|cm|厘米|公分|mm|毫米|米|gb|tb|g内存|mah|毫安时?|瓦|"
    r"斤装|克装|支装|片装|包装|枚装|只装|抽装|人份|平米|平方"
)
_LETTERS: Final = re.compile(
    r"(?<![a-z0-9])(?:(?:[2-9]?x{1,5}[sl])(?![a-z0-9])|(?:xx?s|[sml])(?=码|号|的|款|$|[吧呢啊呀吗和跟与或还、,/。.!?\s有没])(?![a-z0-9]))"
    r"(?:码|号)?"
)
_NAMED: Final = re.compile(
    r"均码|大码|小码|中码|加大码?|加加大|特大号|大号|中号|小号|加小号|迷你号|\d{2}[abcdefg](?:罩杯|杯)?(?![a-z0-9])"
)
_CODES: Final = re.compile(
    rf"(?<![\da-z.])(?:(?<![大小差再])(?![一两半几]码){NUMERAL}(?:半)?码|1[5-9]\d/\d{{2,3}}[abcy]?)(?![\da-z])"
)
_CAPACITIES: Final = re.compile(
    rf"(?<![\da-z.])(?:{NUMERAL}|半)\s?(?:{_CAPACITY})|半斤|一斤半|[二两]两半?装"
)
# 10斤的 is a kind of rice; 五斤红枣 counts; 120斤的 is the customer.
_WEIGHTS: Final = re.compile(
    rf"(?<![\da-z.])(?P<number>{NUMERAL}|半)\s?(?:斤|两(?!个))(?=的(?!人|胖)|[这那]种|一?[袋包桶箱盒]的?(?:$|[吧呢]))"
)
_A_BODY: Final = 70
"""斤: nobody buys so much of anything in one pack."""
_DIMENSIONS: Final = re.compile(
    r"(?<![\da-z.])\d+(?:\.\d+)?\s?(?:米|m|cm|厘米)?\s?[x×*]\s?\d+(?:\.\d+)?\s?(?:米|m|cm|厘米)(?![a-z])"
)
# 我170cm, 体重60公斤 and 1米75 describe the customer.
_BODY: Final = re.compile(
    r"(?:我|身高|高|体重|重|净身高|他|她|孩子|宝宝|老公|老婆|[^\d]1米\d*)(?:是|有|大概|大约|差不多|才|只有|现在)?\s*$"
)
_HEIGHT: Final = re.compile(r"(?:1|一)米[\d一二三四五六七八九]")
_MEANT_AS_QUANTITY: Final = re.compile(r"几$|多少$")


def find_sizes(text: str, folded: str) -> list[Finding]:
    """Clothing and shoe codes and physical capacities; not the customer's own measures."""
    return without_overlaps(_candidates(text, folded))


def _candidates(text: str, folded: str) -> Iterator[Finding]:
    for match in _WEIGHTS.finditer(folded):
        weight = read_number(match["number"])
        is_body = weight is not None and weight >= _A_BODY
        if not is_body and not _BODY.search(folded[: match.start()]):
            yield Finding(*match.span(), "size", text[match.start() : match.end()])
    for pattern in (_DIMENSIONS, _LETTERS, _NAMED, _CODES, _CAPACITIES):
        for match in pattern.finditer(folded):
            before = folded[: match.start()]
            describes_customer = pattern is _CAPACITIES and (
                _BODY.search(before) or _HEIGHT.match(folded, match.start())
            )
            if not describes_customer and not _MEANT_AS_QUANTITY.search(before):
                yield Finding(*match.span(), "size", text[match.start() : match.end()])
