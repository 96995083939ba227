"""Reading an account's messages to the end, page by page (微信客服 读取消息, kf/sync_msg).

The callback is only a poke: what it tells is that there is something to read. Pokes may come
twice, late or never. So one reading at a time goes on in a process, and a round without a token
reads every account anyway; between processes the cursor decides.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from bot.background import Background
from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job
from bot.kf.pages import find_place, forget_seen, keep_page
from bot.pipeline import Pipeline
from bot.sender import Sender
from commerce.sealing import Sealer
from wecom.errors import Refused, WeChatError
from wecom.kf import KfPage, WeComKf

log = structlog.get_logger()

TOKEN_LASTS: Final = timedelta(minutes=10)
"""Of a callback's token; without one calls are limited strictly (微信客服 读取消息)."""
SLOW_LANE: Final = timedelta(seconds=60)
PAUSES: Final[Mapping[int, timedelta]] = {
    45009: timedelta(minutes=5),
    45011: timedelta(seconds=60),
    45033: timedelta(seconds=5),
}
"""By the code that asks for one: the quota is used, called too often, too many at once."""
TOKEN_LAPSED: Final = 95007
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Lane:
    """One account's reading in this process."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: int = 0
    read: int = 0
    """The pokes before which the latest finished reading began."""
    token: str = ""
    token_until: datetime = LONG_AGO
    paused_until: datetime = LONG_AGO


class KfSync:
    """Reads accounts. `poke` and `run_all` may be called as often and concurrently as one likes."""

    def __init__(
        self,
        kf: WeComKf,
        open_kfids: Collection[str],
        *,
        database: Database,
        clock: Clock,
        sealer: Sealer,
        pipeline: Pipeline,
        sender: Sender,
        background: Background,
    ) -> None:
        self._kf = kf
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._pipeline = pipeline
        self._sender = sender
        self._background = background
        self._lanes = {open_kfid: _Lane() for open_kfid in open_kfids}
        self._news: dict[int, bool] = {}
        """Conversations that are being answered, and whether a page has brought more since."""

    def jobs(self) -> list[Job]:
        """The slow lane, which finds what no poke has told of."""
        return [
            Job("read customer service", SLOW_LANE, self.run_all),
            Job("forget what customer service has read", timedelta(hours=6), self.forget),
        ]

    async def poke(self, open_kfid: str, token: str) -> None:
        """Read an account that WeCom says has something new; what is kept then is safe.

        An account that is not the shop's is passed over. Raises WeChatError when reading failed.
        """
        lane = self._lanes.get(open_kfid)
        if lane is None:
            log.warning("poked for an account that is not in SHOP_WECOM_OPEN_KFIDS")
            return
        if token:
            lane.token, lane.token_until = token, self._clock.now() + TOKEN_LASTS
        await self._read(open_kfid, lane)

    async def run_all(self) -> None:
        """Read every account, one after the other; one that fails waits for the next round."""
        for open_kfid, lane in self._lanes.items():
            try:
                await self._read(open_kfid, lane)
            except WeChatError as error:
                log.warning("customer service not read", reason=str(error))

    async def forget(self) -> None:
        """Remove what cannot come again."""
        await self._database.write(forget_seen, self._clock.now())

    async def _read(self, open_kfid: str, lane: _Lane) -> None:
        lane.asked += 1
        mine = lane.asked
        async with lane.lock:
            if lane.read >= mine:
                return  # A reading that began after this poke has come to the end.
            upto = lane.asked
            if await self._read_to_the_end(open_kfid, lane):
                lane.read = upto

    async def _read_to_the_end(self, open_kfid: str, lane: _Lane) -> bool:
        """Page after page until there are no more; false while the platform wants a pause."""
        while True:
            now = self._clock.now()
            if now < lane.paused_until:
                return False
            place = await self._database.write(find_place, open_kfid, now)
            page = await self._ask(open_kfid, place.cursor, lane)
            if page is None:
                continue
            kept = await self._database.write(
                keep_page, self._sealer, place, page, self._clock.now()
            )
            if kept is None:
                continue  # Another process has kept this page.
            self._sender.wake()
            for conversation_id in kept:
                self._answer(conversation_id)
            if not page.has_more or page.next_cursor == place.cursor:
                return True  # A cursor that stands still would be asked for ever.

    async def _ask(self, open_kfid: str, cursor: str, lane: _Lane) -> KfPage | None:
        """A page; None when the token has lapsed, or a pause is asked for."""
        token = lane.token if self._clock.now() < lane.token_until else ""
        try:
            return await self._kf.sync(open_kfid, cursor, token=token)
        except Refused as error:
            if error.code == TOKEN_LAPSED and token:
                if lane.token == token:
                    lane.token = ""
                return None
            pause = PAUSES.get(error.code or 0)
            if pause is None:
                raise
            log.warning("customer service pauses", reason=str(error))
            lane.paused_until = self._clock.now() + pause
            return None

    def _answer(self, conversation_id: int) -> None:
        """Answer what waits, beside the reading: one task a conversation at a time."""
        is_answering = conversation_id in self._news
        self._news[conversation_id] = True
        if not is_answering:
            self._background.start(self._answer_all(conversation_id), name="answer in wecom")

    async def _answer_all(self, conversation_id: int) -> None:
        try:
            while self._news[conversation_id]:
                self._news[conversation_id] = False
                await self._pipeline.answer_all(conversation_id)
                self._sender.wake()
        finally:
            del self._news[conversation_id]
