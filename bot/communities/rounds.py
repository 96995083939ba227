"""Looks which customer groups there are, and has them read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import Final

import structlog
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.communities.mirror import want_read
from bot.communities.telling import tell_code, tell_welcome, want_code_read
from bot.database import Database
from bot.jobs import Daily, Job, Slot, SlotJob
from commerce.community import codes, welcomes
from commerce.community.mirroring import know
from commerce.community.tables import CommunityGroup
from commerce.sealing import Sealer
from wecom.client import AsyncWeComClient
from wecom.errors import Refused, WeChatError
from wecom.groups import MOST_OWNERS, SCOPE_TOO_WIDE

log = structlog.get_logger()

AT_NIGHT: Final = "04:20"
MOST_PAGES: Final = 200
"""Of one list: a cursor that leads in a circle ends there."""
A_BATCH: Final = 200
"""Groups a transaction: the shop goes on beside it."""


@dataclass(frozen=True, slots=True)
class CommunityRounds:
    """What events do not tell is found by looking."""

    database: Database
    clock: Clock
    sealer: Sealer
    client: AsyncWeComClient

    def jobs(self) -> list[Job | SlotJob]:
        """What WeCom has not made yet by the minute; groups that nobody told of within the hour;
        everything once a night."""
        return [
            Job("tell of codes into groups", timedelta(minutes=1), self.tell_unmade),
            Job("look for new customer groups", timedelta(hours=1), self.find_new),
            SlotJob("read customer groups", Daily(AT_NIGHT), self._read_all),
        ]

    async def tell_unmade(self) -> int:
        """Tell of codes and welcomes that were entered before the shop was in WeCom; how many."""
        return await self.database.write(self._tell_unmade)

    async def find_new(self) -> int:
        """Have groups read that are not known yet; how many those are."""
        found = await self._list()
        return await self._want(found or (), "new", only_new=True)

    async def read_all(self, cause: str) -> int:
        """Have everything read: groups, also those that the list no longer has, and codes.

        How many groups.
        """
        await self.database.write(self._want_codes, cause)
        listed = await self._list()
        if listed is None:
            return 0
        known = await self.database.read(_known)
        return await self._want(list(dict.fromkeys([*listed, *known])), cause, only_new=False)

    async def _read_all(self, slot: Slot) -> None:
        await self.read_all(f"{slot.at:%Y%m%d}")

    async def _list(self) -> Sequence[str] | None:
        """The chat ids of all groups; None when WeCom does not answer for them."""
        try:
            return await self._pages(())
        except Refused as error:
            if error.code != SCOPE_TOO_WIDE:
                log.warning("customer groups not listed", reason=str(error))
                return None
        except WeChatError as error:
            log.warning("customer groups not listed", reason=str(error))
            return None
        try:
            owners = await self.client.contacts.follow_users()
            found: list[str] = []
            for some in batched(owners, MOST_OWNERS):
                found += await self._pages(some)
        except WeChatError as error:
            log.warning("customer groups not listed", reason=str(error))
            return None
        return found

    async def _pages(self, owners: Sequence[str]) -> list[str]:
        found: list[str] = []
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await self.client.groups.chats(owners, cursor)
            found += [str(each["chat_id"]) for each in page.rows]
            cursor = page.next_cursor
            if not cursor:
                break
        return found

    async def _want(self, chat_ids: Sequence[str], cause: str, *, only_new: bool) -> int:
        wanted = 0
        for some in batched(chat_ids, A_BATCH):
            wanted += await self.database.write(self._want_some, some, cause, only_new)
        return wanted

    def _want_some(
        self,
        session: Session,
        chat_ids: Sequence[str],
        cause: str,
        only_new: bool,
    ) -> int:
        now = self.clock.now()
        there = select(CommunityGroup.chat_id).where(col(CommunityGroup.chat_id).in_(chat_ids))
        known = set(session.exec(there)) if only_new else set()
        new = [each for each in chat_ids if each not in known]
        for chat_id in new:
            know(session, chat_id, now)
        return sum(want_read(session, self.sealer, each, cause, now) for each in new)

    def _tell_unmade(self, session: Session) -> int:
        now, sealer = self.clock.now(), self.sealer
        told = [
            tell_code(session, sealer, each, now)
            for each in codes.list_codes(session)
            if each.is_active and not each.config_id
        ]
        told += [
            tell_welcome(session, sealer, each, now)
            for each, _ in welcomes.list_welcomes(session)
            if each.is_active and not each.template_id
        ]
        return sum(told)

    def _want_codes(self, session: Session, cause: str) -> None:
        now = self.clock.now()
        for code in codes.list_codes(session):
            if code.is_active and code.config_id:
                want_code_read(session, self.sealer, code, cause, now)


def _known(session: Session) -> Sequence[str]:
    statement = select(CommunityGroup.chat_id).where(col(CommunityGroup.dissolved_at).is_(None))
    return session.exec(statement.order_by(col(CommunityGroup.id))).all()
