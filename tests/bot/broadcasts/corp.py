"""WeCom as far as mass tasks go: tasks wait for their senders, results come in pages."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.clock import FrozenClock

type Json = dict[str, Any]
ROOT = "externalcontact/"
DAY = 86_400


@dataclass
class Task:
    """A task as WeCom keeps it."""

    msgid: str
    body: Json
    created_at: int
    confirmed_at: int | None = None
    cancelled: bool = False
    creator: str = ""
    """Of a moment that somebody made by hand."""
    reminders: list[int] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def targets(self) -> list[str]:
        """Whom it is for."""
        found: list[str] = self.body.get("external_userid") or self.body.get("chat_id_list") or []
        return found


@dataclass
class MassCorp:
    """A corp whose people confirm when a test says so."""

    clock: FrozenClock
    tasks: list[Task] = field(default_factory=list)
    moments: list[Task] = field(default_factory=list)
    cards: list[Json] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    errors: dict[str, list[int]] = field(default_factory=dict)
    """Codes that the next calls of an API answer; 0 for what it always does."""
    swallows: set[str] = field(default_factory=set)
    """APIs that do what they are asked and never answer, once."""
    meanwhile: dict[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    """What else happens while an API is called, once."""

    def app(self) -> web.Application:
        """What it serves."""
        app = web.Application()
        app.router.add_route("*", "/cgi-bin/{api:.*}", self._serve)
        return app

    def asked(self, api: str) -> list[Json]:
        """The bodies of an API's calls."""
        return [body for called, body in self.calls if called == ROOT + api]

    def confirm(self, task: Task, **statuses: int) -> None:
        """Its sender confirms it; a target that is not named is sent to."""
        task.confirmed_at = self._now()
        task.statuses = {each: statuses.get(each, 1) for each in task.targets}

    async def _serve(self, request: web.Request) -> web.Response:
        api, query = request.match_info["api"], dict(request.query)
        if api == "gettoken":
            return web.json_response({"errcode": 0, "access_token": "t", "expires_in": 7200})
        body = json.loads(await request.text()) if request.content_type.endswith("json") else query
        self.calls.append((api, body))
        if self.errors.get(api) and (code := self.errors[api].pop(0)):
            await self._let_happen(api)
            return web.json_response({"errcode": code, "errmsg": "no"})
        answer = self._answers()[api](body)
        await self._let_happen(api)
        if api in self.swallows:
            self.swallows.remove(api)
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
        return web.json_response({"errcode": 0, "errmsg": "ok", **answer})

    async def _let_happen(self, api: str) -> None:
        if api in self.meanwhile:
            await self.meanwhile.pop(api)()

    def _answers(self) -> dict[str, Callable[[Json], Json]]:
        own = {
            "add_msg_template": self._create,
            "get_groupmsg_list_v2": self._list,
            "get_groupmsg_task": self._senders,
            "get_groupmsg_send_result": self._results,
            "remind_groupmsg_send": self._remind,
            "cancel_groupmsg_send": self._cancel,
            "add_moment_task": self._create_moment,
            "get_moment_task_result": self._moment_making,
            "get_moment_list": self._list_moments,
            "get_moment_task": self._publishers,
            "cancel_moment_task": self._cancel_moment,
        }
        media = {"media_id": "M"}
        return {
            **{ROOT + name: answer for name, answer in own.items()},
            "message/send": self._card,
            "media/upload": lambda _: media,
            "media/upload_attachment": lambda _: {"media_id": "MOMENT"},
        }

    def _create(self, body: Json) -> Json:
        task = Task(f"msg{len(self.tasks) + 1}", body, self._now())
        self.tasks.append(task)
        task.statuses = dict.fromkeys(task.targets, 0)
        return {"msgid": task.msgid, "fail_list": sorted(self.refused.intersection(task.targets))}

    def _list(self, body: Json) -> Json:
        found = [
            {
                "msgid": each.msgid,
                "create_time": str(each.created_at),
                "text": each.body.get("text", {}),
                "attachments": each.body.get("attachments", []),
            }
            for each in self.tasks
            if each.body["chat_type"] == body["chat_type"]
            and body["start_time"] <= each.created_at <= body["end_time"]
        ]
        return self._page(found, body, "group_msg_list")

    def _senders(self, body: Json) -> Json:
        task = self._task(body)
        row: Json = {"userid": task.body["sender"], "status": 0}
        if task.confirmed_at:
            row |= {"status": 2, "send_time": task.confirmed_at}
        return {"task_list": [row]}

    def _results(self, body: Json) -> Json:
        task = self._task(body)
        name = "external_userid" if task.body["chat_type"] == "single" else "chat_id"
        rows = [
            {name: target, "status": status, "send_time": task.confirmed_at or 0}
            for target, status in task.statuses.items()
            if name == "external_userid" or status
        ]
        return self._page(rows, body, "send_list")

    def _remind(self, body: Json) -> Json:
        task = self._task(body)
        if len([each for each in task.reminders if each > self._now() - DAY]) >= 3:
            return {"errcode": 41094}
        task.reminders.append(self._now())
        return {}

    def _cancel(self, body: Json) -> Json:
        task = self._task(body)
        task.cancelled = True
        return {}

    def _create_moment(self, body: Json) -> Json:
        self.moments.append(Task(f"job{len(self.moments) + 1}", body, self._now()))
        return {"jobid": self.moments[-1].msgid}

    def _moment_making(self, query: Json) -> Json:
        moment_id = query["jobid"].replace("job", "mom")
        return {"status": 3, "result": {"errcode": 0, "moment_id": moment_id}}

    def _list_moments(self, body: Json) -> Json:
        found = [
            {
                "moment_id": each.msgid.replace("job", "mom"),
                "create_time": each.created_at,
                "create_type": 0,
                **({"text": each.body["text"]} if "text" in each.body else {}),
                "image": [one["image"] for one in each.body.get("attachments", [])],
                **({"creator": each.creator} if each.creator else {}),
            }
            for each in self.moments
            if body["start_time"] <= each.created_at <= body["end_time"]
        ]
        return self._page(found, body, "moment_list")

    def _publishers(self, body: Json) -> Json:
        moment = self._moment(body)
        (userid,) = moment.body["visible_range"]["sender_list"]["user_list"]
        return {"task_list": [{"userid": userid, "publish_status": int(bool(moment.confirmed_at))}]}

    def _cancel_moment(self, body: Json) -> Json:
        self._moment(body).cancelled = True
        return {}

    def _card(self, body: Json) -> Json:
        self.cards.append(body)
        return {"msgid": f"card{len(self.cards)}", "response_code": "R"}

    def _task(self, body: Json) -> Task:
        return next(each for each in self.tasks if each.msgid == body["msgid"])

    def _moment(self, body: Json) -> Task:
        job_id = body["moment_id"].replace("mom", "job")
        return next(each for each in self.moments if each.msgid == job_id)

    def _page(self, rows: list[Json], body: Json, name: str) -> Json:
        begin, limit = int(body.get("cursor") or 0), body["limit"]
        end = begin + limit
        return {name: rows[begin:end], "next_cursor": str(end) if end < len(rows) else ""}

    def _now(self) -> int:
        return int(self.clock.now().timestamp())
