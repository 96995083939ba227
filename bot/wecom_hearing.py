"""Who hears what WeCom tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.channels.wecom import Hear
from bot.clock import Clock
from bot.communities import mirror
from bot.contacts import hearing
from bot.contacts.hearing import Added
from bot.database import Database
from bot.handover.staff_cards import Tapped
from bot.kf.syncing import KfSync
from bot.sender import Sender
from commerce.sealing import Sealer
from wecom.callback import Told
from wecom.events import (
    CardTapped,
    ChatChanged,
    ContactAdded,
    ContactDeleted,
    ContactEdited,
    KfPoked,
)

TRANSFERRED = "DELETE_BY_TRANSFER"


class Taps(Protocol):
    """Answers taps on the buttons of some kind of card."""

    async def tapped(self, tap: Tapped) -> str | None:
        """What the button says from now on; None for a card of another kind."""


@dataclass(frozen=True, slots=True)
class WeComHearing:
    """Does what each kind of event demands."""

    corp_id: str
    kf: KfSync
    taps: Sequence[Taps]
    database: Database
    clock: Clock
    sealer: Sealer
    sender: Sender

    def hears(self) -> Mapping[type, Hear]:
        """By kind of event."""
        return {
            KfPoked: self._kf_poked,
            CardTapped: self._card_tapped,
            ContactAdded: self._contact_added,
            ContactDeleted: self._contact_deleted,
            ContactEdited: self._contact_edited,
            ChatChanged: self._chat_changed,
        }

    async def _kf_poked(self, told: Told) -> None:
        assert isinstance(told.event, KfPoked)  # noqa: S101 - by `hears`
        await self.kf.poke(told.event.open_kfid, told.event.token)

    async def _card_tapped(self, told: Told) -> str | None:
        assert isinstance(told.event, CardTapped)  # noqa: S101 - by `hears`
        for each in self.taps:
            words = await each.tapped(told.event)
            if words is not None:
                self.sender.wake()
                return words
        return None

    async def _contact_added(self, told: Told) -> None:
        event = told.event
        assert isinstance(event, ContactAdded)  # noqa: S101 - by `hears`
        added = Added(
            event.userid, event.external_userid, event.state, event.welcome_code, event.at
        )
        await self.database.write(
            hearing.contact_added, self.sealer, self.corp_id, added, self.clock.now()
        )
        self.sender.wake()  # The welcome has twenty seconds.

    async def _contact_deleted(self, told: Told) -> None:
        event = told.event
        assert isinstance(event, ContactDeleted)  # noqa: S101 - by `hears`
        if event.source == TRANSFERRED:
            return
        await self.database.write(
            lambda session: hearing.contact_ended(
                session,
                event.userid,
                event.external_userid,
                by_customer=event.by_customer,
                now=self.clock.now(),
            )
        )

    async def _contact_edited(self, told: Told) -> None:
        event = told.event
        assert isinstance(event, ContactEdited)  # noqa: S101 - by `hears`
        await self.database.write(
            hearing.want_profile,
            self.sealer,
            self.corp_id,
            event.external_userid,
            told.digest,
            self.clock.now(),
        )

    async def _chat_changed(self, told: Told) -> None:
        event = told.event
        assert isinstance(event, ChatChanged)  # noqa: S101 - by `hears`
        await self.database.write(
            mirror.chat_changed,
            self.sealer,
            mirror.corp_of(self.corp_id),
            event,
            told.digest,
            self.clock.now(),
        )
        self.sender.wake()
