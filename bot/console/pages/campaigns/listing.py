"""The list of campaigns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session, col, func, select

from bot.console.page import Page
from bot.console.pages.campaigns.words import AUDIENCES, KINDS, STATES
from bot.console.pages.shown import paged_as
from bot.console.paging import Paged
from campaigns.attribution.tables import CampaignCredit
from campaigns.segment_tables import Segment
from campaigns.tables import Campaign, Delivery, DeliveryState
from commerce.inserting import id_of


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign in the list, with what it has brought so far."""

    campaign: Campaign
    segment: str
    sent: int
    orders: int
    kept: int
    """Fen that were paid and have not gone back."""


async def show_list(page: Page) -> web.StreamResponse:
    """The campaigns that are wanted, the newest first."""
    text, state, kind = page.query("q"), page.query("state"), page.query("kind")
    found = await page.read(_list, text, state, kind, page.number)
    return page.html(
        "campaigns/list.html",
        title="营销活动",
        found=found,
        text=text,
        state=state,
        kind=kind,
        states=STATES,
        kinds=KINDS,
        audiences=AUDIENCES,
    )


def _list(session: Session, text: str, state: str, kind: str, number: int) -> Paged[Row]:
    statement = select(Campaign).order_by(col(Campaign.id).desc())
    if text:
        statement = statement.where(col(Campaign.name).contains(text, autoescape=True))
    if state in STATES:
        statement = statement.where(Campaign.state == state)
    if kind in KINDS:
        statement = statement.where(Campaign.kind == kind)
    return paged_as(session, statement, number, _rows)


def _rows(session: Session, found: Sequence[Campaign]) -> Sequence[Row]:
    ids = [id_of(each) for each in found]
    named = select(Segment.id, Segment.name).where(
        col(Segment.id).in_([each.segment_id for each in found])
    )
    segments: Mapping[int | None, str] = dict(session.exec(named).all())
    sent = dict(
        session.exec(
            select(Delivery.campaign_id, func.count())
            .where(col(Delivery.campaign_id).in_(ids), Delivery.state == DeliveryState.SENT)
            .group_by(col(Delivery.campaign_id))
        ).all()
    )
    kept = func.sum(col(CampaignCredit.paid) - col(CampaignCredit.refunded))
    brought = {
        campaign_id: (orders, fen)
        for campaign_id, orders, fen in session.exec(
            select(CampaignCredit.campaign_id, func.count(), kept)
            .where(col(CampaignCredit.campaign_id).in_(ids))
            .group_by(col(CampaignCredit.campaign_id))
        )
    }
    return [
        Row(
            each,
            segments.get(each.segment_id, "全部顾客"),
            sent.get(id_of(each), 0),
            *brought.get(id_of(each), (0, 0)),
        )
        for each in found
    ]
