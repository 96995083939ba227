"""What leaves about mass tasks: their making, reminders, and stopping."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session

from bot.broadcasts.broadcaster import CANCEL, CREATE, REMIND, OutboxBroadcaster
from bot.broadcasts.creating import Libraries, MassCreateDelivery
from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.database import Database
from bot.media import MediaLibrary
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Postponed, Sent
from bot.sender import Deliverer
from bot.settings import Settings
from campaigns.mass import results, states
from campaigns.mass.tables import ChatType, MassTask
from commerce.sealing import Sealer
from wecom.client import AsyncWeComClient
from wecom.errors import Reaction, Refused, WeChatError

SOON: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MassRemindDelivery:
    """Has WeCom remind a sender. A doubtful call goes again: being reminded twice does no harm,
    and WeCom itself stops at three."""

    client: AsyncWeComClient
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Remind, unless everybody has confirmed."""
        try:
            await self.client.broadcasts.remind(claimed.payload["msgid"])
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing depends on it."""


@dataclass(frozen=True, slots=True)
class MassCancelDelivery:
    """Has WeCom stop a task; stopping again changes nothing."""

    client: AsyncWeComClient
    database: Database
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Stop what was not sent."""
        task = await self.database.read(states.get_task, int(claimed.payload["task_id"]))
        try:
            if task.chat_type == ChatType.MOMENT:
                return await self._stop_moment(task)
            await self.client.broadcasts.cancel(task.msgid or "")
        except Refused as error:
            if error.reaction is Reaction.FINISHED:  # It was stopped before.
                return Sent()
            return outcome_of(error, keyed=True)
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Its results are read once more: part of it may have been sent by then."""
        if isinstance(outcome, Sent | Failed):
            task = states.get_task(session, int(claimed.payload["task_id"]))
            results.ask_again(session, task, self.clock.now())

    async def _stop_moment(self, task: MassTask) -> Outcome:
        moment_id = task.moment_id
        if not moment_id:
            making = await self.client.broadcasts.moment_making(task.msgid or "")
            if not making.is_done:
                return Postponed("the moment is still being made", SOON)
            moment_id = making.moment_id
        if moment_id:
            await self.client.broadcasts.cancel_moment(moment_id)
        return Sent()


@dataclass(frozen=True, slots=True)
class MomentUploads:
    """Uploads pictures that moments take."""

    media: Any


def broadcast_deliverers(
    client: AsyncWeComClient,
    settings: Settings,
    messages: MediaLibrary,
    database: Database,
    clock: Clock,
    sealer: Sealer,
) -> dict[str, Deliverer]:
    """Who delivers what leaves about mass tasks; `messages` is the corp's library of pictures."""
    moments = MediaLibrary(
        f"wecom-moments:{settings.wecom_corp_id}",
        MomentUploads(client.moment_pictures),
        settings.picture_folder,
        database,
        clock,
    )
    return {
        CREATE: MassCreateDelivery(
            client,
            Libraries(messages, moments),
            settings.mini_program_app_id,
            OutboxBroadcaster(sealer, settings.name),
            database,
            clock,
        ),
        REMIND: MassRemindDelivery(client),
        CANCEL: MassCancelDelivery(client, database, clock),
    }
