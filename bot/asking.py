"""Asking the bot from the command line: what it understands, and what it would show."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from bot import migrations
from bot.app import open_parser
from bot.database import Database
from bot.errors import BotError
from bot.handlers.product_search import wish_of
from bot.pipeline import Parser
from bot.search import ShopSearch
from bot.settings import Settings
from nlu.ahead import vectors_ahead
from nlu.cascade import parse_all
from nlu.embedder import OFF, open_embedder
from nlu.rasa_environment import rasas_embedder
from nlu.serving import rasa_at, vectors_file
from nlu.understanding import Understanding


class NoTables(BotError):
    """The database is there and empty. An empty index would only say that nothing is found."""

    def __init__(self) -> None:
        super().__init__("The database lacks our tables: run `python -m bot migrate`")


async def parse_texts(
    settings: Settings, texts: Sequence[str], keyword_only: bool
) -> list[dict[str, Any]]:
    """The contract's object for each text, in order.

    Starts Rasa when none answers at the configured address; raises RasaNotStarted if it cannot.
    """
    understood = await understand(settings, texts, keyword_only)
    return [each.to_json() for each in understood]


async def search_products(
    settings: Settings, texts: Sequence[str], limit: int, keyword_only: bool
) -> list[list[dict[str, Any]]]:
    """For each text the products it would show: `sku,title,price_fen,score`, best first.

    Raises NoTables.
    """
    if await asyncio.to_thread(migrations.current, settings.database_url) is None:
        raise NoTables
    understood = await understand(settings, texts, keyword_only)
    database = Database(settings.database_url)
    try:
        search = open_search(settings)
        reads = (database.read(shown, search, each, limit) for each in understood)
        return await asyncio.gather(*reads)
    finally:
        database.close()


async def understand(
    settings: Settings, texts: Sequence[str], keyword_only: bool
) -> list[Understanding]:
    """What the bot understands of each text, in order. Raises RasaNotStarted.

    Rasa is spared what can be computed ahead, on every core, while it is still starting.
    """
    is_spared = not keyword_only and rasas_embedder(settings.embedder) != OFF and is_here(settings)
    ahead = vectors_ahead(texts if is_spared else (), vectors_file(settings.var_folder / "nlu"))
    async with ahead as embedded, parser_for(settings, keyword_only) as parser:
        await embedded
        return await parse_all(parser, texts)


def is_here(settings: Settings) -> bool:
    """Whether Rasa is on this machine, or will be: another one cannot read our files."""
    return urlsplit(settings.nlu_url).hostname in {None, "localhost", "127.0.0.1", "::1"}


def open_search(settings: Settings) -> ShopSearch:
    """The search over the installation's index."""
    embedder = open_embedder(settings.embedder, settings.embedder_key.get_secret_value())
    return ShopSearch(settings.var_folder / "search", settings.lexicon_file, embedder=embedder)


def shown(
    session: Any, search: ShopSearch, said: Understanding, limit: int
) -> list[dict[str, Any]]:
    """One product a line, by its first matching variant; a few that fit, then what comes near."""
    wish = wish_of(said)
    entities = {"product": said.text} if wish.is_empty() else wish.model_dump()
    sought = search.wish_from(entities, said.text)
    page = search.search(session, sought, limit=limit, is_wide=True)
    return [
        {
            "sku": product.first.sku,
            "title": product.title,
            "price_fen": product.first.price,
            "score": round(product.score, 4),
        }
        for product in page.products
    ]


@asynccontextmanager
async def parser_for(settings: Settings, keyword_only: bool) -> AsyncIterator[Parser]:
    """The bot's own parser, with a Rasa that is up for the length of the block."""
    async with AsyncExitStack() as stack:
        url = ""
        if not keyword_only:
            token = settings.nlu_token.get_secret_value()
            starting = rasa_at(
                settings.nlu_url,
                token,
                lexicon=settings.lexicon_file,
                folder=settings.var_folder / "nlu",
                embedder=settings.embedder,
            )
            url = await stack.enter_async_context(starting)
        yield await open_parser(stack, settings.model_copy(update={"nlu_url": url}))
