"""What a message of 微信客服 must look like (发送消息): kinds, fields, bytes."""

from typing import Any

from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.media import CorpMedia
from bot.sandbox.wecom.rules import (
    KF_CARD_TITLE_BYTES,
    KF_LINK_BYTES,
    KF_MENU_BYTES,
    KF_MENU_HEAD_BYTES,
    KF_MENU_ITEMS,
    KF_TEXT_BYTES,
)

type Body = dict[str, Any]

_FILES = ("image", "voice", "video", "file")


class KfShapes:
    """Checks messages; media must live, a card's mini-program be linked to the corp."""

    def __init__(self, media: CorpMedia, mini_app_id: str) -> None:
        self._media = media
        self._mini_app_id = mini_app_id

    def check(self, body: Body) -> tuple[str, Body]:
        """(kind, content); raises 40008, 40058, 40007, 95008 or 95009."""
        kind = str(body.get("msgtype"))
        content = body.get(kind)
        if kind not in (*_FILES, "text", "link", "miniprogram", "msgmenu", "location"):
            raise WeComError(40008)
        if not isinstance(content, dict):
            raise WeComError(40058, kind)
        if kind == "text":
            _bytes(content, "content", KF_TEXT_BYTES.value)
        elif kind in _FILES:
            self._media.get(content.get("media_id"))
        elif kind == "link":
            self._check_link(content)
        elif kind == "miniprogram":
            self._check_card(content)
        elif kind == "msgmenu":
            self._check_menu(content)
        return kind, content

    def _check_link(self, content: Body) -> None:
        for name, most in KF_LINK_BYTES.value.items():
            _bytes(content, name, most, is_needed=name != "desc")
        if not str(content["url"]).startswith(("http://", "https://")):
            raise WeComError(40058, "url")
        self._media.get(content.get("thumb_media_id"))

    def _check_card(self, content: Body) -> None:
        _bytes(content, "title", KF_CARD_TITLE_BYTES.value, is_needed=False)
        self._check_mini_program(content)
        _bytes(content, "pagepath", KF_MENU_BYTES.value["miniprogram"]["pagepath"])
        self._media.get(content.get("thumb_media_id"))

    def _check_menu(self, content: Body) -> None:
        for name in ("head_content", "tail_content"):
            _bytes(content, name, KF_MENU_HEAD_BYTES.value, is_needed=False)
        options = content.get("list")
        if not isinstance(options, list) or not options:
            raise WeComError(40058, "list")
        if len(options) > KF_MENU_ITEMS.value:
            raise WeComError(95008)
        for option in options:
            kind = option.get("type") if isinstance(option, dict) else None
            fields = KF_MENU_BYTES.value.get(str(kind))
            if fields is None or not isinstance(option.get(kind), dict):
                raise WeComError(95009)
            for name, most in fields.items():
                _bytes(option[kind], name, most, is_needed=name != "id")
            if kind == "miniprogram":
                self._check_mini_program(option[kind])

    def _check_mini_program(self, content: Body) -> None:
        if content.get("appid") != self._mini_app_id:
            raise WeComError(40058, "the mini-program is not linked to the corp")


def _bytes(content: Body, name: str, most: int, *, is_needed: bool = True) -> None:
    value = content.get(name, "")
    if not isinstance(value, str) or len(value.encode()) > most or (is_needed and not value):
        raise WeComError(40058, name)
