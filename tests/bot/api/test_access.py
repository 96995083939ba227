"""Who may do what: generated from the table, so that a new endpoint cannot be forgotten."""

from typing import Any

import pytest
from aiohttp import web

from bot.api.app import MiniProgramApi
from bot.api.endpoint import BASE_PATH, AnyEndpoint, Place
from bot.api.reading import place_of
from bot.api.table import ENDPOINTS
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Phone, wish

OPEN_TO_ALL = {("POST", "/login")}
NAMES_OWN_THINGS = {"request_no", "order_no", "address_id", "withdrawal_no"}
NAMES_PUBLIC_THINGS = {
    *("product_id", "variant_id", "template_id", "item_id", "store_id"),
    *("activity_id", "sale_id", "group_no", "bargain_no", "kind"),
}
"""Numbers of groups and bargains cannot be guessed: whoever has one was sent it."""
BODIES = {"/orders/{order_no}/pickup-time": {"starts_at": "2026-11-24T02:00:00Z"}}
"""Of endpoints that look at their body before they look for the order."""


def named(endpoint: AnyEndpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def path_names(endpoint: AnyEndpoint) -> set[str]:
    fields = endpoint.parameters.model_fields.items()
    return {name for name, field in fields if place_of(field) is Place.PATH}


OF_ORDERS = [each for each in ENDPOINTS if "order_no" in path_names(each)]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
async def test_without_a_login_there_is_nothing_but_the_login(
    stranger: Phone, endpoint: AnyEndpoint
) -> None:
    path = endpoint.path.replace("{order_no}", "2" * 18).replace("{request_no}", f"SH{0:012d}")
    path = path.replace("{withdrawal_no}", f"TX{0:012d}").replace("{group_no}", "ABCD2345")
    path = path.replace("{bargain_no}", "abcdefgh2345").replace("{kind}", "price_drop")
    for name in (*NAMES_PUBLIC_THINGS, "address_id"):
        path = path.replace(f"{{{name}}}", "1")

    answer = await stranger.call(endpoint.method, path, json={})

    is_open = (endpoint.method, endpoint.path) in OPEN_TO_ALL
    assert answer.status == (400 if is_open else 401)
    assert endpoint.needs_login is not is_open


@pytest.mark.parametrize("endpoint", OF_ORDERS, ids=named)
async def test_an_order_of_somebody_else_is_not_there(
    new_phone: NewPhone, slippers: int, endpoint: AnyEndpoint
) -> None:
    alice, mallory = await new_phone("o-alice"), await new_phone("o-mallory")
    order_no = (await alice.order(wish(slippers))).json["order_no"]

    body = BODIES.get(endpoint.path)
    foreign, unknown = [
        await mallory.call(endpoint.method, endpoint.path.format(order_no=number), json=body)
        for number in (order_no, "2" * 18)
    ]

    assert (foreign.status, foreign.error["code"]) == (404, "not_found")
    assert foreign.json == unknown.json
    assert (await alice.get(f"/orders/{order_no}")).json["state"] == "unpaid"


def test_every_name_in_a_path_is_known_to_be_public_or_one_s_own() -> None:
    names = set().union(*map(path_names, ENDPOINTS))

    assert names == NAMES_OWN_THINGS | NAMES_PUBLIC_THINGS


def test_every_parameter_of_a_path_is_declared() -> None:
    for endpoint in ENDPOINTS:
        in_path = {part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")}
        assert in_path == path_names(endpoint)


def test_nothing_is_served_that_the_table_does_not_hold(api: MiniProgramApi) -> None:
    app = web.Application()
    app.add_routes(api.routes())

    served: set[tuple[str, Any]] = {
        (route.method, route.resource.canonical) for route in app.router.routes() if route.resource
    }

    assert served == {
        *((each.method, BASE_PATH + each.path) for each in ENDPOINTS),
        *(("HEAD", BASE_PATH + each.path) for each in ENDPOINTS if each.method == "GET"),
        ("*", f"{BASE_PATH}/{{rest}}"),
        ("GET", "/api/openapi.json"),
        ("HEAD", "/api/openapi.json"),
        ("GET", "/pictures/{name}"),
        ("HEAD", "/pictures/{name}"),
    }
