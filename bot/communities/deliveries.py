"""What leaves for WeCom about customer groups: who is in them, and the codes into them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Final

from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.communities import mirror, telling
from bot.communities.welcome_delivery import WelcomeTemplateDelivery
from bot.database import Database
from bot.media import MediaLibrary
from bot.outbox import Claimed
from bot.outcomes import Outcome, Sent
from bot.sender import Deliverer
from bot.settings import Settings
from commerce.community import codes, mirroring
from commerce.community.codes import Way
from commerce.community.mirroring import Whole
from commerce.community.recognising import Corp, recognise
from commerce.community.tables import CommunityCode
from commerce.sealing import Sealer
from wecom.client import AsyncWeComClient
from wecom.errors import Refused, WeChatError
from wecom.groups import GONE, NO_SUCH_CODE

A_FEW: Final = 50
"""Members of a new group that become known in one transaction."""


@dataclass(frozen=True, slots=True)
class GroupRead:
    """Reads a group whole. What was read is written here and not kept in the outbox's row: it
    says who is in the group."""

    client: AsyncWeComClient
    corp: Corp
    database: Database
    clock: Clock
    sealer: Sealer
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Read; reading again does no harm."""
        chat_id, asked_at = claimed.payload["chat_id"], self.clock.now()
        seen = await self.database.read(mirror.version_of, chat_id)
        try:
            told = await self.client.groups.get(chat_id)
        except WeChatError as error:
            if isinstance(error, Refused) and error.code in GONE:
                await self.database.write(mirroring.dissolve, chat_id, self.clock.now())
                return Sent()
            return outcome_of(error, keyed=True)
        whole = mirror.whole_of(told, asked_at)
        now = self.clock.now()
        if not seen:
            await self._introduce(whole, now)
        await self.database.write(mirror.take_over, self.sealer, self.corp, whole, seen, now)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing depends on it."""

    async def _introduce(self, whole: Whole, now: datetime) -> None:
        """Get to know those of a new group a few at a time: it may be five hundred, and the shop
        goes on beside it."""
        customers = (each for each in whole.members if not each.is_staff)
        for some in batched(customers, A_FEW):
            await self.database.write(recognise, self.corp, some, now)


@dataclass(frozen=True, slots=True)
class JoinCodeDelivery:
    """Has WeCom make a code, replace what it says, or take it away."""

    client: AsyncWeComClient
    database: Database
    clock: Clock
    sealer: Sealer
    keyed: bool = False
    """Making has no key: a doubtful one may have left a code that nobody knows of."""

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Do what the code asks for now."""
        code = await self.database.read(codes.get_code, claimed.payload["key"])
        if code.version != claimed.payload["version"]:
            return Sent()  # A later change says more.
        try:
            return Sent({"config_id": await self._bring_about(code)})
        except WeChatError as error:
            return outcome_of(error, keyed=bool(code.config_id))

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Remember what WeCom made, and ask for its picture."""
        if not isinstance(outcome, Sent) or outcome.result is None:
            return
        key, config_id = claimed.payload["key"], outcome.result["config_id"]
        codes.record_made(session, key, config_id)
        if config_id:
            code, now = codes.get_code(session, key), self.clock.now()
            cause = f"made:{claimed.payload['version']}"
            telling.want_code_read(session, self.sealer, code, cause, now)

    async def _bring_about(self, code: CommunityCode) -> str | None:
        """The id that WeCom has the code under afterwards."""
        groups = self.client.groups
        if code.config_id:
            try:
                if code.is_active:
                    await groups.update_join_way({"config_id": code.config_id, **_way_of(code)})
                    return code.config_id
                await groups.delete_join_way(code.config_id)
            except Refused as error:
                if error.code != NO_SUCH_CODE:
                    raise
        return await groups.add_join_way(_way_of(code)) if code.is_active else None


@dataclass(frozen=True, slots=True)
class JoinCodeRead:
    """Reads a code: its picture, and the groups that WeCom has opened for it."""

    client: AsyncWeComClient
    database: Database
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Read; reading again does no harm."""
        code = await self.database.read(codes.get_code, claimed.payload["key"])
        if not code.config_id or code.version != claimed.payload["version"]:
            return Sent()
        try:
            found = await self.client.groups.join_way(code.config_id)
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        chat_ids = [str(each) for each in found.get("chat_id_list") or code.chat_ids]
        base_number = int(found.get("room_base_id") or code.base_number)
        told = {"base_number": base_number, "picture": str(found.get("qr_code") or "")}
        return Sent({"chat_ids": chat_ids, **told})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Take it over."""
        if isinstance(outcome, Sent) and outcome.result is not None:
            told = outcome.result
            way = Way(told["chat_ids"], told["base_number"], told["picture"])
            codes.adopt(session, claimed.payload["key"], claimed.payload["version"], way)


def community_deliverers(
    client: AsyncWeComClient,
    settings: Settings,
    media: MediaLibrary,
    database: Database,
    clock: Clock,
    sealer: Sealer,
) -> dict[str, Deliverer]:
    """Who delivers what leaves about customer groups."""
    corp = mirror.corp_of(settings.wecom_corp_id)
    return {
        mirror.READ: GroupRead(client, corp, database, clock, sealer),
        telling.CODE: JoinCodeDelivery(client, database, clock, sealer),
        telling.CODE_READ: JoinCodeRead(client, database),
        telling.WELCOME: WelcomeTemplateDelivery(
            client, media, settings.mini_program_app_id, database, clock
        ),
    }


def _way_of(code: CommunityCode) -> dict[str, object]:
    return {
        "scene": 2,
        "remark": code.name,
        "auto_create_room": int(code.opens_more),
        "room_base_name": code.base_name,
        "room_base_id": code.base_number,
        "chat_id_list": code.chat_ids,
        "state": code.key,
    }
