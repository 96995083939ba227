"""The client of one corp's app in WeCom (企业微信)."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from wechatpy.client.api.base import BaseWeChatAPI
from wechatpy.enterprise import WeChatClient

from wecom.app_messages import AppMessages
from wecom.broadcasts import MomentPictures, WeComBroadcasts
from wecom.contacts import WeComContacts
from wecom.errors import OutcomeUnknown, Platform
from wecom.groups import WeComGroups
from wecom.kf import WeComKf
from wecom.tokens import TokenStore
from wecom.transport import DEADLINE, AsyncCalls


class CorpToken(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy is untyped
    """GET /cgi-bin/gettoken (WeCom docs 获取access_token)."""

    async def fetch(self) -> dict[str, Any]:
        """`{"access_token", "expires_in"}`; the same token while it is valid."""
        answer: dict[str, Any] = await self._get(
            "gettoken",
            params={"corpid": self._client.corp_id, "corpsecret": self._client.secret},
            needs_token=False,
        )
        return answer


class MediaFiles(BaseWeChatAPI):  # type: ignore[misc]
    """WeCom docs 上传临时素材: kept three days, of all the corp's apps."""

    async def upload(self, kind: str, name: str, content: bytes, content_type: str) -> str:
        """The media id of an `image`, `voice`, `video` or `file`."""
        answer = await self._post(
            "media/upload", params={"type": kind}, files={"media": (name, content, content_type)}
        )
        media_id = answer.get("media_id")
        if not media_id:
            raise OutcomeUnknown("/cgi-bin/media/upload: answer without an id")
        return str(media_id)


class AsyncWeComClient(AsyncCalls, WeChatClient):  # type: ignore[misc]  # wechatpy is untyped
    """The API of one app of a corp: one token a secret.

    Every method raises WeChatError; see `wecom.errors` for what may be repeated. 40001 means a
    wrong secret here, and is not repeated.
    """

    platform = Platform.WECOM
    token_endpoint = "/cgi-bin/gettoken"  # noqa: S105  (no password)
    official_url = "https://qyapi.weixin.qq.com"

    kf = WeComKf()
    contacts = WeComContacts()
    groups = WeComGroups()
    broadcasts = WeComBroadcasts()
    moment_pictures = MomentPictures()
    app = AppMessages()
    media_files = MediaFiles()
    corp_token = CorpToken()

    def __init__(
        self,
        corp_id: str,
        secret: str,
        *,
        http: aiohttp.ClientSession,
        token_store: TokenStore,
        now: Callable[[], datetime],
        base_url: str = official_url,
        deadline: timedelta = DEADLINE,
    ) -> None:
        super().__init__(corp_id, secret)
        which = hashlib.sha256(secret.encode()).hexdigest()[:8]
        self.open(
            f"wecom:{corp_id}:{which}",
            http=http,
            token_store=token_store,
            now=now,
            base_url=base_url,
            deadline=deadline,
        )

    async def _ask_token(self) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = await self.corp_token.fetch()
        return answer
