"""One conversation: whose it is, what may still be said in it, and who else could have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.console.talks.move_words import REASONS
from bot.console.talks.names import numbered, read_customer_names, read_names
from bot.console.talks.quota import Quota, quota_of
from bot.handover.episodes import SERVICER, find_live, is_in_wecom, speaker_of
from bot.handover.presence import is_online
from bot.handover.tables import Handover, HandoverState
from bot.messages import BOT, CHANNEL_NAMES
from bot.staff.tables import Staff
from bot.tables import Conversation
from commerce.errors import NotFound
from commerce.sealing import Sealer

IN_WECOM: Final = "这位顾客正在企业微信里由{name}接待，这里只能看，回复请在企业微信里"
NOT_TAKEN: Final = "先接入，再回复"
ANOTHERS: Final = "{name}正在接待，这里只能看"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as its page shows it."""

    id: int
    name: str
    number: str
    """What they are called by their number, whatever they call themselves."""
    channel: str
    channel_name: str
    customer_id: int | None
    owner: str
    owner_name: str
    epoch: int
    is_mine: bool
    is_the_bots: bool
    is_in_wecom: bool
    """Whether a servicer answers in WeCom's own client: nobody may write from here."""
    is_queued: bool
    reason: str
    taken_at: datetime | None
    quota: Quota

    @property
    def why_silent(self) -> str:
        """Why the one who looks may not answer; empty when they may."""
        if self.is_in_wecom:
            return IN_WECOM.format(name=self.owner_name)
        if self.is_the_bots:
            return NOT_TAKEN
        return "" if self.is_mine else ANOTHERS.format(name=self.owner_name)

    @property
    def may_write(self) -> bool:
        """Whether a reply would leave now."""
        return not self.why_silent and not self.quota.why_not


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to hand a conversation to."""

    id: int
    name: str
    has: int
    capacity: int


def get_talk(
    session: Session, sealer: Sealer, conversation_id: int, staff_id: int, now: datetime
) -> Talk:
    """The conversation as somebody of the staff sees it. Raises NotFound."""
    row = session.get(Conversation, conversation_id)
    if row is None:
        raise NotFound("没有这段会话")
    handover = find_live(session, conversation_id)
    is_there = row.owner.startswith(SERVICER) or (handover is not None and is_in_wecom(handover))
    return Talk(
        id=conversation_id,
        name=read_customer_names(session, sealer, [row])[conversation_id],
        number=numbered(row.customer_id, conversation_id),
        channel=row.channel,
        channel_name=CHANNEL_NAMES.get(row.channel, row.channel),
        customer_id=row.customer_id,
        owner=row.owner,
        owner_name=read_names(session).of(row.owner),
        epoch=row.epoch,
        is_mine=row.owner == speaker_of(staff_id),
        is_the_bots=row.owner == BOT,
        is_in_wecom=is_there,
        is_queued=handover is not None and handover.state == HandoverState.QUEUED,
        reason="" if handover is None else REASONS.get(handover.reason, "需要人工"),
        taken_at=None if handover is None else handover.taken_at,
        quota=quota_of(session, row, now),
    )


def list_colleagues(session: Session, staff_id: int, now: datetime) -> Sequence[Colleague]:
    """Who else is there and takes customers, the least busy first."""
    has = (
        select(func.count())
        .select_from(Handover)
        .where(Handover.staff_id == Staff.id, Handover.state == HandoverState.OWNED)
        .correlate(Staff)
        .scalar_subquery()
    )
    statement = (
        select(Staff, has)
        .where(is_online(now), Staff.id != staff_id)
        .order_by(has, col(Staff.name))
    )
    return [
        Colleague(each.id or 0, each.name, count, each.capacity)
        for each, count in session.exec(statement)
    ]
