"""Campaigns after two customers proved to be one."""

from sqlmodel import Session, col, update

from campaigns.attribution.tables import CampaignCredit, CampaignVisit
from campaigns.journeys.tables import JourneyEntry
from campaigns.tables import Delivery
from commerce.inserting import affected_rows

MOVED = (Delivery, JourneyEntry, CampaignVisit, CampaignCredit)


def follow_merge(session: Session, kept_id: int, gone_id: int) -> None:
    """What was sent to either was sent to who stays: caps and reports count it once, for them."""
    for table in MOVED:
        statement = update(table).where(col(table.customer_id) == gone_id)
        affected_rows(session, statement.values(customer_id=kept_id))
