"""Conversations: one customer on one channel, and the lane in which their turns are taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, select, update
from sqlmodel import Session, SQLModel

from bot.errors import BotError
from bot.messages import BOT, Incoming
from bot.tables import Conversation, InboxMessage, InboxState, OutboxMessage, OutboxState
from commerce.columns import in_state
from commerce.customers.presence import SEEN_LATELY
from commerce.customers.tables import Customer
from commerce.inserting import insert_once
from commerce.prepared import Prepared

_TABLE = SQLModel.metadata.tables[Conversation.__tablename__]
_INBOX = SQLModel.metadata.tables[InboxMessage.__tablename__]
_OUTBOX = SQLModel.metadata.tables[OutboxMessage.__tablename__]
_CUSTOMER = SQLModel.metadata.tables[Customer.__tablename__]


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation as it was when its row was read."""

    id: int
    channel: str
    account: str
    external_user: str
    customer_id: int | None
    owner: str
    epoch: int
    step: str
    memory: Mapping[str, Any]
    window_opened_by: str | None
    window_opened_at: datetime | None
    window_used: int
    next_key: str | None
    """The key of the message to answer next: by the time it was sent, then by arrival."""
    has_parked: bool
    """Whether something waits for the customer to write again."""
    customer_seen_at: datetime | None
    customer_merged_into: int | None
    owner_since: datetime | None = None
    """When it changed hands last."""

    def knows_customer(self, now: datetime) -> bool:
        """Whether its customer is known, seen lately, and still the same person's record."""
        if self.customer_seen_at is None or self.customer_merged_into is not None:
            return False
        return now < self.customer_seen_at + SEEN_LATELY

    @property
    def is_the_bots(self) -> bool:
        """Whether the bot answers, not a person."""
        return self.owner == BOT

    def was_written_to_another(self, incoming: Incoming, received_at: datetime) -> bool:
        """Whether a message came before the bot had the conversation back: nobody repeats it.

        WeCom hands messages over when we ask for them, which may be long after they were sent.
        """
        if self.owner_since is None:
            return False
        if incoming.channel == "wecom":
            return incoming.sent_at < self.owner_since.replace(microsecond=0)
        return received_at < self.owner_since


class OwnerChanged(BotError):
    """Somebody else has the conversation by now: what was seen of it is no longer so."""


def change_owner(
    session: Session,
    conversation_id: int,
    to: str,
    now: datetime,
    *,
    seen_owner: str,
    seen_epoch: int,
) -> int:
    """Give the conversation to `to`; its new epoch. What an earlier owner has not begun to send
    is never sent.

    Of any number who saw the same owner and epoch one succeeds. Raises OwnerChanged.
    """
    epoch = seen_epoch + 1
    values = {"wanted": conversation_id, "to": to, "raised": epoch, "moment": now}
    if _CHANGE_OWNER.run(session, **values, seen_owner=seen_owner, seen_epoch=seen_epoch) != 1:
        raise OwnerChanged(f"conversation {conversation_id} is not {seen_owner}'s any more")
    return epoch


def find_or_begin(session: Session, incoming: Incoming, now: datetime) -> int:
    """The id of the one conversation with this customer on this channel, begun if need be."""
    who = {
        "of_channel": incoming.channel,
        "of_account": incoming.account,
        "of_user": incoming.external_user,
    }
    found = _FIND.first(session, **who)
    if found is None:
        insert_once(
            session,
            Conversation,
            channel=incoming.channel,
            account=incoming.account,
            external_user=incoming.external_user,
            owner=BOT,
            epoch=0,
            step="",
            memory={},
            window_used=0,
            updated_at=now,
        )
        found = _FIND.one(session, **who)
    conversation_id: int = found.id
    return conversation_id


def lock(session: Session, conversation_id: int) -> ConversationView:
    """The conversation, held until the end of the transaction. State is read after this."""
    return ConversationView(*_LOCK.one(session, wanted=conversation_id))


def save(
    session: Session,
    conversation: ConversationView,
    now: datetime,
    *,
    customer_id: int | None,
    step: str,
    memory: Mapping[str, Any],
    window: tuple[str | None, datetime | None, int],
) -> None:
    """Write back what a turn changed. The caller holds the lock."""
    opened_by, opened_at, used = window
    _SAVE.run(
        session,
        wanted=conversation.id,
        customer_id=customer_id,
        step=step,
        memory=dict(memory),
        window_opened_by=opened_by,
        window_opened_at=opened_at,
        window_used=used,
        updated_at=now,
    )


_CHANGE_OWNER: Final = Prepared(
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("wanted"),
        _TABLE.c.owner == bindparam("seen_owner"),
        _TABLE.c.epoch == bindparam("seen_epoch"),
    )
    .values(
        owner=bindparam("to"),
        epoch=bindparam("raised"),
        owner_since=bindparam("moment", type_=_TABLE.c.owner_since.type),
        updated_at=bindparam("moment", type_=_TABLE.c.updated_at.type),
    )
)
_FIND: Final = Prepared(
    select(_TABLE.c.id).where(
        _TABLE.c.channel == bindparam("of_channel"),
        _TABLE.c.account == bindparam("of_account"),
        _TABLE.c.external_user == bindparam("of_user"),
    )
)
_NEXT: Final = (
    select(_INBOX.c.key)
    .where(
        _INBOX.c.conversation_id == _TABLE.c.id,
        in_state(_INBOX, InboxState.PENDING),
    )
    .order_by(_INBOX.c.sent_at, _INBOX.c.seq)
    .limit(1)
    .scalar_subquery()
)
_PARKED: Final = exists().where(
    _OUTBOX.c.conversation_id == _TABLE.c.id, in_state(_OUTBOX, OutboxState.PARKED)
)
_LOCK: Final = Prepared(
    select(
        _TABLE.c.id,
        _TABLE.c.channel,
        _TABLE.c.account,
        _TABLE.c.external_user,
        _TABLE.c.customer_id,
        _TABLE.c.owner,
        _TABLE.c.epoch,
        _TABLE.c.step,
        _TABLE.c.memory,
        _TABLE.c.window_opened_by,
        _TABLE.c.window_opened_at,
        _TABLE.c.window_used,
        _NEXT.label("next_key"),
        _PARKED.label("has_parked"),
        _CUSTOMER.c.last_seen_at,
        _CUSTOMER.c.merged_into_id,
        _TABLE.c.owner_since,
    )
    .outerjoin_from(_TABLE, _CUSTOMER, _CUSTOMER.c.id == _TABLE.c.customer_id)
    .where(_TABLE.c.id == bindparam("wanted"))
    .with_for_update(of=_TABLE)
)
_SAVE: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("wanted"))
    .values(
        {
            name: bindparam(name, type_=_TABLE.c[name].type)
            for name in (
                "customer_id",
                "step",
                "memory",
                "window_opened_by",
                "window_opened_at",
                "window_used",
                "updated_at",
            )
        }
    )
)
