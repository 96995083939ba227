"""A shop with people: who they are, and customers who have written."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

import pytest
from sqlmodel import Session, select

from bot import conversations
from bot.clock import FrozenClock
from bot.conversations import ConversationView
from bot.handover import queue
from bot.handover.queue import Asked
from bot.handover.tables import HandoverMove, Reason
from bot.messages import Incoming
from bot.staff.tables import Presence, Role, Staff
from bot.tables import Conversation
from commerce.events import ShopEvent
from commerce.inserting import id_of
from tests.bot.conftest import ACCOUNT

_numbers = count(1)


def hire(
    session: Session,
    now: datetime,
    *,
    name: str = "小王",
    capacity: int = 5,
    is_online: bool = True,
    wecom_userid: str | None = None,
) -> int:
    """One more of the shop's people; their number."""
    number = next(_numbers)
    person = Staff(
        row_key=f"staff-{number}",
        login=f"agent{number}",
        name=name,
        role=Role.AGENT,
        capacity=capacity,
        presence=Presence.ONLINE if is_online else Presence.AWAY,
        seen_at=now if is_online else None,
        wecom_userid=wecom_userid,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return id_of(person)


def begin_talk(session: Session, now: datetime, channel: str = "official_account") -> int:
    """A customer's conversation, just written in; its number."""
    openid = f"o-{next(_numbers)}"
    incoming = Incoming(openid, channel, ACCOUNT, openid, "text", "", now)  # type: ignore[arg-type]
    talk_id = conversations.find_or_begin(session, incoming, now)
    row = session.get_one(Conversation, talk_id)
    row.window_opened_by, row.window_opened_at = "message", now
    session.add(row)
    session.flush()
    return talk_id


@dataclass
class Floor:
    """The shop's floor within one transaction."""

    session: Session
    clock: FrozenClock
    talks: list[int] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def hire(self, **about: object) -> int:
        return hire(self.session, self.now, **about)  # type: ignore[arg-type]

    def write_in(self, channel: str = "official_account") -> int:
        self.talks.append(begin_talk(self.session, self.now, channel))
        return self.talks[-1]

    def view(self, talk_id: int) -> ConversationView:
        return conversations.lock(self.session, talk_id)

    def ask(self, talk_id: int, reason: Reason = Reason.ASKED) -> Asked:
        return queue.ask(self.session, self.view(talk_id), reason, self.now)

    def seen(self, *staff_ids: int) -> None:
        """They are still there."""
        for staff_id in staff_ids:
            self.session.get_one(Staff, staff_id).seen_at = self.now
        self.session.flush()

    def advance(self, **time: float) -> None:
        self.clock.advance(**time)

    def moves(self, handover_id: int) -> list[str]:
        statement = select(HandoverMove.kind).where(HandoverMove.handover_id == handover_id)
        return list(self.session.exec(statement.order_by("id")))

    def events(self, kind: str) -> list[dict[str, object]]:
        statement = select(ShopEvent).where(ShopEvent.kind == kind).order_by("id")
        return [event.subject for event in self.session.exec(statement)]


@pytest.fixture
def floor(session: Session, frozen_clock: FrozenClock) -> Floor:
    """Noon of a working Monday; nobody is hired yet."""
    return Floor(session, frozen_clock)
