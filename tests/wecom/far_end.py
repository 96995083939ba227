"""Stand-ins for api.weixin.qq.com: one that speaks HTTP, several that misbehave below it."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

STABLE_TOKEN = "/cgi-bin/stable_token"


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Received:
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@dataclass
class FarEnd:
    """Issues tokens, refuses those it has revoked, and records every call."""

    life: int = 7200
    always_refuses: bool = False
    generation: int = 1
    token_delay: float = 0.0
    calls: list[Received] = field(default_factory=list)
    token_requests: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Callable[[], web.Response]] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return f"token-{self.generation}-SECRET"

    def revoke(self) -> None:
        self.generation += 1

    def answer(self, path: str, content: Any, status: int = 200) -> None:
        """What to answer there from now on: an object as JSON, or bytes as they are."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers[path] = lambda: web.Response(
            body=raw, status=status, content_type="text/plain"
        )

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.path.endswith(STABLE_TOKEN):
            self.token_requests.append(json.loads(body))
            await asyncio.sleep(self.token_delay)
            if STABLE_TOKEN in self.answers:
                return self.answers[STABLE_TOKEN]()
            return _plain({"access_token": self.token, "expires_in": self.life})
        path, query = request.path, dict(request.query)
        self.calls.append(Received(request.method, path, query, body, request.content_type))
        token = query.get("access_token")
        if token is not None and (self.always_refuses or token != self.token):
            return _plain({"errcode": 40001, "errmsg": f"invalid credential access_token={token}"})
        return self.answers.get(path, lambda: _plain({"errcode": 0, "errmsg": "ok"}))()


def _plain(content: Any) -> web.Response:
    # WeChat labels its JSON text/plain.
    return web.Response(text=json.dumps(content), content_type="text/plain")


@asynccontextmanager
async def raw_server(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any],
) -> AsyncIterator[str]:
    """A TCP server that does as it likes; yields its http:// address."""
    serving: list[asyncio.Task[None]] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.create_task(hold(reader, writer)))

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await asyncio.sleep(0)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Head and body of one request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head + await reader.readexactly(length)


def reset(writer: asyncio.StreamWriter) -> None:
    """Make the end of the connection an RST instead of a FIN."""
    plug: socket.socket = writer.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port
