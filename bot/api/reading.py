"""From an HTTP request to a checked call."""

import asyncio
from typing import Final

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bot.api.endpoint import AnyCall, AnyEndpoint, Call, NoBody, Place
from bot.api.errors import BodyTooLarge, MalformedRequest, NotJson, PathNotFound
from bot.api.login import recognise
from bot.api.shopfront import Shopfront

BODY_SECONDS: Final = 10.0
SLOWEST: Final = 100_000
"""Bytes a second that a phone must manage beyond that."""


async def read_call(shop: Shopfront, endpoint: AnyEndpoint, request: web.Request) -> AnyCall:
    """The request as its endpoint takes it; who calls is asked before anything is read.

    Raises ApiError or pydantic's ValidationError.
    """
    now = shop.clock.now()
    who = None
    if endpoint.needs_login:
        authorization = request.headers.get("Authorization", "")
        who = await shop.database.read(recognise, authorization, now)
    parameters = read_parameters(endpoint.parameters, request)
    body: BaseModel = NoBody()
    if endpoint.reads_body:
        body = await read_json(endpoint.body, request, endpoint.largest_body)
    return Call(parameters, body, now, who)


def read_parameters(model: type[BaseModel], request: web.Request) -> BaseModel:
    """Path, query and headers. What cannot be a name in a path is a path to nothing."""
    given: dict[str, str] = {}
    for name, field in model.model_fields.items():
        wire_name = field.alias or name
        source = {
            Place.PATH: request.match_info,
            Place.QUERY: request.query,
            Place.HEADER: request.headers,
        }[place_of(field)]
        if wire_name in source:
            given[wire_name] = source[wire_name]
    try:
        return model.model_validate(given)
    except ValidationError as error:
        at_fault = str(error.errors(include_url=False)[0]["loc"][0])
        if at_fault in request.match_info:
            raise PathNotFound("没有找到您要的内容") from error
        raise


def place_of(field: FieldInfo) -> Place:
    """Where a parameter travels."""
    return next((each for each in field.metadata if isinstance(each, Place)), Place.QUERY)


async def read_json[B: BaseModel](model: type[B], request: web.Request, largest: int) -> B:
    """The checked JSON body. Raises NotJson, BodyTooLarge, MalformedRequest, ValidationError."""
    if request.content_type != "application/json":
        raise NotJson("请求内容须为JSON（Content-Type: application/json）")
    return model.model_validate_json(await read_body(request, largest))


async def read_body(request: web.Request, largest: int) -> bytes:
    """The body, as far as one may be long. Raises BodyTooLarge, or MalformedRequest."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS + largest / SLOWEST):
            while chunk := await request.content.read(largest + 1 - len(body)):
                body += chunk
                if len(body) > largest:
                    raise BodyTooLarge("请求内容太大")
    except (TimeoutError, web.RequestPayloadError, ValueError) as error:
        raise MalformedRequest("请求内容无法读取") from error
    return bytes(body)
