"""The catalogue as others read it: frozen values, free of the session that found them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class VariantView:
    """One sellable kind of a product. `price` is fen; `stock` is what can still be ordered."""

    id: int
    product_id: int
    sku: str
    label: str
    """What tells it from its siblings, such as `黑色 XL`; empty for the only one."""
    attributes: Mapping[str, Any]
    """What tells it from its siblings, by name."""
    price: int
    stock: int
    picture: str
    """Its own picture, or the product's."""

    @property
    def in_stock(self) -> bool:
        """Whether at least one piece can be ordered."""
        return self.stock > 0


@dataclass(frozen=True)
class ProductView:
    """A product on sale, with the variants of it that are on sale, oldest first."""

    id: int
    title: str
    brand: str
    category: str
    attributes: Mapping[str, Any]
    """What all its variants share, by name."""
    picture: str
    sales: int
    variants: tuple[VariantView, ...]

    @cached_property
    def lowest_price(self) -> int:
        """Fen; of what is in stock, if anything is."""
        return price_span(self.variants)[0]

    @cached_property
    def highest_price(self) -> int:
        """Fen; of what is in stock, if anything is."""
        return price_span(self.variants)[1]

    @cached_property
    def in_stock(self) -> bool:
        """Whether at least one variant can be ordered."""
        return any(variant.in_stock for variant in self.variants)


@dataclass(frozen=True)
class ProductSummary:
    """A product as a list shows it, seen through the wish that found it."""

    id: int
    title: str
    brand: str
    category: str
    picture: str
    sales: int
    lowest_price: int
    """Fen, among the variants that fit the wish; of what is in stock, if anything is."""
    highest_price: int
    in_stock: bool
    """Whether a variant that fits the wish can be ordered."""
    first: VariantView
    """The first variant that fits the wish, in stock if any is."""
    variant_count: int
    """How many variants fit the wish."""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """A category and how many products on sale it holds."""

    name: str
    count: int


def price_span(variants: tuple[VariantView, ...]) -> tuple[int, int]:
    """The lowest and the highest price of some variants, of what is in stock if anything is."""
    stocked = [variant.price for variant in variants if variant.in_stock]
    prices = stocked or [variant.price for variant in variants]
    return min(prices), max(prices)
