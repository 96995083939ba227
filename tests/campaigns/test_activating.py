"""Letting a campaign go out, and calling it back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from campaigns import activating, drafts
from campaigns.composer import NothingToShow
from campaigns.tables import Campaign, CampaignRun, CampaignState, RunState
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import id_of
from tests.campaigns.campaigning import content, new_campaign, send
from tests.campaigns.crowd import PARTS
from tests.commerce.shop import NOW

LATER = NOW + timedelta(hours=2)
JOURNEY = {"kind": "journey", "trigger": "cart_left", "after_minutes": 60}


def draft(session: Session, **columns: Any) -> Campaign:
    once = {"kind": "once", "at": LATER.isoformat()}
    return new_campaign(session, NOW, **{"state": CampaignState.DRAFT, "plan": once, **columns})


def activate(session: Session, campaign: Campaign) -> Campaign:
    return activating.activate(session, id_of(campaign), version=campaign.version, now=NOW)


def runs(session: Session, campaign: Campaign) -> list[CampaignRun]:
    statement = select(CampaignRun).where(CampaignRun.campaign_id == campaign.id)
    statement = statement.order_by(col(CampaignRun.id)).execution_options(populate_existing=True)
    return list(session.exec(statement).all())


def test_a_campaign_waits_for_its_moment(session: Session) -> None:
    campaign = activate(session, draft(session))

    assert (campaign.state, campaign.next_at) == (CampaignState.ACTIVE, LATER)
    assert runs(session, campaign) == []


def test_a_journey_stands_from_now_on(session: Session) -> None:
    campaign = activate(session, draft(session, kind="journey", plan=JOURNEY))

    (run,) = runs(session, campaign)
    assert (run.state, run.nodes, campaign.next_at) == (RunState.RUNNING, campaign.nodes, None)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"plan": {"kind": "once", "at": NOW.isoformat()}}, "plan.at"),
        (
            {
                "kind": "recurring",
                "plan": {
                    "kind": "recurring",
                    "time": "10:00",
                    "from_day": "2020-01-01",
                    "until_day": "2020-01-31",
                },
            },
            "plan",
        ),
        ({"nodes": [send("s1", content("新品上架，欢迎来看"))]}, "s1.A.text"),
    ],
)
def test_what_cannot_go_out_stays_a_draft_and_says_why(
    session: Session, columns: dict[str, Any], field: str
) -> None:
    campaign = draft(session, **columns)

    with pytest.raises(InvalidInput) as refused:
        activate(session, campaign)

    assert refused.value.details["field"] == field
    assert drafts.get(session, id_of(campaign)).state == CampaignState.DRAFT


def test_a_product_that_is_gone_is_named_before_anything_goes_out(session: Session) -> None:
    card = {"kind": "product", "ref": "99"}
    nodes = [send("s1", content(attachments=[card]))]

    with pytest.raises(NothingToShow):
        activate(session, draft(session, nodes=nodes))


def test_nobody_activates_what_somebody_else_has_just_changed(session: Session) -> None:
    campaign = draft(session)

    with pytest.raises(IllegalMove):
        activating.activate(session, id_of(campaign), version=campaign.version - 1, now=NOW)


def test_pausing_holds_the_runs_and_resuming_lets_them_go(session: Session) -> None:
    campaign = activate(session, draft(session, kind="journey", plan=JOURNEY))
    number = id_of(campaign)

    activating.pause(session, number, by="staff:1", now=NOW)
    assert [each.state for each in runs(session, campaign)] == [RunState.PAUSED]
    with pytest.raises(IllegalMove):
        activating.pause(session, number, by="staff:1", now=NOW)

    activating.resume(session, PARTS.letterbox, number, by="staff:1", now=LATER)
    assert [each.state for each in runs(session, campaign)] == [RunState.RUNNING]


def test_a_journey_that_was_changed_goes_on_by_both_its_ways(session: Session) -> None:
    campaign = activate(session, draft(session, kind="journey", plan=JOURNEY))
    number = id_of(campaign)
    paused = activating.pause(session, number, by="staff:1", now=NOW)
    paused.nodes = [send("s2")]
    session.add(paused)
    session.flush()

    activating.resume(session, PARTS.letterbox, number, by="staff:1", now=LATER)

    old, new = runs(session, campaign)
    assert [old.state, new.state] == [RunState.RUNNING, RunState.RUNNING]
    assert [node["id"] for node in (*old.nodes, *new.nodes)] == ["s1", "s2"]


def test_what_is_stopped_is_over(session: Session) -> None:
    campaign = activate(session, draft(session, kind="journey", plan=JOURNEY))
    number = id_of(campaign)

    activating.stop(session, PARTS.letterbox, number, by="staff:1", now=NOW)

    assert drafts.get(session, number).state == CampaignState.STOPPED
    assert [each.state for each in runs(session, campaign)] == [RunState.STOPPED]
    with pytest.raises(IllegalMove):
        activating.resume(session, PARTS.letterbox, number, by="staff:1", now=LATER)
