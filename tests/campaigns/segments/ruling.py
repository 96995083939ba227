"""Rules of every shape, for hypothesis."""

from typing import Any

from hypothesis import strategies as st

from campaigns.segments.facts import FACTS, LISTS, Operator, ValueKind
from campaigns.segments.rules import Rule, read_rule
from tests.campaigns.segments import shop_rows

NUMBERS = {
    ValueKind.COUNT: st.integers(0, 6),
    ValueKind.FEN: st.integers(0, 300_000),
    ValueKind.SCORE: st.integers(1, 5),
    ValueKind.DAYS: st.sampled_from((0, 1, 3, 30, 60, 90, 98, 150, 365, 400)),
    ValueKind.HOURS: st.integers(0, 240),
    ValueKind.LEVEL: st.integers(1, 4),
}
MOST = {
    ValueKind.LEVELS: len(shop_rows.LEVELS) + 1,
    ValueKind.TAGS: shop_rows.TAGS,
    ValueKind.PRODUCTS: shop_rows.PRODUCTS,
    ValueKind.CATEGORIES: shop_rows.CATEGORIES,
    ValueKind.COUPONS: shop_rows.TEMPLATES,
    ValueKind.GROUPS: shop_rows.GROUPS,
    ValueKind.CODES: shop_rows.CODES,
}
DAYS = st.none() | st.sampled_from((1, 7, 30, 100))


def _values(kind: ValueKind) -> st.SearchStrategy[Any]:
    if kind == ValueKind.NOTHING:
        return st.none()
    if kind not in LISTS:
        return NUMBERS[kind]
    ids = st.integers(1, MOST[kind])
    each = ids.map(lambda number: f"code-{number}") if kind == ValueKind.CODES else ids
    least = 0 if kind == ValueKind.COUPONS else 1
    return st.lists(each, min_size=least, max_size=4, unique=True)


def _fact(name: str, operator: Operator) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "kind": st.just("fact"),
            "fact": st.just(name),
            "op": st.just(operator.op),
            "value": _values(operator.value),
            "days": DAYS if operator.words_in_days else st.none(),
        }
    )


FACT = st.one_of(
    [_fact(name, operator) for name, known in FACTS.items() for operator in known.operators]
)


def _deeper(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inside, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda of: {"kind": "all", "of": of}),
        several.map(lambda of: {"kind": "any", "of": of}),
        inside.map(lambda of: {"kind": "not", "of": of}),
    )


TOLD = FACT
for _ in range(4):
    TOLD = FACT | _deeper(TOLD)
RULES: st.SearchStrategy[Rule] = TOLD.map(read_rule)
"""Up to the deepest that is allowed."""
