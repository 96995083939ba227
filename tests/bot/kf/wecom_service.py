"""qyapi.weixin.qq.com as far as customer service goes, with the rules that a shop can break."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

from bot.clock import Clock

OPEN_KFID = "wk-shop"
NEW, BOT, POOL, SERVICER, ENDED = range(5)
MOVES = {
    NEW: {POOL, SERVICER},
    BOT: {POOL, SERVICER},
    POOL: {SERVICER},
    SERVICER: {SERVICER, ENDED},
}

Answer = Mapping[str, Any]


@dataclass
class WeComService:
    """One account. Its messages are a list; a cursor is `c` and how many of them were given."""

    clock: Clock
    log: list[dict[str, Any]] = field(default_factory=list)
    page: int = 1000
    token: str | None = None
    """The only token that is good now; None while any is."""
    states: dict[str, int] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    receiving: dict[str, bool] = field(default_factory=dict)
    unionids: dict[str, str] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    by_code: list[dict[str, Any]] = field(default_factory=list)
    syncs: list[dict[str, Any]] = field(default_factory=list)
    errors: Counter[int] = field(default_factory=Counter)
    fail_next: list[int] = field(default_factory=list)
    """Codes that the next calls are refused with."""
    before_send: Callable[[], None] | None = None
    """Happens once, after the state was asked for and before the next message arrives."""
    files: dict[str, bytes] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    def write(self, user: str, content: str, **more: Any) -> str:
        """A customer writes."""
        if self.states.get(user, ENDED) == ENDED:
            self.states[user] = NEW
        return self.add(user, "text", {"content": content}, **more)

    def add(
        self, user: str, kind: str, about: dict[str, Any], *, origin: int = 3, **fields: Any
    ) -> str:
        """Something in the account's log; its msgid."""
        msgid = f"m{next(self._numbers)}"
        message = {
            "msgid": msgid,
            "open_kfid": OPEN_KFID,
            "external_userid": user,
            "send_time": int(self.clock.now().timestamp()),
            "origin": origin,
            "msgtype": kind,
            kind: about,
            **fields,
        }
        self.log.append(message)
        return msgid

    def tell(self, event_type: str, user: str = "", **about: Any) -> str:
        """An event in the account's log."""
        event = {"event_type": event_type, "open_kfid": OPEN_KFID, **about}
        if user:
            event["external_userid"] = user
        msgid = self.add(user, "event", event, origin=4)
        del self.log[-1]["open_kfid"], self.log[-1]["external_userid"]
        return msgid

    def take(self, user: str, userid: str, *, change: int = 1) -> None:
        """A servicer takes a customer in WeCom's client."""
        self.states[user], self.owners[user] = SERVICER, userid
        code = f"code-{next(self._numbers)}"
        about = {"change_type": change, "new_servicer_userid": userid, "msg_code": code}
        self.tell("session_status_change", user, **about)

    def end(self, user: str) -> str:
        """A servicer ends a session in WeCom's client; the code of its end."""
        self.states[user] = ENDED
        code = f"code-{next(self._numbers)}"
        owner = self.owners.pop(user, "")
        about = {"change_type": 3, "old_servicer_userid": owner, "msg_code": code}
        self.tell("session_status_change", user, **about)
        return code

    def app(self) -> web.Application:
        """It, to be served."""
        app = web.Application()
        app.router.add_get("/cgi-bin/gettoken", self._token)
        app.router.add_get("/cgi-bin/media/get", self._file)
        app.router.add_post("/cgi-bin/media/upload", self._upload)
        app.router.add_route("*", "/cgi-bin/kf/{path:.*}", self._serve)
        return app

    async def _token(self, _request: web.Request) -> web.Response:
        return web.json_response({"errcode": 0, "access_token": "at", "expires_in": 7200})

    async def _upload(self, _request: web.Request) -> web.Response:
        media_id = f"media-{next(self._numbers)}"
        return web.json_response({"errcode": 0, "type": "image", "media_id": media_id})

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.query["media_id"])
        if content is None:
            return web.json_response({"errcode": 40007, "errmsg": "invalid media_id"})
        return web.Response(body=content, content_type="application/octet-stream")

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else {}
        serve = self._apis()[request.match_info["path"]]
        answer = self._refuse(self.fail_next.pop(0)) if self.fail_next else serve(body)
        return web.json_response({"errcode": 0, "errmsg": "ok", **answer})

    def _apis(self) -> dict[str, Callable[[dict[str, Any]], Answer]]:
        return {
            "sync_msg": self._sync,
            "send_msg": self._send,
            "send_msg_on_event": self._send_by_code,
            "service_state/get": self._state,
            "service_state/trans": self._move,
            "servicer/list": self._servicers,
            "customer/batchget": self._customers,
        }

    def _refuse(self, code: int) -> Answer:
        self.errors[code] += 1
        return {"errcode": code, "errmsg": "refused"}

    def _sync(self, body: dict[str, Any]) -> Answer:
        self.syncs.append(body)
        if self.token is not None and body.get("token", self.token) != self.token:
            return self._refuse(95007)
        begin = int(body.get("cursor", "c0")[1:])
        end = min(begin + self.page, len(self.log))
        return {
            "next_cursor": f"c{end}",
            "has_more": int(end < len(self.log)),
            "msg_list": self.log[begin:end],
        }

    def _send(self, body: dict[str, Any]) -> Answer:
        if self.before_send is not None:
            happen, self.before_send = self.before_send, None
            happen()
        user = body["touser"]
        if self.states.get(user, ENDED) not in (NEW, BOT):
            return self._refuse(95018)
        if all(each["msgid"] != body["msgid"] for each in self.sent):
            self.sent.append(body)
        self.states[user] = BOT
        return {"msgid": body["msgid"]}

    def _send_by_code(self, body: dict[str, Any]) -> Answer:
        if any(each["code"] == body["code"] for each in self.by_code):
            return self._refuse(95000)
        self.by_code.append(body)
        return {"msgid": body["msgid"]}

    def _state(self, body: dict[str, Any]) -> Answer:
        user = body["external_userid"]
        state = self.states.get(user, ENDED)
        owner = self.owners.get(user, "") if state == SERVICER else ""
        return {"service_state": state, "servicer_userid": owner}

    def _move(self, body: dict[str, Any]) -> Answer:
        user, state = body["external_userid"], body["service_state"]
        now, userid = self.states.get(user, ENDED), body.get("servicer_userid", "")
        if state not in MOVES.get(now, set()):
            return self._refuse(95013 if now == ENDED else 95016)
        if state == SERVICER and userid not in self.receiving:
            return self._refuse(95014)
        if state == SERVICER and not self.receiving[userid]:
            return self._refuse(95019)
        self.states[user] = state
        if state == SERVICER:
            self.owners[user] = userid
        return {"msg_code": f"code-{next(self._numbers)}"}

    def _servicers(self, _body: dict[str, Any]) -> Answer:
        listed = [{"userid": who, "status": int(not here)} for who, here in self.receiving.items()]
        return {"servicer_list": listed}

    def _customers(self, body: dict[str, Any]) -> Answer:
        return {
            "customer_list": [
                {"external_userid": user, "nickname": "某", "unionid": self.unionids[user]}
                for user in body["external_userid_list"]
                if user in self.unionids
            ]
        }
