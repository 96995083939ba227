"""Keeps both sides up to date: who stands behind the codes now, and which tags there are."""

from datetime import timedelta

import structlog
from sqlmodel import Session

from bot.clock import Clock
from bot.contacts import codes
from bot.database import Database
from bot.jobs import Job
from commerce.customers.tag_tables import Tag
from commerce.customers.tags import forget_in_wecom, list_all_tags, save_tag
from commerce.sealing import Sealer
from wecom.client import AsyncWeComClient
from wecom.errors import WeChatError

log = structlog.get_logger()


class ContactRounds:
    """Done by any process that works."""

    def __init__(
        self, database: Database, clock: Clock, sealer: Sealer, client: AsyncWeComClient
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._client = client

    def jobs(self) -> list[Job]:
        """Shifts by the minute; tags, which are few, twice an hour."""
        return [
            Job("change shifts of channel codes", timedelta(minutes=1), self.change_shifts),
            Job("follow tags in WeCom", timedelta(minutes=30), self.follow_tags),
        ]

    async def change_shifts(self) -> int:
        """Tell WeCom of every code behind which others stand now; how many those are."""
        return await self._database.write(self._change_shifts)

    async def follow_tags(self) -> None:
        """Take over the corp's tags, then make there those that only the shop has.

        A tag that was made and not recorded is found by its name the next time; so is all that
        WeCom does not answer for.
        """
        try:
            await self._follow_tags()
        except WeChatError as error:
            log.warning("tags not followed", reason=str(error))

    async def _follow_tags(self) -> None:
        groups = await self._client.contacts.corp_tags()
        await self._database.write(_take_over, groups)
        for group, names in (await self._database.read(_unknown_there)).items():
            made = await self._client.contacts.add_corp_tag(group, names)
            await self._database.write(_note_made, group, made)

    def _change_shifts(self, session: Session) -> int:
        now = self._clock.now()
        told = [
            codes.tell_wecom(session, self._sealer, code, now) for code in codes.list_codes(session)
        ]
        return sum(told)


def _take_over(session: Session, groups: list[dict[str, object]]) -> None:
    known: set[str] = set()
    for group in groups:
        tags = group.get("tag")
        for tag in tags if isinstance(tags, list) else []:
            platform_id = str(tag["id"])
            known.add(platform_id)
            save_tag(session, str(group["group_name"]), str(tag["name"]), platform_id=platform_id)
    for tag in list_all_tags(session):
        if tag.platform_id is not None and tag.platform_id not in known:
            forget_in_wecom(session, tag.platform_id)


def _unknown_there(session: Session) -> dict[str, list[str]]:
    """Names by group of the tags that WeCom does not have."""
    lacking: dict[str, list[str]] = {}
    for tag in list_all_tags(session):
        if tag.platform_id is None:
            lacking.setdefault(tag.group_name, []).append(tag.name)
    return lacking


def _note_made(session: Session, group: str, made: dict[str, str]) -> list[Tag]:
    return [save_tag(session, group, name, platform_id=each) for name, each in made.items()]
