"""What a buyer names to buy under a deal."""

from dataclasses import dataclass
from enum import StrEnum


class DealKind(StrEnum):
    """Which deal an order was made under; an ordinary order has none."""

    GROUP_BUY = "group_buy"
    FLASH_SALE = "flash_sale"
    BARGAIN = "bargain"


class Overflow(StrEnum):
    """What a payer wants who finds the last seat of their group taken."""

    REFUND = "refund"
    NEW_GROUP = "new_group"


@dataclass(frozen=True, slots=True)
class GroupDeal:
    """A seat in a group; without its number a new group opens, with the buyer as its leader."""

    activity_id: int
    group_no: str = ""
    overflow: Overflow = Overflow.REFUND
    kind: DealKind = DealKind.GROUP_BUY


@dataclass(frozen=True, slots=True)
class FlashDeal:
    """An item of a flash sale."""

    item_id: int
    kind: DealKind = DealKind.FLASH_SALE


@dataclass(frozen=True, slots=True)
class BargainDeal:
    """A bargain of the buyer's own that has come to its floor."""

    bargain_no: str
    kind: DealKind = DealKind.BARGAIN


type Deal = GroupDeal | FlashDeal | BargainDeal
