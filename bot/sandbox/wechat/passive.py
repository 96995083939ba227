"""Reads what the shop answers to a callback: nothing, or one encrypted passive reply."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from bot.sandbox.errors import ReplyRefused
from bot.sandbox.rules import PASSIVE_ARTICLES, PASSIVE_TEXT_BYTES
from bot.sandbox.wechat.envelope import Envelope
from bot.sandbox.wechat.xml import parse, text_of

type Payload = dict[str, Any]


@dataclass(frozen=True)
class PassiveReply:
    """A reply as the customer will see it: a kind of chat item and what it shows."""

    kind: str
    payload: Payload


def read_reply(body: bytes, envelope: Envelope, *, openid: str, account_id: str) -> PassiveReply:
    """Verify, decrypt and read an encrypted reply to `openid`.

    Raises ReplyRefused for whatever WeChat would not deliver: 被动回复用户消息 (Passive User
    Reply) and 消息加解密说明 (Message Encryption).
    """
    outer = parse(body)
    sealed = text_of(outer, "Encrypt")
    stamp, nonce = text_of(outer, "TimeStamp"), text_of(outer, "Nonce")
    envelope.verify(text_of(outer, "MsgSignature"), stamp, nonce, sealed)
    reply = parse(envelope.open(sealed))
    if text_of(reply, "ToUserName") != openid:
        raise ReplyRefused("ToUserName is not the customer who wrote")
    if text_of(reply, "FromUserName") != account_id:
        raise ReplyRefused("FromUserName is not this account")
    if not text_of(reply, "CreateTime").isdigit():
        raise ReplyRefused("CreateTime is no whole number")
    kind = text_of(reply, "MsgType")
    reader = _READERS.get(kind)
    if reader is None:
        raise ReplyRefused(f"a passive reply carries no {kind!r}")
    return PassiveReply("handover" if kind == "transfer_customer_service" else kind, reader(reply))


def _text(reply: Element) -> Payload:
    content = text_of(reply, "Content")
    if not content:
        raise ReplyRefused("Content is empty")
    if len(content.encode()) > PASSIVE_TEXT_BYTES.value:
        raise ReplyRefused("Content is too long")
    return {"content": content}


def _media(name: str) -> Callable[[Element], Payload]:
    def read(reply: Element) -> Payload:
        media_id = text_of(_only(reply, name), "MediaId")
        if not media_id:
            raise ReplyRefused("MediaId is empty")
        return {"media_id": media_id}

    return read


def _music(reply: Element) -> Payload:
    music = _only(reply, "Music")
    return {"title": music.findtext("Title") or "", "url": music.findtext("MusicUrl") or ""}


def _news(reply: Element) -> Payload:
    items = _only(reply, "Articles").findall("item")
    if text_of(reply, "ArticleCount") != str(len(items)):
        raise ReplyRefused("ArticleCount does not count the articles")
    if not 1 <= len(items) <= PASSIVE_ARTICLES.value:
        raise ReplyRefused(f"{len(items)} articles")
    return {
        "articles": [
            {
                "title": text_of(item, "Title"),
                "description": text_of(item, "Description"),
                "picurl": text_of(item, "PicUrl"),
                "url": text_of(item, "Url"),
            }
            for item in items
        ]
    }


def _handover(reply: Element) -> Payload:
    return {"agent": reply.findtext("TransInfo/KfAccount") or ""}


def _only(parent: Element, name: str) -> Element:
    children = parent.findall(name)
    if len(children) != 1:
        raise ReplyRefused(f"{name} occurs {len(children)} times")
    return children[0]


_READERS: dict[str, Callable[[Element], Payload]] = {
    "text": _text,
    "image": _media("Image"),
    "voice": _media("Voice"),
    "video": _media("Video"),
    "music": _music,
    "news": _news,
    "transfer_customer_service": _handover,
}
