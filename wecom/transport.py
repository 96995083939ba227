"""The one transport to WeChat: wechatpy's API classes on aiohttp, with shared tokens.

wechatpy's methods end in `client.get` or `client.post`, both of which call `_request`. Here that
is a coroutine function, so `await client.message.send_text(openid, "您好")` works as it stands.
What wechatpy computes from an answer or a token on the spot (`iter_followers`,
`media.get_url`, `jsapi.get_jsapi_ticket` …) does not.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Final

import aiohttp
from wechatpy.client import WeChatClient

from wecom.apis import MiniProgramLogin, ShippingInfo, StableToken, Subscriptions
from wecom.codes import SHOW_QR_CODE, SceneCodes
from wecom.errors import OutcomeUnknown, Platform, Reaction, Refused
from wecom.exchange import Call, Part
from wecom.media import ENDPOINT, PATIENCE, Download
from wecom.tokens import FreshToken, StoredToken, TokenSource, TokenStore

DEADLINE: Final = timedelta(seconds=3)


def open_http() -> aiohttp.ClientSession:
    """A session for all WeChat clients of a process; close it after them.

    Idle connections are dropped before WeChat's own gateways drop them: a request written to a
    connection that is just being closed would count as sent with an unknown outcome.
    """
    connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=10)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


class AsyncCalls(ABC):
    """`_request` as a coroutine function, to be mixed into a wechatpy client.

    A call whose token is refused is repeated once, with a newer token: the platform refuses it
    before it acts, so this is safe for every API. Nothing else is ever repeated here.
    """

    API_BASE_URL: str
    platform: ClassVar[Platform]
    token_endpoint: ClassVar[str]
    official_url: ClassVar[str]
    """The address that wechatpy's endpoints begin with; calls go to `base_url` in its place."""
    open_files: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Endpoints that give a file to everybody, and the platform's address for each."""

    _http: Any
    _now: Callable[[], datetime]
    http: aiohttp.ClientSession
    base_url: str
    deadline: timedelta
    tokens: TokenSource

    def open(
        self,
        app: str,
        *,
        http: aiohttp.ClientSession,
        token_store: TokenStore,
        now: Callable[[], datetime],
        base_url: str,
        deadline: timedelta,
    ) -> None:
        """Call through this session from now on; `app` names the token in its store."""
        self._http.close()  # wechatpy's own, which blocks.
        self.http = http
        self.base_url = base_url.rstrip("/")
        self.deadline = deadline
        self.tokens = TokenSource(app, token_store, self._fresh_token, now=now, patience=deadline)
        self._now = now

    @property
    def access_token(self) -> str:
        """Not available without waiting; ask `tokens.current()`."""
        # AttributeError, because wechatpy inspects all attributes before __init__ has run.
        raise AttributeError("the access token can only be awaited: tokens.current()")

    def fetch_access_token(self) -> None:
        """Closed: wechatpy's own way blocks. Nothing of ours may reach it; see `tokens`."""
        raise RuntimeError("tokens are fetched by the token source")

    async def close(self) -> None:
        """Stop fetching a token. The HTTP session belongs to whoever opened it."""
        await self.tokens.close()

    @abstractmethod
    async def _ask_token(self) -> Mapping[str, Any]:
        """The platform's answer with a token. Raises WeChatError."""

    async def _fresh_token(self) -> FreshToken:
        issued_at = self._now()
        answer = await self._ask_token()
        value, seconds = answer.get("access_token"), answer.get("expires_in")
        if not (isinstance(value, str) and value and isinstance(seconds, int) and seconds > 0):
            raise OutcomeUnknown(f"{self.token_endpoint}: answer without a token")
        return FreshToken(value, issued_at, issued_at + timedelta(seconds=seconds))

    async def _request(self, method: str, url_or_endpoint: str, **options: Any) -> Any:
        needs_token = bool(options.pop("needs_token", True))
        processor = options.pop("result_processor", None)
        call = self._call(method, url_or_endpoint, options)
        if needs_token and "access_token" not in call.params:
            answer = await self._send_with_token(call)
        else:
            answer = await call.send(self.http, self.platform, None)
        return answer if processor is None else processor(answer)

    async def _send_with_token(self, call: Call) -> dict[str, Any]:
        token = await self.tokens.current()
        try:
            return await call.send(self.http, self.platform, token.value)
        except Refused as refusal:
            if refusal.reaction is not Reaction.REFRESH_TOKEN:
                raise
            newer = await self.tokens.replace(token)
            if newer is None:
                raise
        return await self._send_again(call, newer)

    async def _send_again(self, call: Call, token: StoredToken) -> dict[str, Any]:
        try:
            return await call.send(self.http, self.platform, token.value)
        except Refused as refusal:
            if refusal.reaction is Reaction.REFRESH_TOKEN:
                self.tokens.distrust(token)
            raise

    async def download(self, media_id: str, *, largest: int) -> bytes:
        """A file that a customer sent, of so many bytes at most. Raises WeChatError.

        MediaTooLarge for a larger one; Refused with REFRESH_MEDIA once its three days are over.
        """
        return await self.fetch(ENDPOINT, params={"media_id": media_id}, largest=largest)

    async def fetch(
        self,
        endpoint: str,
        *,
        largest: int,
        params: Mapping[str, str] | None = None,
        content: Mapping[str, Any] | None = None,
    ) -> bytes:
        """A file that the platform gives, of so many bytes at most. Raises WeChatError.

        With `content` it is asked for by POST. Without a token where the file needs none: those
        of `open_files`, which lie at an address of their own.
        """
        is_open = endpoint in self.open_files
        base = self.open_files[endpoint] if is_open and self.is_official else self.base_url
        call = Download(
            method="GET" if content is None else "POST",
            url=f"{base}{endpoint}",
            endpoint=endpoint,
            params=dict(params or {}),
            deadline=PATIENCE,
            body=_body(content),
            largest=largest,
        )
        if is_open:
            answer = await call.send(self.http, self.platform, None)
        else:
            answer = await self._send_with_token(call)
        file: bytes = answer["content"]
        return file

    @property
    def is_official(self) -> bool:
        """Whether calls go to the platform itself."""
        return self.base_url == self.official_url

    def _call(self, method: str, url_or_endpoint: str, options: dict[str, Any]) -> Call:
        base = options.pop("api_base_url", self.API_BASE_URL)
        absolute = url_or_endpoint.startswith(("http://", "https://"))
        url = url_or_endpoint if absolute else f"{base}{url_or_endpoint}"
        if not url.startswith(f"{self.official_url}/"):
            raise ValueError(f"{url_or_endpoint} is not on {self.official_url}")
        endpoint = url.removeprefix(self.official_url)
        content = options.pop("json", None) or options.pop("data", None)
        files: Mapping[str, Any] = options.pop("files", None) or {}
        params: Mapping[str, Any] = options.pop("params", None) or {}
        deadline = options.pop("timeout", None) or self.deadline.total_seconds()
        if options:
            raise TypeError(f"{endpoint}: cannot pass on {', '.join(sorted(options))}")
        return Call(
            method=method.upper(),
            url=f"{self.base_url}{endpoint}",
            endpoint=endpoint,
            params={name: str(value) for name, value in params.items() if value is not None},
            deadline=deadline,
            body=_body(content),
            parts=tuple(Part.of(field, file) for field, file in files.items()),
        )


