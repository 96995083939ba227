"""The corp's client: its token, its methods, and what is never repeated."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.wecom.far_end import MovableClock
from wecom.client import AsyncWeComClient
from wecom.errors import Reaction, Refused, TokenUnavailable
from wecom.kf import KfPage, KfState, Servicer
from wecom.tokens import MemoryTokenStore
from wecom.transport import open_http


class Corp:
    """qyapi.weixin.qq.com as far as these tests go."""

    def __init__(self) -> None:
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.calls: list[tuple[str, dict[str, str], Any]] = []
        self.tokens = 0

    def answer(self, api: str, *answers: dict[str, Any]) -> None:
        """One after the other; the last one for ever."""
        self.answers[api] = list(answers)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/cgi-bin/{api:.*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        api = request.match_info["api"]
        body = await request.json() if request.content_type == "application/json" else None
        self.calls.append((api, dict(request.query), body))
        if api == "gettoken" and api not in self.answers:
            self.tokens += 1
            return web.json_response({"access_token": f"t{self.tokens}", "expires_in": 7200})
        left = self.answers.get(api, [{}])
        answer = left.pop(0) if len(left) > 1 else left[0]
        return web.json_response({"errcode": 0, "errmsg": "ok", **answer})

    def asked(self, api: str) -> list[Any]:
        return [body for called, _, body in self.calls if called == api]


@pytest.fixture
def corp() -> Corp:
    return Corp()


@pytest.fixture
async def client(
    corp: Corp, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> AsyncIterator[AsyncWeComClient]:
    server = await aiohttp_server(corp.app())
    async with open_http() as http:
        made = AsyncWeComClient(
            "ww1",
            "corp-secret",
            http=http,
            token_store=MemoryTokenStore(),
            now=MovableClock(),
            base_url=str(server.make_url("/")),
        )
        yield made
        await made.close()


async def test_one_token_serves_many_calls(client: AsyncWeComClient, corp: Corp) -> None:
    for _ in range(3):
        await client.kf.accounts()

    assert corp.tokens == 1
    assert corp.calls[0][1] == {"corpid": "ww1", "corpsecret": "corp-secret"}


async def test_a_refused_token_is_replaced_once(client: AsyncWeComClient, corp: Corp) -> None:
    corp.answer("kf/account/list", {"errcode": 42001}, {"account_list": [{"open_kfid": "wk"}]})

    assert await client.kf.accounts() == [{"open_kfid": "wk"}]
    assert corp.tokens == 2


async def test_a_wrong_secret_is_not_tried_again(client: AsyncWeComClient, corp: Corp) -> None:
    corp.answer("gettoken", {"errcode": 40001, "errmsg": "invalid credential"})

    with pytest.raises(TokenUnavailable) as refusal:
        await client.kf.accounts()

    assert refusal.value.code == 40001
    assert "corp-secret" not in str(refusal.value)
    assert [api for api, _, _ in corp.calls] == ["gettoken"]


async def test_a_page_tells_where_to_go_on(client: AsyncWeComClient, corp: Corp) -> None:
    message = {"msgid": "m1", "msgtype": "text", "text": {"content": "在吗"}}
    corp.answer("kf/sync_msg", {"next_cursor": "c2", "has_more": 1, "msg_list": [message]})

    assert await client.kf.sync("wk", "c1", "token") == KfPage("c2", True, [message])
    assert corp.asked("kf/sync_msg") == [
        {"open_kfid": "wk", "limit": 1000, "voice_format": 0, "cursor": "c1", "token": "token"}
    ]


async def test_an_empty_page_keeps_its_cursor(client: AsyncWeComClient, corp: Corp) -> None:
    corp.answer("kf/sync_msg", {"has_more": 0})

    assert await client.kf.sync("wk", "c1") == KfPage("c1", False, [])


async def test_the_list_and_the_event_number_servicers_the_other_way_round(
    client: AsyncWeComClient, corp: Corp
) -> None:
    servicers = [{"userid": "wang", "status": 0}, {"userid": "li", "status": 1}]
    corp.answer("kf/servicer/list", {"servicer_list": servicers})

    assert await client.kf.servicers("wk") == [Servicer("wang", True), Servicer("li", False)]


async def test_a_state_that_forbids_sending_is_told_as_such(
    client: AsyncWeComClient, corp: Corp
) -> None:
    corp.answer("kf/send_msg", {"errcode": 95018})
    corp.answer("kf/service_state/get", {"service_state": 3, "servicer_userid": "wang"})

    with pytest.raises(Refused) as refusal:
        await client.kf.send({"touser": "wm", "open_kfid": "wk", "msgtype": "text"})

    assert refusal.value.reaction is Reaction.RESYNC
    assert len(corp.asked("kf/send_msg")) == 1
    assert await client.kf.state("wk", "wm") == KfState(3, "wang")


async def test_a_code_is_made_and_a_card_sent(client: AsyncWeComClient, corp: Corp) -> None:
    corp.answer("externalcontact/add_contact_way", {"config_id": "c1", "qr_code": "https://q"})
    corp.answer("message/send", {"msgid": "m1", "response_code": "r1", "invaliduser": "zhao|qian"})

    assert await client.contacts.add_way({"type": 1}) == ("c1", "https://q")
    sent = await client.app.send_card("1000002", ["wang", "zhao"], {"task_id": "t1"})
    assert (sent.response_code, sent.invalid_users) == ("r1", ("zhao", "qian"))
    (body,) = corp.asked("message/send")
    assert (body["touser"], body["agentid"]) == ("wang|zhao", 1000002)
    assert body["enable_duplicate_check"] == 1
