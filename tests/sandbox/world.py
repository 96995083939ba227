"""A running sandbox with a tiny shop behind it, and the hands that tests use on it."""

import asyncio
import base64
import io
import json
import secrets
import time
from collections.abc import Sized
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, MultipartWriter, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.sandbox import SandboxSettings, create_app
from tests.sandbox.shop import Shop

type Json = dict[str, Any]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@dataclass
class World:
    """Client side of everything: the control API, api.weixin.qq.com and api.mch.weixin.qq.com."""

    settings: SandboxSettings
    shop: Shop
    http: ClientSession
    merchant_key: rsa.RSAPrivateKey
    url: str = ""
    server: TestServer | None = None

    async def start(self) -> None:
        """Start the platform, or start it again after `stop`."""
        root = web.Application()
        root.add_subapp("/sandbox", create_app(self.settings))
        self.server = TestServer(root)
        await self.server.start_server()
        self.url = str(self.server.make_url("/sandbox"))

    async def stop(self) -> None:
        """Stop the platform; its database stays."""
        if self.server is not None:
            await self.server.close()

    async def control(self, method: str, path: str, body: Json | None = None) -> Json:
        """One call of the control API; the answer must not be an error."""
        status, answer = await self.try_control(method, path, body)
        assert status == 200, answer
        return answer

    async def try_control(
        self, method: str, path: str, body: Json | None = None
    ) -> tuple[int, Json]:
        """One call of the control API with its status."""
        url = f"{self.url}/control{path}"
        async with self.http.request(method, url, json=body) as response:
            answer: Json = await response.json()
            return response.status, answer

    async def fan(self, **given: Any) -> Json:
        """A new person."""
        return await self.control("POST", "/fans", given)

    async def say(self, fan: Json, content: str) -> Json:
        """A text from a fan."""
        return await self.control(
            "POST", f"/fans/{fan['fan_id']}/messages", {"type": "text", "content": content}
        )

    async def event(self, fan: Json, event: str, **given: Any) -> Json:
        """An event of a fan."""
        return await self.control(
            "POST", f"/fans/{fan['fan_id']}/events", {"event": event, **given}
        )

    async def items(self, fan: Json) -> list[Json]:
        """What the fan sees."""
        answer = await self.control("GET", f"/fans/{fan['fan_id']}/items")
        items: list[Json] = answer["items"]
        return items

    async def move(self, seconds: float) -> None:
        """Move time forward."""
        await self.control("POST", "/clock", {"seconds": seconds})

    async def token(self, app_id: str = "") -> str:
        """A stable token of the official account."""
        account, mini = self.settings.official_account, self.settings.mini_program
        secret = mini.secret if app_id == mini.app_id else account.secret
        answer = await self.wechat(
            "POST",
            "/cgi-bin/stable_token",
            {
                "grant_type": "client_credential",
                "appid": app_id or account.app_id,
                "secret": secret,
            },
            token="",
        )
        value: str = answer["access_token"]
        return value

    async def wechat(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **query: str
    ) -> Json:
        """One call of api.weixin.qq.com; `body` may be JSON, bytes or a form."""
        if token is None:
            token = await self.token()
        if token:
            query = {"access_token": token, **query}
        if isinstance(body, dict):
            body = json.dumps(body, ensure_ascii=False).encode()
        url = f"{self.url}/wechat{path}"
        async with self.http.request(method, url, data=body, params=query) as response:
            assert response.status == 200
            assert response.content_type == "text/plain"
            answer: Json = json.loads(await response.read())
            return answer

    async def send(self, fan: Json, **message: Any) -> int:
        """custom/send of one message; the errcode."""
        kind = next(iter(message))
        return await self.send_body({"touser": fan["openid"], "msgtype": kind, **message})

    async def send_body(self, body: Json) -> int:
        """custom/send of a body as it is; the errcode."""
        answer = await self.wechat("POST", "/cgi-bin/message/custom/send", body)
        code: int = answer["errcode"]
        return code

    async def upload(
        self, content: bytes = PNG, kind: str = "image", filename: str | None = "a.png"
    ) -> Json:
        """media/upload of a picture."""
        with MultipartWriter("form-data") as form:
            part = form.append(io.BytesIO(content), {"Content-Type": "image/png"})
            part.headers.pop("Content-Disposition", None)
            if filename is None:
                part.set_content_disposition("form-data", name="media")
            else:
                part.set_content_disposition("form-data", name="media", filename=filename)
            return await self.wechat("POST", "/cgi-bin/media/upload", form, type=kind)

    async def pay(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        signed_path: str = "",
        age: int = 0,
        **change: str,
    ) -> tuple[int, Json]:
        """One signed call of api.mch.weixin.qq.com; `change` replaces parts of the header."""
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        stamp, nonce = str(int(time.time()) - age), secrets.token_hex(8)
        message = f"{method}\n{signed_path or path}\n{stamp}\n{nonce}\n".encode() + raw + b"\n"
        parts = {
            "mchid": self.settings.merchant.mch_id,
            "serial_no": self.settings.merchant.cert_serial,
            "nonce_str": nonce,
            "timestamp": stamp,
            "signature": self.sign(message),
            **change,
        }
        scheme = parts.pop("scheme", "WECHATPAY2-SHA256-RSA2048")
        header = scheme + " " + ",".join(f'{name}="{value}"' for name, value in parts.items())
        async with self.http.request(
            method, f"{self.url}/pay{path}", data=raw or None, headers={"Authorization": header}
        ) as response:
            text = await response.read()
            return response.status, json.loads(text) if text else {}

    def sign(self, message: bytes) -> str:
        """The merchant's signature, base64."""
        signature = self.merchant_key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    def order(self, fan: Json, number: str = "ORDER-000001", total: int = 12900) -> Json:
        """The body of a prepay."""
        return {
            "appid": self.settings.mini_program.app_id,
            "mchid": self.settings.merchant.mch_id,
            "description": "蓝牙耳机",
            "out_trade_no": number,
            "notify_url": f"{self.settings.callback_url}/pay/wechat/notify",
            "amount": {"total": total, "currency": "CNY"},
            "payer": {"openid": fan["mini_openid"]},
        }

    async def prepay(self, fan: Json, number: str = "ORDER-000001", total: int = 12900) -> str:
        """A prepay_id."""
        status, answer = await self.pay(
            "POST", "/v3/pay/transactions/jsapi", self.order(fan, number, total)
        )
        assert status == 200, answer
        prepay_id: str = answer["prepay_id"]
        return prepay_id

    async def paid(self, fan: Json, number: str = "ORDER-000001", total: int = 12900) -> None:
        """An order that is paid."""
        await self.prepay(fan, number, total)
        await self.control("POST", f"/payments/{number}/pay")

    async def refund(
        self, number: str, out_refund_no: str, refund: int, total: int = 12900
    ) -> tuple[int, Json]:
        """Ask for a refund."""
        body = {
            "out_trade_no": number,
            "out_refund_no": out_refund_no,
            "notify_url": f"{self.settings.callback_url}/pay/wechat/notify",
            "amount": {"refund": refund, "total": total, "currency": "CNY"},
        }
        return await self.pay("POST", "/v3/refund/domestic/refunds", body)

    async def delivered(self, count: int, seconds: float = 5.0) -> None:
        """Wait until the shop has received so many callbacks in all."""
        await _grown(self.shop.received, count, seconds)

    async def noticed(self, count: int, seconds: float = 5.0) -> None:
        """Wait until the shop has received so many notices of Pay in all."""
        await _grown(self.shop.notices, count, seconds)

    async def counter(self, name: str) -> int:
        """One counter of the platform."""
        value: int = (await self.control("GET", "/counters")).get(name, 0)
        return value


async def _grown(received: Sized, count: int, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while len(received) < count:  # noqa: ASYNC110 — what a real platform sends has no event
            await asyncio.sleep(0.01)
    assert len(received) == count


def load_world(folder: Path, tmp_path: Path, http: ClientSession) -> World:
    """A world with the identities of `folder` and an empty database."""
    known = SandboxSettings.load(folder / "sandbox.env", {})
    key = serialization.load_pem_private_key(
        (folder / "pay-merchant-private.pem").read_bytes(),
        password=None,
        unsafe_skip_rsa_key_validation=True,
    )
    assert isinstance(key, rsa.RSAPrivateKey)
    assert known.wecom is not None
    settings = replace(
        known, database=tmp_path / "sandbox.db", clock_offset_file=tmp_path / "clock-offset"
    )
    return World(settings, Shop(known.official_account, known.wecom), http, key)
