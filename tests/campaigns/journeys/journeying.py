"""Journeys for tests, and people on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, update

from campaigns import runner
from campaigns.journeys import causes, entering, stepping
from campaigns.journeys.tables import JourneyEntry, JourneyMove
from campaigns.shapes import Condition, Wait
from campaigns.tables import CampaignKind, CampaignRun, Delivery
from campaigns.terms import set_terms
from commerce.customers import summary
from commerce.customers.summary_tables import CustomerSummary
from commerce.inserting import affected_rows
from tests.campaigns.crowd import PARTS, new_campaign, send, somebody

WHO_IS_NEW = {"kind": "fact", "fact": "orders", "op": "at_most", "value": 0}


def says(node: str, then: str = "", **more: Any) -> dict[str, Any]:
    """A step that says something."""
    return {**send(node=node), "next": then, **more}


def waits(node: str, then: str, **more: Any) -> dict[str, Any]:
    """A step that lets time pass."""
    return Wait(id=node, next=then, **more).model_dump(mode="json")


def asks(node: str, rule: dict[str, Any], yes: str, no: str) -> dict[str, Any]:
    """A step that goes one way or the other."""
    return Condition(id=node, rule=rule, yes=yes, no=no).model_dump(mode="json")


def begin(
    session: Session,
    now: datetime,
    nodes: Sequence[dict[str, Any]],
    changes: dict[str, Any] | None = None,
    **plan: Any,
) -> CampaignRun:
    """The standing run of a new journey whose plan says this, with no cap a week."""
    set_terms(session, per_week=50)
    columns = {
        "kind": CampaignKind(plan.setdefault("kind", "journey")),
        "plan": plan,
        "nodes": list(nodes),
        **(changes or {}),
    }
    run = runner.begin(session, new_campaign(session, **columns), now, now)
    assert run is not None
    return run


def visitor(session: Session, now: datetime, **more: Any) -> int:
    """The id of somebody who has just written, as the shop's books have them."""
    customer_id = somebody(session, now=now, **more)
    summary.begin(session, customer_id, now)
    return customer_id


def leave_cart(session: Session, customer_id: int, at: datetime | None) -> None:
    """Their cart is as they left it then, or empty."""
    statement = update(CustomerSummary).where(col(CustomerSummary.customer_id) == customer_id)
    affected_rows(session, statement.values(cart_left_at=at))


def tick(session: Session, now: datetime) -> None:
    """All rounds of this moment."""
    while entering.enter_due(session, (*causes.SOON, *causes.IN_TIME), now):
        pass
    while due := stepping.list_due(session, now, 100):
        for entry_id in due:
            stepping.step(session, PARTS, entry_id, now)


def ticks(session: Session, since: datetime, until: datetime, every: timedelta) -> None:
    """The rounds of a stretch of time."""
    now = since
    while now <= until:
        tick(session, now)
        now += every


def entries(session: Session, run: CampaignRun, who: int | None = None) -> list[JourneyEntry]:
    """Entries of a journey as they stand, in order."""
    session.flush()
    found = select(JourneyEntry).where(JourneyEntry.run_id == run.id)
    if who is not None:
        found = found.where(JourneyEntry.customer_id == who)
    found = found.order_by(col(JourneyEntry.id)).execution_options(populate_existing=True)
    return list(session.exec(found))


def moves(session: Session, run: CampaignRun) -> list[tuple[str, str]]:
    """What happened on a journey: nodes and outcomes, in order."""
    session.flush()
    found = (
        select(JourneyMove.node, JourneyMove.outcome)
        .join(JourneyEntry, col(JourneyEntry.id) == col(JourneyMove.entry_id))
        .where(JourneyEntry.run_id == run.id)
        .order_by(col(JourneyMove.id))
    )
    return list(session.exec(found))


def deliveries(session: Session, run: CampaignRun) -> list[Delivery]:
    """What a journey has sent or not, in order."""
    found = select(Delivery).where(Delivery.run_id == run.id).order_by(col(Delivery.id))
    return list(session.exec(found.execution_options(populate_existing=True)))
