"""Taking a conversation without cutting the bot off in mid-sentence."""

import asyncio
from typing import Final

from bot import outbox
from bot.clock import Clock
from bot.database import Database
from bot.handover import owning
from bot.handover.tables import Handover

LOOK_AGAIN: Final = 0.05
LOOKS: Final = 60
"""Three seconds' worth."""


async def take_quietly(
    database: Database, clock: Clock, conversation_id: int, staff_id: int, seen_epoch: int
) -> Handover:
    """Take it once nothing is being sent in it, or after three seconds. Raises OwnerChanged.

    What was not begun when this returns is never sent.
    """
    for _ in range(LOOKS):
        if not await database.read(outbox.is_sending, conversation_id):
            break
        await asyncio.sleep(LOOK_AGAIN)
    return await database.write(owning.take, conversation_id, staff_id, seen_epoch, clock.now())
