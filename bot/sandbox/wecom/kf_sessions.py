"""The states of a session in 微信客服, and the codes that its changes give (分配客服会话)."""

import secrets

from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.kf_log import KfLog
from bot.sandbox.wecom.people import People
from bot.sandbox.wecom.rules import CODE_LIFE, KF_WINDOW, SESSION_LIFE, TRANSITIONS, WELCOME_QUIET

NEW, BOT, POOL, SERVED, ENDED = range(5)
CLAIMED, TRANSFERRED, CLOSED, REOPENED = 1, 2, 3, 4
"""`change_type` of session_status_change."""


class KfSessions:
    """One session a customer and account."""

    def __init__(self, ground: Ground, people: People, log: KfLog) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._people = people
        self._log = log

    def of(self, person: Row, open_kfid: str) -> Row:
        """The session as it is now; one that is 48 hours old has ended."""
        self._store.run(
            "INSERT OR IGNORE INTO kf_sessions (person_id, open_kfid) VALUES (?, ?)",
            person["id"],
            open_kfid,
        )
        row = self._find(person["id"], open_kfid)
        if row["state"] != ENDED and row["started_at"] + SESSION_LIFE.value <= self._now():
            self.lapse(row["id"])
            row = self._find(person["id"], open_kfid)
        return row

    def list_all(self) -> list[Row]:
        """All sessions, the latest written first."""
        return self._store.rows("SELECT * FROM kf_sessions ORDER BY written_at DESC")

    def due_ids(self, now: float) -> list[int]:
        """Sessions that are over after 48 hours."""
        rows = self._store.rows(
            "SELECT id FROM kf_sessions WHERE state <> 4 AND started_at <= ?",
            now - SESSION_LIFE.value,
        )
        return [row["id"] for row in rows]

    async def end_due(self, session_id: int) -> None:
        """End a session that is over."""
        self.lapse(session_id)

    def lapse(self, session_id: int) -> None:
        """A session's time is over; the shop hears of it when a servicer had it."""
        row = self.get(session_id)
        if row["state"] == SERVED:
            self.change(row, ENDED, "", CLOSED)
        else:
            self.put(row, ENDED)

    def written(self, person: Row, open_kfid: str) -> Row:
        """The customer wrote: an ended session begins anew, and five messages may be sent."""
        row, now = self.of(person, open_kfid), self._now()
        self._store.run(
            "UPDATE kf_sessions SET written_at = ?, sent = 0,"
            " started_at = CASE state WHEN 4 THEN ? ELSE started_at END,"
            " state = CASE state WHEN 4 THEN 0 ELSE state END WHERE id = ?",
            now,
            now,
            row["id"],
        )
        return self.get(row["id"])

    def move(self, person: Row, open_kfid: str, state: object, servicer: str) -> str:
        """POST kf/service_state/trans; the message code, if the change gives one.

        Raises 40058, 95031, 95013, 95016, 95014 or 95019.
        """
        row = self.of(person, open_kfid)
        if not isinstance(state, int) or state not in TRANSITIONS.value:
            raise WeComError(40058, "service_state")
        if row["written_at"] is None or row["written_at"] + KF_WINDOW.value <= self._now():
            raise WeComError(95031)
        if row["state"] == ENDED:
            raise WeComError(95013)
        if state not in TRANSITIONS.value[row["state"]]:
            raise WeComError(95016)
        if state == SERVED:
            self.check_servicer(servicer)
            if servicer == row["servicer"]:
                raise WeComError(95016)
        self.put(row, state, servicer if state == SERVED else "")
        if state == row["state"]:
            return ""
        return self.code({POOL: "pool", SERVED: "servicer", ENDED: "end"}[state], row["id"])

    def check_servicer(self, userid: str) -> None:
        """Raise 95014 or 95019 unless this one takes customers."""
        member = next((each for each in self._people.staff() if each["userid"] == userid), None)
        if member is None or not member["is_servicer"]:
            raise WeComError(95014)
        if not member["is_receiving"]:
            raise WeComError(95019)

    def change(self, row: Row, state: int, servicer: str, change_type: int) -> None:
        """Somebody changed the session in the client: the shop hears of it."""
        person = self._people.get(row["person_id"])
        kind = {CLAIMED: "servicer", CLOSED: "end"}.get(change_type)
        fields = {
            "old_servicer_userid": row["servicer"],
            "new_servicer_userid": servicer,
            "msg_code": self.code(kind, row["id"]) if kind else "",
        }
        with self._store.transaction():
            self.put(row, state, servicer)
            self._log.event(
                row["open_kfid"],
                "session_status_change",
                person,
                change_type=change_type,
                **{name: value for name, value in fields.items() if value},
            )

    def put(self, row: Row, state: int, servicer: str = "") -> None:
        """Put a session into a state; one that a servicer opens again lives 48 hours more."""
        self._store.run(
            "UPDATE kf_sessions SET state = ?, servicer = ?,"
            " started_at = CASE WHEN state = 4 THEN ? ELSE started_at END WHERE id = ?",
            state,
            servicer,
            self._now(),
            row["id"],
        )
        self._feed.publish("wecom-items", row["person_id"])

    def welcome_code(self, row: Row) -> str:
        """A code for a welcome, unless there was one, or a message, within 48 hours."""
        since = self._now() - WELCOME_QUIET.value
        if any(at is not None and at > since for at in (row["welcomed_at"], row["written_at"])):
            return ""
        return self.code("welcome", row["id"])

    def code(self, kind: str, session_id: int) -> str:
        """A new code for one message."""
        code = secrets.token_urlsafe(24)
        self._store.run(
            "INSERT INTO kf_codes (code, kind, session_id, expires_at) VALUES (?, ?, ?, ?)",
            code,
            kind,
            session_id,
            self._now() + CODE_LIFE.value[kind],
        )
        return code

    def get(self, session_id: int) -> Row:
        """A session by its row id."""
        return self._store.rows("SELECT * FROM kf_sessions WHERE id = ?", session_id)[0]

    def _find(self, person_id: int, open_kfid: str) -> Row:
        return self._store.rows(
            "SELECT * FROM kf_sessions WHERE person_id = ? AND open_kfid = ?", person_id, open_kfid
        )[0]

    def _now(self) -> float:
        return self._clock.timestamp()
