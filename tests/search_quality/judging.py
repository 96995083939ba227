"""What customers ask for in `queries.txt`, and how well any good answers it.

    敏感肌洗面奶 => 3 洗面奶 肤质=敏感肌; 2 洗面奶 肤质=所有肤质; 1 洗面奶

The first alternative that holds gives the grade: `|` between alternatives, `/` between kinds and
between values, `*` for any kind, `~word` for a word of the title, `brand=` for its brand. The rules
speak of what a good is, never of how a ranker sees it, so that every good is judged.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from tests.search_quality.corpus import Good, goods, kinds

QUERIES: Final = Path(__file__).parent / "queries.txt"
WANTED: Final = 2
"""Goods of this grade and better are what the customer looks for."""
TITLES_ASKED_FOR: Final = 20
DIFFERING: Final = ("synonym", "colloquial", "typo", "pinyin", "initials")
"""Kinds of queries whose words are not those of the titles."""

type Check = Callable[[Good], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """One alternative of a rule."""

    kinds: frozenset[str]
    checks: tuple[Check, ...]

    def holds(self, good: Good) -> bool:
        """Whether the good is of one of the kinds, and all that is said of it."""
        return good.kind in self.kinds and all(check(good) for check in self.checks)


@dataclass(frozen=True, slots=True)
class Query:
    """Words of a customer, and the rules by which goods answer them."""

    text: str
    kind: str
    rules: tuple[tuple[int, tuple[Condition, ...]], ...]
    """Grade and alternatives."""

    def grade(self, good: Good) -> int:
        """0 to 3. What cannot be bought is worth one less than what can."""
        for grade, alternatives in self.rules:
            if any(each.holds(good) for each in alternatives):
                return grade if good.is_stocked else max(grade - 1, 0)
        return 0

    @property
    def goods(self) -> Iterator[Good]:
        """Those that its rules speak of: all others answer nothing."""
        for kind in frozenset[str]().union(
            *(each.kinds for _, alternatives in self.rules for each in alternatives)
        ):
            yield from _of_kind()[kind]


@cache
def queries() -> Sequence[Query]:
    """Those of the file, and some goods asked for by their very titles."""
    found: list[Query] = []
    section = ""
    for line in QUERIES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            text, _, rules = line.partition(" => ")
            found.append(Query(text, section, tuple(_rules(rules))))
    stocked = [good for good in goods() if good.is_stocked]
    return [*found, *map(_asking_for, Random(7).sample(stocked, TITLES_ASKED_FOR))]


@cache
def judged() -> Mapping[str, Mapping[int, int]]:
    """By the words of a query: the grades of all goods that have one, by product id."""
    return {
        query.text: {
            good.product.id: grade for good in query.goods if (grade := query.grade(good)) > 0
        }
        for query in queries()
    }


def _asking_for(good: Good) -> Query:
    title = good.product.title
    itself = Condition(frozenset({good.kind}), (lambda other: other.product.title == title,))
    return Query(title, "title", ((3, (itself,)),))


@cache
def _of_kind() -> Mapping[str, Sequence[Good]]:
    return {name: [good for good in goods() if good.kind == name] for name in kinds()}


def _rules(written: str) -> Iterator[tuple[int, tuple[Condition, ...]]]:
    for part in written.split("; "):
        grade, _, alternatives = part.partition(" ")
        yield int(grade), tuple(_condition(each) for each in alternatives.split(" | "))


def _condition(written: str) -> Condition:
    named, *further = written.split()
    wanted = frozenset(kinds()) if named == "*" else frozenset(named.split("/"))
    if not wanted <= kinds().keys():
        raise ValueError(f"{written}: {wanted - kinds().keys()} is no kind of goods")
    checks = [_check(each, wanted) for each in further]
    return Condition(wanted, tuple(checks))


def _check(written: str, wanted: frozenset[str]) -> Check:
    if written.startswith("~"):
        word = written[1:]
        return lambda good: word in good.product.title
    name, _, value = written.partition("=")
    values = frozenset(value.split("/"))
    if name == "brand":
        return lambda good: good.product.brand in values
    for kind in wanted:
        if not values <= kinds()[kind].traits.get(name, {}).keys():
            raise ValueError(f"{written}: {kind} has no such trait")
    return lambda good: not good.traits[name].isdisjoint(values)
