"""Flash sales as an operator or a file gives them, checked as a whole before they are written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput
from commerce.money import LARGEST_ORDER
from commerce.ordering.lines import MOST_PIECES
from commerce.promotions.drafts import check_names, check_window

MOST_ITEMS: Final = 50
LARGEST_SALE: Final = 1_000_000
"""Pieces of one variant in a sale."""


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A variant in a sale; the fields mean what they mean in `tables.FlashItem`."""

    variant_id: int
    price: int
    pieces: int
    per_customer: int = 1

    def check(self) -> None:
        """Raise InvalidInput, which names the field and says how to mend it."""
        if not 0 < self.price <= LARGEST_ORDER:
            raise InvalidInput("秒杀价要大于0", field="price")
        if not 0 < self.pieces <= LARGEST_SALE:
            raise InvalidInput(f"秒杀件数要在1到{LARGEST_SALE}之间", field="pieces")
        if not 0 < self.per_customer <= min(self.pieces, MOST_PIECES):
            raise InvalidInput(
                f"每人限购要在1到{min(self.pieces, MOST_PIECES)}之间", field="per_customer"
            )


@dataclass(frozen=True, slots=True)
class SaleDraft:
    """A sale with all its items."""

    key: str
    name: str
    starts_at: datetime
    ends_at: datetime
    items: tuple[ItemDraft, ...]

    def check(self) -> None:
        """Raise InvalidInput, which names the field and says how to mend it."""
        check_names(self.key, self.name, "key")
        check(self.name, TextKind.OFFER, "name")
        check_window(self.starts_at, self.ends_at, "ends_at")
        if not 0 < len(self.items) <= MOST_ITEMS:
            raise InvalidInput(f"一场秒杀要有1到{MOST_ITEMS}种商品", field="items")
        if len({each.variant_id for each in self.items}) < len(self.items):
            raise InvalidInput("同一件商品在一场里只能写一次", field="items")
        for each in self.items:
            each.check()
