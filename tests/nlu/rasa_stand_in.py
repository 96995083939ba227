"""A server that answers `/model/parse` in all the ways that a Rasa in trouble might."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "loopback-token"
PARSED: dict[str, Any] = {
    "text": "",
    "intent": {"name": "greet", "confidence": 0.91},
    "entities": [],
    "intent_ranking": [],
}


class RasaStandIn:
    """Set `answer` (a parse or raw bytes), `status` or `delay`; `asked` counts the questions."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] | bytes = PARSED
        self.status = 200
        self.delay = 0.0
        self.asked = 0
        self.texts: list[str] = []
        self.url = ""

    async def parse(self, request: web.Request) -> web.Response:
        self.asked += 1
        if request.query.get("token") != TOKEN:
            return web.Response(status=401)
        self.texts.append((await request.json())["text"])
        await asyncio.sleep(self.delay)
        if isinstance(self.answer, bytes):
            return web.Response(body=self.answer, status=self.status)
        return web.json_response(self.answer, status=self.status)


@asynccontextmanager
async def rasa_stand_in() -> AsyncIterator[RasaStandIn]:
    """Listens on loopback for the length of the block."""
    stand_in = RasaStandIn()
    app = web.Application()
    app.router.add_post("/model/parse", stand_in.parse)
    async with TestServer(app) as server:
        stand_in.url = str(server.make_url("")).rstrip("/")
        yield stand_in
