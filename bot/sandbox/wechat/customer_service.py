"""POST /cgi-bin/message/custom/send: what the shop sends on its own, within the windows."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import (
    CARD_PATH_BYTES,
    CARD_TITLE_BYTES,
    MENU_OPTIONS,
    MINI_PROGRAM_PAGES,
    NEWS_ARTICLES,
    TEXT_BYTES,
    TYPING_WINDOW,
)
from bot.sandbox.store import Row
from bot.sandbox.wechat.fans import Chat, Fans
from bot.sandbox.wechat.media import Media
from bot.sandbox.wechat.windows import ReplyWindows

type Body = dict[str, Any]
type Shown = tuple[str, Body]  # kind of chat item, what it shows


class CustomerService:
    """Checks a message completely, charges the window, and shows it to the fan."""

    def __init__(
        self, ground: Ground, *, fans: Fans, chat: Chat, windows: ReplyWindows, media: Media
    ) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._mini_program_id = ground.settings.mini_program.app_id
        self._fans = fans
        self._chat = chat
        self._windows = windows
        self._media = media
        self._kinds: dict[str, Callable[[Body], Shown]] = {
            "text": _text,
            "image": self._image,
            "news": _news,
            "msgmenu": _menu,
            "miniprogrampage": self._card,
        }

    def send(self, body: Body) -> int:
        """Send one message; return its chat item id. Raises the documented WeChatError."""
        fan = self._receiver(body)
        kind = body.get("msgtype")
        compose = self._kinds.get(kind) if isinstance(kind, str) else None
        if compose is None:
            raise WeChatError(40008)
        content = body.get(str(kind))
        if not isinstance(content, dict):
            raise WeChatError(47001, f"{kind} is missing")
        shown, payload = compose(content)
        with self._store.transaction():
            self._windows.charge(fan["id"])
            return self._chat.add(
                fan["id"], direction="shop", kind=shown, route="api", payload=payload
            )

    def set_typing(self, body: Body) -> None:
        """Show or hide 对方正在输入; only within 30 s after the customer wrote."""
        fan, now = self._receiver(body), self._clock.timestamp()
        command = body.get("command")
        if command not in {"Typing", "CancelTyping"}:
            raise WeChatError(40035, "command")
        latest = self._store.find(
            "SELECT max(created_at) AS at FROM items WHERE fan_id = ? AND direction = 'fan'",
            fan["id"],
        )
        if latest is None or latest["at"] is None or now - latest["at"] > TYPING_WINDOW.value:
            raise WeChatError(45080)
        if command == "Typing" and fan["typing_until"] > now:
            raise WeChatError(45081)
        self._fans.set_typing(fan["id"], now + 15 if command == "Typing" else 0)

    def _receiver(self, body: Body) -> Row:
        openid = body.get("touser")
        fan = self._fans.find_by_openid(openid) if isinstance(openid, str) else None
        if fan is None:
            raise WeChatError(40003)
        if not fan["subscribed"]:
            raise WeChatError(45015)
        return fan

    def _image(self, content: Body) -> Shown:
        return "image", {"media_id": self._media.check(content.get("media_id"))}

    def _card(self, content: Body) -> Shown:
        title, path = _string(content, "title"), _string(content, "pagepath")
        if not title:
            raise WeChatError(44004)
        if len(title.encode()) > CARD_TITLE_BYTES.value:
            raise WeChatError(45003)
        if content.get("appid") != self._mini_program_id:
            raise WeChatError(40013)
        page = path.lstrip("/").partition("?")[0]
        if page not in MINI_PROGRAM_PAGES or len(path.encode()) > CARD_PATH_BYTES.value:
            raise WeChatError(40165)
        return "card", {
            "title": title,
            "path": path.lstrip("/"),
            "media_id": self._media.check(content.get("thumb_media_id")),
        }


def _text(content: Body) -> Shown:
    text = _string(content, "content")
    if not text:
        raise WeChatError(44004)
    if len(text.encode()) > TEXT_BYTES.value:
        raise WeChatError(45002)
    return "text", {"content": text}


def _news(content: Body) -> Shown:
    articles = _objects(content, "articles")
    if len(articles) != NEWS_ARTICLES.value:
        raise WeChatError(45008)
    names = ("title", "description", "url", "picurl")
    return "news", {"articles": [{n: str(a.get(n, "")) for n in names} for a in articles]}


def _menu(content: Body) -> Shown:
    options = _objects(content, "list")
    if not 1 <= len(options) <= MENU_OPTIONS.value:
        raise WeChatError(40035, "list")
    shown = [{"id": str(o.get("id", "")), "content": str(o.get("content", ""))} for o in options]
    if not all(option["id"] and option["content"] for option in shown):
        raise WeChatError(44004)
    return "menu", {
        "head": str(content.get("head_content", "")),
        "options": shown,
        "tail": str(content.get("tail_content", "")),
    }


def _string(content: Body, name: str) -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        raise WeChatError(47001, name)
    return value


def _objects(content: Body, name: str) -> list[Body]:
    value = content.get(name)
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise WeChatError(47001, name)
    return value
