"""What may still be said to a customer, by which way, and why not by the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from bot import reply_window
from bot.notices import wallet
from bot.notices.kinds import KINDS
from bot.notices.posting import ways
from bot.tables import Conversation
from commerce.customers import ids_of

NEVER_WROTE: Final = "对方还没有发过消息"
TIME_IS_UP: Final = "离对方上次发消息太久，要等对方再发一条"
USED_UP: Final = "条数用完了，要等对方再发一条"
NO_CREDIT: Final = "对方没有订阅，或者次数用完了"


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a customer. `why_not` is for people, and empty while the way is open."""

    channel: str
    conversation_id: int | None
    """None for a subscription message."""
    notice: str
    """What kind of notice, in words; empty for a chat, where everything may be said."""
    left: int
    until: datetime | None
    why_not: str

    @property
    def is_open(self) -> bool:
        """Whether one more may be sent now."""
        return not self.why_not


def list_routes(session: Session, customer_id: int, now: datetime) -> Sequence[Route]:
    """Every way to the customer: their chats, the busiest first, then their subscriptions."""
    customer_ids = ids_of(session, customer_id)
    talks = session.exec(
        select(Conversation)
        .where(col(Conversation.customer_id).in_(customer_ids))
        .order_by(col(Conversation.updated_at).desc())
    ).all()
    return [*(_of_chat(talk, now) for talk in talks), *_of_notices(session, customer_id)]


def _of_chat(talk: Conversation, now: datetime) -> Route:
    left = reply_window.room(talk, now)
    window = reply_window.WINDOWS.get(talk.window_opened_by or "")
    until = None
    why_not = NEVER_WROTE
    if window is not None and talk.window_opened_at is not None:
        until = talk.window_opened_at + window.lasts
        why_not = USED_UP if now < until - reply_window.SAFETY else TIME_IS_UP
    return Route(talk.channel, talk.id, "", left, until, "" if left else why_not)


def _of_notices(session: Session, customer_id: int) -> list[Route]:
    routes = []
    for kind, words in KINDS.items():
        for way in ways(session, customer_id, kind):
            who = way.account, way.address, way.template.template_id
            left = wallet.count(session, *who) if way.takes_credit else 1
            why_not = "" if left else NO_CREDIT
            routes.append(Route(way.template.channel, None, words, left, None, why_not))
    return routes
