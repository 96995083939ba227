"""What the shop says in 微信客服: by its own will (发送消息), and by the code of an event."""

import re
import secrets
from typing import Any

from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.kf_log import KfLog
from bot.sandbox.wecom.kf_sessions import BOT, ENDED, NEW, POOL, SERVED, KfSessions
from bot.sandbox.wecom.kf_shapes import KfShapes
from bot.sandbox.wecom.people import People
from bot.sandbox.wecom.rules import CODE_KINDS, KF_COUNT, KF_MSGID_BYTES, KF_WINDOW

type Body = dict[str, Any]

_MSGID = re.compile(rf"[0-9a-zA-Z_-]{{1,{KF_MSGID_BYTES.value}}}")
# A code is good while the session is still where it was given; a welcome always.
_STATE_OF = {"pool": POOL, "servicer": SERVED, "end": ENDED}


class KfSending:
    """POST kf/send_msg and kf/send_msg_on_event; both give the msgid."""

    def __init__(
        self, ground: Ground, people: People, log: KfLog, sessions: KfSessions, shapes: KfShapes
    ) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._people = people
        self._log = log
        self._sessions = sessions
        self._shapes = shapes

    def send(self, body: Body) -> str:
        """Send once a msgid; raises 95000, 40096, 40058, 95002, 95018, 95001 or a shape's."""
        open_kfid = self._log.check_account(body.get("open_kfid"))
        person = self._people.called(body.get("touser"))
        msgid = _msgid(body)
        if self._is_sent(open_kfid, msgid):
            return msgid
        kind, content = self._shapes.check(body)
        session = self._sessions.of(person, open_kfid)
        written_at = session["written_at"]
        if written_at is None or written_at + KF_WINDOW.value <= self._clock.timestamp():
            raise WeComError(95002)
        if session["state"] not in (NEW, BOT):
            raise WeComError(95018)
        if session["sent"] >= KF_COUNT.value:
            raise WeComError(95001)
        with self._store.transaction():
            self._store.run(
                "UPDATE kf_sessions SET sent = sent + 1, state = 1 WHERE id = ?", session["id"]
            )
            self._show(person, open_kfid, kind, content, msgid)
        return msgid

    def send_on_event(self, body: Body) -> str:
        """Send by a code; raises 40058 (code, msgid), 95018 (another state), 40008 or a shape's."""
        msgid = _msgid(body)
        code = self._store.find(
            "SELECT * FROM kf_codes WHERE code = ? AND used_at IS NULL AND expires_at > ?",
            str(body.get("code")),
            self._clock.timestamp(),
        )
        if code is None:
            raise WeComError(40058, "code is unknown, used or expired")
        if body.get("msgtype") not in CODE_KINDS.value[code["kind"]]:
            raise WeComError(40008)
        kind, content = self._shapes.check(body)
        session = self._sessions.get(code["session_id"])
        person = self._people.get(session["person_id"])
        session = self._sessions.of(person, session["open_kfid"])
        if session["state"] != _STATE_OF.get(code["kind"], session["state"]):
            raise WeComError(95018)
        now = self._clock.timestamp()
        with self._store.transaction():
            self._store.run("UPDATE kf_codes SET used_at = ? WHERE code = ?", now, code["code"])
            if code["kind"] == "welcome":
                self._store.run(
                    "UPDATE kf_sessions SET welcomed_at = ? WHERE id = ?", now, session["id"]
                )
            self._show(person, session["open_kfid"], kind, content, msgid)
        return msgid

    def _show(self, person: Row, open_kfid: str, kind: str, content: Body, msgid: str) -> None:
        if person["fails_next"] is None:
            self._people.show(person["id"], open_kfid, "shop", kind, content, msgid)
            return
        self._people.fail_next(person["id"], None)
        self._log.event(
            open_kfid, "msg_send_fail", person, fail_msgid=msgid, fail_type=person["fails_next"]
        )

    def _is_sent(self, open_kfid: str, msgid: str) -> bool:
        found = self._store.find(
            "SELECT 1 FROM wecom_items WHERE account = ? AND msgid = ?", open_kfid, msgid
        )
        return found is not None


def _msgid(body: Body) -> str:
    given = body.get("msgid")
    if not given:
        return secrets.token_hex(16)
    if not isinstance(given, str) or not _MSGID.fullmatch(given):
        raise WeComError(40058, "msgid")
    return given
