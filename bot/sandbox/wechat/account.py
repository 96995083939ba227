"""The account's own things: the bottom menu, template messages."""

import json
import re
from typing import Any

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import (
    MENU_BUTTONS,
    MENU_KEY_BYTES,
    MENU_NAME_BYTES,
    MENU_SUB_BUTTONS,
    MENU_SUB_NAME_BYTES,
    MENU_URL_BYTES,
)
from bot.sandbox.store import Row
from bot.sandbox.wechat.callbacks import Callbacks
from bot.sandbox.wechat.fans import Chat, Fans

type Body = dict[str, Any]

_BUTTON_NEEDS = {
    "click": ("key",),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
}


class Menus:
    """POST /cgi-bin/menu/create: the buttons under the chat."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._feed = ground.feed

    def create(self, app_id: str, body: Body) -> None:
        """Replace the menu; raises the documented code of the first wrong button."""
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= MENU_BUTTONS.value:
            raise WeChatError(40016)
        for button in buttons:
            _check_name(button, MENU_NAME_BYTES.value, 40018)
            children = button.get("sub_button")
            if not children:
                _check_button(button)
                continue
            if not isinstance(children, list) or len(children) > MENU_SUB_BUTTONS.value:
                raise WeChatError(40023)
            for child in children:
                _check_name(child, MENU_SUB_NAME_BYTES.value, 40025)
                _check_button(child)
        menu = json.dumps({"button": buttons}, ensure_ascii=False)
        self._store.run("INSERT OR REPLACE INTO menus (app_id, menu) VALUES (?, ?)", app_id, menu)
        self._feed.publish("menu")

    def delete(self, app_id: str) -> None:
        """Show the keyboard again."""
        self._store.run("DELETE FROM menus WHERE app_id = ?", app_id)
        self._feed.publish("menu")

    def find(self, app_id: str) -> Body | None:
        """The menu of an account, if it has one."""
        row = self._store.find("SELECT menu FROM menus WHERE app_id = ?", app_id)
        return None if row is None else json.loads(row["menu"])


class Templates:
    """POST /cgi-bin/message/template/send: notices outside every reply window."""

    def __init__(self, ground: Ground, fans: Fans, chat: Chat, callbacks: Callbacks) -> None:
        self._store = ground.store
        self._fans = fans
        self._chat = chat
        self._callbacks = callbacks

    def register(self, template_id: str, title: str, content: str) -> None:
        """Add a template to the account, as an operator would on mp.weixin.qq.com."""
        self._store.run(
            "INSERT OR REPLACE INTO templates (id, title, content) VALUES (?, ?, ?)",
            template_id,
            title,
            content,
        )

    def send(self, body: Body) -> int:
        """Send one; return its msgid. The same client_msg_id is sent once."""
        openid, template_id = body.get("touser"), body.get("template_id")
        fan = self._fans.find_by_openid(openid) if isinstance(openid, str) else None
        if fan is None:
            raise WeChatError(40003)
        if not fan["subscribed"]:
            raise WeChatError(43004)
        template = self._store.find("SELECT * FROM templates WHERE id = ?", str(template_id))
        if template is None:
            raise WeChatError(40037)
        shown = _fill(template["content"], body.get("data"))
        with self._store.transaction():
            return self._send_once(fan, template["title"], shown, body)

    def _send_once(self, fan: Row, title: str, shown: str, body: Body) -> int:
        key = body.get("client_msg_id")
        if key is not None:
            sent = self._store.find(
                "SELECT msg_id FROM template_sends WHERE fan_id = ? AND client_msg_id = ?",
                fan["id"],
                str(key),
            )
            if sent is not None:
                return int(sent["msg_id"])
        msg_id = self._store.insert(
            "INSERT INTO template_sends (fan_id, client_msg_id) VALUES (?, ?)",
            fan["id"],
            None if key is None else str(key),
        )
        if not fan["refuses_templates"]:
            mini_program = body.get("miniprogram")
            path = mini_program.get("pagepath", "") if isinstance(mini_program, dict) else ""
            self._chat.add(
                fan["id"],
                direction="shop",
                kind="template",
                route="api",
                payload={"title": title, "content": shown, "path": path},
                msg_id=str(msg_id),
            )
        status = "failed:user block" if fan["refuses_templates"] else "success"
        event = "TEMPLATESENDJOBFINISH"
        self._callbacks.enqueue(
            fan,
            event,
            {"MsgType": "event", "Event": event, "MsgID": msg_id, "Status": status},
            apologises=False,
        )
        return msg_id


def _check_name(button: object, longest: int, code: int) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= longest:
        raise WeChatError(code)


def _check_button(button: Body) -> None:
    kind = button.get("type")
    needs = _BUTTON_NEEDS.get(kind) if isinstance(kind, str) else None
    if needs is None:
        raise WeChatError(40017)
    for name in needs:
        value = button.get(name)
        limit = MENU_KEY_BYTES.value if name == "key" else MENU_URL_BYTES.value
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= limit:
            raise WeChatError(40019 if name == "key" else 40020)


def _fill(content: str, values: object) -> str:
    """The template's text with its values; raises 47003 when one is missing."""
    given = values if isinstance(values, dict) else {}

    def value_of(match: re.Match[str]) -> str:
        entry = given.get(match.group(1))
        if not isinstance(entry, dict) or not isinstance(entry.get("value"), str):
            raise WeChatError(47003, f"data.{match.group(1)}.value is empty")
        return str(entry["value"])

    return re.sub(r"\{\{(\w+)\.DATA\}\}", value_of, content)
