"""The document that describes the API. The other tests hold every answer against it."""

from typing import Any

from aiohttp.test_utils import TestClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.api.endpoint import BASE_PATH
from bot.api.table import ENDPOINTS
from tests.bot.api.phone import DOCUMENT


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


async def test_it_is_served(client: TestClient[Any, Any]) -> None:
    response = await client.get("/api/openapi.json")

    assert response.content_type == "application/json"
    assert await response.json() == DOCUMENT


def test_it_describes_every_endpoint_once() -> None:
    described = [
        (method.upper(), path) for path, each in DOCUMENT["paths"].items() for method in each
    ]
    names = [each["operationId"] for path in DOCUMENT["paths"].values() for each in path.values()]

    assert described == list(dict.fromkeys(described))
    assert set(described) == {(each.method, BASE_PATH + each.path) for each in ENDPOINTS}
    assert len(set(names)) == len(names) == len(ENDPOINTS)


def test_bodies_allow_no_field_that_is_not_described() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    bodies = [each.body.__name__ for each in ENDPOINTS if each.reads_body]

    assert bodies
    assert all(schemas[name]["additionalProperties"] is False for name in bodies)


def test_the_key_of_an_order_is_a_required_header() -> None:
    (key,) = DOCUMENT["paths"][f"{BASE_PATH}/orders"]["post"]["parameters"]

    assert (key["name"], key["in"], key["required"]) == ("Idempotency-Key", "header", True)


def test_only_the_login_is_open() -> None:
    is_open = [
        (method, path)
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        if operation["security"] == []
    ]

    assert is_open == [("post", f"{BASE_PATH}/login")]
