"""What may be attached to mass tasks and welcomes: kinds, fields, bytes (创建企业群发)."""

from typing import Any

from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.media import CorpMedia
from bot.sandbox.wecom.rules import ATTACHMENT_BYTES, MASS_ATTACHMENTS, MASS_TEXT_BYTES

type Body = dict[str, Any]
type Part = tuple[str, Body]
"""A message as it arrives: its kind and its content."""

KINDS = ("image", "link", "miniprogram", "video", "file")
_OPTIONAL = ("picurl", "desc")


class Attachments:
    """Checks attachments; media must live, a card's mini-program be linked to the corp."""

    def __init__(self, media: CorpMedia, mini_app_id: str) -> None:
        self._media = media
        self._mini_app_id = mini_app_id

    def parts(self, body: Body) -> list[Part]:
        """The messages of a body in the order in which they arrive, the text first.

        Raises 40058 (nothing, or too long), 41064 (too many), 41065 (kind) or 40007 (media).
        """
        words, attachments = read_text(body, MASS_TEXT_BYTES.value), body.get("attachments") or []
        if not isinstance(attachments, list) or not (words or attachments):
            raise WeComError(40058, "text, attachments")
        if len(attachments) > MASS_ATTACHMENTS.value:
            raise WeComError(41064)
        said: list[Part] = [("text", {"content": words})] if words else []
        return said + [self._attached(each) for each in attachments]

    def check(self, kind: str, content: Body) -> None:
        """Raise 40058 or 40007 unless this is a good attachment of its kind."""
        if kind == "image":
            if content.get("media_id") or not content.get("pic_url"):
                self._media.get(content.get("media_id"))
        elif kind in ("video", "file"):
            self._media.get(content.get("media_id"))
        else:
            for name, most in ATTACHMENT_BYTES.value[kind].items():
                check_bytes(content, name, most, is_needed=name not in _OPTIONAL)
            if kind == "miniprogram":
                self._check_card(content)
            elif not str(content["url"]).startswith(("http://", "https://")):
                raise WeComError(40058, "url")

    def _attached(self, attachment: object) -> Part:
        kind = attachment.get("msgtype") if isinstance(attachment, dict) else None
        content = attachment.get(kind) if isinstance(attachment, dict) else None
        if kind not in KINDS or not isinstance(content, dict):
            raise WeComError(41065)
        self.check(kind, content)
        return kind, content

    def _check_card(self, content: Body) -> None:
        if content.get("appid") != self._mini_app_id:
            raise WeComError(40058, "the mini-program is not linked to the corp")
        self._media.get(content.get("pic_media_id"))


def read_text(body: Body, most: int) -> str:
    """`text.content`, empty when there is none; raises 40058."""
    text = body.get("text")
    words = text.get("content", "") if isinstance(text, dict) else ""
    if not isinstance(words, str) or len(words.encode()) > most:
        raise WeComError(40058, "text.content")
    return words


def check_bytes(content: Body, name: str, most: int, *, is_needed: bool = True) -> None:
    """Raise 40058 unless a field is text of at most so many bytes."""
    value = content.get(name, "")
    if not isinstance(value, str) or len(value.encode()) > most or (is_needed and not value):
        raise WeComError(40058, name)
