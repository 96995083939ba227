"""Visits that campaigns bring: a customer opened a card or a link that carries a touch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from campaigns.attribution.tables import CampaignVisit
from campaigns.mass.tables import ChatType, MassTask
from campaigns.tables import Delivery
from campaigns.touches import Touch, TouchKind, read_touch
from commerce.community.tables import CommunityMember

ONE_VISIT: Final = timedelta(minutes=10)
"""Opening the same page by the same touch within it is the same visit."""
LONGEST_PROMOTER: Final = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """What a customer opened: the page of the mini-program, what it is about, and how they came."""

    page: str
    subject: str
    source: str
    promoter: str = ""


def note_visit(session: Session, customer_id: int, opened: Opened, now: datetime) -> bool:
    """Note that a customer came by a campaign; false for another source, and the same visit.

    A card that was passed on counts for the campaign all the same: it says whose card it was.
    """
    touch = read_touch(opened.source)
    of = None if touch is None else _of(session, touch, customer_id)
    if of is None:
        return False
    same = select(CampaignVisit.id).where(
        CampaignVisit.customer_id == customer_id,
        CampaignVisit.page == opened.page,
        CampaignVisit.subject == opened.subject,
        col(CampaignVisit.at) > now - ONE_VISIT,
        *(getattr(CampaignVisit, name) == value for name, value in of.items()),
    )
    if session.exec(same.limit(1)).first() is not None:
        return False
    session.add(
        CampaignVisit(
            **of,
            customer_id=customer_id,
            page=opened.page,
            subject=opened.subject,
            promoter=opened.promoter[:LONGEST_PROMOTER],
            at=now,
        )
    )
    session.flush()
    return True


def _of(session: Session, touch: Touch, customer_id: int) -> Mapping[str, Any] | None:
    """What of which campaign the touch stands for; None for one that never was."""
    if touch.kind is TouchKind.DELIVERY:
        delivery = session.get(Delivery, touch.id)
        if delivery is None:
            return None
        return {**_place(delivery), "delivery_id": delivery.id, "group_id": delivery.group_id}
    task = session.get(MassTask, touch.id)
    if task is None:
        return None
    group_id = _seen_in(session, task, customer_id)
    return {**_place(task), "task_id": task.id, "group_id": group_id}


def _place(sent: Delivery | MassTask) -> Mapping[str, Any]:
    return {
        "campaign_id": sent.campaign_id,
        "run_id": sent.run_id,
        "node": sent.node,
        "arm": sent.arm,
    }


def _seen_in(session: Session, task: MassTask, customer_id: int) -> int | None:
    """The one group of the task that the visitor is in; None when there is none, or several."""
    if task.chat_type != ChatType.GROUP:
        return None
    statement = (
        select(Delivery.group_id)
        .join(CommunityMember, col(CommunityMember.group_id) == col(Delivery.group_id))
        .where(
            Delivery.task_id == task.id,
            CommunityMember.customer_id == customer_id,
            col(CommunityMember.left_at).is_(None),
        )
        .distinct()
        .limit(2)
    )
    groups = session.exec(statement).all()
    return groups[0] if len(groups) == 1 else None
