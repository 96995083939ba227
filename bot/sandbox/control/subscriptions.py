"""The part of the control API that is about subscription messages.

POST /fans/{id}/subscribe {"template_ids": […], "accept"?: true}: wx.requestSubscribeMessage
POST /fans/{id}/unsubscribe {"template_id"}: switched off in the mini-program's settings
GET /sms: what went out by SMS, the newest first
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.platform import Platform

type Body = dict[str, Any]
type Handler = Callable[[Platform, web.Request], Awaitable[Body]]


async def _answer(platform: Platform, request: web.Request) -> Body:
    body, fan_id = await request.json(), int(request.match_info["id"])
    asked = [str(each) for each in body["template_ids"]]
    platform.subscriptions.answer(fan_id, asked, accepts=bool(body.get("accept", True)))
    return {}


async def _switch_off(platform: Platform, request: web.Request) -> Body:
    body, fan_id = await request.json(), int(request.match_info["id"])
    platform.subscriptions.switch_off(fan_id, str(body["template_id"]))
    return {}


async def _sms(platform: Platform, _: web.Request) -> Body:
    kept = ("phone", "template", "words", "out_id")
    return {"sms": [{name: row[name] for name in kept} for row in platform.sms.list_sent()]}


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/fans/{id}/subscribe", _answer),
    ("POST", "/fans/{id}/unsubscribe", _switch_off),
    ("GET", "/sms", _sms),
)
