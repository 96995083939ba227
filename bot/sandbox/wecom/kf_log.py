"""What happened in an account of 微信客服, to be fetched with a cursor (读取消息)."""

import json
import re
import secrets
from typing import Any

from bot.sandbox.ground import Ground
from bot.sandbox.settings import WeComCorp
from bot.sandbox.store import Row
from bot.sandbox.wecom.callbacks import CorpCallbacks
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.rules import SYNC_DAYS, SYNC_PAGE, SYNC_TOKEN_LIFE, SYNC_WITHOUT_TOKEN

type Body = dict[str, Any]

_CURSOR = re.compile(r"4gw7MepFLfgF2VC5-([0-9a-f]{1,15})")
CUSTOMER, SYSTEM, SERVICER = 3, 4, 5


class KfLog:
    """Messages and events of all accounts, in order; each pokes the shop."""

    def __init__(self, ground: Ground, corp: WeComCorp, callbacks: CorpCallbacks) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._counters = ground.counters
        self._open_kfids = corp.open_kfids
        self._callbacks = callbacks

    def check_account(self, open_kfid: object) -> str:
        """The account's id; raises 95000."""
        if open_kfid not in self._open_kfids:
            raise WeComError(95000)
        return str(open_kfid)

    def accounts(self) -> tuple[str, ...]:
        """All accounts."""
        return self._open_kfids

    def message(
        self, open_kfid: str, person: Row, origin: int, kind: str, content: Body, servicer: str = ""
    ) -> str:
        """A customer's or a servicer's message; its msgid."""
        msgid = f"from_msgid_{secrets.randbelow(10**19)}"
        message = {
            "msgid": msgid,
            "open_kfid": open_kfid,
            "external_userid": person["external_userid"],
            "send_time": int(self._clock.timestamp()),
            "origin": origin,
            **({"servicer_userid": servicer} if servicer else {}),
            "msgtype": kind,
            kind: content,
        }
        self._append(open_kfid, message)
        return msgid

    def event(self, open_kfid: str, event_type: str, person: Row | None, **fields: Any) -> None:
        """A system event; whom it is about stands inside it."""
        who = {} if person is None else {"external_userid": person["external_userid"]}
        message = {
            "msgid": secrets.token_hex(16),
            "send_time": int(self._clock.timestamp()),
            "origin": SYSTEM,
            "msgtype": "event",
            "event": {"event_type": event_type, "open_kfid": open_kfid, **who, **fields},
        }
        self._append(open_kfid, message)

    def sync(self, body: Body) -> Body:
        """POST kf/sync_msg; raises 95000, 40058, 95007 or 45009."""
        open_kfid = self.check_account(body.get("open_kfid"))
        after, limit = _read_cursor(body.get("cursor")), body.get("limit", SYNC_PAGE.value)
        if not isinstance(limit, int) or not 0 <= limit <= SYNC_PAGE.value:
            raise WeComError(40058, "limit")
        self._check_token(open_kfid, str(body.get("token") or ""))
        rows = self._store.rows(
            "SELECT id, message FROM kf_log WHERE open_kfid = ? AND id > ? AND created_at > ?"
            " ORDER BY id LIMIT ?",
            open_kfid,
            after,
            self._clock.timestamp() - SYNC_DAYS.value,
            (limit or SYNC_PAGE.value) + 1,
        )
        page = rows[: limit or SYNC_PAGE.value]
        return {
            "next_cursor": f"4gw7MepFLfgF2VC5-{page[-1]['id'] if page else after:x}",
            "has_more": int(len(rows) > len(page)),
            "msg_list": [json.loads(row["message"]) for row in page],
        }

    def _check_token(self, open_kfid: str, token: str) -> None:
        if not token:
            self._counters.spend_window(
                f"kf/sync_msg:{open_kfid}",
                allowed=SYNC_WITHOUT_TOKEN.value,
                seconds=60,
                code=45009,
            )
            return
        row = self._store.find(
            "SELECT 1 FROM kf_poke_tokens WHERE token = ? AND open_kfid = ? AND expires_at > ?",
            token,
            open_kfid,
            self._clock.timestamp(),
        )
        if row is None:
            raise WeComError(95007)

    def _append(self, open_kfid: str, message: Body) -> None:
        now, token = self._clock.timestamp(), "ENC" + secrets.token_urlsafe(33)
        with self._store.transaction():
            self._store.run(
                "INSERT INTO kf_log (open_kfid, message, created_at) VALUES (?, ?, ?)",
                open_kfid,
                json.dumps(message, ensure_ascii=False),
                now,
            )
            self._store.run(
                "INSERT INTO kf_poke_tokens (token, open_kfid, expires_at) VALUES (?, ?, ?)",
                token,
                open_kfid,
                now + SYNC_TOKEN_LIFE.value,
            )
            self._callbacks.enqueue("kf_msg_or_event", {"Token": token, "OpenKfId": open_kfid})


def _read_cursor(cursor: object) -> int:
    if not cursor:
        return 0
    found = _CURSOR.fullmatch(str(cursor))
    if found is None:
        raise WeComError(40058, "cursor")
    return int(found.group(1), 16)
