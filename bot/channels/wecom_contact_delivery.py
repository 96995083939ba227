"""What leaves for WeCom about contacts: the welcome, the codes, the tags, and who somebody is."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.channels.wecom_app_delivery import AppCardDelivery
from bot.clock import Clock
from bot.contacts import codes
from bot.contacts.hearing import CHANNEL, PROFILE, TAGS, WELCOME
from bot.database import Database
from bot.handover import staff_cards
from bot.media import PictureMissing
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Sent
from bot.sender import Deliverer
from bot.settings import Settings
from commerce.customers.identities import find_identity, link_unionid
from commerce.customers.merging import get_customer
from commerce.customers.tags import adopt_tags, note_there
from commerce.inserting import id_of
from miniprogram_cards.cards import CardContent
from miniprogram_cards.payloads import contact_card
from wecom.client import AsyncWeComClient
from wecom.errors import Reaction, Refused, WeChatError

TOO_LATE = "another app was first, or the twenty seconds were over"
PICTURE_SECONDS: Final = 5.0
"""Of the twenty that a welcome has."""


class Pictures(Protocol):
    """Pictures as WeCom's media."""

    async def media_id(self, picture: str) -> str:
        """The id of a picture; raises PictureMissing or WeChatError."""


@dataclass(frozen=True, slots=True)
class WelcomeDelivery:
    """Welcomes a new contact by the code of its event, which takes one message."""

    client: AsyncWeComClient
    pictures: Pictures
    mini_program_app_id: str
    keyed: bool = True
    """The code is good once: a second try is refused, not shown twice."""

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Send words and card; the words alone if the card's picture cannot be had in time."""
        told = claimed.payload
        body: dict[str, Any] = {
            "welcome_code": told["welcome_code"],
            "text": {"content": told["words"]},
        }
        if "card" in told:
            body["attachments"] = await self._attachments(told["card"])
        try:
            await self.client.contacts.send_welcome(body)
        except WeChatError as error:
            if isinstance(error, Refused) and error.reaction is Reaction.FINISHED:
                return Failed(TOO_LATE)
            return outcome_of(error, keyed=True)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing depends on it."""

    async def _attachments(self, card: dict[str, str]) -> list[dict[str, Any]]:
        try:
            async with asyncio.timeout(PICTURE_SECONDS):
                media_id = await self.pictures.media_id(card["picture"])
        except (PictureMissing, WeChatError, DBAPIError, TimeoutError):
            return []
        content = CardContent(card["title"], card["path"], card["picture"])
        mini_program = contact_card(content, self.mini_program_app_id, media_id)
        return [{"msgtype": "miniprogram", "miniprogram": mini_program}]


@dataclass(frozen=True, slots=True)
class ContactWayDelivery:
    """Makes a channel code at WeCom, or changes who stands behind it."""

    client: AsyncWeComClient
    database: Database
    keyed: bool = False
    """Making has no key: a doubtful one may have left a code that nobody knows of."""

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Change the code that WeCom has, or have it made."""
        told = claimed.payload
        code = await self.database.read(codes.get_code, told["key"])
        if code.version != told["version"]:
            return Sent()  # A later change says more.
        try:
            if code.config_id:
                way = {"config_id": code.config_id, "user": told["userids"]}
                await self.client.contacts.update_way(way)
                return Sent()
            config_id, picture = await self.client.contacts.add_way(
                {
                    "type": 1 if len(told["userids"]) == 1 else 2,
                    "scene": 2,
                    "remark": code.name[:30],
                    "skip_verify": True,
                    "state": code.key,
                    "user": told["userids"],
                }
            )
        except WeChatError as error:
            return outcome_of(error, keyed=bool(code.config_id))
        return Sent({"config_id": config_id, "picture_url": picture})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Remember what WeCom made; what it refused is told again."""
        key = claimed.payload["key"]
        match outcome:
            case Sent(result) if result is not None:
                codes.record_made(session, key, result["config_id"], result["picture_url"])
            case Failed():
                codes.forget_told(session, key)


@dataclass(frozen=True, slots=True)
class ContactTagsDelivery:
    """Puts the corp's tags on a contact."""

    client: AsyncWeComClient
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Mark; marking again changes nothing."""
        told = claimed.payload
        try:
            await self.client.contacts.mark_tags(
                told["userid"], told["external_userid"], told["add"], told["remove"]
            )
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """From now on WeCom's word counts for them."""
        if isinstance(outcome, Sent):
            customer = get_customer(session, claimed.payload["customer_id"])
            note_there(session, id_of(customer), claimed.payload["add"])


@dataclass(frozen=True, slots=True)
class ContactProfileDelivery:
    """Asks WeCom who a contact is, and which of the corp's tags they bear."""

    client: AsyncWeComClient
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Read; reading again does no harm."""
        try:
            found = await self.client.contacts.get(claimed.payload["external_userid"])
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        tags = {
            str(tag["tag_id"])
            for each in found.get("follow_user") or []
            for tag in each.get("tags") or []
            if tag.get("type") == 1 and tag.get("tag_id")
        }
        unionid = (found.get("external_contact") or {}).get("unionid") or ""
        return Sent({"unionid": unionid, "tags": sorted(tags)})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Join the identities that share the unionid; bear what WeCom's people tagged."""
        if not isinstance(outcome, Sent) or outcome.result is None:
            return
        told, now = claimed.payload, self.clock.now()
        who = {
            "channel": CHANNEL,
            "account": told["corp_id"],
            "external_user": told["external_userid"],
        }
        if find_identity(session, **who) is None:
            return
        if outcome.result["unionid"]:
            link_unionid(session, **who, unionid=outcome.result["unionid"], now=now)
        identity = find_identity(session, **who)
        if identity is not None:
            adopt_tags(session, identity.customer_id, outcome.result["tags"], now)


def contact_deliverers(
    client: AsyncWeComClient,
    settings: Settings,
    pictures: Pictures,
    database: Database,
    clock: Clock,
) -> dict[str, Deliverer]:
    """Who delivers what leaves about contacts, and to the shop's own people."""
    return {
        WELCOME: WelcomeDelivery(client, pictures, settings.mini_program_app_id),
        codes.KIND: ContactWayDelivery(client, database),
        TAGS: ContactTagsDelivery(client),
        PROFILE: ContactProfileDelivery(client, clock),
        staff_cards.KIND: AppCardDelivery(client, settings.wecom_agent_id),
    }
