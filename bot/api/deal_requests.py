"""Which deal the mini-program wants to buy under."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from commerce.deals.choices import BargainDeal, Deal, FlashDeal, GroupDeal, Overflow
from commerce.ordering.lines import LARGEST_ID

NUMBER_PATTERN = r"^[0-9A-Za-z]{4,32}$"
"""Of groups and bargains."""
_Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class _Chosen(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class GroupSeat(_Chosen):
    """A seat in a group; without its number a new group opens once the order is paid."""

    kind: Literal["group_buy"]
    activity_id: _Id
    group_no: Annotated[str, Field(pattern=NUMBER_PATTERN)] | None = None
    overflow: Literal["refund", "new_group"] = "refund"
    """What happens when others pay for the last seat first."""

    def deal(self) -> Deal:
        """As the shop knows it."""
        return GroupDeal(self.activity_id, self.group_no or "", Overflow(self.overflow))


class FlashItem(_Chosen):
    """An item of a flash sale."""

    kind: Literal["flash_sale"]
    item_id: _Id

    def deal(self) -> Deal:
        """As the shop knows it."""
        return FlashDeal(self.item_id)


class OwnBargain(_Chosen):
    """A bargain of the caller's own that has come to its floor."""

    kind: Literal["bargain"]
    bargain_no: Annotated[str, Field(pattern=NUMBER_PATTERN)]

    def deal(self) -> Deal:
        """As the shop knows it."""
        return BargainDeal(self.bargain_no)


ChosenDeal = Annotated[GroupSeat | FlashItem | OwnBargain, Field(discriminator="kind")]
