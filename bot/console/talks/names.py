"""Who is who in a conversation, as the shop's people read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from bot.handover.episodes import SERVICER, STAFF, staff_id_of
from bot.messages import BOT
from bot.staff.tables import Staff
from bot.tables import Conversation
from commerce.customers.nicknames import read_nicknames
from commerce.customers.tables import Identity
from commerce.sealing import Sealer

type Side = Literal["customer", "bot", "staff", "servicer"]

IS_THEIRS: Final[ColumnElement[bool]] = (
    (col(Identity.channel) == col(Conversation.channel))
    & (col(Identity.account) == col(Conversation.account))
    & (col(Identity.external_user) == col(Conversation.external_user))
)
"""Joins a conversation with the identity of who writes in it: a conversation keeps the number of a
customer who was merged later, an identity goes over."""
_OTHERS: Final[Mapping[str, str]] = {
    BOT: "机器人",
    "customer": "顾客",
    "clock": "系统",
    "timeout": "系统",
    "platform": "微信",
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the shop's people by their id, those who left among them."""

    staff: Mapping[int, str] = field(default_factory=dict)

    def of(self, actor: str) -> str:
        """The name of an author, owner or actor as the rows hold it, such as `staff:7`."""
        number = staff_id_of(actor)
        if number is not None:
            return self.staff.get(number, f"同事{number}")
        if actor.startswith(SERVICER):
            return f"{actor.removeprefix(SERVICER)}（企业微信）"
        return _OTHERS.get(actor, actor)


def read_names(session: Session) -> Names:
    """Everybody's name."""
    people = session.exec(select(Staff.id, Staff.name)).all()
    return Names({number: name for number, name in people if number is not None})


def side_of(author: str) -> Side:
    """Which of the four speaks."""
    if author.startswith(STAFF):
        return "staff"
    if author.startswith(SERVICER):
        return "servicer"
    return "bot" if author == BOT else "customer"


def read_customer_names(
    session: Session, sealer: Sealer, talks: Sequence[Conversation]
) -> Mapping[int, str]:
    """What the customers of these conversations are called, by the conversation's id: by their
    nickname where a platform told it, or else by their number."""
    statement = (
        select(col(Conversation.id), Identity.customer_id)
        .join(Identity, IS_THEIRS)
        .where(col(Conversation.id).in_([talk.id for talk in talks]))
    )
    owners = dict(session.exec(statement).all())
    nicknames = read_nicknames(session, sealer, set(owners.values()))
    return {
        talk.id: nicknames.get(owners.get(talk.id, 0)) or numbered(talk.customer_id, talk.id)
        for talk in talks
        if talk.id is not None
    }


def numbered(customer_id: int | None, conversation_id: int) -> str:
    """What a customer is called whose nickname no platform tells."""
    return f"顾客{customer_id}" if customer_id is not None else f"新访客{conversation_id}"
