"""A tiny shop at the far end of the sandbox; its crypto is wechatpy's and wechatpayv3's."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import xmltodict
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as CorpCrypto
from wechatpy.utils import check_signature

from bot.sandbox.settings import OfficialAccount, WeComCorp

type Fields = dict[str, Any]
type Answer = Callable[[Fields], Awaitable[web.Response]]

_TEXT = (
    "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{account}]]>"
    "</FromUserName><CreateTime>1700000000</CreateTime>{body}</xml>"
)


@dataclass
class Received:
    """One callback as it came in."""

    query: dict[str, str]
    body: bytes
    fields: Fields


@dataclass
class Shop:
    """Records what the platform delivers; `answer` and `notice_statuses` say how it behaves."""

    account: OfficialAccount
    corp: WeComCorp
    received: list[Received] = field(default_factory=list)
    notices: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    notice_statuses: list[int] = field(default_factory=list)
    mini_calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Answer | None = None
    notice_delay: float = 0.0
    told_by_corp: list[Fields] = field(default_factory=list)
    card_words: str = ""
    """What a tapped card's buttons become, in the passive reply; empty for none."""

    def __post_init__(self) -> None:
        self.crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)
        self.corp_crypto = CorpCrypto(self.corp.token, self.corp.aes_key, self.corp.corp_id)
        app = web.Application(client_max_size=8 * 1024**2)
        app.router.add_get("/wechat/official-account", self._echo)
        app.router.add_post("/wechat/official-account", self._receive)
        app.router.add_get("/wecom/callback", self._echo_corp)
        app.router.add_post("/wecom/callback", self._hear_corp)
        app.router.add_post("/pay/wechat/notify", self._notify)
        app.router.add_route("*", "/api/mini/v1/{path:.*}", self._mini)
        self.server = TestServer(app)

    @property
    def messages(self) -> list[Fields]:
        """The decrypted messages, in order of arrival."""
        return [received.fields for received in self.received]

    def reply(self, to: str, body: str, *, nonce: str = "n0nce") -> web.Response:
        """An encrypted passive reply to `to`; `body` is everything from MsgType on."""
        xml = _TEXT.format(to=to, account=self.account.id, body=body)
        return web.Response(text=self.crypto.encrypt_message(xml, nonce, "1700000000"))

    def answer_with(self, body: str) -> None:
        """Answer every message passively with this body."""

        async def answer(fields: Fields) -> web.Response:
            return self.reply(fields["FromUserName"], body)

        self.answer = answer

    def answer_raw(self, text: str, status: int = 200, delay: float = 0.0) -> None:
        """Answer every message with these very bytes."""

        async def answer(_: Fields) -> web.Response:
            await asyncio.sleep(delay)
            return web.Response(text=text, status=status)

        self.answer = answer

    async def _echo(self, request: web.Request) -> web.Response:
        query = request.query
        check_signature(self.account.token, query["signature"], query["timestamp"], query["nonce"])
        return web.Response(text=query["echostr"])

    async def _echo_corp(self, request: web.Request) -> web.Response:
        query = request.query
        plain = self.corp_crypto.check_signature(
            query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"]
        )
        return web.Response(body=plain)

    async def _hear_corp(self, request: web.Request) -> web.Response:
        query, body = request.query, await request.read()
        xml = self.corp_crypto.decrypt_message(
            body, query["msg_signature"], query["timestamp"], query["nonce"]
        )
        self.told_by_corp.append(xmltodict.parse(xml)["xml"])
        if not self.card_words:
            return web.Response()
        reply = (
            "<xml><MsgType><![CDATA[update_button]]></MsgType><Button><ReplaceName>"
            f"<![CDATA[{self.card_words}]]></ReplaceName></Button></xml>"
        )
        return web.Response(text=self.corp_crypto.encrypt_message(reply, "n0nce", "1700000000"))

    async def _receive(self, request: web.Request) -> web.Response:
        query, body = dict(request.query), await request.read()
        xml = self.crypto.decrypt_message(
            body, query["msg_signature"], query["timestamp"], query["nonce"]
        )
        fields = xmltodict.parse(xml)["xml"]
        self.received.append(Received(query, body, fields))
        if self.answer is None:
            return web.Response(text="success")
        return await self.answer(fields)

    async def _notify(self, request: web.Request) -> web.Response:
        self.notices.append((dict(request.headers), await request.read()))
        if self.notice_delay:
            await asyncio.sleep(self.notice_delay)
        return web.Response(status=self.notice_statuses.pop(0) if self.notice_statuses else 204)

    async def _mini(self, request: web.Request) -> web.Response:
        self.mini_calls.append(
            (request.method, request.path_qs, dict(request.headers), await request.read())
        )
        if request.path.endswith("/missing"):
            return web.json_response({"error": {"code": "not_found", "message": "无"}}, status=404)
        return web.json_response({"items": []})


def text(content: str) -> str:
    """A passive text reply's body."""
    return f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content>"
