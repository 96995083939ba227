"""What a rule may ask of a customer, and how: the editor shows it, rules are checked by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ValueKind(StrEnum):
    """What an operator compares with."""

    NOTHING = "nothing"
    COUNT = "count"
    FEN = "fen"
    SCORE = "score"
    """1 to 5."""
    DAYS = "days"
    HOURS = "hours"
    LEVEL = "level"
    LEVELS = "levels"
    """From here on lists, of ids in the database; of `CODES` lists of source codes."""
    TAGS = "tags"
    PRODUCTS = "products"
    CATEGORIES = "categories"
    COUPONS = "coupons"
    """Templates; none for all."""
    GROUPS = "groups"
    """Customer groups."""
    CODES = "codes"


LISTS: Final = frozenset(
    {
        ValueKind.LEVELS,
        ValueKind.TAGS,
        ValueKind.PRODUCTS,
        ValueKind.CATEGORIES,
        ValueKind.COUPONS,
        ValueKind.GROUPS,
        ValueKind.CODES,
    }
)
MAY_BE_EMPTY: Final = frozenset({ValueKind.COUPONS})


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to ask for a fact. In `words` stand {value} and {days}."""

    op: str
    title: str
    value: ValueKind
    words: str
    """The sentence of a rule."""
    words_in_days: str = ""
    """The same with a number of days, where one may be given; empty where none may."""


@dataclass(frozen=True, slots=True)
class FactKind:
    """Something that is known of every customer."""

    name: str
    title: str
    operators: Sequence[Operator]

    def operator(self, op: str) -> Operator | None:
        """The operator of that name."""
        return next((each for each in self.operators if each.op == op), None)


def _yes_no(yes: str, no: str) -> tuple[Operator, Operator]:
    return Operator("yes", yes, ValueKind.NOTHING, yes), Operator("no", no, ValueKind.NOTHING, no)


def _score(name: str, title: str, meaning: str) -> FactKind:
    return FactKind(
        name,
        title,
        (
            Operator("at_least", "至少", ValueKind.SCORE, f"{meaning}至少{{value}}分"),
            Operator("at_most", "至多", ValueKind.SCORE, f"{meaning}至多{{value}}分"),
        ),
    )


def _ago(name: str, title: str, before: str, within: str) -> FactKind:
    return FactKind(
        name,
        title,
        (
            Operator("before", "至少多少天前", ValueKind.DAYS, before),
            Operator("within", "多少天内", ValueKind.DAYS, within),
        ),
    )


def _about_products(name: str, title: str, done: str) -> FactKind:
    return FactKind(
        name,
        title,
        tuple(
            Operator(
                op, kind, value, f"{done}{kind}{{value}}", f"{{days}}天内{done}{kind}{{value}}"
            )
            for op, kind, value in (
                ("product", "商品", ValueKind.PRODUCTS),
                ("category", "分类", ValueKind.CATEGORIES),
            )
        ),
    )


FACTS: Final[Mapping[str, FactKind]] = {
    kind.name: kind
    for kind in (
        FactKind(
            "level",
            "会员等级",
            (
                Operator("any", "是其中之一", ValueKind.LEVELS, "等级是{value}"),
                Operator("at_least", "不低于", ValueKind.LEVEL, "等级不低于{value}"),
                Operator("none", "还没有等级", ValueKind.NOTHING, "还没有会员等级"),
            ),
        ),
        FactKind(
            "tag",
            "标签",
            (
                Operator("any", "有其中任一个", ValueKind.TAGS, "有标签{value}之一"),
                Operator("all", "全都有", ValueKind.TAGS, "同时有标签{value}"),
                Operator("none", "一个也没有", ValueKind.TAGS, "没有标签{value}"),
            ),
        ),
        _score("r", "最近购买得分", "最近购买（R）"),
        _score("f", "购买次数得分", "购买次数（F）"),
        _score("m", "消费金额得分", "消费金额（M）"),
        FactKind(
            "orders",
            "付款订单数",
            (
                Operator("at_least", "至少", ValueKind.COUNT, "付过款的订单至少{value}笔"),
                Operator("at_most", "至多", ValueKind.COUNT, "付过款的订单至多{value}笔"),
            ),
        ),
        FactKind(
            "spent",
            "累计消费",
            (
                Operator("at_least", "至少", ValueKind.FEN, "累计消费至少{value}"),
                Operator("at_most", "至多", ValueKind.FEN, "累计消费至多{value}"),
            ),
        ),
        _ago("last_seen", "最近来访", "有{value}天没来过", "{value}天内来过"),
        _ago("last_order", "最近下单", "买过，但有{value}天没再买", "{value}天内买过"),
        _about_products("bought", "买过", "买过"),
        _about_products("looked", "看过", "看过"),
        FactKind(
            "cart_left",
            "加购未买",
            (
                Operator(
                    "before", "至少多少小时前", ValueKind.HOURS, "购物车放了{value}小时以上没买"
                ),
            ),
        ),
        FactKind(
            "coupon",
            "未用优惠券",
            (
                Operator(
                    "unused",
                    "有",
                    ValueKind.COUPONS,
                    "有没用的优惠券{value}",
                    "有{days}天内到期、还没用的优惠券{value}",
                ),
            ),
        ),
        FactKind(
            "birthday",
            "生日",
            (
                Operator("today", "今天", ValueKind.NOTHING, "今天生日"),
                Operator("within", "多少天内", ValueKind.DAYS, "{value}天内生日"),
                Operator("this_month", "本月", ValueKind.NOTHING, "本月生日"),
            ),
        ),
        FactKind(
            "group",
            "客户群",
            (
                Operator("in", "在其中之一", ValueKind.GROUPS, "在客户群{value}里"),
                Operator("not_in", "都不在", ValueKind.GROUPS, "不在客户群{value}里"),
                Operator("in_any", "在任意群里", ValueKind.NOTHING, "在任意一个客户群里"),
                Operator("in_none", "不在任何群里", ValueKind.NOTHING, "不在任何客户群里"),
            ),
        ),
        FactKind(
            "source",
            "来源",
            (
                Operator("first", "首次来自", ValueKind.CODES, "首次来自{value}"),
                Operator(
                    "came", "来过", ValueKind.CODES, "由{value}来过", "{days}天内由{value}来过"
                ),
            ),
        ),
        FactKind("promoter", "推广员", _yes_no("是推广员", "不是推广员")),
        FactKind(
            "contact",
            "企业微信好友",
            (
                Operator("has", "是好友", ValueKind.NOTHING, "是企业微信好友"),
                Operator("lost", "已流失", ValueKind.NOTHING, "曾是企业微信好友，现已删除"),
                Operator("never", "从未加过", ValueKind.NOTHING, "从未加过企业微信好友"),
            ),
        ),
        FactKind("follows", "关注公众号", _yes_no("关注了公众号", "没有关注公众号")),
    )
}
"""By name, in the order of the editor."""
