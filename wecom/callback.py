"""Callbacks of both platforms: a signed, encrypted envelope in, and one out.

WeChat docs 消息加解密说明, WeCom docs 加解密方案说明: one cipher and signature. WeChat's account is
the app id, WeCom's the corp id.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from wecom.crypto import EnvelopeKeys, Undecipherable, WrongRecipient
from wecom.errors import WireError
from wecom.events import Event, event_of
from wecom.xml import BODY_LIMIT, JSON, BadXml, cdata, read_xml

TIME_WINDOW: Final = timedelta(minutes=10)

TIMESTAMP: Final = re.compile(r"[0-9]{10}")
_NONCE: Final = re.compile(r"[0-9A-Za-z_-]{1,128}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{40}")
_SEALED_ECHO: Final = re.compile(r"[0-9A-Za-z+/=]{1,512}")


class CallbackRefused(WireError):
    """A request that is not a message of the platform.

    `status` is the HTTP status to answer, `reason` a short code that is safe to log: it holds
    nothing of the request.
    """

    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadRequest(CallbackRefused):
    """Malformed."""


class Forbidden(CallbackRefused):
    """Not signed by the platform, not for this account, too old, or not encrypted."""

    status = 403


@dataclass(frozen=True, slots=True)
class Envelope:
    """An opened envelope. `digest` is the SHA-256 of the decrypted body, which the platform
    repeats byte by byte when it delivers a message again."""

    fields: Mapping[str, JSON]
    digest: str

    def __repr__(self) -> str:
        return f"Envelope(digest={self.digest[:12]}…)"


class Envelopes:
    """Opens and seals the envelopes of one account.

    Only the encrypted mode is spoken: without encryption the signature does not cover the body,
    and a captured query string would sign any message.
    """

    def __init__(self, *, account: str, token: str, aes_key: str) -> None:
        self._keys = EnvelopeKeys(account, token, aes_key)

    def open_envelope(
        self, query: Mapping[str, str], raw_body: bytes, *, now: datetime
    ) -> Envelope:
        """Check and decrypt a delivery. Raises BadRequest or Forbidden, and nothing else."""
        if len(raw_body) > BODY_LIMIT:
            raise BadRequest("too_large")
        timestamp, nonce = moment_of(query, now)
        if query.get("encrypt_type", "aes") != "aes":
            raise Forbidden("not_encrypted")
        signature = signature_of(query, "msg_signature")
        encrypted = _read(raw_body).get("Encrypt")
        if encrypted is None:
            raise Forbidden("not_encrypted")
        if not isinstance(encrypted, str):
            raise BadRequest("encrypt")
        if not self._keys.has_signed(signature, timestamp, nonce, encrypted):
            raise Forbidden("signature")
        body = self._decrypted(encrypted)
        return Envelope(_read(body), hashlib.sha256(body.encode()).hexdigest())

    def seal_reply(self, xml: str, *, nonce: str, timestamp: str) -> str:
        """The reply in its envelope, to be answered with status 200.

        `nonce` and `timestamp` may be those of the request; the platform checks that the
        signature covers them, not that they are new.
        """
        encrypted = self._keys.encrypt(xml)
        signature = self._keys.signature(timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt>{cdata(encrypted)}</Encrypt>"
            f"<MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{int(timestamp)}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _decrypted(self, encrypted: str) -> str:
        try:
            return self._keys.decrypt(encrypted)
        except WrongRecipient as error:
            raise Forbidden("wrong_account") from error
        except Undecipherable as error:
            raise BadRequest("undecipherable") from error


@dataclass(frozen=True, slots=True)
class Told:
    """What a delivery of WeCom's tells. `digest` is the same for every delivery of the event."""

    digest: str
    event: Event
    fields: Mapping[str, JSON]
    """All that was told, as received."""


class WeComWire(Envelopes):
    """The callback of the corp's own app."""

    def __init__(self, *, corp_id: str, token: str, aes_key: str) -> None:
        super().__init__(account=corp_id, token=token, aes_key=aes_key)

    def verify_url(self, query: Mapping[str, str], *, now: datetime) -> str:
        """What to answer when the address is entered in the back office: the echo, decrypted.

        Within a second, without anything before or after it (WeCom docs 接收消息与事件).
        """
        timestamp, nonce = moment_of(query, now)
        echo = matching(_SEALED_ECHO, query.get("echostr"), "echostr")
        if not self._keys.has_signed(signature_of(query, "msg_signature"), timestamp, nonce, echo):
            raise Forbidden("signature")
        return self._decrypted(echo)

    def read(self, query: Mapping[str, str], raw_body: bytes, *, now: datetime) -> Told:
        """A delivery. Raises BadRequest or Forbidden, and nothing else."""
        envelope = self.open_envelope(query, raw_body, now=now)
        return Told(envelope.digest, event_of(envelope.fields), envelope.fields)


def moment_of(query: Mapping[str, str], now: datetime) -> tuple[str, str]:
    """Timestamp and nonce of a request that is not too old, nor from the future."""
    timestamp = matching(TIMESTAMP, query.get("timestamp"), "timestamp")
    nonce = matching(_NONCE, query.get("nonce"), "nonce")
    if abs(now.timestamp() - int(timestamp)) > TIME_WINDOW.total_seconds():
        raise Forbidden("time_window")
    return timestamp, nonce


def signature_of(query: Mapping[str, str], name: str) -> str:
    signature = query.get(name)
    if signature is None:
        raise Forbidden("not_signed")
    return matching(_SIGNATURE, signature, name)


def matching(pattern: re.Pattern[str], value: object, field: str) -> str:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise BadRequest(field)


def _read(content: bytes | str) -> dict[str, JSON]:
    """Fields of XML; or of JSON, if a mini-program's console is set to that (消息推送)."""
    if content[:1] in (b"{", "{"):
        return _read_json(content)
    try:
        return read_xml(content)
    except BadXml as error:
        raise BadRequest(str(error)) from error


def _read_json(content: bytes | str) -> dict[str, JSON]:
    try:
        fields = json.loads(content)
        return {name: _as_in_xml(value) for name, value in fields.items()}
    except (ValueError, RecursionError) as error:
        raise BadRequest("not_json") from error


def _as_in_xml(value: Any) -> JSON:
    """Numbers as their digits: XML knows nothing else."""
    if isinstance(value, Mapping):
        return {name: _as_in_xml(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_in_xml(each) for each in value]
    return value if isinstance(value, str) else json.dumps(value)
