"""What the mini-program is told of stores and of the times to come to them."""

from datetime import datetime

from bot.api.answers import Answer, Store


class Stores(Answer):
    """Stores where an order may be fetched, in the shop's order."""

    items: list[Store]


class PickupSlot(Answer):
    """A stretch of time in which so many more customers may come."""

    starts_at: datetime
    ends_at: datetime
    left: int


class PickupSlots(Answer):
    """The slots of the next days that are not full; empty where nobody makes appointments."""

    items: list[PickupSlot]
