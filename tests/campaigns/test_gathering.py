"""What goes by mass tasks: customers, customer groups and moments, gathered and made into tasks."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.contacts.tables import Contact
from campaigns import deferring, runner
from campaigns.limits import Reason, Wanted, judge, tally
from campaigns.mass import cap, planning
from campaigns.mass.tables import MassReceipt, MassTask
from campaigns.ports import Route
from campaigns.shapes import Send
from campaigns.tables import Audience, CampaignKind, CampaignRun, Delivery, DeliveryState
from commerce.community.tables import CommunityGroup
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import (
    SHOP,
    new_campaign,
    new_run,
    send,
    somebody,
    states,
    with_broadcaster,
)
from tests.commerce.shop import NOW, SEALER

pytestmark = pytest.mark.database
PARTS = with_broadcaster(OutboxBroadcaster(SEALER, SHOP))
MASS, OA = Route.MASS.value, Route.OFFICIAL_ACCOUNT.value
GATHERED = (DeliveryState.GATHERED, "")
TOMORROW = (NOW + timedelta(days=1)).replace(hour=2)


def contact(session: Session, customer_id: int, userid: str = "amei", *, had: int = 0) -> int:
    """The customer is a contact of somebody, and had so many mass messages today."""
    address = f"wm-{customer_id}"
    added = Contact(userid=userid, external_userid=address, customer_id=customer_id, added_at=NOW)
    session.add(added)
    if had:
        day = NOW.astimezone(SHANGHAI).date()
        session.add(MassReceipt(address=address, day=day, taken=had))
    session.flush()
    return customer_id


def stranger(session: Session) -> int:
    """Somebody to whom no chat leads."""
    return somebody(session, opened_by=None)


def group(session: Session, name: str, owner: str = "amei", *, dissolved: bool = False) -> None:
    """A customer group."""
    dissolved_at = NOW if dissolved else None
    session.add(
        CommunityGroup(
            chat_id=f"wr-{name}",
            name=name,
            owner_userid=owner,
            created_at=NOW,
            dissolved_at=dissolved_at,
        )
    )
    session.flush()


def plan(session: Session, run: CampaignRun) -> None:
    """Look at everybody."""
    while runner.plan_batch(session, PARTS, id_of(run), NOW, 100):
        pass


def gathered(session: Session, run: CampaignRun) -> list[tuple[str, str, str]]:
    """Who is gathered for whose task, and under which address."""
    rows = select(Delivery).where(Delivery.run_id == run.id).order_by(col(Delivery.recipient))
    return [(each.recipient, each.sender, each.address) for each in session.exec(rows)]


def test_a_contact_is_gathered_for_whose_contact_they_are(session: Session) -> None:
    known, unknown = contact(session, stranger(session)), stranger(session)
    run = new_run(session, routes=[MASS])

    plan(session, run)

    assert states(session, run) == {
        known: GATHERED,
        unknown: (DeliveryState.HELD_BACK, Reason.UNREACHABLE),
    }
    assert gathered(session, run)[0] == (f"c:{known}", "amei", f"wm-{known}")


def test_the_first_open_route_is_taken_whichever_that_is(session: Session) -> None:
    both = contact(session, somebody(session))
    contact_alone = contact(session, stranger(session))

    chat_first = new_run(session, routes=[OA, MASS])
    plan(session, chat_first)
    mass_first = new_run(session, routes=[MASS, OA])
    plan(session, mass_first)

    posted = (DeliveryState.POSTED, "")
    assert states(session, chat_first) == {both: posted, contact_alone: GATHERED}
    assert states(session, mass_first)[both] == GATHERED


def test_who_had_their_message_of_the_day_is_over_the_cap_and_due_tomorrow(
    session: Session,
) -> None:
    full = contact(session, stranger(session), had=1)
    free = contact(session, stranger(session))
    elsewhere = contact(session, somebody(session), had=1)
    campaign = new_campaign(session, routes=[MASS, OA])
    wanted = Wanted.of(campaign)

    assert judge(session, PARTS, wanted, full, NOW) is Reason.PLATFORM_CAP
    assert tally(session, PARTS, campaign, NOW) == {"open": 2, "platform_cap": 1}
    run = runner.begin(session, campaign, NOW, NOW)
    assert run is not None
    plan(session, run)
    assert planning.make_tasks(session, PARTS.broadcaster, run, NOW) == 1  # type: ignore[arg-type]

    capped = (DeliveryState.DEFERRED, Reason.PLATFORM_CAP)
    posted = (DeliveryState.POSTED, "")
    assert states(session, run) == {full: capped, free: posted, elsewhere: posted}
    assert deferring.take_up_due(session, PARTS, TOMORROW, 10) == 1
    assert states(session, run)[full] == GATHERED


def test_groups_are_gathered_for_their_owners_and_dissolved_ones_are_not(session: Session) -> None:
    group(session, "a")
    group(session, "b", "laowang")
    group(session, "c", dissolved=True)
    run = new_run(session, audience=Audience.GROUPS, routes=[MASS])

    plan(session, run)

    assert gathered(session, run) == [
        ("g:wr-a", "amei", "wr-a"),
        ("g:wr-b", "laowang", "wr-b"),
    ]
    session.expire_all()
    assert run.is_planned


def test_a_group_over_the_cap_is_gathered_when_the_quiet_hours_are_over(session: Session) -> None:
    group(session, "a")
    session.add(MassReceipt(address="wr-a", day=NOW.astimezone(SHANGHAI).date(), taken=1))
    run = new_run(session, audience=Audience.GROUPS, routes=[MASS])
    plan(session, run)
    planning.make_tasks(session, PARTS.broadcaster, run, NOW)  # type: ignore[arg-type]
    midnight = cap.next_period("day1", NOW)

    assert deferring.take_up_due(session, PARTS, midnight, 10) == 1

    (delivery,) = session.exec(select(Delivery).where(Delivery.run_id == run.id)).all()
    morning = midnight + timedelta(hours=8)
    assert (delivery.state, delivery.due_at) == (DeliveryState.DEFERRED, morning)
    assert deferring.take_up_due(session, PARTS, morning, 10) == 1
    session.refresh(delivery)
    assert delivery.state == DeliveryState.GATHERED


def test_moments_are_gathered_for_each_who_has_contacts(session: Session) -> None:
    contact(session, stranger(session))
    contact(session, stranger(session), "laowang")
    run = new_run(session, audience=Audience.MOMENTS, routes=[MASS])

    plan(session, run)

    assert [each[:2] for each in gathered(session, run)] == [
        ("m:amei", "amei"),
        ("m:laowang", "laowang"),
    ]


def test_a_step_of_a_journey_gathers_a_group_once(session: Session) -> None:
    group(session, "a")
    run = new_run(session, kind=CampaignKind.SOP, audience=Audience.GROUPS, routes=[MASS])
    (group_id,) = session.exec(select(CommunityGroup.id)).all()
    step = Send.model_validate(send())

    first = runner.send_to_group(session, run, 1, step, group_id or 0, NOW)
    again = runner.send_to_group(session, run, 1, step, group_id or 0, NOW)

    assert first == again == DeliveryState.GATHERED
    assert len(gathered(session, run)) == 1
    assert session.exec(select(MassTask)).all() == []
