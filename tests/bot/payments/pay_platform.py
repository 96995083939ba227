"""WeChat Pay's end of the wire, written on `cryptography` from the APIv3 documentation."""

import base64
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.payments.merchant import Merchant

API_V3_KEY = "0123456789abcdef0123456789abcdef"
PUBLIC_KEY_ID = "PUB_KEY_ID_0114232134912410000000000000"
MCH_ID, APP_ID, SERIAL = "1900000001", "wx1234567890abcdef", "444F4864EA9B34415"

_AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>\d+)",nonce_str="(?P<nonce>\w+)",'
    r'signature="(?P<signature>[^"]+)",timestamp="(?P<timestamp>\d+)",serial_no="(?P<serial>\w+)"'
)


@dataclass
class Call:
    method: str
    path: str
    content: Any


@dataclass
class PayPlatform:
    """Checks every request's signature, records it and answers what a test has laid down."""

    merchant_key: rsa.RSAPrivateKey
    platform_key: rsa.RSAPrivateKey
    calls: list[Call] = field(default_factory=list)
    status: int = 200
    answer: Any = field(default_factory=dict)
    spoil: Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]] | None = None

    @cached_property
    def merchant(self) -> Merchant:
        private = self.merchant_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = self.platform_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return Merchant(
            mch_id=MCH_ID,
            app_id=APP_ID,
            cert_serial=SERIAL,
            private_key=private.decode(),
            api_v3_key=API_V3_KEY,
            public_key_id=PUBLIC_KEY_ID,
            public_key=public.decode(),
        )

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{prefix:sandbox/pay}/{path:.*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        path = request.raw_path.removeprefix("/sandbox/pay")
        self._check_authorization(request, path, body)
        self.calls.append(Call(request.method, path, json.loads(body) if body else None))
        raw = b"" if self.status == 204 else _encoded(self.answer)
        headers = self.sign(raw, timestamp=int(time.time()))
        if self.spoil is not None:
            headers, raw = self.spoil(headers, raw)
        return web.Response(
            status=self.status,
            body=raw or None,
            headers=headers,
            content_type="application/json",
        )

    def _check_authorization(self, request: web.Request, path: str, body: bytes) -> None:
        fields = _AUTHORIZATION.fullmatch(request.headers["Authorization"])
        assert fields is not None
        assert (fields["mchid"], fields["serial"]) == (MCH_ID, SERIAL)
        assert abs(int(fields["timestamp"]) - time.time()) < 300
        assert request.headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
        head = f"{request.method}\n{path}\n{fields['timestamp']}\n{fields['nonce']}\n"
        self.merchant_key.public_key().verify(
            base64.b64decode(fields["signature"]),
            head.encode() + body + b"\n",
            PKCS1v15(),
            SHA256(),
        )

    def sign(
        self, body: bytes, *, timestamp: int, nonce: str = "5K8264ILTKCH16CQ"
    ) -> dict[str, str]:
        """The headers that go with a body."""
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        signature = self.platform_key.sign(message, PKCS1v15(), SHA256())
        return {
            "Wechatpay-Serial": PUBLIC_KEY_ID,
            "Wechatpay-Timestamp": str(timestamp),
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def notify(
        self,
        resource: Any,
        *,
        at: datetime,
        event_type: str = "TRANSACTION.SUCCESS",
        key: str = API_V3_KEY,
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of a notice."""
        nonce, associated = "fdasflkja484", "transaction"
        ciphertext = AESGCM(key.encode()).encrypt(
            nonce.encode(), _encoded(resource), associated.encode()
        )
        body = _encoded(
            {
                "id": "EV-2018022511223320873",
                "create_time": "2026-11-11T20:00:00+08:00",
                "resource_type": "encrypt-resource",
                "event_type": event_type,
                "summary": "支付成功",
                "resource": {
                    "original_type": "transaction",
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": base64.b64encode(ciphertext).decode(),
                    "associated_data": associated,
                    "nonce": nonce,
                },
            }
        )
        return self.sign(body, timestamp=int(at.timestamp())), body


def _encoded(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def paid(**changed: Any) -> dict[str, Any]:
    """A paid transaction as documented, in a query's answer and in a notice."""
    return {
        "appid": APP_ID,
        "mchid": MCH_ID,
        "out_trade_no": "ZG20261111000001",
        "transaction_id": "4200001234202611110000000001",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "CMC",
        "attach": "",
        "success_time": "2026-11-11T20:00:00+08:00",
        "payer": {"openid": "oUser"},
        "amount": {
            "total": 19900,
            "payer_total": 19900,
            "currency": "CNY",
            "payer_currency": "CNY",
        },
        **changed,
    }


def refunded(**changed: Any) -> dict[str, Any]:
    """A refund as documented in an answer."""
    return {
        "refund_id": "50000000382019052709732678859",
        "out_refund_no": "R20261111000001",
        "transaction_id": "4200001234202611110000000001",
        "out_trade_no": "ZG20261111000001",
        "channel": "ORIGINAL",
        "status": "PROCESSING",
        "create_time": "2026-11-11T20:05:00+08:00",
        "amount": {"total": 19900, "refund": 9900, "payer_total": 19900, "payer_refund": 9900},
        **changed,
    }


def transferred(**changed: Any) -> dict[str, Any]:
    """A transfer that waits for its receiver, as documented in a query's answer and a notice."""
    return {
        "mch_id": MCH_ID,
        "appid": APP_ID,
        "out_bill_no": "WD202611110001",
        "transfer_bill_no": "1330000071100999991182020050700019480001",
        "state": "WAIT_USER_CONFIRM",
        "transfer_amount": 1200,
        "transfer_remark": "推广佣金提现",
        "openid": "oUser",
        "create_time": "2026-11-11T20:00:00+08:00",
        "update_time": "2026-11-11T20:00:00+08:00",
        **changed,
    }
