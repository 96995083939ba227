"""The WeCom side of the sandbox without a shop behind it, and the shop's calls of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from aiohttp import ClientSession, FormData, web
from aiohttp.test_utils import TestServer

from bot.sandbox import SandboxSettings, create_app
from bot.sandbox.keys import write_keys


class Corp:
    """The platform, and the shop's calls of it."""

    def __init__(self, settings: SandboxSettings, url: str, http: ClientSession) -> None:
        assert settings.wecom is not None
        self.corp = settings.wecom
        self.mini_app_id = settings.mini_program.app_id
        self.url = url
        self.http = http

    async def call(self, api: str, body: Mapping[str, object]) -> None:
        """One call that succeeds."""
        url = f"{self.url}/wecom/cgi-bin/{api}?access_token={await self._token()}"
        async with self.http.post(url, json=body) as response:
            assert (await response.json())["errcode"] == 0

    async def upload(self, picture: bytes) -> str:
        """The media id of a picture."""
        form = FormData()
        form.add_field("media", picture, filename="cover.png", content_type="image/png")
        asked = {"access_token": await self._token(), "type": "image"}
        url = f"{self.url}/wecom/cgi-bin/media/upload"
        async with self.http.post(url, params=asked, data=form) as response:
            media_id: str = (await response.json())["media_id"]
            return media_id

    async def somebody(self) -> dict[str, str]:
        """The one customer, as calls name them."""
        async with self.http.get(f"{self.url}/control/wecom/state") as response:
            (person,) = (await response.json())["people"]
        return {"open_kfid": self.corp.open_kfids[0], "external_userid": person["external_userid"]}

    async def _token(self) -> str:
        who = {"corpid": self.corp.corp_id, "corpsecret": self.corp.secret}
        async with self.http.get(f"{self.url}/wecom/cgi-bin/gettoken", params=who) as response:
            token: str = (await response.json())["access_token"]
            return token


@asynccontextmanager
async def serve_corp(folder: Path) -> AsyncIterator[Corp]:
    """Run the platform on a port of its own, its memory in the folder."""
    write_keys(folder / "sandbox.env", port=9, nlu_port=9)
    settings = SandboxSettings.load(folder / "sandbox.env", {})
    settings = replace(settings, callback_url="http://127.0.0.1:9")
    root = web.Application()
    root.add_subapp("/sandbox", create_app(settings))
    async with TestServer(root) as server, ClientSession() as http:
        yield Corp(settings, str(server.make_url("/sandbox")), http)
