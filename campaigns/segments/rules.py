"""Rules that pick customers: facts combined by and, or, not. Read once from JSON, then frozen.

{"kind": "all", "of": [
    {"kind": "fact", "fact": "spent", "op": "at_least", "value": 50000},
    {"kind": "not", "of": {"kind": "fact", "fact": "bought", "op": "product", "value": [7],
                           "days": 30}}]}
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from campaigns.segments.facts import FACTS, LISTS, MAY_BE_EMPTY, FactKind, Operator, ValueKind
from campaigns.shapes import Shape
from commerce.errors import InvalidInput

DEEPEST: Final = 5
"""Levels of a rule: a fact alone is one."""
MOST_FACTS: Final = 50
MOST_VALUES: Final = 200
LARGEST: Final[Mapping[ValueKind, int]] = {
    ValueKind.COUNT: 1_000_000,
    ValueKind.FEN: 10**12,
    ValueKind.DAYS: 3650,
    ValueKind.HOURS: 24 * 365,
}
_LARGEST_ID: Final = 2**31 - 1


def _as_told(told: Any) -> Any:
    """As it is, lists frozen: what it has to be, its fact knows."""
    return tuple(told) if isinstance(told, list) else told


def _tell(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


_TOLD: Final = PlainValidator(_as_told)
_TELLING: Final = PlainSerializer(_tell)


class Fact(Shape):
    """One fact of a customer, asked for by one of its operators (`facts.FACTS`)."""

    kind: Literal["fact"] = "fact"
    fact: str = ""
    op: str = ""
    value: Annotated[int | tuple[int | str, ...] | None, _TOLD, _TELLING] = None
    days: Annotated[int | None, _TOLD, _TELLING] = None

    @property
    def operator(self) -> Operator:
        """How it is asked."""
        found = FACTS[self.fact].operator(self.op)
        if found is None:
            raise LookupError(self.op)
        return found

    @property
    def number(self) -> int:
        """The value of an operator that compares with a number, or with one level."""
        assert isinstance(self.value, int)  # noqa: S101 - checked when it was read
        return self.value

    @property
    def listed(self) -> tuple[int | str, ...]:
        """The values of an operator that compares with several."""
        return self.value if isinstance(self.value, tuple) else ()

    @model_validator(mode="after")
    def _is_known(self) -> "Fact":
        known = FACTS.get(self.fact)
        if known is None:
            raise ValueError(f"没有“{self.fact}”这个条件，请从列表里选一个")
        operator = known.operator(self.op)
        if operator is None:
            choices = "、".join(each.title for each in known.operators)
            raise ValueError(f"条件“{known.title}”没有“{self.op}”这种比较，可以用：{choices}")
        _check_value(known, operator, self.value)
        _check_days(known, operator, self.days)
        return self


class AllOf(Shape):
    """Every one of these holds."""

    kind: Literal["all"] = "all"
    of: "tuple[Rule, ...]" = Field(min_length=1)


class AnyOf(Shape):
    """At least one of these holds."""

    kind: Literal["any"] = "any"
    of: "tuple[Rule, ...]" = Field(min_length=1)


class Not(Shape):
    """It does not hold."""

    kind: Literal["not"] = "not"
    of: "Rule"


type Rule = Annotated[AllOf | AnyOf | Not | Fact, Field(discriminator="kind")]

_READER: Final[TypeAdapter[Rule]] = TypeAdapter(Rule)


def read_rule(told: object) -> Rule:
    """The rule that some JSON says. Raises InvalidInput with what is wrong and how to mend it."""
    _check_size(told)
    try:
        return _READER.validate_python(told)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = first.get("ctx", {}).get("error")
        words = str(reason) if reason is not None else _shape_words(first["type"])
        raise InvalidInput(words, field="rule", at=_place(first["loc"])) from None


def list_facts(rule: Rule) -> Iterator[Fact]:
    """Every fact that a rule asks for, from left to right."""
    match rule:
        case Fact():
            yield rule
        case Not():
            yield from list_facts(rule.of)
        case AllOf() | AnyOf():
            for each in rule.of:
                yield from list_facts(each)


def _check_size(told: object) -> None:
    """Before anything recurses: a rule may come from anywhere."""
    level, facts = [told], 0
    for depth in range(1, DEEPEST + 2):
        inside: list[object] = []
        for each in level:
            if not isinstance(each, Mapping):
                continue
            facts += each.get("kind") == "fact"
            of = each.get("of")
            inside.extend(of if isinstance(of, list | tuple) else [] if of is None else [of])
        if facts > MOST_FACTS or len(inside) > MOST_FACTS:
            raise InvalidInput(f"条件最多{MOST_FACTS}个，请合并或删掉一些", field="rule")
        if not inside:
            return
        if depth == DEEPEST:
            raise InvalidInput(f"条件最多套{DEEPEST}层，请拆成几个分群", field="rule")
        level = inside


def _check_value(known: FactKind, operator: Operator, value: Any) -> None:
    kind, name = operator.value, f"条件“{known.title}·{operator.title}”"
    if kind == ValueKind.NOTHING:
        if value is not None:
            raise ValueError(f"{name}不用填值，请清空")
    elif kind in LISTS:
        _check_list(kind, name, value)
    elif type(value) is not int:
        raise ValueError(f"{name}要填一个整数")
    elif kind == ValueKind.SCORE:
        if not 1 <= value <= 5:
            raise ValueError(f"{name}要填1到5的分数")
    elif not 0 <= value <= LARGEST.get(kind, _LARGEST_ID):
        raise ValueError(f"{name}要填0到{LARGEST.get(kind, _LARGEST_ID)}的整数")


def _check_list(kind: ValueKind, name: str, value: Any) -> None:
    if kind in MAY_BE_EMPTY and value is None:
        return
    if not isinstance(value, tuple) or (not value and kind not in MAY_BE_EMPTY):
        raise ValueError(f"{name}至少要选一项")
    if len(value) > MOST_VALUES:
        raise ValueError(f"{name}最多选{MOST_VALUES}项，请拆成两个条件")
    wanted = str if kind == ValueKind.CODES else int
    if not all(type(each) is wanted for each in value):
        raise ValueError(f"{name}里有认不出的选项，请重新选")
    if wanted is int and not all(0 < each <= _LARGEST_ID for each in value):
        raise ValueError(f"{name}里有不存在的选项，请重新选")


def _check_days(known: FactKind, operator: Operator, days: int | None) -> None:
    if days is None:
        return
    name = f"条件“{known.title}·{operator.title}”"
    if not operator.words_in_days:
        raise ValueError(f"{name}不能限定天数，请清空天数")
    if type(days) is not int or not 1 <= days <= LARGEST[ValueKind.DAYS]:
        raise ValueError(f"{name}的天数要填1到{LARGEST[ValueKind.DAYS]}的整数")


def _shape_words(kind: str) -> str:
    if kind == "too_short":
        return "“全部满足”和“任一满足”里至少要有一个条件"
    if kind.startswith("union_tag"):
        return "有一条不是条件，也不是“全部、任一、排除”，请重新选"
    if kind == "extra_forbidden":
        return "条件里有不认识的字段，请去掉"
    return "有个条件没有填完整，请重新选"


def _place(loc: tuple[int | str, ...]) -> str:
    """Where in the rule, such as `of.1.of.0`."""
    kinds = {"all", "any", "not", "fact"}
    return ".".join(str(each) for each in loc if each not in kinds)
