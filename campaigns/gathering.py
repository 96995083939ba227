"""Customer groups and the shop's people whose moments speak: gathered for mass tasks."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from campaigns import drawing
from campaigns.parts import Parts
from campaigns.ports import Route
from campaigns.shapes import GroupChoice, Send
from campaigns.tables import Audience, Campaign, CampaignRun, Delivery, DeliveryState
from commerce.community import queries
from commerce.community.tables import CommunityGroup
from commerce.inserting import id_of, insert_once

COMPANY: Final = timedelta(minutes=10)
"""So long a step of a journey waits for others, to be in one task with them: its sender confirms
tasks, not messages."""


def gather(
    session: Session, parts: Parts, campaign: Campaign, run: CampaignRun, node: Send, now: datetime
) -> int:
    """Gather all customer groups, or all moments, that a run is for; how many."""
    if campaign.audience == Audience.GROUPS:
        groups = queries.choose(session, GroupChoice.model_validate(campaign.groups))
        return sum(gather_group(session, campaign, run, 0, node, each, now) for each in groups)
    senders = [] if parts.broadcaster is None else parts.broadcaster.senders(session)
    return sum(_gather_moments(session, campaign, run, node, each, now) for each in senders)


def gather_group(
    session: Session,
    campaign: Campaign,
    run: CampaignRun,
    occasion: int,
    node: Send,
    group: CommunityGroup,
    now: datetime,
) -> bool:
    """Gather one customer group for its owner's next task; false if it was before."""
    arm = drawing.arm_of(campaign.salt, node.arms, id_of(group)).name
    about = {"arm": arm, "sender": group.owner_userid, "address": group.chat_id}
    recipient = f"g:{group.chat_id}"
    kept = _row(run, occasion, node, now)
    return insert_once(
        session, Delivery, **kept, **about, recipient=recipient, group_id=id_of(group)
    )


def _gather_moments(
    session: Session, campaign: Campaign, run: CampaignRun, node: Send, userid: str, now: datetime
) -> bool:
    digest = hashlib.sha256(userid.encode()).digest()
    number = int.from_bytes(digest[:4]) % drawing.PRIME
    arm = drawing.arm_of(campaign.salt, node.arms, number).name
    about = {"arm": arm, "sender": userid, "address": userid}
    return insert_once(
        session, Delivery, **_row(run, 0, node, now), **about, recipient=f"m:{userid}"
    )


def _row(run: CampaignRun, occasion: int, node: Send, now: datetime) -> dict[str, Any]:
    return {
        "campaign_id": run.campaign_id,
        "run_id": run.id,
        "occasion": occasion,
        "node": node.id,
        "route": Route.MASS.value,
        "state": DeliveryState.GATHERED.value,
        "reason": "",
        "is_drawn": False,
        "planned_at": now,
    }
