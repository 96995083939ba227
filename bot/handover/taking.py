"""Taking a conversation without cutting the bot off in mid-sentence."""

import asyncio
from typing import Final

from bot import outbox
from bot.database import Database

LOOK_AGAIN: Final = 0.05
LOOKS: Final = 60
"""Three seconds' worth."""


async def until_quiet(database: Database, conversation_id: int, looks: int = LOOKS) -> None:
    """Wait until nothing is being sent in it, or so many looks: about three seconds.

    What has begun is said before whoever takes it then; what has not begun by the commit of
    `owning.take` is never sent.
    """
    for _ in range(looks):
        if not await database.read(outbox.is_sending, conversation_id):
            return
        await asyncio.sleep(LOOK_AGAIN)
