"""A group-buy as an operator or a file gives it, checked as a whole before it is written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput
from commerce.group_buys.activities import Tiers
from commerce.money import LARGEST_ORDER
from commerce.promotions.drafts import check_names, check_window

SHORTEST: Final = timedelta(minutes=5)
"""Who joins must have time to pay: WeChat Pay alone wants two minutes."""
LONGEST: Final = timedelta(days=7)
MOST_TIERS: Final = 5
MOST_HEADS: Final = 100
MOST_PIECES: Final = 99
MOST_ORDERS: Final = 99


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group-buy. Its fields mean what they mean in `tables.GroupActivity`."""

    key: str
    name: str
    product_id: int
    tiers: Tiers
    lifetime: timedelta
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    pieces_per_order: int = 1
    orders_per_customer: int = 1

    def check(self) -> None:
        """Raise InvalidInput, which names the field and says how to mend it.

        Every tier has a price for the same variants, lower with more heads.
        """
        check_names(self.key, self.name, "key")
        check(self.name, TextKind.OFFER, "name")
        check_window(self.starts_at, self.ends_at, "ends_at")
        if not SHORTEST <= self.lifetime <= LONGEST:
            raise InvalidInput("一个团的时间要在5分钟到7天之间", field="lifetime")
        if self.lifetime % timedelta(seconds=1):
            raise InvalidInput("一个团的时间要是整秒", field="lifetime")
        if not 0 < self.pieces_per_order <= MOST_PIECES:
            raise InvalidInput(f"一单的件数要在1到{MOST_PIECES}之间", field="pieces_per_order")
        if not 0 < self.orders_per_customer <= MOST_ORDERS:
            raise InvalidInput(f"每人的次数要在1到{MOST_ORDERS}之间", field="orders_per_customer")
        self._check_tiers()

    def _check_tiers(self) -> None:
        tiers = self.tiers.all
        if not 0 < len(tiers) <= MOST_TIERS:
            raise InvalidInput(f"拼团要有1到{MOST_TIERS}档", field="tiers")
        heads = [tier.heads for tier in tiers]
        if heads != sorted(set(heads)) or heads[0] < 2 or heads[-1] > MOST_HEADS:
            raise InvalidInput(f"各档人数要从少到多，在2到{MOST_HEADS}之间", field="tiers")
        if not tiers[0].prices or any(t.prices.keys() != tiers[0].prices.keys() for t in tiers):
            raise InvalidInput("每一档都要写明同样几种规格的价格", field="tiers")
        if not all(0 < price <= LARGEST_ORDER for t in tiers for price in t.prices.values()):
            raise InvalidInput("拼团价要大于0", field="tiers")
        for fewer, more in pairwise(tiers):
            if any(more.prices[each] >= price for each, price in fewer.prices.items()):
                raise InvalidInput("人数多的一档要比人数少的便宜", field="tiers")
