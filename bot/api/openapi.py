"""The API's OpenAPI 3.1 document, made from the table that the API is served from."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from bot.api.answers import ErrorAnswer
from bot.api.endpoint import BASE_PATH, AnyEndpoint, Place
from bot.api.errors import ErrorCode
from bot.api.reading import place_of

_REF: Final = "#/components/schemas/{model}"
_LOGIN: Final = "login"
_EVERYWHERE: Final = (ErrorCode.INTERNAL, ErrorCode.UNAVAILABLE)
_WITH_BODY: Final = (ErrorCode.INVALID_INPUT, ErrorCode.TOO_LARGE, ErrorCode.NOT_JSON)


def describe(endpoints: Iterable[AnyEndpoint], version: str = "1") -> dict[str, Any]:
    """The OpenAPI document of these endpoints, in plain JSON values."""
    table = tuple(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in table:
        operations = paths.setdefault(f"{BASE_PATH}{endpoint.path}", {})
        operations[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "掌柜 mini-program API",
            "version": version,
            "description": "Prices are whole fen. Times are ISO 8601 in UTC.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(table),
            "securitySchemes": {_LOGIN: {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: AnyEndpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.answer.__name__,
        "summary": endpoint.summary,
        "description": endpoint.answer.__doc__ or "",
        "parameters": _parameters(endpoint.parameters),
        "responses": {
            str(endpoint.status): {
                "description": endpoint.answers.__doc__ or "",
                "content": _json(endpoint.answers),
            },
            **_failures(endpoint),
        },
        "security": [{_LOGIN: []}] if endpoint.needs_login else [],
    }
    if endpoint.reads_body:
        operation["requestBody"] = {"required": True, "content": _json(endpoint.body)}
    return operation


def _parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    properties = model.model_json_schema(by_alias=True).get("properties", {})
    return [
        {
            "name": field.alias or name,
            "in": str(place_of(field)),
            "required": field.is_required(),
            "schema": properties[field.alias or name],
        }
        for name, field in model.model_fields.items()
    ]


def _failures(endpoint: AnyEndpoint) -> dict[str, Any]:
    codes = {*endpoint.errors, *_EVERYWHERE}
    if endpoint.needs_login:
        codes.add(ErrorCode.UNAUTHORIZED)
    if endpoint.is_throttled:
        codes.add(ErrorCode.TOO_MANY)
    if endpoint.reads_body:
        codes.update(_WITH_BODY)
    places = [place_of(field) for field in endpoint.parameters.model_fields.values()]
    if places:
        codes.add(ErrorCode.INVALID_INPUT)
    if Place.PATH in places:
        codes.add(ErrorCode.NOT_FOUND)
    by_status: dict[int, list[ErrorCode]] = {}
    for code in sorted(codes):
        by_status.setdefault(code.status, []).append(code)
    return {
        str(status): {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(by_status[status])}",
            "content": _json(ErrorAnswer),
        }
        for status in sorted(by_status)
    }


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def _schemas(endpoints: Iterable[AnyEndpoint]) -> dict[str, Any]:
    # An error leaves keys out, as an input may; every other answer has all its keys.
    wanted: dict[type[BaseModel], JsonSchemaMode] = {ErrorAnswer: "validation"}
    for endpoint in endpoints:
        wanted[endpoint.answers] = "serialization"
        if endpoint.reads_body:
            wanted[endpoint.body] = "validation"
    _, document = models_json_schema(list(wanted.items()), by_alias=True, ref_template=_REF)
    schemas: dict[str, Any] = document["$defs"]
    return schemas
