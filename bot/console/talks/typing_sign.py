"""对方正在输入: a customer of the official account sees that somebody of the shop is writing."""

import contextlib
from datetime import datetime, timedelta
from typing import Final

from bot.background import Background
from bot.clock import Clock
from wecom.errors import WeChatError
from wecom.transport import AsyncWeChatClient

EVERY: Final = timedelta(seconds=10)


class TypingSign:
    """Shows the sign to one customer at most once in ten seconds.

    Only a kindness: it is not waited for, and what becomes of it matters to nobody. WeChat shows
    it only shortly after the customer wrote (客服输入状态: 45080 later than 30 seconds).
    """

    def __init__(self, client: AsyncWeChatClient, background: Background, clock: Clock) -> None:
        self._client = client
        self._background = background
        self._clock = clock
        self._shown: dict[str, datetime] = {}

    def show(self, openid: str) -> None:
        """Let the customer see it."""
        now = self._clock.now()
        lately = {who: at for who, at in self._shown.items() if now - at < EVERY}
        if openid not in lately:
            self._background.start(self._tell(openid), name="typing sign")
        self._shown = {openid: now, **lately}

    async def _tell(self, openid: str) -> None:
        wanted = {"touser": openid, "command": "Typing"}
        with contextlib.suppress(WeChatError):
            await self._client.post("message/custom/typing", json=wanted)
