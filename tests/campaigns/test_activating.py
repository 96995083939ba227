"""Letting a campaign go out, and calling it back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from campaigns import activating, drafts, plans, steering
from campaigns.composer import NothingToShow
from campaigns.journeys.standing import list_standing
from campaigns.shapes import OncePlan
from campaigns.tables import Campaign, CampaignKind, CampaignRun, CampaignState, RunState
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import id_of
from tests.campaigns.campaigning import content, new_campaign, send
from tests.campaigns.crowd import PARTS
from tests.commerce.shop import NOW

LATER = NOW + timedelta(hours=2)
JOURNEY = {"kind": "journey", "trigger": "cart_left", "after_minutes": 60}
DAILY = {
    "kind": "recurring",
    "time": "10:00",
    "from_day": NOW.date().isoformat(),
    "until_day": (NOW + timedelta(days=3)).date().isoformat(),
}


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


@pytest.mark.parametrize("days", [1, 2])
def test_a_campaign_that_is_put_off_while_paused_goes_out_once_at_its_new_moment(
    session: Session, days: int
) -> None:
    campaign = activate(session, draft(session))
    number = id_of(campaign)
    activating.pause(session, number, by="staff:1", now=NOW)
    then = LATER + timedelta(days=days)
    put_off = drafts.draft_of(drafts.get(session, number)).model_copy(
        update={"plan": OncePlan(at=then)}
    )
    version = drafts.get(session, number).version
    drafts.change(session, number, put_off, version=version, now=NOW)

    activating.resume(session, PARTS.letterbox, number, by="staff:1", now=NOW)

    assert drafts.get(session, number).next_at == then
    assert plans.begin_due(session, number, LATER) is None
    assert runs(session, campaign) == []


def test_nothing_goes_on_that_was_changed_since_it_was_seen(session: Session) -> None:
    campaign = activate(session, draft(session))
    number = id_of(campaign)
    activating.pause(session, number, by="staff:1", now=NOW)

    with pytest.raises(IllegalMove, match="刚刚有人改过"):
        activating.resume(session, PARTS.letterbox, number, by="staff:1", now=NOW, version=1)


def test_a_journey_whose_only_run_was_stopped_begins_anew(session: Session) -> None:
    campaign = activate(session, draft(session, kind="journey", plan=JOURNEY))
    (run,) = runs(session, campaign)
    steering.stop(session, PARTS.letterbox, id_of(run), by="staff:1", reason="", now=NOW)
    number = id_of(campaign)
    activating.pause(session, number, by="staff:1", now=NOW)

    activating.resume(session, PARTS.letterbox, number, by="staff:1", now=LATER)

    assert [each.state for each in runs(session, campaign)] == ["stopped", "running"]


def test_nobody_enters_by_steps_that_were_replaced_while_the_new_ones_are_paused(
    session: Session,
) -> None:
    campaign = activate(session, draft(session, kind="journey", plan=JOURNEY))
    number = id_of(campaign)
    activating.pause(session, number, by="staff:1", now=NOW)
    campaign = drafts.get(session, number)
    campaign.nodes = [send("s9", content("新的说法，回复退订不再打扰"))]
    session.add(campaign)
    session.flush()
    activating.resume(session, PARTS.letterbox, number, by="staff:1", now=LATER)
    _, newest = runs(session, campaign)
    (standing,) = list_standing(session, CampaignKind.JOURNEY)
    assert standing.run.id == newest.id

    steering.pause(session, id_of(newest), by="clock", reason="失败太多")

    assert list_standing(session, CampaignKind.JOURNEY) == []


@pytest.mark.parametrize(
    "plan",
    [
        {**JOURNEY, "again_after_days": 999_999},
        {**JOURNEY, "after_minutes": 10**9},
        {**JOURNEY, "end_tag_id": 10**20},
        {"kind": "recurring", "time": "10:00", "from_day": "9999-12-31"},
        {"kind": "sop", "from_day": "0001-01-01"},
    ],
)
def test_numbers_and_days_that_nobody_can_reckon_with_are_refused(plan: dict[str, Any]) -> None:
    told = {"name": "太远", "kind": plan["kind"], "plan": plan, "nodes": [send()]}
    if plan["kind"] == "sop":
        told["nodes"] = [send(at={"day": 0, "time": "10:00"})]

    with pytest.raises(InvalidInput):
        drafts.read_draft({**told, "routes": ["official_account"]})


def test_a_run_of_a_paused_campaign_does_not_go_on_by_itself(session: Session) -> None:
    campaign = activate(session, draft(session, kind="journey", plan=JOURNEY))
    (run,) = runs(session, campaign)
    activating.pause(session, id_of(campaign), by="staff:1", now=NOW)

    with pytest.raises(IllegalMove, match="请先继续活动"):
        steering.resume(session, PARTS.letterbox, id_of(run), by="staff:1", now=NOW)

    assert [each.state for each in runs(session, campaign)] == [RunState.PAUSED]


def test_a_campaign_whose_last_moment_passed_while_it_was_paused_is_over(session: Session) -> None:
    number = id_of(activate(session, draft(session, kind="recurring", plan=DAILY)))
    activating.pause(session, number, by="staff:1", now=NOW)

    after = NOW + timedelta(days=9)
    found = activating.resume(session, PARTS.letterbox, number, by="staff:1", now=after)

    assert (found.state, found.next_at) == (CampaignState.DONE, None)
