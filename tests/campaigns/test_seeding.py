"""The demo shop's campaigns: drafts that the lint lets go, seeded once."""

from datetime import UTC, datetime

from sqlmodel import Session, select

from bot.seeds import CAMPAIGNS_FILE
from campaigns import activating, gate
from campaigns.seeding import seed_campaigns
from campaigns.tables import Campaign, CampaignState

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


def test_they_are_drafts_and_come_once(session: Session) -> None:
    first = seed_campaigns(session, CAMPAIGNS_FILE, NOW)
    again = seed_campaigns(session, CAMPAIGNS_FILE, NOW)

    kept = session.exec(select(Campaign)).all()
    assert (first, again, len(kept)) == (3, 0, 3)
    assert {each.state for each in kept} == {CampaignState.DRAFT}


def test_each_may_be_let_go_as_it_is(session: Session) -> None:
    seed_campaigns(session, CAMPAIGNS_FILE, NOW)

    for each in session.exec(select(Campaign)).all():
        assert gate.examine(each) == []
        activating.activate(session, each.id or 0, version=1, now=NOW)

    states = session.exec(select(Campaign.state)).all()
    assert set(states) == {CampaignState.ACTIVE}
