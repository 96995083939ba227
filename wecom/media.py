"""Files that the platform gives: fetched whole, up to a size.

Temporary media live three days (WeChat 获取临时素材 documentation: GET /cgi-bin/media/get).
"""

from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from wecom.errors import NotSent, OutcomeUnknown, Platform, WeChatError
from wecom.exchange import CONNECT_SHARE, Call, read_answer

ENDPOINT: Final = "/cgi-bin/media/get"
PATIENCE: Final = 12.0
"""Seconds for a whole file."""
A_CHUNK: Final = 64 * 1024


class MediaTooLarge(WeChatError):
    """The file is larger than was asked for; the rest of it was not read."""

    permanent = True


@dataclass(frozen=True, slots=True)
class Download(Call):
    """A call whose answer is a file: `send` gives it as `content`. Raises WeChatError."""

    largest: int = 0
    """Bytes that are taken at most."""

    async def send(
        self, http: aiohttp.ClientSession, platform: Platform, token: str | None
    ) -> dict[str, Any]:
        params = dict(self.params) if token is None else {**self.params, "access_token": token}
        timeout = aiohttp.ClientTimeout(total=self.deadline, connect=self.deadline * CONNECT_SHARE)
        try:
            async with http.request(
                self.method,
                self.url,
                params=params,
                data=self.body,
                headers={"Content-Type": "application/json"} if self.body is not None else None,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                status, raw = response.status, bytearray()
                async for chunk in response.content.iter_chunked(A_CHUNK):
                    raw += chunk
                    if len(raw) > self.largest:
                        raise MediaTooLarge(f"{self.endpoint}: more than {self.largest} bytes")
        # The causes are cut off (`from None`): aiohttp's messages hold the URL with its token.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"{self.endpoint}: no connection ({type(error).__name__})") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise OutcomeUnknown(f"{self.endpoint}: no answer ({type(error).__name__})") from None
        # An error is JSON with status 200, whatever its content type; no picture begins so.
        if status == 200 and raw and not raw.lstrip().startswith(b"{"):
            return {"content": bytes(raw)}
        read_answer(self.endpoint, platform, status, bytes(raw))
        raise OutcomeUnknown(f"{self.endpoint}: neither a file nor an error")
