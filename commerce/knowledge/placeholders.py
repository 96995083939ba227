"""What may stand in braces in an answer, filled in from live data when the answer is given.

The list is fixed: a name that is not on it is refused when the entry is saved. A fact of the shop
(`facts.FACTS`) stands under its own name.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from commerce.errors import InvalidInput
from commerce.knowledge.facts import FACTS

LIVE: Final[Mapping[str, str]] = {
    "店名": "店铺的名字",
    "今天": "今天的日期，如 11月23日",
    "付款时限": "下单后留货的分钟数",
    "运费规则": "现在下单收不收运费，如 包邮，不用凑单",
    "优惠活动": "现在的满减、限时折扣和能领的券；没有就说没有",
    "送达": "能不能送到、几天到；顾客说了地区就说那个地区",
    "商品": "正在聊的那款商品的名字；没有就是 店里的商品",
    "商品退货": "正在聊的那款商品能不能无理由退货；没有就是店里的规定",
    "放假安排": "接下来哪几天休息；没有就说没有",
    "自提门店": "现在能到店自提的门店，每家一行",
    "营业状态": "门店现在开着没有，什么时候开",
    "客服状态": "店里的同事现在在不在",
    "在售款数": "现在在售的商品款数",
    "订单数": "这位顾客下过的订单数",
    "最近订单": "这位顾客最近一笔订单走到哪一步；没有订单就不写",
}
"""Every placeholder besides the facts, with what it becomes."""

KNOWN: Final = frozenset(LIVE) | frozenset(FACTS)

_BRACES: Final = re.compile(r"\{([^{}]*)\}")


class Unanswerable(LookupError):
    """A placeholder has nothing to stand for at present, such as a fact nobody has written."""


def placeholders(answer: str) -> list[str]:
    """The names in braces, in order."""
    return _BRACES.findall(answer)


def check_answer(answer: str, field: str = "answer") -> None:
    """Raise InvalidInput unless every brace holds a name of the list."""
    for name in placeholders(answer):
        if name not in KNOWN:
            known = "、".join(f"{{{each}}}" for each in sorted(KNOWN))
            raise InvalidInput(
                f"答案里的“{{{name}}}”不认识，请改成下面的一个或去掉花括号：{known}", field=field
            )
    rest = _BRACES.sub("", answer)
    if "{" in rest or "}" in rest:
        raise InvalidInput("答案里的花括号不成对，请写成“{店名}”这样", field=field)


def fill(answer: str, value_of: Callable[[str], str]) -> str:
    """The answer with every placeholder replaced. What `value_of` raises is passed on."""
    return _BRACES.sub(lambda match: value_of(match[1]), answer)
