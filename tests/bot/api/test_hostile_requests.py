"""Whatever a phone sends, it gets a documented answer, and never a 500."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.api.app import MiniProgramApi
from bot.api.table import ENDPOINTS
from tests.bot.api.phone import ADDRESS, Phone, WeChatLogin, wish

SENT_IN_FIELDS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.just("\ud800"),
    st.sampled_from(list(ADDRESS.values())),
)
FIELDS = st.sampled_from(
    ["code", "quantity", "cart", "lines", "variant_id", "address", "payable", "remark", *ADDRESS]
)
BODIES = st.recursive(
    SENT_IN_FIELDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)
NEARLY_RIGHT = st.builds(
    lambda field, value: {**wish(1), field: value}, FIELDS, BODIES
) | st.builds(
    lambda field, value: wish(1, address={**ADDRESS, field: value}),
    st.sampled_from([*ADDRESS]),
    BODIES,
)
IN_PATHS = st.sampled_from(["1", "0", "-1", "202611230000000001", "١", "99999999999", "%00", "a b"])
QUERIES = st.dictionaries(
    st.sampled_from(["query", "category", "page", "cart"]), st.text(max_size=30)
)


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    try:
        yield loop
    finally:
        loop.close()


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
def test_no_request_is_answered_with_a_fault_of_ours(
    api: MiniProgramApi, login: WeChatLogin, slippers: int, endpoint: Any
) -> None:
    app = web.Application()
    app.add_routes(api.routes())
    with running_loop() as loop:
        client = TestClient(TestServer(app, loop=loop), loop=loop)
        loop.run_until_complete(client.start_server())
        phone = loop.run_until_complete(Phone(client, login, "o-alice").log_in())

        @given(body=BODIES | NEARLY_RIGHT, name=IN_PATHS, query=QUERIES, key=st.text(max_size=3))
        @settings(suppress_health_check=[HealthCheck.too_slow])
        def send(body: Any, name: str, query: dict[str, str], key: str) -> None:
            path = re.sub(r"\{\w+\}", lambda _: name, endpoint.path)
            headers = {"Content-Type": "application/json"}
            if key.isprintable():
                headers["Idempotency-Key"] = key
            written = json.dumps(body).encode()
            answer = loop.run_until_complete(
                phone.call(endpoint.method, path, params=query, data=written, headers=headers)
            )
            assert answer.status < 500, answer

        send()
        loop.run_until_complete(client.close())
