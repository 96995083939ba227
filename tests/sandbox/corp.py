"""The hands of tests on the WeCom side: the shop's calls, the customer's phone, the staff's."""

import asyncio
import io
from typing import Any

from aiohttp import FormData

from tests.sandbox.world import PNG, Json, World

SERVICER, OTHER = "LinZhiXia", "ZhouZiMo"


class CorpHands:
    """Calls of qyapi.weixin.qq.com, and a customer `anna` of its first account."""

    def __init__(self, world: World) -> None:
        assert world.settings.wecom is not None
        self.world = world
        self.corp = world.settings.wecom
        self.kfid = self.corp.open_kfids[0]
        self.token = ""
        self.anna: Json = {}

    async def begin(self) -> None:
        """Get the token and a customer."""
        self.anna = await self.does("/people", nickname="安娜")
        await self.renew()

    async def renew(self) -> None:
        """Ask for the token that is good now."""
        answer = await self.call(
            "gettoken", corpid=self.corp.corp_id, corpsecret=self.corp.secret, access_token=""
        )
        self.token = answer["access_token"]

    async def call(self, api: str, body: Any = None, **query: str) -> Json:
        """One call; a body makes it a POST."""
        method, asked = "GET" if body is None else "POST", {"access_token": self.token, **query}
        url = f"{self.world.url}/wecom/cgi-bin/{api}"
        async with self.world.http.request(method, url, json=body, params=asked) as response:
            assert response.status == 200
            answer: Json = await response.json()
            return answer

    async def uploads(self, api: str, content: bytes | None = PNG, **query: str) -> Json:
        """One upload of a picture, or of no file."""
        form = FormData()
        if content is not None:
            file = io.BytesIO(content)
            form.add_field("media", file, filename="a.png", content_type="image/png")
        url = f"{self.world.url}/wecom/cgi-bin/media/{api}"
        asked = {"access_token": self.token, **query}
        async with self.world.http.post(url, params=asked, data=form) as response:
            answer: Json = await response.json()
            return answer

    async def code(self, api: str, body: Any = None, **query: str) -> int:
        """The errcode of a call."""
        code: int = (await self.call(api, body, **query))["errcode"]
        return code

    async def does(self, path: str, **body: Any) -> Json:
        """Something that somebody does, in the control API."""
        return await self.world.control("POST", f"/wecom{path}", body)

    async def says(self, content: str) -> Json:
        """Anna writes."""
        who = self.anna["person_id"]
        return await self.does(f"/people/{who}/messages", type="text", content=content)

    def about(self, **more: Any) -> Json:
        """A body about Anna's session."""
        return {"open_kfid": self.kfid, "external_userid": self.anna["external_userid"], **more}

    def text(self, content: str = "您好", **more: Any) -> Json:
        """A send_msg of words to Anna."""
        return {
            "touser": self.anna["external_userid"],
            "open_kfid": self.kfid,
            "msgtype": "text",
            "text": {"content": content},
            **more,
        }

    async def sends(self, content: str = "您好", **more: Any) -> int:
        """The errcode of kf/send_msg."""
        return await self.code("kf/send_msg", self.text(content, **more))

    async def moves(self, state: int, servicer: str = "") -> int:
        """The errcode of kf/service_state/trans."""
        body = self.about(service_state=state, servicer_userid=servicer)
        return await self.code("kf/service_state/trans", body)

    async def state(self) -> tuple[int, str]:
        """Where Anna's session is, and who has it."""
        answer = await self.call("kf/service_state/get", self.about())
        return answer["service_state"], answer.get("servicer_userid", "")

    async def session_id(self) -> int:
        """Anna's session, as the servicer's client knows it."""
        (session,) = (await self.world.control("GET", "/wecom/state"))["sessions"]
        number: int = session["session_id"]
        return number

    async def log(self) -> list[Json]:
        """All that kf/sync_msg has."""
        messages: list[Json] = (await self.call("kf/sync_msg", {"open_kfid": self.kfid}))[
            "msg_list"
        ]
        return messages

    async def events(self, event_type: str) -> list[Json]:
        """The events of a type."""
        told = [each["event"] for each in await self.log() if each["msgtype"] == "event"]
        return [each for each in told if each["event_type"] == event_type]

    async def items(self) -> list[Json]:
        """What Anna sees."""
        answer = await self.world.control("GET", f"/wecom/people/{self.anna['person_id']}/items")
        items: list[Json] = answer["items"]
        return items

    async def told(self, many: int) -> list[Json]:
        """What the shop heard from the corp, once it is so much."""
        heard = self.world.shop.told_by_corp
        async with asyncio.timeout(5):
            while len(heard) < many:  # noqa: ASYNC110 — what a platform sends has no event
                await asyncio.sleep(0.01)
        return list(heard)
