"""What campaigns ask of WeCom about mass tasks, put into the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlmodel import Session, SQLModel

from bot import outbox
from bot.broadcasts import cards
from bot.contacts.tables import Contact as ContactRow
from bot.handover.staff_cards import KIND as APP_CARD
from bot.outbox import Post
from bot.tables import OutboxMessage, OutboxState
from campaigns.mass.tables import ChatType, MassTask
from campaigns.ports import Contact
from campaigns.terms import get_terms
from commerce.customers.tables import Customer
from commerce.inserting import affected_rows, core, id_of
from commerce.sealing import Sealer

CREATE: Final = "wecom.mass_create"
REMIND: Final = "wecom.mass_remind"
CANCEL: Final = "wecom.mass_cancel"
REMINDER_LIVES: Final = timedelta(hours=1)
"""Later it would come in the night, or after the next."""
WITHDRAWN: Final = "the task was stopped before it left"


@dataclass(frozen=True, slots=True)
class OutboxBroadcaster:
    """Mass tasks by way of the outbox (`campaigns.ports.Broadcaster`)."""

    sealer: Sealer
    shop_name: str

    def contacts(self, session: Session, customer_ids: Sequence[int]) -> Mapping[int, Contact]:
        """The latest contact of each customer."""
        statement = (
            select(_CONTACT.c.customer_id, _CONTACT.c.userid, _CONTACT.c.external_userid)
            .where(_CONTACT.c.ended_at.is_(None), _CONTACT.c.customer_id.in_(customer_ids))
            .order_by(_CONTACT.c.added_at, _CONTACT.c.id)
        )
        rows = core(session).execute(statement)
        return {row.customer_id: Contact(*row) for row in rows}

    def reachable(self) -> ColumnElement[bool]:
        """Whether the customer of the enclosing statement is a contact of anybody."""
        return exists(_contact_of_customer(_CONTACT.c.id))

    def address(self) -> ColumnElement[str]:
        """The external_userid of their latest contact."""
        latest = _contact_of_customer(_CONTACT.c.external_userid).order_by(
            _CONTACT.c.added_at.desc(), _CONTACT.c.id.desc()
        )
        return latest.limit(1).scalar_subquery()

    def senders(self, session: Session) -> Sequence[str]:
        """Who has customers as contacts."""
        statement = select(_CONTACT.c.userid).where(_CONTACT.c.ended_at.is_(None)).distinct()
        return list(core(session).execute(statement.order_by(_CONTACT.c.userid)).scalars())

    def create(self, session: Session, task: MassTask, now: datetime) -> bool:
        """It leaves while its run is running."""
        message = Post(
            key=task.outbox_key,
            kind=CREATE,
            payload={"task_id": id_of(task)},
            run_id=task.run_id,
        )
        return outbox.post(session, self.sealer, message, now)

    def remind(self, session: Session, task: MassTask, reminder_id: int, now: datetime) -> None:
        """By WeCom for messages; moments have no such call, so by a card."""
        key = f"mass-remind:{reminder_id}"
        if task.chat_type == ChatType.MOMENT:
            self._card(
                session, task, key, [task.sender], cards.to_sender(task, self.shop_name), now
            )
            return
        message = Post(key, REMIND, {"msgid": task.msgid}, not_after=now + REMINDER_LIVES)
        outbox.post(session, self.sealer, message, now)

    def cancel(self, session: Session, task: MassTask, now: datetime) -> bool:
        """Take it back if it has not left, else have it stopped there."""
        if task.msgid is None:
            waiting = update(_OUTBOX).where(
                _OUTBOX.c.key == task.outbox_key,
                _OUTBOX.c.state.in_((OutboxState.PENDING.value, OutboxState.HELD.value)),
            )
            over = {"state": OutboxState.SUPERSEDED.value, "finished_at": now}
            return affected_rows(session, waiting.values(**over, reason=WITHDRAWN)) == 1
        message = Post(cancel_key(task), CANCEL, {"task_id": id_of(task)})
        outbox.post(session, self.sealer, message, now)
        return False

    def tell_sender(self, session: Session, task: MassTask, now: datetime) -> None:
        """Once: what waits, for how many, and what it says in short."""
        card = cards.to_sender(task, self.shop_name)
        self._card(session, task, f"mass-card:{id_of(task)}", [task.sender], card, now)

    def tell_stand_in(self, session: Session, task: MassTask, now: datetime) -> bool:
        """Once, if the shop has named one."""
        stand_in = get_terms(session).stand_ins.get(task.sender)
        if not stand_in:
            return False
        card = cards.to_stand_in(session, task, self.shop_name)
        self._card(session, task, f"mass-stand-in:{id_of(task)}", [stand_in], card, now)
        return True

    def _card(
        self,
        session: Session,
        task: MassTask,
        key: str,
        userids: list[str],
        card: Mapping[str, Any],
        now: datetime,
    ) -> None:
        payload = {"userids": userids, "card": {**card, "task_id": key}}
        message = Post(key, APP_CARD, payload, not_after=task.expires_at)
        outbox.post(session, self.sealer, message, now)


def cancel_key(task: MassTask) -> str:
    """Of the outbox row that has a task stopped."""
    return f"mass-cancel:{id_of(task)}"


def _contact_of_customer(column: ColumnElement[Any]) -> Select[Any]:
    """Contacts, while they last, of the customer in the enclosing statement."""
    is_theirs = _CONTACT.c.customer_id == _CUSTOMER.c.id
    return select(column).where(is_theirs, _CONTACT.c.ended_at.is_(None)).correlate(_CUSTOMER)


_TABLES: Final = SQLModel.metadata.tables
_CONTACT: Final = _TABLES[ContactRow.__tablename__]
_CUSTOMER: Final = _TABLES[Customer.__tablename__]
_OUTBOX: Final = _TABLES[OutboxMessage.__tablename__]
