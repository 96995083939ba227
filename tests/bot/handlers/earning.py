"""A promoter who chats, and what is earned meanwhile."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from commerce.distribution.promoters import appoint
from tests.bot.handlers.conversation import Chat
from tests.commerce.distribution.team import BY_US, brought, buys, receives, rules

DISTRIBUTION = "distribution"
"""The intent."""


async def becomes_promoter(chat: Chat) -> int:
    """The id of the customer, who has earned nothing yet: ten percent, seven days of freezing."""
    await chat.says("你好")
    customer = await chat.customer_id()

    def begin(session: Session) -> int:
        rules(session)
        return appoint(session, customer, **BY_US).customer_id

    return await change(chat, begin)


async def change[Found](chat: Chat, work: Callable[..., Found], *given: Any) -> Found:
    """Something happens in the shop; what the bot says of it is not listened to."""
    found = await chat.database.write(work, *given)
    await chat.hears()
    return found


async def earns(chat: Chat, me: int, price: int, *, pieces: int = 1, is_free: bool = True) -> int:
    """Somebody whom the promoter brought has received an order; its id."""

    def sell(session: Session) -> int:
        rules(session, freeze_days=0 if is_free else 7)
        order = buys(session, brought(session, me), price, pieces=pieces, now=chat.clock.now())
        receives(session, order, chat.clock.now())
        return order.id or 0

    return await change(chat, sell)
