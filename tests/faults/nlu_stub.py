"""Something that listens where Rasa should, and does what it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from tests.fixtures.processes import free_port


@dataclass
class NluStub:
    """`/model/parse` that answers after `delay` seconds; `garbage` replaces its answer."""

    url: str
    delay: float = 0.0
    garbage: str | None = None
    asked: int = 0

    async def parse(self, request: web.Request) -> web.Response:
        """Claims that everything is a thank-you."""
        self.asked += 1
        text = (await request.json())["text"]
        await asyncio.sleep(self.delay)
        if self.garbage is not None:
            return web.Response(text=self.garbage, content_type="application/json")
        intent = {"name": "thank", "confidence": 0.99}
        return web.json_response(
            {"text": text, "intent": intent, "intent_ranking": [intent], "entities": []}
        )


@asynccontextmanager
async def running_nlu_stub(delay: float = 0.0) -> AsyncIterator[NluStub]:
    """A stub that listens for the length of the block."""
    port = free_port()
    stub = NluStub(f"http://127.0.0.1:{port}", delay)
    app = web.Application()
    app.add_routes([web.post("/model/parse", stub.parse)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield stub
    finally:
        await runner.cleanup()
