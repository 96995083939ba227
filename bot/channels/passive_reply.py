"""Replies that ride in the answer to a callback (WeChat docs 被动回复用户消息).

One message, a text or an image; never a mini-program card nor a menu. Every renderer takes the
message that it answers, because sender and receiver change places.
"""

from datetime import datetime
from typing import Final

from bot.messages import Incoming
from wecom.xml import cdata, cut, printable

TEXT_LIMIT: Final = 2048
"""Bytes of UTF-8."""


def render_text(incoming: Incoming, content: str, *, now: datetime) -> str:
    """Longer text is cut at `TEXT_LIMIT`, between characters."""
    words = cut(printable(content), TEXT_LIMIT)
    return _reply(incoming, now, "text", f"<Content>{cdata(words)}</Content>")


def render_image(incoming: Incoming, media_id: str, *, now: datetime) -> str:
    return _reply(incoming, now, "image", f"<Image>{_media_id(media_id)}</Image>")


def _media_id(media_id: str) -> str:
    return f"<MediaId>{cdata(media_id)}</MediaId>"


def _reply(incoming: Incoming, now: datetime, message_type: str, content: str) -> str:
    # The account's own name (gh_…) is not its app id; only the message tells it.
    account_name = str(incoming.payload.get("ToUserName", ""))
    return (
        f"<xml><ToUserName>{cdata(incoming.external_user)}</ToUserName>"
        f"<FromUserName>{cdata(account_name)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime>"
        f"<MsgType>{cdata(message_type)}</MsgType>{content}</xml>"
    )
