"""A phone with the mini-program: it calls the API, and holds every answer against its document."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp.test_utils import TestClient
from openapi_schema_validator import OAS31Validator

from bot.api.endpoint import BASE_PATH, AnyEndpoint
from bot.api.openapi import describe
from bot.api.table import ENDPOINTS
from bot.payments.client import ConfirmArguments, PayArguments
from wecom.apis import MiniProgramSession
from wecom.errors import Reaction, Refused, Rule, WeChatError

DOCUMENT = describe(ENDPOINTS)
ADDRESS = {
    "recipient": "王小明",
    "phone": "13800138000",
    "region": "浙江省 杭州市 西湖区",
    "detail": "文三路 1 号 2 幢 301",
}

EVERYWHERE = (404, 405)
"""Answers about the path as such, before any endpoint is found."""


@dataclass
class WeChatLogin:
    """code2session: hands out what was set for a code, once."""

    people: dict[str, MiniProgramSession] = field(default_factory=dict)
    fault: Exception | None = None

    async def code_to_session(self, code: str) -> MiniProgramSession:
        if self.fault is not None:
            raise self.fault
        if code not in self.people:
            rule = Rule(Reaction.DENY_LOGIN, "login code invalid")
            raise Refused("/sns/jscode2session", rule, code=40029, message="invalid code")
        return self.people.pop(code)


@dataclass
class Till:
    """WeChat Pay: one prepay id a number, and a record of what it was told."""

    prepays: list[dict[str, Any]] = field(default_factory=list)
    fault: WeChatError | None = None
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens elsewhere while it is asked."""

    async def prepay(self, **told: Any) -> str:
        if self.fault is not None:
            raise self.fault
        if self.meanwhile is not None:
            await self.meanwhile()
        self.prepays.append(told)
        return f"wx-{told['out_trade_no']}"

    def pay_arguments(self, prepay_id: str, *, real_now: datetime) -> PayArguments:
        return PayArguments(
            timeStamp=str(int(real_now.timestamp())),
            nonceStr="nonce",
            package=f"prepay_id={prepay_id}",
            signType="RSA",
            paySign="signature",
        )

    def confirm_arguments(self, package: str) -> ConfirmArguments:
        return ConfirmArguments(mchId="1900000001", appId="wx-mini", package=package)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    json: Any
    headers: dict[str, str]

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.json["error"]
        return error


@dataclass
class Phone:
    """Somebody's phone. `token` is empty until they log in."""

    client: TestClient[Any, Any]
    login: WeChatLogin
    openid: str
    unionid: str | None = None
    token: str = ""

    async def log_in(self) -> "Phone":
        """Log in as wx.login would have it."""
        code = f"code-{self.openid}"
        self.login.people[code] = MiniProgramSession(self.openid, "key", self.unionid)
        answer = await self.post("/login", {"code": code})
        assert answer.status == 200
        self.token = answer.json["token"]
        return self

    async def get(self, path: str, **query: Any) -> Answer:
        return await self.call("GET", path, params={k: str(v) for k, v in query.items()})

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.call("POST", path, json=body, headers=headers)

    async def put(self, path: str, body: Any) -> Answer:
        return await self.call("PUT", path, json=body)

    async def order(self, body: Any, key: str = "key-1") -> Answer:
        return await self.call("POST", "/orders", json=body, headers={"Idempotency-Key": key})

    async def call(self, method: str, path: str, **request: Any) -> Answer:
        """Any request, with this phone's token; the answer has the documented form."""
        headers = request.pop("headers", {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        response = await self.client.request(method, BASE_PATH + path, headers=headers, **request)
        assert response.content_type == "application/json"
        answer = Answer(response.status, json.loads(await response.read()), dict(response.headers))
        check_against_document(method, path, answer)
        return answer


def wish(variant_id: int, quantity: int = 1, payable: int = 3900, **changes: Any) -> dict[str, Any]:
    """The body of an order of one variant."""
    lines = [{"variant_id": variant_id, "quantity": quantity}]
    return {"lines": lines, "address": ADDRESS, "payable": payable, **changes}


def check_against_document(method: str, path: str, answer: Answer) -> None:
    """The status is one that the endpoint documents, and the body is of its schema."""
    endpoint = find_endpoint(method, path)
    if endpoint is None:
        assert answer.status in EVERYWHERE
        schema: Any = {"$ref": "#/components/schemas/ErrorAnswer"}
    else:
        operation = DOCUMENT["paths"][BASE_PATH + endpoint.path][method.lower()]
        documented = operation["responses"]
        assert str(answer.status) in documented, (method, path, answer)
        schema = documented[str(answer.status)]["content"]["application/json"]["schema"]
    validator = OAS31Validator({**schema, "components": DOCUMENT["components"]})
    assert [fault.message for fault in validator.iter_errors(answer.json)] == []


def find_endpoint(method: str, path: str) -> AnyEndpoint | None:
    """The row of the table that serves this path."""
    steps = path.split("/")
    for endpoint in ENDPOINTS:
        pattern = endpoint.path.split("/")
        if endpoint.method == method and len(pattern) == len(steps):
            pairs = zip(pattern, steps, strict=True)
            if all(each.startswith("{") or each == step for each, step in pairs):
                return endpoint
    return None
