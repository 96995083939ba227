"""What a wish keeps to exactly: colour, size and price of one variant that is in stock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product as combinations

import tantivy
from tantivy import Occur, Query

from commerce.catalogue.entries import ANY, covering, kind_term, price_term
from commerce.catalogue.traits import color_key, size_key
from commerce.catalogue.wish import ProductWish
from commerce.money import LARGEST_PRICE

type Condition = tuple[Occur, Query]


@dataclass(frozen=True, slots=True)
class Availability:
    """Conditions on the variants of one sort of product."""

    stocked: tuple[Query, ...]
    """Together: a fitting variant is in stock. The first alone excludes from what is not."""
    offered: tuple[Query, ...]
    """Together: a fitting variant is on sale, be it sold out or not."""

    def in_stock(self) -> list[Condition]:
        """At least one can be bought."""
        return [(Occur.Must, each) for each in self.stocked]

    def out_of_stock(self) -> list[Condition]:
        """They are on sale, but none can be bought."""
        return [*((Occur.Must, each) for each in self.offered), (Occur.MustNot, self.stocked[0])]


def availability(schema: tantivy.Schema, wish: ProductWish) -> Iterator[Availability]:
    """One variant has a wished colour, a wished size and a wished price.

    First of the products with one price for all variants, then of the others: none is both.
    """

    def terms(field: str, keys: Sequence[str]) -> Query:
        return unscored(any_of([Query.term_query(schema, field, key, "basic") for key in keys]))

    colors = [color_key(each) for each in wish.colors] or [ANY]
    sizes = [size_key(each) for each in wish.sizes] or [ANY]
    kinds = [kind_term(color, size) for color, size in combinations(colors, sizes)]
    stocked, sold_out = terms("stocked", kinds), terms("sold_out", kinds)
    if wish.price_min is None and wish.price_max is None:
        yield Availability((stocked,), (sold_out,))
        return
    lowest = max(wish.price_min or 0, 0)
    highest = LARGEST_PRICE if wish.price_max is None else min(wish.price_max, LARGEST_PRICE)
    if lowest > highest:
        yield Availability((Query.empty_query(),), (Query.empty_query(),))
        return
    span = unscored(
        Query.range_query(schema, "one_price", tantivy.FieldType.Unsigned, lowest, highest)
    )
    yield Availability((stocked, span), (sold_out, span))
    priced = [
        price_term(kind, step, place) for kind in kinds for step, place in covering(lowest, highest)
    ]
    yield Availability((terms("stocked", priced),), (terms("offers", priced),))


def any_of(queries: Sequence[Query]) -> Query:
    """What any of them finds; the scores of those that do add up."""
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, each) for each in queries])


def all_of(queries: Sequence[Query], better_with: Sequence[Query] = ()) -> Query:
    """What all of them find, scored higher for what it is better with."""
    if len(queries) == 1 and not better_with:
        return queries[0]
    return Query.boolean_query(
        [*((Occur.Must, each) for each in queries), *((Occur.Should, each) for each in better_with)]
    )


def unscored(query: Query) -> Query:
    """The query as a condition only."""
    return Query.const_score_query(query, 0.0)
