"""A process that reads customer service and answers: `python -m tests.faults.kf_reader DB API`.

It may die on the way, as `tests.faults.crashing_bot` tells; it ends by itself once everything
has been read and answered. Nothing is sent.
"""

import asyncio
import sys
from pathlib import Path

from sqlmodel import Session, select

from bot.clock import SystemClock
from bot.database import Database
from bot.search import ShopSearch
from bot.settings import Settings
from bot.tables import InboxMessage, InboxState
from bot.turn import Shop
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from tests.bot.kf.desk import make_desk
from tests.faults.crashing_bot import Passages, make_mortal
from tests.fixtures.databases import spare_the_disk
from wecom.client import AsyncWeComClient
from wecom.tokens import MemoryTokenStore
from wecom.transport import open_http


async def read_to_the_end(database_url: str, api_url: str) -> None:
    """Read every page, and answer whatever waits."""
    clock, database = SystemClock(), Database(database_url)
    spare_the_disk(database)  # A killed process leaves its commits to the system.
    sealer = Sealer({"test": bytes(range(32))})
    search, tokens = ShopSearch(Path("search")), CartTokens("a secret of the tests")
    shop = Shop(name="掌柜的店", search=search, sealer=sealer, cart_tokens=tokens)
    async with open_http() as http:
        client = AsyncWeComClient(
            "ww-shop",
            "secret",
            http=http,
            token_store=MemoryTokenStore(),
            now=clock.now,
            base_url=api_url,
        )
        desk = make_desk(client, database, clock, shop, Settings(var_folder=Path()))
        await desk.sync.run_all()
        await desk.background.close(120)
        for conversation_id in await database.read(_list_waiting):
            await desk.pipeline.answer_all(conversation_id)
        await client.close()
    database.close()


def _list_waiting(session: Session) -> list[int]:
    """Conversations whose process died before it answered."""
    waiting = InboxMessage.state == InboxState.PENDING.value
    return sorted(session.exec(select(InboxMessage.conversation_id).where(waiting).distinct()))


if __name__ == "__main__":
    make_mortal(Passages())
    asyncio.run(read_to_the_end(*sys.argv[1:]))
