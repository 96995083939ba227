"""Products and variants while an import merges rows into them."""

from dataclasses import dataclass, field
from typing import Any

type Name = tuple[str, str]
"""Title and brand: what names a product."""


@dataclass(slots=True)
class VariantDraft:
    """A variant with all its attributes, whoever holds them in the database."""

    sku: str
    attributes: dict[str, Any] = field(default_factory=dict)
    price: int = 0
    stock: int = 0
    picture: str = ""
    weight: int = 0
    volume: int = 0
    id: int | None = None
    stored_stock: int = 0
    stored: tuple[Any, ...] | None = None
    """The row as the database has it, to write only what differs."""


@dataclass(slots=True)
class ProductDraft:
    """A product with its variants, as it will be."""

    name: Name
    category: str = ""
    picture: str = ""
    freight_template_id: int | None = None
    id: int | None = None
    variants: dict[str, VariantDraft] = field(default_factory=dict)
    on_sale: bool = True
    stored: tuple[Any, ...] | None = None

    def shared_attributes(self) -> dict[str, Any]:
        """What all variants agree on."""
        if not self.variants:
            return {}
        first, *others = self.variants.values()
        return {
            name: value
            for name, value in first.attributes.items()
            if all(other.attributes.get(name) == value for other in others)
        }

    def shared_picture(self) -> str:
        """The picture of the product: its first variant's."""
        pictures = (variant.picture for variant in self.variants.values())
        return next(filter(None, pictures), self.picture)
