"""Messages of the corp's own app on its people's phones: words, and cards with buttons."""

import hashlib
import json
import secrets
from typing import Any

from bot.sandbox.errors import SandboxRefused, WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.settings import WeComCorp
from bot.sandbox.store import Row
from bot.sandbox.wecom.callbacks import CorpCallbacks
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.people import People
from bot.sandbox.wecom.rules import (
    APP_DUPLICATE,
    APP_DUPLICATE_MOST,
    APP_MEMBER_HOUR,
    APP_MEMBER_MINUTE,
    APP_TEXT_BYTES,
    CARD_BUTTONS,
    CARD_TASK_BYTES,
    RESPONSE_LIFE,
)

type Body = dict[str, Any]


class AppMessages:
    """POST message/send and message/update_template_card, and the taps on cards."""

    def __init__(
        self, ground: Ground, corp: WeComCorp, people: People, callbacks: CorpCallbacks
    ) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._counters = ground.counters
        self._agent_id = corp.agent_id
        self._name = corp.name
        self._people = people
        self._callbacks = callbacks

    def send(self, body: Body) -> Body:
        """Send to members; raises 40056, 40008, 40058 or 81013."""
        self._check_agent(body)
        kind = str(body.get("msgtype"))
        content = _content(kind, body)
        wanted = [each for each in str(body.get("touser", "")).split("|") if each]
        known = {each["userid"] for each in self._people.staff()}
        if "@all" in wanted:
            wanted = sorted(known)
        if not known.intersection(wanted):
            raise WeComError(81013)
        msgid = secrets.token_hex(16)
        with self._store.transaction():
            for userid in wanted:
                if userid in known:
                    self._deliver(userid, msgid, kind, content, body)
            answer: Body = {"msgid": msgid}
            if kind == "template_card":
                answer["response_code"] = self._response_code(msgid)
        strangers = "|".join(each for each in wanted if each not in known)
        return {**answer, "invaliduser": strangers} if strangers else answer

    def update(self, body: Body) -> Body:
        """Put words in the place of a card's buttons; raises 40056 or 40058."""
        self._check_agent(body)
        words = (body.get("button") or {}).get("replace_name")
        userids, now = body.get("userids"), self._clock.timestamp()
        if not words or not isinstance(userids, list) or not userids:
            raise WeComError(40058, "button.replace_name, userids")
        used = self._store.find(
            "UPDATE app_responses SET used_at = ? WHERE code = ? AND used_at IS NULL"
            " AND expires_at > ? RETURNING msgid",
            now,
            str(body.get("response_code")),
            now,
        )
        if used is None:
            raise WeComError(40058, "response_code is unknown, used or expired")
        for userid in userids:
            self._store.run(
                "UPDATE app_messages SET replaced = ? WHERE msgid = ? AND userid = ?",
                str(words),
                used["msgid"],
                str(userid),
            )
        self._feed.publish("wecom")
        return {"invaliduser": []}

    def of(self, userid: str) -> list[Row]:
        """What one member's phone shows, oldest first."""
        return self._store.rows("SELECT * FROM app_messages WHERE userid = ? ORDER BY id", userid)

    def tap(self, userid: str, message_id: int, key: str) -> int:
        """Tap a card's button, by its key or words; the callback's id."""
        row = self._store.find(
            "SELECT * FROM app_messages WHERE id = ? AND userid = ?", message_id, userid
        )
        if row is None or row["kind"] != "template_card" or row["replaced"]:
            raise SandboxRefused("this card has no buttons to tap")
        card = json.loads(row["content"])
        button = next((b for b in card["button_list"] if key in (b["key"], b["text"])), None)
        if button is None:
            raise SandboxRefused(f"the card has no button {key!r}")
        fields = {
            "EventKey": button["key"],
            "TaskId": row["task_id"],
            "CardType": card["card_type"],
            "ResponseCode": self._response_code(row["msgid"]),
            "AgentID": self._agent_id,
        }
        return self._callbacks.enqueue(
            "template_card_event", fields, sender=userid, card_id=message_id
        )

    def details(self, agent_id: str) -> Body:
        """GET agent/get (获取指定的应用详情); raises 40056."""
        self._check_agent({"agentid": int(agent_id) if agent_id.isdecimal() else None})
        return {
            "agentid": self._agent_id,
            "name": self._name,
            "square_logo_url": "",
            "description": "",
            "allow_userinfos": {
                "user": [{"userid": each["userid"]} for each in self._people.staff()]
            },
            "allow_partys": {"partyid": []},
            "allow_tags": {"tagid": []},
            "close": 0,
            "redirect_domain": "",
            "report_location_flag": 0,
            "isreportenter": 0,
            "home_url": "",
        }

    def _check_agent(self, body: Body) -> None:
        if body.get("agentid") != self._agent_id:
            raise WeComError(40056)

    def _deliver(self, userid: str, msgid: str, kind: str, content: Body, body: Body) -> None:
        now, said = self._clock.timestamp(), json.dumps(content, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(said.encode()).hexdigest()
        if body.get("enable_duplicate_check") == 1:
            given = int(body.get("duplicate_check_interval") or APP_DUPLICATE.value)
            since = now - min(given, APP_DUPLICATE_MOST.value)
            if self._store.find(
                "SELECT 1 FROM app_messages WHERE userid = ? AND digest = ? AND created_at > ?",
                userid,
                digest,
                since,
            ):
                self._counters.add("message/send:duplicates")
                return
        if self._is_too_much(userid):
            self._counters.add("message/send:dropped")
            return
        self._store.run(
            "INSERT INTO app_messages (userid, msgid, kind, content, task_id, digest, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            userid,
            msgid,
            kind,
            said,
            str(content.get("task_id", "")),
            digest,
            now,
        )
        self._feed.publish("wecom")

    def _is_too_much(self, userid: str) -> bool:
        try:
            for allowed, seconds in ((APP_MEMBER_MINUTE.value, 60), (APP_MEMBER_HOUR.value, 3600)):
                self._counters.spend_window(
                    f"app:{userid}", allowed=allowed, seconds=seconds, code=45009
                )
        except WeChatError:
            return True
        return False

    def _response_code(self, msgid: str) -> str:
        code = secrets.token_urlsafe(32)
        self._store.run(
            "INSERT INTO app_responses (code, msgid, expires_at) VALUES (?, ?, ?)",
            code,
            msgid,
            self._clock.timestamp() + RESPONSE_LIFE.value,
        )
        return code


def _content(kind: str, body: Body) -> Body:
    content = body.get(kind)
    if kind not in ("text", "template_card"):
        raise WeComError(40008)
    if not isinstance(content, dict):
        raise WeComError(40058, kind)
    if kind == "text":
        words = str(content.get("content", "")).encode()[: APP_TEXT_BYTES.value]
        return {"content": words.decode(errors="ignore")}
    buttons, task_id = content.get("button_list"), content.get("task_id")
    if content.get("card_type") != "button_interaction" or not content.get("main_title"):
        raise WeComError(40058, "card_type, main_title")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= CARD_BUTTONS.value:
        raise WeComError(40058, "button_list")
    if not all(isinstance(each, dict) and each.get("text") and each.get("key") for each in buttons):
        raise WeComError(40058, "button_list")
    if not isinstance(task_id, str) or not 1 <= len(task_id.encode()) <= CARD_TASK_BYTES.value:
        raise WeComError(40058, "task_id")
    return content
