"""The mini-program's API on the web: its endpoints, its description, the product pictures."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from pydantic import BaseModel

from bot.api.answers import ErrorAnswer
from bot.api.endpoint import BASE_PATH, AnyEndpoint
from bot.api.errors import ErrorCode, MethodNotAllowed, PathNotFound, answer_for
from bot.api.openapi import describe
from bot.api.pictures import ROUTE as PICTURES
from bot.api.pictures import serve_picture
from bot.api.reading import read_call
from bot.api.shopfront import Shopfront
from bot.api.table import ENDPOINTS
from bot.api.throttle import Throttle, address_of

DESCRIPTION_PATH: Final = "/api/openapi.json"
RETRY_AFTER_SECONDS: Final = 5
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_HEADERS_BY_CODE: Final = {
    ErrorCode.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    ErrorCode.UNAVAILABLE: {"Retry-After": str(RETRY_AFTER_SECONDS)},
    ErrorCode.TOO_MANY: {"Retry-After": "1"},
}

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class MiniProgramApi(Shopfront):
    """Serves the table of endpoints over one shop."""

    throttle: Throttle = field(default_factory=Throttle)

    def routes(self) -> list[web.RouteDef]:
        """Everything under BASE_PATH, the OpenAPI document, and the pictures."""
        served = [
            web.route(each.method, f"{BASE_PATH}{each.path}", self._handler(each))
            for each in ENDPOINTS
        ]
        return [
            *served,
            web.route("*", f"{BASE_PATH}/{{rest:.*}}", _refuse),
            web.get(DESCRIPTION_PATH, _description()),
            web.get(f"{PICTURES}/{{name}}", self._serve_picture),
        ]

    def _handler(self, endpoint: AnyEndpoint) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            try:
                if endpoint.is_throttled:
                    self.throttle.admit(address_of(request), self.clock.now())
                call = await read_call(self, endpoint, request)
                return _respond(endpoint.status, await endpoint.answer(self, call))
            except Exception as error:  # noqa: BLE001 - whatever it is, the phone gets an answer
                return _fail(error, f"{endpoint.method} {endpoint.path}")

        return handle

    async def _serve_picture(self, request: web.Request) -> web.StreamResponse:
        return await serve_picture(self.picture_folder, request.match_info["name"])


async def _refuse(request: web.Request) -> web.Response:
    """Answer for what the table does not hold, in the form of every other error."""
    path = request.path.removeprefix(BASE_PATH)
    allowed = {each.method for each in ENDPOINTS if _pattern(each.path).fullmatch(path)}
    if not allowed:
        return _fail(PathNotFound("没有这个接口"), "unknown path")
    response = _fail(MethodNotAllowed("这个接口不支持该方法"), "unknown method")
    response.headers["Allow"] = ", ".join(
        sorted(allowed | ({"HEAD"} if "GET" in allowed else set()))
    )
    return response


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))


def _respond(status: int, answer: BaseModel) -> web.Response:
    is_error = isinstance(answer, ErrorAnswer)
    return web.Response(
        status=status,
        body=answer.model_dump_json(by_alias=True, exclude_none=is_error).encode(),
        content_type="application/json",
        headers=_HEADERS,
    )


def _fail(error: Exception, endpoint: str) -> web.Response:
    code, answer = answer_for(error, endpoint)
    response = _respond(code.status, answer)
    response.headers.update(_HEADERS_BY_CODE.get(code, {}))
    return response


def _description() -> Handler:
    document = json.dumps(describe(ENDPOINTS), ensure_ascii=False).encode()

    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=document, content_type="application/json")

    return serve
