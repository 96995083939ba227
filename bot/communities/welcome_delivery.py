"""Has WeCom keep words for newcomers of customer groups (入群欢迎语素材)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from bot.broadcasts import bodies
from bot.channels.official_account_delivery import AT_ONCE, outcome_of
from bot.channels.reply_pictures import media_id_of
from bot.clock import Clock
from bot.database import Database
from bot.media import MediaLibrary, PictureMissing
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Postponed, Sent
from campaigns import composer
from campaigns.composer import Composed, Marks
from campaigns.shapes import Attachment, Content
from commerce.community import welcomes
from commerce.community.tables import CommunityWelcome
from commerce.errors import InvalidInput
from wecom.client import AsyncWeComClient
from wecom.errors import Reaction, Refused, WeChatError

SOURCE: Final = "qwelcome-{id}"
"""By what visits through a welcome's card are known."""


@dataclass(frozen=True, slots=True)
class WelcomeTemplateDelivery:
    """Makes a template, replaces it, or takes it away."""

    client: AsyncWeComClient
    media: MediaLibrary
    mini_program_app_id: str
    database: Database
    clock: Clock
    keyed: bool = False
    """Making has no key: a doubtful one may have left a template that nobody knows of."""

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Do what the welcome asks for now."""
        welcome_id = claimed.payload["welcome_id"]
        welcome = await self.database.read(welcomes.get_welcome, welcome_id)
        if welcome.version != claimed.payload["version"]:
            return Sent()  # A later change says more.
        try:
            composed = await self.database.read(self._compose, welcome_id)
            return Sent({"template_id": await self._bring_about(welcome, composed)})
        except (InvalidInput, PictureMissing) as error:
            return Failed(str(error))
        except WeChatError as error:
            return await self._after(error, welcome, composed, claimed)

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Remember what WeCom made."""
        if isinstance(outcome, Sent) and outcome.result is not None:
            template_id = outcome.result["template_id"]
            welcomes.record_made(session, claimed.payload["welcome_id"], template_id)

    async def _bring_about(self, welcome: CommunityWelcome, composed: Composed) -> str | None:
        """The id that WeCom has the words under afterwards."""
        groups, template_id = self.client.groups, welcome.template_id
        if not welcome.is_active:
            if template_id:
                await groups.delete_welcome(template_id)
            return None
        names = bodies.pictures_of(composed)
        media = {name: await media_id_of(self.media, name) for name in names}
        body = self._body(welcome, composed, media)
        if not template_id:
            return await groups.add_welcome(body)
        await groups.edit_welcome({"template_id": template_id, **body})
        return template_id

    async def _after(
        self, error: WeChatError, welcome: CommunityWelcome, composed: Composed, claimed: Claimed
    ) -> Outcome:
        if isinstance(error, Refused) and error.reaction is Reaction.REFRESH_MEDIA:
            for name in bodies.pictures_of(composed):
                await self.media.forget(name)
            return Postponed(str(error), AT_ONCE if claimed.attempt == 1 else None)
        return outcome_of(error, keyed=bool(welcome.template_id))

    def _body(
        self, welcome: CommunityWelcome, composed: Composed, media: Mapping[str, str]
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"text": {"content": welcome.words}} if welcome.words else {}
        for each in bodies.attachments_of(composed, media, self.mini_program_app_id):
            kind = each["msgtype"]
            body[kind] = each[kind]
        return body

    def _compose(self, session: Session, welcome_id: int) -> Composed:
        """What stands beside the words now."""
        welcome = welcomes.get_welcome(session, welcome_id)
        if welcome.attachment is None or not welcome.is_active:
            return Composed({})
        content = Content(attachments=(Attachment.model_validate(welcome.attachment),))
        marks = Marks(SOURCE.format(id=welcome_id))
        return composer.attachments(session, content, marks, self.clock.now())
