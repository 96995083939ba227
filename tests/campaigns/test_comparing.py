"""Two arms compared by a rule that was stated before: it looks when it said, not in between."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select, update

from campaigns import comparing, runner
from campaigns.attribution.tables import CampaignVisit
from campaigns.tables import CampaignRun, Delivery, DeliveryState
from commerce.inserting import affected_rows, id_of
from tests.campaigns.crowd import PARTS, new_run, send, somebody
from tests.commerce.shop import NOW

pytestmark = pytest.mark.database
RULE = {"metric": "visit", "looks": 1, "alpha": 0.05, "least": 20, "wait_minutes": 60}
CROWD = 240
"""Enough that no draw leaves an arm with fewer than the rule's least."""
HALF = CROWD // 2


@pytest.fixture
def run(session: Session) -> CampaignRun:
    """A campaign of two arms to customers whose chats are open."""
    for _ in range(CROWD):
        somebody(session)
    return new_run(session, nodes=[send(A=50, B=50)], stop_rule=RULE, salt="two arms")


def plan(session: Session, run: CampaignRun, now: datetime = NOW) -> int:
    """Plan as far as it goes, and let all of it arrive; how many were looked at."""
    looked_at = 0
    while found := runner.plan_batch(session, PARTS, id_of(run), now, 50):
        looked_at += found
    arrived = update(Delivery).where(col(Delivery.state) == DeliveryState.POSTED.value)
    affected_rows(session, arrived.values(state=DeliveryState.SENT.value, sent_at=now))
    return looked_at


def arms(session: Session, run: CampaignRun) -> list[str]:
    """Of the customers in their order."""
    statement = select(Delivery.arm).where(Delivery.run_id == run.id)
    return list(session.exec(statement.order_by(col(Delivery.customer_id))).all())


def come(session: Session, run: CampaignRun, arm: str) -> None:
    """Everybody who got this arm opens its card."""
    got = select(Delivery).where(Delivery.run_id == run.id, Delivery.arm == arm)
    for delivery in session.exec(got).all():
        visit = CampaignVisit(
            campaign_id=run.campaign_id,
            run_id=id_of(run),
            node=delivery.node,
            arm=arm,
            delivery_id=delivery.id,
            customer_id=delivery.customer_id or 0,
            page="pages/index/index",
            subject="",
            at=NOW,
        )
        session.add(visit)
    session.flush()


def test_it_halts_at_its_share_and_gives_it_time(session: Session, run: CampaignRun) -> None:
    assert plan(session, run) == HALF
    assert plan(session, run, NOW + timedelta(minutes=59)) == 0
    assert comparing.list_looks(session, run.campaign_id) == []


def test_the_arm_that_won_is_what_the_rest_get(session: Session, run: CampaignRun) -> None:
    plan(session, run)
    come(session, run, "B")

    assert plan(session, run, NOW + timedelta(hours=1)) == HALF

    (look,) = comparing.list_looks(session, run.campaign_id)
    assert (look.number, look.looked_at, look.winner) == (1, HALF, "B")
    assert set(arms(session, run)[:HALF]) == {"A", "B"}
    assert set(arms(session, run)[HALF:]) == {"B"}


def test_without_a_winner_both_go_on(session: Session, run: CampaignRun) -> None:
    plan(session, run)

    assert plan(session, run, NOW + timedelta(hours=1)) == HALF

    (look,) = comparing.list_looks(session, run.campaign_id)
    assert look.winner == ""
    assert set(arms(session, run)[HALF:]) == {"A", "B"}


def test_a_campaign_without_a_rule_never_halts(session: Session) -> None:
    for _ in range(30):
        somebody(session)
    run = new_run(session, nodes=[send(A=50, B=50)])

    assert plan(session, run) == 30
    assert comparing.winner(session, run) == ""


def test_the_audience_is_counted_once(session: Session, run: CampaignRun) -> None:
    plan(session, run)
    for _ in range(CROWD):
        somebody(session)

    assert plan(session, run, NOW + timedelta(hours=1)) == HALF

    assert (run.audience_size, run.planned) == (CROWD, CROWD)


def test_it_looks_as_often_as_it_said(session: Session) -> None:
    for _ in range(90):
        somebody(session)
    run = new_run(session, nodes=[send(A=50, B=50)], stop_rule={**RULE, "looks": 2})

    planned = [plan(session, run, NOW + timedelta(hours=hours)) for hours in range(4)]

    assert planned == [30, 30, 30, 0]
    assert [each.looked_at for each in comparing.list_looks(session, run.campaign_id)] == [30, 60]