def _body(content: Any) -> bytes | None:
    """JSON in plain UTF-8: WeChat refuses \\uxxxx escapes with 40033."""
    if content is None or isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


class AsyncWeChatClient(AsyncCalls, WeChatClient):  # type: ignore[misc]  # wechatpy is untyped
    """The API of one official account or mini-program.

    Every method raises WeChatError; see `wecom.errors` for what may be repeated.
    """

    platform = Platform.OFFICIAL_ACCOUNT
    token_endpoint = "/cgi-bin/stable_token"  # noqa: S105  (no password)
    official_url = "https://api.weixin.qq.com"
    open_files = MappingProxyType({SHOW_QR_CODE: "https://mp.weixin.qq.com"})

    login = MiniProgramLogin()
    scene_codes = SceneCodes()
    stable_token = StableToken()
    shipping = ShippingInfo()
    subscriptions = Subscriptions()

    def __init__(
        self,
        app_id: str,
        secret: str,
        *,
        http: aiohttp.ClientSession,
        token_store: TokenStore,
        now: Callable[[], datetime],
        base_url: str = official_url,
        deadline: timedelta = DEADLINE,
    ) -> None:
        super().__init__(app_id, secret)
        self.open(
            app_id,
            http=http,
            token_store=token_store,
            now=now,
            base_url=base_url,
            deadline=deadline,
        )

    async def _ask_token(self) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = await self.stable_token.fetch()
        return answer
