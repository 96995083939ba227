"""The official account's callback: encrypted XML in, an `Incoming` out, an encrypted reply back.

Mini-programs push their messages in the same envelope when the console is set to XML.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.errors import BotError
from bot.messages import Channel, Incoming, Kind
from wecom.crypto import EnvelopeKeys, Undecipherable, WrongRecipient
from wecom.xml import BODY_LIMIT, JSON, BadXml, cdata, read_xml

TIME_WINDOW: Final = timedelta(minutes=10)

_TIMESTAMP: Final = re.compile(r"[0-9]{10}")
_NONCE: Final = re.compile(r"[0-9A-Za-z_-]{1,128}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{40}")
_ECHO: Final = re.compile(r"[0-9A-Za-z_=+/.-]{1,256}")
_PERSON: Final = re.compile(r"[0-9A-Za-z_@.-]{1,64}")
_MESSAGE_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")

_MESSAGE_KINDS: Final[Mapping[str, Kind]] = {
    "text": "text",
    "image": "image",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "location": "location",
    "link": "link",
    "miniprogrampage": "mini_program_page",
}
_EVENT_KINDS: Final[Mapping[str, Kind]] = {
    "subscribe": "follow",
    "unsubscribe": "unfollow",
    "scan": "scan",
    "click": "menu_click",
}


class CallbackRefused(BotError):
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


class OfficialAccountWire:
    """The callback's two directions for one account.

    Only the encrypted mode is spoken: without encryption the signature does not cover the body,
    and a captured query string would sign any message.
    """

    def __init__(
        self, *, token: str, aes_key: str, app_id: str, channel: Channel = "official_account"
    ) -> None:
        self._keys = EnvelopeKeys(app_id, token, aes_key)
        self._channel = channel

    def verify_url(self, query: Mapping[str, str], *, now: datetime) -> str:
        """The `echostr` to answer when the address is entered in the platform's console."""
        timestamp, nonce = _moment(query, now)
        if not self._keys.has_signed(_signature(query, "signature"), timestamp, nonce):
            raise Forbidden("signature")
        return _matching(_ECHO, query.get("echostr"), "echostr")

    def read_incoming(
        self, query: Mapping[str, str], raw_body: bytes, *, now: datetime
    ) -> Incoming:
        """A delivery as the shop sees it. Raises BadRequest or Forbidden, and nothing else."""
        return self.parse_incoming(self.open_envelope(query, raw_body, now=now))

    def open_envelope(
        self, query: Mapping[str, str], raw_body: bytes, *, now: datetime
    ) -> Envelope:
        """Check and decrypt a delivery. Raises BadRequest or Forbidden, and nothing else."""
        if len(raw_body) > BODY_LIMIT:
            raise BadRequest("too_large")
        timestamp, nonce = _moment(query, now)
        if query.get("encrypt_type", "aes") != "aes":
            raise Forbidden("not_encrypted")
        signature = _signature(query, "msg_signature")
        encrypted = _read(raw_body).get("Encrypt")
        if encrypted is None:
            raise Forbidden("not_encrypted")
        if not isinstance(encrypted, str):
            raise BadRequest("encrypt")
        if not self._keys.has_signed(signature, timestamp, nonce, encrypted):
            raise Forbidden("signature")
        try:
            body = self._keys.decrypt(encrypted)
        except WrongRecipient as error:
            raise Forbidden("wrong_account") from error
        except Undecipherable as error:
            raise BadRequest("undecipherable") from error
        return Envelope(_read(body), hashlib.sha256(body.encode()).hexdigest())

    def parse_incoming(self, envelope: Envelope) -> Incoming:
        """Any message or event, also of a type that nobody knows yet. Raises BadRequest."""
        fields = envelope.fields
        sender = _matching(_PERSON, fields.get("FromUserName"), "sender")
        created = _matching(_TIMESTAMP, fields.get("CreateTime"), "time")
        kind, text = _kind_and_text(fields)
        account = self._keys.account
        message_id = fields.get("MsgId")
        if isinstance(message_id, str) and _MESSAGE_ID.fullmatch(message_id):
            key = f"{self._channel}:{account}:{sender}:{message_id}"
        else:
            key = f"{self._channel}:{account}:{envelope.digest}"
        return Incoming(
            key=key,
            channel=self._channel,
            account=account,
            external_user=sender,
            kind=kind,
            text=text,
            sent_at=datetime.fromtimestamp(int(created), UTC),
            payload=fields,
        )

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


def _moment(query: Mapping[str, str], now: datetime) -> tuple[str, str]:
    """Timestamp and nonce of a request that is not too old, nor from the future."""
    timestamp = _matching(_TIMESTAMP, query.get("timestamp"), "timestamp")
    nonce = _matching(_NONCE, query.get("nonce"), "nonce")
    if abs(now.timestamp() - int(timestamp)) > TIME_WINDOW.total_seconds():
        raise Forbidden("time_window")
    return timestamp, nonce


def _signature(query: Mapping[str, str], name: str) -> str:
    signature = query.get(name)
    if signature is None:
        raise Forbidden("not_signed")
    return _matching(_SIGNATURE, signature, name)


def _matching(pattern: re.Pattern[str], value: object, field: str) -> str:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise BadRequest(field)


def _read(content: bytes | str) -> dict[str, JSON]:
    try:
        return read_xml(content)
    except BadXml as error:
        raise BadRequest(str(error)) from error


def _kind_and_text(fields: Mapping[str, JSON]) -> tuple[Kind, str]:
    message_type = _words(fields, "MsgType").lower()
    if message_type == "event":
        kind = _EVENT_KINDS.get(_words(fields, "Event").lower(), "event")
        return kind, _words(fields, "EventKey") if kind == "menu_click" else ""
    if not message_type:
        raise BadRequest("message_type")
    kind = _MESSAGE_KINDS.get(message_type, "unknown")
    if kind == "text":
        # A tap on an option of 菜单消息 comes as a text with the option's id.
        return ("menu_choice" if "bizmsgmenuid" in fields else "text"), _words(fields, "Content")
    return kind, _words(fields, "Recognition") if kind == "voice" else ""


def _words(fields: Mapping[str, JSON], name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise BadRequest(name)
    return value
