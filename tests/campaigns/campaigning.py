"""Campaigns for tests: whole ones, with as little said as may be."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from campaigns.limits import BEFORE_THE_LOT
from campaigns.tables import (
    Campaign,
    CampaignKind,
    CampaignRun,
    CampaignState,
    Delivery,
    DeliveryState,
)
from commerce.inserting import id_of


def content(text: str = "新品上架，欢迎来看看。回复退订不再打扰", **other: Any) -> dict[str, Any]:
    """`shapes.Content` as a campaign keeps it."""
    return {"text": text, **other}


def send(node: str = "s1", *contents: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A send, with as many arms of equal weight as there are contents; one if there are none."""
    said = contents or (content(),)
    share, rest = divmod(100, len(said))
    arms = [
        {"name": "ABCD"[at], "weight": share + (rest if at == 0 else 0), "content": each}
        for at, each in enumerate(said)
    ]
    return {"kind": "send", "id": node, "arms": arms, **other}


def new_campaign(session: Session, now: datetime, **columns: Any) -> Campaign:
    """A campaign for everybody, active, by the official account's chat."""
    values = {
        "name": "上新通知",
        "kind": CampaignKind.ONCE,
        "state": CampaignState.ACTIVE,
        "plan": {"kind": "once", "at": now.isoformat()},
        "nodes": [send()],
        "routes": ["official_account"],
        "salt": "salt",
        "created_by": "staff:1",
        "created_at": now,
        "updated_at": now,
        **columns,
    }
    campaign = Campaign(**values)
    session.add(campaign)
    session.flush()
    return campaign


def running_campaign(session: Session, now: datetime, **columns: Any) -> CampaignRun:
    """The run of a new campaign."""
    campaign = new_campaign(session, now, **columns)
    run = CampaignRun(
        campaign_id=id_of(campaign),
        slot=now,
        nodes=campaign.nodes,
        routes=campaign.routes,
        began_at=now,
    )
    session.add(run)
    session.flush()
    return run


def delivery_of(
    session: Session, run: CampaignRun, customer_id: int | None, now: datetime, **columns: Any
) -> Delivery:
    """A delivery of the run to a customer, sent unless another state is given."""
    values = {
        "campaign_id": run.campaign_id,
        "run_id": id_of(run),
        "node": "s1",
        "recipient": f"c:{customer_id}",
        "customer_id": customer_id,
        "arm": "A",
        "route": "official_account",
        "state": DeliveryState.SENT,
        "is_drawn": columns.get("reason") not in BEFORE_THE_LOT,
        "planned_at": now,
        "sent_at": now,
        **columns,
    }
    delivery = Delivery(**values)
    session.add(delivery)
    session.flush()
    return delivery
