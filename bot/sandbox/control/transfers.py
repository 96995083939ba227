"""The part of the control API that is about transfers and the page on which they are confirmed."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.platform import Platform

type Body = dict[str, Any]
type Handler = Callable[[Platform, web.Request], Awaitable[Body]]


async def _list(platform: Platform, _: web.Request) -> Body:
    bills = platform.transfers.list_latest()
    return {"transfers": [platform.transfers.describe(bill) for bill in bills]}


async def _sheet(platform: Platform, request: web.Request) -> Body:
    body = await request.json()
    bill = platform.transfers.open_sheet(int(body["fan_id"]), body["arguments"])
    return platform.transfers.describe(bill)


async def _confirm(platform: Platform, request: web.Request) -> Body:
    return platform.transfers.describe(platform.transfers.confirm(request.match_info["id"]))


async def _decline(platform: Platform, request: web.Request) -> Body:
    return platform.transfers.describe(platform.transfers.decline(request.match_info["id"]))


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/transfers", _list),
    ("POST", "/transfer-sheet", _sheet),
    ("POST", "/transfers/{id}/confirm", _confirm),
    ("POST", "/transfers/{id}/decline", _decline),
)
