"""One HTTP exchange with WeChat: a request out, a JSON object or a typed error back."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

import aiohttp

from wecom.errors import (
    NotSent,
    OutcomeUnknown,
    Platform,
    Reaction,
    Refused,
    Rule,
    rule_for,
)

CONNECT_SHARE: Final = 0.6
"""Share of a deadline that connecting may take. Being less than the whole, it tells a call that
never left (`NotSent`) from one whose answer did not come (`OutcomeUnknown`)."""

_SECRETS: Final = re.compile(r"((?:access_token|secret|js_code|key)=)[^&\s\"']+", re.IGNORECASE)
_REQUEST_TIMEOUT: Final = 408


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a multipart body. WeChat refuses a part without a file name."""

    field: str
    filename: str
    content: bytes
    content_type: str = "application/octet-stream"

    @classmethod
    def of(cls, field: str, file: Any) -> "Part":
        """From what wechatpy takes: an open file, or (name, file or bytes[, content type])."""
        if not isinstance(file, tuple):
            name = PurePath(str(getattr(file, "name", ""))).name
            return cls(field, _ascii_name(name), file.read())
        name, content, *rest = file
        read = content if isinstance(content, bytes) else content.read()
        return cls(field, _ascii_name(str(name)), read, *rest[:1])


def _ascii_name(name: str) -> str:
    suffix = PurePath(name).suffix
    return name if name and name.isascii() else f"media{suffix if suffix.isascii() else ''}"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that can be sent more than once: nothing in it is used up by sending.

    `endpoint` is the path alone, for messages; `deadline` is in seconds, for the whole exchange.
    """

    method: str
    url: str
    endpoint: str
    params: Mapping[str, str]
    deadline: float
    body: bytes | None = None
    parts: tuple[Part, ...] = ()

    async def send(
        self, http: aiohttp.ClientSession, platform: Platform, token: str | None
    ) -> dict[str, Any]:
        """The answer as a JSON object. Raises WeChatError, without a secret in its message."""
        params = dict(self.params) if token is None else {**self.params, "access_token": token}
        try:
            async with http.request(
                self.method,
                self.url,
                params=params,
                data=self._payload(),
                headers={"Content-Type": "application/json"} if self.body is not None else None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=self.deadline, connect=self.deadline * CONNECT_SHARE
                ),
            ) as response:
                status, raw = response.status, await response.read()
        # The causes are cut off (`from None`): aiohttp's messages hold the URL with its token.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"{self.endpoint}: no connection ({type(error).__name__})") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise OutcomeUnknown(f"{self.endpoint}: no answer ({type(error).__name__})") from None
        return read_answer(self.endpoint, platform, status, raw)

    def _payload(self) -> aiohttp.FormData | bytes | None:
        if not self.parts:
            return self.body
        form = aiohttp.FormData()
        for part in self.parts:
            form.add_field(
                part.field, part.content, filename=part.filename, content_type=part.content_type
            )
        return form


def read_answer(endpoint: str, platform: Platform, status: int, raw: bytes) -> dict[str, Any]:
    """The JSON object of an answer, whatever content type it claims (WeChat says text/plain).

    Raises Refused for an error code or a 3xx/4xx, OutcomeUnknown for anything that tells nothing:
    a 5xx, a page of HTML, a cut-off body.
    """
    if status >= 500 or status == _REQUEST_TIMEOUT:
        raise OutcomeUnknown(f"{endpoint}: HTTP {status}")
    try:
        # Not strict: WeChat leaves control characters unescaped in names and messages.
        answer = json.loads(raw.decode("utf-8", "replace"), strict=False)
        code = int(answer.get("errcode") or 0)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        answer, code = None, 0
    if isinstance(answer, dict) and code:
        return _judged(endpoint, platform, status, code, answer)
    if status >= 300:
        rule = Rule(Reaction.ALERT, "refused by a gateway")
        raise Refused(endpoint, rule, code=None, message="no JSON answer", status=status)
    if not isinstance(answer, dict):
        raise OutcomeUnknown(f"{endpoint}: answer is not a JSON object ({len(raw)} bytes)")
    return answer


def _judged(
    endpoint: str, platform: Platform, status: int, code: int, answer: dict[str, Any]
) -> dict[str, Any]:
    rule = rule_for(platform, code)
    if rule.reaction is Reaction.SUCCESS_DUPLICATE:
        return answer
    message = _SECRETS.sub(r"\1…", str(answer.get("errmsg", "")))[:200]
    raise Refused(endpoint, rule, code=code, message=message, status=status)
