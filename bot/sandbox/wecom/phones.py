"""What people do on their phones: customers in WeChat, servicers in the WeCom client."""

import base64
import json
from typing import Any

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.kf_log import CUSTOMER, SERVICER, KfLog
from bot.sandbox.wecom.kf_sessions import (
    CLAIMED,
    CLOSED,
    ENDED,
    POOL,
    REOPENED,
    SERVED,
    TRANSFERRED,
    KfSessions,
)
from bot.sandbox.wecom.media import CorpMedia
from bot.sandbox.wecom.people import People
from bot.sandbox.wecom.rules import KF_SCENE_PARAM_BYTES

type Body = dict[str, Any]

_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
_FILES = {"image": "photo.png", "voice": "voice.amr", "video": "video.mp4", "file": "file.pdf"}
_PLAIN = ("location", "link", "miniprogram", "business_card")


class Phones:
    """The hands of everybody in 微信客服."""

    def __init__(
        self, ground: Ground, people: People, log: KfLog, sessions: KfSessions, media: CorpMedia
    ) -> None:
        self._store = ground.store
        self._people = people
        self._log = log
        self._sessions = sessions
        self._media = media

    def enter(self, person_id: int, open_kfid: str, scene: str, param: str) -> Body:
        """Open the chat by a link; {"welcome_code"} as the event has it."""
        if len(param.encode()) > KF_SCENE_PARAM_BYTES.value:
            raise SandboxRefused("scene_param is too long")
        person = self._people.get(person_id)
        open_kfid = self._log.check_account(open_kfid)
        code = self._sessions.welcome_code(self._sessions.of(person, open_kfid))
        given = {"scene_param": param, "welcome_code": code}
        self._log.event(
            open_kfid,
            "enter_session",
            person,
            scene=scene,
            **{name: value for name, value in given.items() if value},
        )
        return {"welcome_code": code}

    def write(self, person_id: int, open_kfid: str, message: Body) -> Body:
        """Send a message; {"item_id", "msgid"}.

        text {"content"}, image, voice, video, file {"content"?: base64, "name"?}, location, link,
        miniprogram, business_card with their own fields in "fields".
        """
        kind = str(message.get("type", "text"))
        return self._write(person_id, open_kfid, kind, self._compose(kind, message))

    def tap(self, person_id: int, item_id: int, option: str) -> Body:
        """Tap a menu's option, by its id or words: they come as the customer's text."""
        item = self._people.item(item_id)
        if item["kind"] != "msgmenu" or item["person_id"] != person_id:
            raise SandboxRefused(f"item {item_id} is no menu of this person")
        for each in json.loads(item["payload"])["list"]:
            click = each.get("click", {})
            if option in (click.get("id"), click.get("content")):
                content = {"content": click["content"], "menu_id": click.get("id", "")}
                return self._write(person_id, item["account"], "text", content)
        raise SandboxRefused(f"the menu has no option {option!r}")

    def recall(self, person_id: int, item_id: int) -> None:
        """Take a message of one's own back."""
        item, person = self._people.item(item_id), self._people.get(person_id)
        if item["direction"] != "customer" or item["person_id"] != person_id:
            raise SandboxRefused(f"item {item_id} is no message of this person's")
        self._log.event(item["account"], "user_recall_msg", person, recall_msgid=item["msgid"])

    def reject(self, person_id: int, open_kfid: str, *, is_on: bool) -> None:
        """Switch messages of the account off, or on again."""
        person, account = self._people.get(person_id), self._log.check_account(open_kfid)
        self._log.event(
            account, "reject_customer_msg_switch_change", person, reject_switch=int(is_on)
        )

    def claim(self, userid: str, session_id: int) -> None:
        """Take a customer from the pool; only somebody who is 接待中 can."""
        row = self._session(session_id)
        self._sessions.check_servicer(userid)
        if row["state"] != POOL:
            raise SandboxRefused("this customer is not in the pool")
        self._sessions.change(row, SERVED, userid, CLAIMED)

    def answer(self, userid: str, session_id: int, content: str) -> None:
        """Write to one's own customer; to one whose session has ended, it begins again."""
        row = self._session(session_id)
        if row["state"] == ENDED:
            self._sessions.change(row, SERVED, userid, REOPENED)
        elif (row["state"], row["servicer"]) != (SERVED, userid):
            raise SandboxRefused("this customer is not yours")
        person = self._people.get(row["person_id"])
        text = {"content": content}
        msgid = self._log.message(row["open_kfid"], person, SERVICER, "text", text, userid)
        self._people.show(
            person["id"], row["open_kfid"], "servicer", "text", {**text, "servicer": userid}, msgid
        )

    def transfer(self, userid: str, session_id: int, to: str) -> None:
        """Hand one's customer to somebody else who is 接待中."""
        row = self._own(userid, session_id)
        self._sessions.check_servicer(to)
        self._sessions.change(row, SERVED, to, TRANSFERRED)

    def end(self, userid: str, session_id: int) -> None:
        """End the session with one's customer."""
        self._sessions.change(self._own(userid, session_id), ENDED, "", CLOSED)

    def switch(self, userid: str, *, is_receiving: bool) -> None:
        """接待中 or 停止接待; every account's shop hears of it."""
        self._people.member(userid)
        self._people.set_receiving(userid, is_receiving=is_receiving)
        status = {"status": 1} if is_receiving else {"status": 2, "stop_type": 0}
        for open_kfid in self._log.accounts():
            self._log.event(
                open_kfid, "servicer_status_change", None, servicer_userid=userid, **status
            )

    def _own(self, userid: str, session_id: int) -> Row:
        row = self._session(session_id)
        if (row["state"], row["servicer"]) != (SERVED, userid):
            raise SandboxRefused("this customer is not yours")
        return row

    def _session(self, session_id: int) -> Row:
        found = self._store.find("SELECT * FROM kf_sessions WHERE id = ?", session_id)
        if found is None:
            raise SandboxRefused(f"no session {session_id}")
        return self._sessions.of(self._people.get(found["person_id"]), found["open_kfid"])

    def _compose(self, kind: str, message: Body) -> Body:
        if kind == "text":
            return {"content": str(message["content"])}
        if kind in _FILES:
            content = base64.b64decode(message["content"]) if "content" in message else _PIXEL
            name = str(message.get("name") or _FILES[kind])
            media_id, _ = self._media.keep(kind, content, name)
            return {"media_id": media_id}
        if kind in _PLAIN:
            return dict(message["fields"])
        raise SandboxRefused(f"a customer sends no {kind!r}")

    def _write(self, person_id: int, open_kfid: str, kind: str, content: Body) -> Body:
        person = self._people.get(person_id)
        open_kfid = self._log.check_account(open_kfid)
        with self._store.transaction():
            self._sessions.written(person, open_kfid)
            msgid = self._log.message(open_kfid, person, CUSTOMER, kind, content)
            item_id = self._people.show(person_id, open_kfid, "customer", kind, content, msgid)
        return {"item_id": item_id, "msgid": msgid}
