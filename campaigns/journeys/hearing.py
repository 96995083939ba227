"""What journeys learn of the shop's events: some begin one, some end it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from campaigns.journeys.ending import end_by, leave_one
from campaigns.journeys.entering import enter_for
from campaigns.ports import Letterbox
from campaigns.shapes import EarlyEnd, Trigger
from commerce.customers.merging import ids_of

BEGINNINGS: Final = {
    "contact_added": Trigger.WELCOME,
    "customer_followed": Trigger.WELCOME,
    "order_received": Trigger.AFTER_RECEIPT,
}
ENDS: Final = {
    "order_paid": EarlyEnd.PURCHASE,
    "customer_wrote": EarlyEnd.REPLY,
    "unsubscribed": EarlyEnd.UNSUBSCRIBED,
    "handover_queued": EarlyEnd.HANDOVER,
    "handover_taken": EarlyEnd.HANDOVER,
}
JOINED: Final = "customers_merged"
HEARD: Final = frozenset({*BEGINNINGS, *ENDS, JOINED})
"""Kinds of events that journeys care about; each tells its `customer_id`."""
_ABOUT: Final = ("order_id",)
"""Of an event's subject, what an entry keeps."""


def hear(
    session: Session,
    letterbox: Letterbox,
    kind: str,
    subject: Mapping[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    """Begin and end journeys by an event of the shop. Hearing it again changes nothing."""
    customer_id = subject.get("customer_id")
    if customer_id is None:
        return
    if kind == JOINED:
        leave_one(session, letterbox, customer_id, now)
    if (why := ENDS.get(kind)) is not None:
        # Entries follow a merge by an event of their own, which may be heard later than this one.
        for each in sorted(ids_of(session, customer_id)):
            end_by(session, letterbox, each, why, at, now)
    if (trigger := BEGINNINGS.get(kind)) is not None:
        told = {name: subject[name] for name in _ABOUT if name in subject}
        ref = told.get("order_id") or at.isoformat()
        enter_for(session, trigger, customer_id, str(ref), told, now)
