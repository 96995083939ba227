"""Makes mass tasks at WeCom. The call has no key: a doubtful one is looked for, never repeated."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.broadcasts import bodies
from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.channels.official_account_delivery import AT_ONCE, outcome_of
from bot.channels.reply_pictures import media_id_of
from bot.clock import Clock
from bot.database import Database
from bot.media import MediaLibrary, PictureMissing
from bot.outbox import Claimed
from bot.outcomes import Doubtful, Failed, Outcome, Postponed, Sent
from campaigns import composer
from campaigns.composer import Composed, Marks
from campaigns.mass import cancelling, cap, recipients, results, states
from campaigns.mass.recipients import Why
from campaigns.mass.tables import ChatType, MassTask, TaskState
from campaigns.shapes import Content
from campaigns.tables import Campaign
from campaigns.touches import touch_of_task
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from wecom.client import AsyncWeComClient
from wecom.errors import Reaction, Refused, WeChatError

GONE: Final = "the task is no longer wanted"
NOBODY: Final = "没有可以发送的人"
ALL_LEFT: Final = "收件人都退订了"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a task's call needs."""

    chat_type: str
    sender: str
    addresses: Sequence[str]
    composed: Composed


@dataclass(frozen=True, slots=True)
class Libraries:
    """Pictures as WeCom's media: for messages, and for moments, which take others."""

    messages: MediaLibrary
    moments: MediaLibrary

    def of(self, chat_type: str) -> MediaLibrary:
        """Those of a kind of task."""
        return self.moments if chat_type == ChatType.MOMENT else self.messages


@dataclass(frozen=True, slots=True)
class MassCreateDelivery:
    """Has WeCom make a task, with who still wants it and with pictures that live."""

    client: AsyncWeComClient
    libraries: Libraries
    mini_program_app_id: str
    broadcaster: OutboxBroadcaster
    database: Database
    clock: Clock
    keyed: bool = False

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Compose it now: until this moment who and what may have changed."""
        try:
            prepared = await self.database.write(self._prepare, int(claimed.payload["task_id"]))
        except DBAPIError as error:
            return Postponed(str(error.orig))
        if isinstance(prepared, Failed):
            return prepared
        try:
            return await self._create(prepared)
        except PictureMissing as error:
            return Failed(str(error))
        except WeChatError as error:
            return await self._after(error, prepared, claimed)

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Keep what WeCom made, and tell its sender; or that it was not made."""
        task = states.get_task(session, int(claimed.payload["task_id"]))
        now = self.clock.now()
        match outcome:
            case Sent(result) if result is not None:
                note_made(session, self.broadcaster, task, result, now)
            case Doubtful():
                states.doubt(session, task, now)
            case Postponed():
                cancelling.take_back(session, self.broadcaster, task, now)
            case Failed(reason):
                why = Why.NOBODY if reason == NOBODY else Why.NOT_MADE
                states.fail(session, task, reason, why, now)

    def _prepare(self, session: Session, task_id: int) -> Prepared | Failed:
        cap.hold(session)
        task = states.get_task(session, task_id)
        if task.state != TaskState.PLANNED:
            return Failed(GONE)
        task.recipients -= recipients.drop_unwanted(session, task)
        session.add(task)
        session.flush()
        addresses = recipients.list_open(session, task)
        if not addresses:
            return Failed(ALL_LEFT)
        try:
            composed = composed_of(session, task, self.broadcaster.shop_name, self.clock.now())
        except InvalidInput as error:
            return Failed(str(error))
        return Prepared(task.chat_type, task.sender, addresses, composed)

    async def _create(self, told: Prepared) -> Outcome:
        media = await self._upload(told)
        if told.chat_type == ChatType.MOMENT:
            body = bodies.moment_body(told.sender, told.composed, media)
            return Sent({"msgid": await self.client.broadcasts.create_moment(body), "refused": []})
        body = bodies.task_body(
            told.chat_type,
            told.sender,
            told.addresses,
            told.composed,
            media,
            self.mini_program_app_id,
        )
        made = await self.client.broadcasts.create(body)
        return Sent({"msgid": made.msgid, "refused": list(made.refused)})

    async def _upload(self, told: Prepared) -> dict[str, str]:
        """Ids that live at least an hour more; raises PictureMissing or UploadFailed."""
        names = bodies.pictures_of(told.composed)
        library = self.libraries.of(told.chat_type)
        ids = await asyncio.gather(*(media_id_of(library, name) for name in names))
        return dict(zip(names, ids, strict=True))

    async def _after(self, error: WeChatError, told: Prepared, claimed: Claimed) -> Outcome:
        if isinstance(error, Refused):
            if error.reaction is Reaction.FINISHED:
                return Failed(NOBODY)
            if error.reaction is Reaction.REFRESH_MEDIA:
                for name in bodies.pictures_of(told.composed):
                    await self.libraries.of(told.chat_type).forget(name)
                return Postponed(str(error), AT_ONCE if claimed.attempt == 1 else _LATER)
        return outcome_of(error, keyed=False)


def composed_of(session: Session, task: MassTask, shop_name: str, now: datetime) -> Composed:
    """What a task says at this moment, marked as its own. Raises InvalidInput."""
    promoter = session.get_one(Campaign, task.campaign_id).promoter_code
    marks = Marks(touch_of_task(id_of(task)), promoter)
    content = Content.model_validate(task.content)
    return composer.compose_task(session, content, marks, shop_name, now)


def note_made(
    session: Session, broadcaster: OutboxBroadcaster, task: MassTask, made: Any, now: datetime
) -> None:
    """Keep WeCom's name for a task and whom it refused; its sender hears that it waits.

    One that was stopped while its call was under way is stopped there too.
    """
    cap.hold(session)
    if states.made(session, task, made["msgid"], now):
        results.refuse(session, task, made["refused"])
        broadcaster.tell_sender(session, task, now)
    elif task.state == TaskState.CANCELLED and task.msgid is None:
        task.msgid, task.created_at, task.check_at = made["msgid"], now, None
        session.add(task)
        session.flush()
        results.refuse(session, task, made["refused"])
        broadcaster.cancel(session, task, now)


_LATER: Final = timedelta(minutes=5)
