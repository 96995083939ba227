"""The platform's end of the callback, written on `cryptography` from WeChat's 消息加解密说明.

It shares no code with ours, so that a mistake made at both ends is unlikely.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.channels.official_account_wire import OfficialAccountWire

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class PlatformSide:
    """One account as the platform knows it."""

    app_id: str = "wx1234567890abcdef"
    token: str = "a-token-of-the-right-length-32ch"
    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

    @property
    def our_wire(self) -> OfficialAccountWire:
        return OfficialAccountWire(token=self.token, aes_key=self.aes_key, app_id=self.app_id)

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, *parts])).encode()).hexdigest()  # noqa: S324

    def encrypt(self, body: bytes, app_id: str | None = None) -> str:
        recipient = (app_id if app_id is not None else self.app_id).encode()
        # Random in truth; here the same for the same body, so that a failing example stays one.
        content = (
            hashlib.sha256(body).digest()[:16] + struct.pack(">I", len(body)) + body + recipient
        )
        return self.encrypt_raw(content + _padding(len(content)))

    def encrypt_raw(self, padded: bytes) -> str:
        """Whatever it is, as long as it has whole blocks."""
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> tuple[str, str]:
        """(body, app id)."""
        decryptor = self._cipher().decryptor()
        padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        assert 1 <= padded[-1] <= 32
        content = padded[16 : -padded[-1]]
        (length,) = struct.unpack(">I", content[:4])
        return content[4 : 4 + length].decode(), content[4 + length :].decode()

    def deliver(
        self, body: str | bytes, *, at: datetime = NOW, nonce: str = "1372623149"
    ) -> tuple[dict[str, str], bytes]:
        """Query and body of the request that delivers this message."""
        raw = body if isinstance(body, bytes) else body.encode()
        return self.deliver_encrypted(self.encrypt(raw), at=at, nonce=nonce)

    def deliver_encrypted(
        self, encrypted: str, *, at: datetime = NOW, nonce: str = "1372623149"
    ) -> tuple[dict[str, str], bytes]:
        timestamp = str(int(at.timestamp()))
        query = {
            "signature": self.sign(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": "oUser",
            "encrypt_type": "aes",
            "msg_signature": self.sign(timestamp, nonce, encrypted),
        }
        envelope = (
            "<xml><ToUserName><![CDATA[gh_shop]]></ToUserName>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
        return query, envelope.encode()

    def _cipher(self) -> Cipher[CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(AES(key), CBC(key[:16]))


def _padding(length: int) -> bytes:
    count = 32 - length % 32
    return bytes([count]) * count


def message(message_type: str, rest: str = "", *, sender: str = "oUser") -> str:
    """A message or event as XML; `rest` is what its type adds."""
    return (
        "<xml><ToUserName><![CDATA[gh_shop]]></ToUserName>"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>1794398400</CreateTime><MsgType><![CDATA[{message_type}]]></MsgType>"
        f"{rest}</xml>"
    )


def event(name: str, rest: str = "") -> str:
    return message("event", f"<Event><![CDATA[{name}]]></Event>{rest}")
