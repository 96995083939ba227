"""Faults that tests switch on: an API that hangs, fails, lies, or swallows its answer."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.store import Row, Store

HANG_SECONDS = 60.0
_HTML = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
_KINDS = ("timeout", "swallow", "reset", "500", "html", "errcode:", "delay:", "bill:")

type Handler = Callable[[], Awaitable[web.StreamResponse]]
type ErrorAnswer = Callable[[str], web.StreamResponse]


class Faults:
    """Switched-on faults, oldest first; each is used `times` times."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, api: str, fault: str, times: int) -> None:
        """Switch a fault on for the next `times` calls of an API ('*' is every API)."""
        if not fault.startswith(_KINDS):
            raise ValueError(f"unknown fault {fault!r}: one of {', '.join(_KINDS)}")
        self._store.run(
            "INSERT INTO faults (api, fault, times) VALUES (?, ?, ?)", api, fault, times
        )

    def list_on(self) -> list[Row]:
        """What is still switched on."""
        return self._store.rows("SELECT api, fault, times FROM faults WHERE times > 0 ORDER BY id")

    def clear(self) -> None:
        """Switch everything off."""
        self._store.run("DELETE FROM faults")

    def take_about(self, api: str, kind: str) -> str:
        """What a fault of this kind says about an answer, used up by it; empty without any.

        `bill:NUMBER=FEN` writes another amount into the bill (0: no row), `bill:tampered` changes
        the file after its digest was taken. Their API is `bill`.
        """
        found = self._store.find(
            "UPDATE faults SET times = times - 1 WHERE id = (SELECT id FROM faults"
            " WHERE api = ? AND fault LIKE ? AND times > 0 ORDER BY id LIMIT 1) RETURNING fault",
            api,
            f"{kind}:%",
        )
        return "" if found is None else str(found["fault"]).removeprefix(f"{kind}:")

    def take(self, api: str) -> str | None:
        """The fault of this call, used up by it; None when there is none."""
        row = self._store.find(
            "UPDATE faults SET times = times - 1 WHERE id ="
            " (SELECT id FROM faults WHERE api IN (?, '*') AND times > 0 ORDER BY id LIMIT 1)"
            " RETURNING fault",
            api,
        )
        return None if row is None else str(row["fault"])

    async def answer(
        self, api: str, request: web.Request, handler: Handler, error: ErrorAnswer
    ) -> web.StreamResponse:
        """Answer through the handler, or with the fault that is switched on.

        `timeout`, `reset`, `500`, `html` and `errcode:` leave no effect; `swallow` has the
        effect and never answers; `delay:S` has the effect and answers after S seconds.
        """
        fault = self.take(api)
        kind, _, argument = (fault or "").partition(":")
        if kind == "errcode":
            return error(argument)
        if kind == "500":
            return web.Response(status=500, text="Internal Server Error")
        if kind == "html":
            return web.Response(text=_HTML, content_type="text/html")
        if kind in {"timeout", "reset"}:
            return await _never(request, HANG_SECONDS if kind == "timeout" else 0)
        response = await handler()
        if kind == "delay":
            await asyncio.sleep(float(argument))
        if kind == "swallow":
            return await _never(request, HANG_SECONDS)
        return response


async def _never(request: web.Request, seconds: float) -> web.StreamResponse:
    """Say nothing for a while, then cut the connection."""
    for _ in range(int(seconds * 10)):
        if request.transport is None or request.transport.is_closing():
            break
        await asyncio.sleep(0.1)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
