"""What a customer is ready to pay: 200块以内, 超过300的, 100到200, 两百来块, 100左右."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from nlu.extractors.amounts import Amount, around, find_amounts
from nlu.extractors.numerals import plain, read_number
from nlu.findings import Finding

_Bounds = tuple[Decimal | None, Decimal | None]

_NEGATED_OVER: Final = (
    r"[不别没勿莫甭](?:[要能可会想得许]|可以|可能)?"
    r"(?:超过|超出|超|高于|高过|大于|多于|贵于|贵过|过)"
)
_MAX_BEFORE: Final = re.compile(
    rf"(?:{_NEGATED_OVER}|(?<!最)低于|少于|小于|低过|不到|没到|不足|最多|最高|最贵|顶多|至多|上限|封顶|<=?|≤|控制在|便宜[于过]|"
    r"预算|我?只有|只出|只能出)(?:了|是|为|在|就|只有|也|大概|大约|差不多|控制在|个|到|[:：]|\s)*$"
)
_MIN_BEFORE: Final = re.compile(
    r"(?:超过|超出|高于|高过|大于|多于|贵于|不低于|不少于|不小于|不下于|至少|最少|最低|起码|少说|>=?|≥|下限|[起底]价)"
    r"(?:了|是|为|在|也(?=[得要])|得|要|个|[:：]|\s)*$"
)
_NOT_LESS: Final = re.compile(r"(?:不|别|不能|不要)(?:低于|少于|小于|便宜于)\s*$")
_ABOUT_BEFORE: Final = re.compile(
    r"(?:大概|大约|差不多|大致|约|估摸|价位|价格|价钱|单价)(?:也?就)?(?:是|在|为)?\s*$"
)
_JUST_UNDER_BEFORE: Final = re.compile(r"(?:将近|接近|近|快(?!递)|小)\s*$")
_CHEAPER_THAN: Final = re.compile(r"比\s*$")

_MAX_AFTER: Final = re.compile(
    r"(?:钱)?(?:的)?\s*(?:以内|之内|以下|之下|以里|往下|朝下|向下|封顶|打住|为限|为上限|到顶|不到|内(?![存衣裤搭胆])|以內|下(?=$|的|吧|有))"
)
_MIN_AFTER: Final = re.compile(
    r"(?:钱)?(?:的)?\s*(?:以上|之上|往上|朝上|向上|起步|起(?![来球诉])|开外|打底|出头以上)"
)
_ABOUT_AFTER: Final = re.compile(
    r"(?:钱)?\s*(?:左右|上下|前后|附近|差不多|的样子|样子|浮动|这个?价位|的?价位|价位|的?预算?左右|这个?价)"
)
_BUDGET_AFTER: Final = re.compile(r"(?:钱)?(?:的)?(?:预算|以內)")
_PLAIN_AFTER: Final = re.compile(
    r"(?:钱)?的(?!券|优惠|红包|代金|差价|运费|邮费|佣金|积分|押金|尾款|定金|退款|话费|面值|卡|礼)"
)

# 满200减20, 50块的券, 退我30块 speak of money, but not of the price of something wanted.
_OTHER_MONEY_BEFORE: Final = re.compile(
    r"(?:满|减|返|送|退|差|券|红包|优惠|免|抵|砍|涨|降|赔|补|扣|付|花|收|欠|(?<!至)少|退款|佣金|提现|积分|充|存)(?:了|我|你|到|给|个|掉|才)*\s*$"
)
_OTHER_MONEY_AFTER: Final = re.compile(
    r"(?:钱)?(?:的)?(?:无门槛|优惠|券|红包|代金|差价|运费|邮费|佣金|积分|余额|押金|尾款|定金|退款|话费|现金|减|立减|打[\d一二三四五六七八九])"
)
_BODY_TALK: Final = re.compile(r"身高|体重|穿多大|穿什么|穿啥|穿几|尺码|码数|公分|\d+斤|厘米|\dcm")

_JOINED: Final = re.compile(r"\s*(?:钱)?\s*(?:到|至|-+|~|—+|–|－)\s*")
_PAIRED: Final = re.compile(r"\s*(?:和|跟|与|、|,)\s*")
_BETWEEN: Final = re.compile(r"\s*(?:之间|中间|这个?区间)")
_CLASS: Final = re.compile(r"(?P<class>千元|百元|万元)(?:机|级|档)")
_SMALLEST_BARE: Final = 10  # 2到3 without a currency is hardly a price.


def find_prices(_text: str, folded: str) -> Iterator[Finding]:
    """At most one price_min and one price_max, in yuan."""
    low = high = None
    start, end = len(folded), 0
    for first, last, (minimum, maximum) in _wishes(folded):
        start, end = min(start, first), max(end, last)
        low, high = (minimum if low is None else low), (maximum if high is None else high)
    if low is not None and high is not None and low > high:
        low, high = high, low
    if low is not None:
        yield Finding(start, end, "price_min", plain(low))
    if high is not None:
        yield Finding(start, end, "price_max", plain(high))


def _wishes(folded: str) -> Iterator[tuple[int, int, _Bounds]]:
    for match in _CLASS.finditer(folded):
        step = read_number(match["class"][0]) or Decimal(0)
        yield (*match.span(), (step, step * 10 - 1 if step == 100 else step * 2 - 1))
    amounts = find_amounts(folded)
    taken = -1
    for position, amount in enumerate(amounts):
        if position <= taken or _is_other_money(folded, amount):
            continue
        following = amounts[position + 1] if position + 1 < len(amounts) else None
        if following and (joined := _range(folded, amount, following)):
            taken = position + 1
            yield (amount.start, following.end, joined)
        elif bounds := _single(folded, amount):
            yield (amount.start, amount.end, bounds)


def _range(folded: str, first: Amount, second: Amount) -> _Bounds | None:
    gap = folded[first.end : second.start]
    has_currency = first.has_currency or second.has_currency
    between = _BETWEEN.match(folded, second.end)
    if not (_JOINED.fullmatch(gap) or (_PAIRED.fullmatch(gap) and between)):
        return None
    low, high = first.low, second.high
    if low < 10 and not first.has_currency:
        low *= _spoken_once(second)
    if low > high or not (
        has_currency or (high >= _SMALLEST_BARE and not _BODY_TALK.search(folded))
    ):
        return None
    return low, high


def _spoken_once(second: Amount) -> Decimal:
    """In 一到两百 the 百 is said once and meant twice; 5到20 and 五到十 mean what they say."""
    match = re.match(
        r"(?:[一二两三四五六七八九]|\d)(?P<unit>[百千万])(?![\d一二三四五六七八九零])",
        second.surface,
    )
    return (read_number(match["unit"]) or Decimal(1)) if match else Decimal(1)


def _single(folded: str, amount: Amount) -> _Bounds | None:
    before, after = folded[: amount.start], amount.end
    certain = amount.has_currency or (amount.high >= 5 and not _BODY_TALK.search(folded))
    if not certain:
        return None
    bounds = _bounded(before, folded, after, amount)
    if bounds is not None:
        return bounds
    if _CHEAPER_THAN.search(before):
        return _compared(folded, amount)
    if _ABOUT_BEFORE.search(before) or _ABOUT_AFTER.match(folded, after):
        return (amount.low, amount.high) if amount.is_loose else around(amount.high)
    if _JUST_UNDER_BEFORE.search(before) and amount.has_currency:
        return amount.high * 4 / 5, amount.high
    names_price = amount.has_currency and (_PLAIN_AFTER.match(folded, after) or amount.is_loose)
    if names_price or (amount.is_loose and re.match(r"的|吧|就|$", folded[after:])):
        return (amount.low, amount.high) if amount.is_loose else around(amount.high)
    return None


def _bounded(before: str, folded: str, after: int, amount: Amount) -> _Bounds | None:
    """A bound by the words on either side; those behind the number are the more certain."""
    if _ABOUT_AFTER.match(folded, after):
        return None
    if _MAX_AFTER.match(folded, after):
        return None, amount.high
    if _NOT_LESS.search(before) or _MIN_AFTER.match(folded, after):
        return amount.low, None
    if _MAX_BEFORE.search(before) or _BUDGET_AFTER.match(folded, after):
        return (amount.low, amount.high) if amount.is_loose else (None, amount.high)
    return (amount.low, None) if _MIN_BEFORE.search(before) else None


def _compared(folded: str, amount: Amount) -> _Bounds | None:
    if re.match(r"(?:钱)?\s*(?:便宜|低|少)", folded[amount.end :]):
        return None, amount.high
    return (amount.low, None) if re.match(r"(?:钱)?\s*(?:贵|高|多)", folded[amount.end :]) else None


def _is_other_money(folded: str, amount: Amount) -> bool:
    before = folded[: amount.start]
    return bool(
        (_OTHER_MONEY_BEFORE.search(before) and not _MAX_BEFORE.search(before))
        or _OTHER_MONEY_AFTER.match(folded, amount.end)
    )
