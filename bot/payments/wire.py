"""Calls of WeChat Pay v3 under a deadline, and what their answers and failures mean."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

import httpx
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType

from bot.payments.errors import refusal
from bot.payments.merchant import Merchant
from bot.payments.pinned_core import PinnedCore
from wecom.errors import NotSent, OutcomeUnknown

type Answered = Awaitable[tuple[int, str | bytes]]

_CONNECT_SHARE: Final = 0.6


class PayWire:
    """One merchant's connection, through wechatpayv3's asynchronous client; a context manager.

    `library` makes the requests; pass them to `call` or `reach`, which alone know the deadline.
    """

    def __init__(
        self, merchant: Merchant, *, notify_url: str, base_url: str, deadline: timedelta
    ) -> None:
        self._seconds = deadline.total_seconds()
        self.library = AsyncWeChatPay(
            WeChatPayType.MINIPROG,  # The asynchronous module's own enum; the other is refused.
            mchid=merchant.mch_id,
            private_key=merchant.private_key,
            cert_serial_no=merchant.cert_serial,
            appid=merchant.app_id,
            apiv3_key=merchant.api_v3_key,
            notify_url=notify_url,
            public_key=merchant.public_key,
            public_key_id=merchant.public_key_id,
            timeout=(self._seconds * _CONNECT_SHARE, self._seconds),
        )
        self.library._core = PinnedCore(self.library._core, merchant, base_url)

    async def __aenter__(self) -> Self:
        await self.library.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.library.__aexit__(kind, error, trace)

    async def call(self, name: str, request: Callable[[], Answered]) -> dict[str, Any]:
        """The JSON object of a 2xx. Raises NotSent, OutcomeUnknown or PayRefused."""
        return _answer(name, *await self.reach(name, request(), self._seconds))

    async def reach(self, name: str, request: Answered, seconds: float) -> tuple[int, str | bytes]:
        """Status and content, whatever they are. Raises NotSent or OutcomeUnknown."""
        try:
            async with asyncio.timeout(seconds):
                return await request
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{name}: no connection ({type(error).__name__})") from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise OutcomeUnknown(f"{name}: no answer ({type(error).__name__})") from error


def _answer(name: str, status: int, content: str | bytes) -> dict[str, Any]:
    """The JSON object of a 2xx; an empty one for 204."""
    try:
        answer = json.loads(content) if content else {}
    except ValueError:
        answer = None
    if status >= 300:
        raise refusal(name, status, answer if isinstance(answer, dict) else {})
    if not isinstance(answer, dict):
        raise OutcomeUnknown(f"{name}: answer is not a JSON object")
    return answer
