"""Delivering a row of the outbox as the sender does."""

from typing import Any

from bot.database import Database
from bot.outbox import Claimed
from bot.outcomes import Outcome
from bot.sender import Deliverer


def claimed(payload: Any, *, kind: str = "official_account.reply", attempt: int = 1) -> Claimed:
    """A row in the sender's hands, addressed to Alice."""
    return Claimed(1, "key", kind, payload, 1, "o-alice", attempt)


async def note(database: Database, delivery: Deliverer, row: Claimed) -> Outcome:
    """Deliver a row and write down how it went."""
    outcome = await delivery.deliver(row)
    await database.write(delivery.note, row, outcome)
    return outcome
