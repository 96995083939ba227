"""The neutral vocabulary: what a customer sent (`Incoming`) and what the shop answers (`Reply`).

Channels translate between this and their wire; nothing else knows a channel's format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, assert_never

Channel = Literal["official_account", "mini_program", "wecom"]
CHANNEL_NAMES: Final[Mapping[str, str]] = {
    "official_account": "公众号",
    "mini_program": "小程序",
    "wecom": "微信客服",
}
"""As the shop's people read them."""
Kind = Literal[
    "text",
    "menu_choice",
    "image",
    "voice",
    "video",
    "location",
    "link",
    "mini_program_page",
    "follow",
    "unfollow",
    "scan",
    "menu_click",
    "enter",
    "file",
    "event",
    "unknown",
]
BOT: Final = "bot"
"""The bot, where somebody who speaks for the shop is named."""
SPOKEN_KINDS: Final = frozenset({"text", "menu_choice", "voice", "menu_click"})
"""Kinds whose `text` is worth understanding."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or event of a customer, as the channel received it.

    `key` is the same for every delivery of the same message and different for any two messages.
    `text` is what the customer said: the recognition of a voice message, the option's words of a
    menu, the key of a menu button; empty when the kind carries none. `payload` holds every field
    as received, so that nothing unknown is dropped.
    """

    key: str
    channel: Channel
    account: str
    external_user: str
    kind: Kind
    text: str
    sent_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words, at most 2,048 bytes on the wire."""

    content: str


@dataclass(frozen=True, slots=True)
class Choices:
    """A few things to tap; a tap arrives as `menu_choice` with the option's words as its text."""

    head: str
    options: tuple[str, ...]
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A mini-program card. `title` is already within its byte limit, `path` carries its source;
    `picture` is a file name in the shop's picture folder."""

    title: str
    path: str
    picture: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the shop's picture folder, by file name."""

    name: str


Reply = Text | Choices | Card | Picture


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """A reply as stored in the outbox and the transcript; `reply_from_json` reads it back."""
    match reply:
        case Text(content):
            return {"type": "text", "content": content}
        case Choices(head, options, tail):
            return {"type": "choices", "head": head, "options": list(options), "tail": tail}
        case Card(title, path, picture):
            return {"type": "card", "title": title, "path": path, "picture": picture}
        case Picture(name):
            return {"type": "picture", "name": name}
    assert_never(reply)


def reply_from_json(stored: Mapping[str, Any]) -> Reply:
    """The reply that `reply_to_json` wrote. Raises ValueError on an unknown type."""
    match stored["type"]:
        case "text":
            return Text(stored["content"])
        case "choices":
            return Choices(stored["head"], tuple(stored["options"]), stored["tail"])
        case "card":
            return Card(stored["title"], stored["path"], stored["picture"])
        case "picture":
            return Picture(stored["name"])
        case unknown:
            raise ValueError(f"unknown reply type {unknown!r}")


def reply_as_words(reply: Reply) -> str:
    """What a reply says, for transcripts and terminals."""
    match reply:
        case Text(content):
            return content
        case Choices(head, options, tail):
            return "\n".join(
                [head, *(f"· {option}" for option in options), *([tail] if tail else [])]
            )
        case Card(title, _, _):
            return f"[小程序] {title}"
        case Picture(_):
            return "[图片]"
    assert_never(reply)
