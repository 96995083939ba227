"""What a customer wishes to see, and whether a variant is it."""

from dataclasses import dataclass
from enum import StrEnum

from commerce.catalogue.traits import color_key, colors_of, size_key, sizes_of
from commerce.catalogue.views import ProductSummary, ProductView, VariantView, price_span
from commerce.catalogue.words import bare


class Sorting(StrEnum):
    """The order of a result. What is out of stock comes last in all of them."""

    BEST = "best"
    """By text, then by sales."""
    SALES = "sales"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class ProductWish:
    """What is sought. Words rank; category, brand, colour, size and price are kept to exactly."""

    text: str = ""
    """Words for the thing, such as 蓝牙耳机; empty to see all that passes the filters."""
    attributes: tuple[str, ...] = ()
    """Further wish words, such as 敏感肌: given up before the text is."""
    category: str | None = None
    brands: tuple[str, ...] = ()
    """Any of these. One that the shop does not carry counts as a word of the text."""
    colors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    price_min: int | None = None
    """Fen, inclusive."""
    price_max: int | None = None
    """Fen, inclusive."""
    title: str = ""
    """The customer's whole sentence: a product whose very title it is comes first."""

    def fits(self, product: ProductView, variant: VariantView) -> bool:
        """Whether this one variant has a wished colour, a wished size and a wished price."""
        if self.price_min is not None and variant.price < self.price_min:
            return False
        if self.price_max is not None and variant.price > self.price_max:
            return False
        if not self.colors and not self.sizes:
            return True
        return has_color_and_size(product, variant, self.colors, self.sizes)


def has_color_and_size(
    product: ProductView, variant: VariantView, colors: tuple[str, ...], sizes: tuple[str, ...]
) -> bool:
    """Whether a variant has one of the colours and one of the sizes; naming none allows any."""
    attributes = {**product.attributes, **variant.attributes}
    if colors and colors_of(attributes, product.title).isdisjoint(map(color_key, colors)):
        return False
    return not sizes or not sizes_of(attributes, product.title).isdisjoint(map(size_key, sizes))


def summarise(product: ProductView, wish: ProductWish, score: float = 0.0) -> ProductSummary | None:
    """The product seen through a wish; None when no variant fits it any more."""
    fitting = tuple(variant for variant in product.variants if wish.fits(product, variant))
    if not fitting and product.variants and wish.title and bare(wish.title) == bare(product.title):
        fitting = product.variants
    if not fitting:
        return None
    stocked = tuple(variant for variant in fitting if variant.in_stock)
    lowest, highest = price_span(fitting)
    first = (stocked or fitting)[0]
    return ProductSummary(
        id=product.id,
        title=product.title,
        brand=product.brand,
        category=product.category,
        picture=first.picture or product.picture,
        sales=product.sales,
        lowest_price=lowest,
        highest_price=highest,
        in_stock=bool(stocked),
        first=first,
        variant_count=len(fitting),
        score=score,
    )
