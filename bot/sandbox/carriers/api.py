"""The path of https://poll.kuaidi100.com, below `/kuaidi100`."""

from aiohttp import web

from bot.sandbox.carriers.kuaidi100 import refusal
from bot.sandbox.platform import PLATFORM

_PATH = "/poll/query.do"
_API = "kuaidi100/query"


def add_kuaidi100_routes(app: web.Application, prefix: str = "/kuaidi100") -> None:
    """Add the query."""

    async def query(request: web.Request) -> web.StreamResponse:
        platform = request.app[PLATFORM]
        platform.counters.add(f"calls:{_API}")

        async def run() -> web.StreamResponse:
            body = platform.kuaidi100.answer(dict(await request.post()))
            code = body.get("returnCode")
            platform.counters.add(f"errors:{_API}:{code}" if code else f"accepted:{_API}")
            return web.json_response(body)

        def fail(code: str) -> web.StreamResponse:
            return web.json_response(refusal(code, "沙盒"))

        return await platform.faults.answer(_API, request, run, fail)

    app.router.add_post(prefix + _PATH, query)
