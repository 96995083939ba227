"""The official account's callback: encrypted XML in, an `Incoming` out, an encrypted reply back.

Mini-programs push their messages in the same envelope when the console is set to XML.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from bot.messages import Channel, Incoming, Kind
from wecom.callback import (
    TIMESTAMP,
    BadRequest,
    Envelope,
    Envelopes,
    Forbidden,
    matching,
    moment_of,
    signature_of,
)
from wecom.xml import JSON

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
    "user_enter_tempsession": "enter",
}


class OfficialAccountWire(Envelopes):
    """The callback's two directions for one account."""

    def __init__(
        self, *, token: str, aes_key: str, app_id: str, channel: Channel = "official_account"
    ) -> None:
        super().__init__(account=app_id, token=token, aes_key=aes_key)
        self._channel = channel

    def verify_url(self, query: Mapping[str, str], *, now: datetime) -> str:
        """The `echostr` to answer when the address is entered in the platform's console."""
        timestamp, nonce = moment_of(query, now)
        if not self._keys.has_signed(signature_of(query, "signature"), timestamp, nonce):
            raise Forbidden("signature")
        return matching(_ECHO, query.get("echostr"), "echostr")

    def read_incoming(
        self, query: Mapping[str, str], raw_body: bytes, *, now: datetime
    ) -> Incoming:
        """A delivery as the shop sees it. Raises BadRequest or Forbidden, and nothing else."""
        return self.parse_incoming(self.open_envelope(query, raw_body, now=now))

    def parse_incoming(self, envelope: Envelope) -> Incoming:
        """Any message or event, also of a type that nobody knows yet. Raises BadRequest."""
        fields = envelope.fields
        sender = matching(_PERSON, fields.get("FromUserName"), "sender")
        created = matching(TIMESTAMP, fields.get("CreateTime"), "time")
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
