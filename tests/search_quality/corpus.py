"""Some six thousand goods, composed from the tables in `goods/` the way sellers write titles.

Which thing a good is, and which of its traits it has, is known apart from its title: the title may
keep silent about them, call the thing by any of its names, or name other things beside it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from commerce.catalogue.views import ProductView, VariantView

TABLES: Final = Path(__file__).parent / "goods"
SEED: Final = 20261122
PER_KIND: Final = 24
OF_VARIANTS: Final = ("颜色", "尺码")
"""Traits that differ between the variants of one good."""

_RESERVED: Final = ("names", "price", "tails")
_UNTOLD: Final = (
    "不限",
    "单支",
    "单机",
    "散装",
    "单瓶",
    "瓶装",
    "罐装",
    "自饮",
    "成人",
    "所有肤质",
)
"""Values that sellers seldom write into a title."""
_VALUE = re.compile(r"(?P<value>[^\s()]+)(?:\((?P<ways>[^)]*)\))?")


@dataclass(frozen=True, slots=True)
class Kind:
    """A line of goods: what it is called, and how its goods differ."""

    name: str
    shelf: str
    brands: Sequence[str]
    names: Sequence[str]
    """Often written more than once: sellers prefer one of them."""
    prices: tuple[int, int]
    traits: Mapping[str, Mapping[str, Sequence[str]]]
    """Name, value, and the ways in which titles write it."""
    tails: Sequence[str]


@dataclass(frozen=True, slots=True)
class Good:
    """A product with what it is in truth."""

    product: ProductView
    kind: str
    traits: Mapping[str, frozenset[str]]

    @property
    def is_stocked(self) -> bool:
        """Whether any variant can be bought."""
        return any(variant.in_stock for variant in self.product.variants)


@cache
def kinds() -> Mapping[str, Kind]:
    """The tables, by the name of the kind."""
    shelves = (
        shelf
        for file in sorted(TABLES.glob("*.yml"))
        for shelf in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    )
    return {
        name: _kind(name, shelf["shelf"], shelf["brands"].split(), table)
        for shelf in shelves
        for name, table in shelf["kinds"].items()
    }


def _kind(name: str, shelf: str, brands: Sequence[str], table: Mapping[str, Any]) -> Kind:
    lowest, _, highest = str(table["price"]).partition("-")
    return Kind(
        name=name,
        shelf=shelf,
        brands=brands,
        names=table["names"].split(),
        prices=(int(lowest), int(highest)),
        traits={
            trait: {
                found["value"]: (found["ways"] or found["value"]).split("/")
                for found in _VALUE.finditer(str(values))
            }
            for trait, values in table.items()
            if trait not in _RESERVED
        },
        tails=str(table["tails"]).split(),
    )


@cache
def goods() -> Sequence[Good]:
    """All of them, always the same, in no order that means anything."""
    random = Random(SEED)
    numbers = list(range(1, PER_KIND * len(kinds()) + 1))
    random.shuffle(numbers)
    composed = (good for kind in kinds().values() for good in _compose(kind, numbers))
    return sorted(composed, key=lambda good: good.product.id)


def _compose(kind: Kind, numbers: list[int]) -> Iterator[Good]:
    random = Random(f"{SEED} {kind.name}")
    titles: set[str] = set()
    while len(titles) < PER_KIND:
        brand = random.choice(kind.brands)
        traits = {
            name: random.sample(list(values), min(len(values), random.randint(1, 3)))
            if name in OF_VARIANTS
            else [random.choice(list(values))]
            for name, values in kind.traits.items()
        }
        told = {name for name, values in traits.items() if random.random() < _telling(name, values)}
        title = _title(random, kind, brand, {name: traits[name][0] for name in told})
        if title not in titles:
            titles.add(title)
            yield _good(random, kind, numbers.pop(), title, brand, traits, told)


def _telling(trait: str, values: Sequence[str]) -> float:
    """How often a title speaks of it."""
    if values[0] in _UNTOLD:
        return 0.05
    return {"颜色": 0.1, "尺码": 0.02}.get(trait, 0.55)


def _title(random: Random, kind: Kind, brand: str, told: Mapping[str, str]) -> str:
    """Brand, what leads to the noun, the noun, and what sellers add behind it."""
    ways = [random.choice(kind.traits[trait][value]) for trait, value in told.items()]
    random.shuffle(ways)
    leading = ways[: random.choice((0, 1, 1, 2))]
    noun = random.choice(kind.names)
    behind = ways[len(leading) :] + random.sample(kind.tails, random.randint(1, 3))
    random.shuffle(behind)
    other = random.choice(kind.names)
    if other != noun and random.random() < 0.12:
        behind.append(other)
    between = random.choice((" ", " ", ""))
    thing = "".join([*leading, noun])
    written = [thing, between.join(behind)] if random.random() < 0.9 else [*behind[:1], thing]
    maker = random.choice((f"{brand} ", f"{brand} ", f"{brand} ", brand, ""))
    return maker + " ".join(written)


def _good(
    random: Random,
    kind: Kind,
    number: int,
    title: str,
    brand: str,
    traits: Mapping[str, Sequence[str]],
    told: set[str],
) -> Good:
    lowest, highest = kind.prices
    price = random.randint(lowest, highest) * 100 - random.choice((0, 0, 10, 100))
    is_gone = random.random() < 0.06
    shared = [name for name in traits if name not in OF_VARIANTS]
    entered = [name for name in shared if name not in told or random.random() < 0.8]
    variants = tuple(
        VariantView(
            id=number * 10 + place,
            product_id=number,
            sku=f"{number}-{place}",
            label="",
            attributes=attributes,
            price=price + (place * 1000 if random.random() < 0.15 else 0),
            stock=0 if is_gone or random.random() < 0.1 else random.randint(1, 300),
            picture="",
        )
        for place, attributes in enumerate(_attributes_of_variants(traits))
    )
    product = ProductView(
        id=number,
        title=title,
        brand=brand,
        category=kind.shelf,
        attributes={name: traits[name][0] for name in entered},
        picture="",
        sales=int(random.paretovariate(0.7)),
        variants=variants,
    )
    return Good(product, kind.name, {name: frozenset(values) for name, values in traits.items()})


def _attributes_of_variants(traits: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    for color in traits.get("颜色", [""]):
        for size in traits.get("尺码", [""]):
            yield {name: value for name, value in (("颜色", color), ("尺码", size)) if value}
