"""Replies as WeCom's customer service takes them (微信客服 发送消息), within its byte limits."""

from typing import Any, Final

from bot.messages import Choices, Text
from wecom.xml import cut, printable

TEXT_BYTES: Final = 2048
MENU_ITEMS: Final = 10
HEAD_BYTES: Final = 1024
OPTION_BYTES: Final = 128
"""All of UTF-8. A tap comes back with the option's words and its id."""


def text_body(content: str) -> dict[str, Any]:
    """Plain words."""
    return {"msgtype": "text", "text": {"content": cut(printable(content), TEXT_BYTES)}}


def menu_body(choices: Choices) -> dict[str, Any]:
    """A menu to tap; options that it has no room for are named in its last line."""
    shown, left = choices.options[:MENU_ITEMS], choices.options[MENU_ITEMS:]
    rest = f"也可以直接说：{'、'.join(left)}" if left else ""
    tail = "\n".join(each for each in (choices.tail, rest) if each)
    return {
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": cut(printable(choices.head), HEAD_BYTES),
            "list": [
                {
                    "type": "click",
                    "click": {
                        "id": str(position),
                        "content": cut(printable(option), OPTION_BYTES),
                    },
                }
                for position, option in enumerate(shown, 1)
            ],
            "tail_content": cut(printable(tail), HEAD_BYTES),
        },
    }


def picture_body(media_id: str) -> dict[str, Any]:
    """An uploaded picture."""
    return {"msgtype": "image", "image": {"media_id": media_id}}


def card_body(card: dict[str, Any]) -> dict[str, Any]:
    """A mini-program's card."""
    return {"msgtype": "miniprogram", "miniprogram": card}


def words_body(reply: Text | Choices) -> dict[str, Any]:
    """What needs no upload."""
    return text_body(reply.content) if isinstance(reply, Text) else menu_body(reply)
