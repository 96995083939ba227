"""A campaign's report against figures that were reckoned by hand."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from campaigns.attribution.crediting import credit
from campaigns.attribution.report import Outcome, report
from campaigns.attribution.visits import Opened, note_visit
from campaigns.tables import Campaign, CampaignRun, DeliveryState
from campaigns.touches import touch_of_delivery
from commerce.inserting import id_of
from commerce.ordering import cart
from commerce.ordering.tables import Order
from commerce.payments.refunds import record_refund_result, request_refund
from commerce.payments.tables import RefundState
from miniprogram_cards.paths import PRODUCT_PAGE
from tests.campaigns.campaigning import delivery_of, running_campaign
from tests.commerce.shop import NOW, begin_to_pay, new_customer, pay, place, put_on_sale

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.database


def campaign_of(session: Session, run: CampaignRun) -> Campaign:
    return session.get_one(Campaign, run.campaign_id)


def comes(session: Session, run: CampaignRun, arm: str, at: datetime = NOW) -> int:
    """Somebody gets the arm and opens its card."""
    customer_id = new_customer(session)
    delivery = delivery_of(session, run, customer_id, at, arm=arm)
    opened = Opened(PRODUCT_PAGE, "1", touch_of_delivery(id_of(delivery)))
    assert note_visit(session, customer_id, opened, at)
    return customer_id


def buys(session: Session, customer_id: int, price: int, back: int = 0) -> Order:
    """They pay, and get some of it back."""
    order = place(session, customer_id, {put_on_sale(session, price=price): 1})
    payment = begin_to_pay(session, order)
    pay(session, payment)
    if back:
        number = request_refund(session, id_of(payment), back, "少发", NOW).out_refund_no
        record_refund_result(session, number, RefundState.SUCCEEDED, NOW)
    session.refresh(order)
    return order


def test_the_report_equals_what_was_reckoned_by_hand(session: Session) -> None:
    run = running_campaign(session, NOW)
    buyer, browser, looker = (
        comes(session, run, "A"),
        comes(session, run, "A"),
        comes(session, run, "B"),
    )
    cart.add(session, browser, put_on_sale(session), 1, NOW + HOUR)
    orders = [buys(session, buyer, 1000), buys(session, buyer, 700, back=200)]
    assert all(credit(session, order) for order in orders)
    for number, (state, reason) in enumerate(
        (
            (DeliveryState.FAILED, "refused"),
            (DeliveryState.UNKNOWN, ""),
            (DeliveryState.HELD_BACK, "unsubscribed"),
            (DeliveryState.HELD_BACK, "frequency"),
            (DeliveryState.HELD_BACK, "frequency"),
            (DeliveryState.DEFERRED, "platform_cap"),
        )
    ):
        told = {"arm": "B", "state": state, "reason": reason, "recipient": f"c:x{number}"}
        delivery_of(session, run, new_customer(session), NOW, **told)
    comes(session, running_campaign(session, NOW), "A")  # Another campaign's.

    found = report(session, campaign_of(session, run))

    first = Outcome(
        sent=2, visits=2, visitors=2, carts=2, orders=2, buyers=1, paid=1700, refunded=200
    )
    second = Outcome(sent=1, failed=1, unknown=1, waiting=1, held_back=3, visits=1, visitors=1)
    assert found.by_part == {("s1", "A"): first, ("s1", "B"): second}
    assert found.total == Outcome(
        sent=3,
        failed=1,
        unknown=1,
        waiting=1,
        held_back=3,
        visits=3,
        visitors=3,
        carts=2,
        orders=2,
        buyers=1,
        paid=1700,
        refunded=200,
    )
    assert found.total.kept == 1500
    assert found.held_back == {"frequency": 2, "platform_cap": 1, "unsubscribed": 1}
    assert found.lift is None
    assert looker not in (buyer, browser)


def test_a_run_is_reported_alone(session: Session) -> None:
    run = running_campaign(session, NOW)
    other = CampaignRun(
        campaign_id=run.campaign_id,
        slot=NOW + HOUR,
        nodes=run.nodes,
        routes=run.routes,
        began_at=NOW,
    )
    session.add(other)
    session.flush()
    comes(session, run, "A")

    campaign = campaign_of(session, run)

    assert report(session, campaign, run.id).total.visits == 1
    assert report(session, campaign, other.id).total == Outcome()


def test_the_lift_compares_all_who_were_drawn_with_all_who_were_left_out(session: Session) -> None:
    run = running_campaign(session, NOW, holdout_percent=50, attribution_days=7)
    held = {"state": DeliveryState.HELD_BACK, "arm": ""}
    treated = [new_customer(session) for _ in range(4)]
    for customer_id in treated[:3]:
        delivery_of(session, run, customer_id, NOW)
    delivery_of(session, run, treated[3], NOW, reason="no_route", **held)
    left_out = [new_customer(session) for _ in range(4)]
    for customer_id in left_out:
        delivery_of(session, run, customer_id, NOW, reason="holdout", **held)
    for reason in ("unsubscribed", "frequency"):  # In neither group, whatever they buy.
        nobody = new_customer(session)
        delivery_of(session, run, nobody, NOW, reason=reason, **held)
        buys(session, nobody, 90_000)
    # Said too late, or turned away since: the lot was drawn all the same.
    told = delivery_of(session, run, new_customer(session), NOW)
    told.state, told.reason = DeliveryState.HELD_BACK, "unsubscribed"
    treated.append(told.customer_id or 0)
    buys(session, treated[0], 1000)
    buys(session, treated[0], 500)
    buys(session, treated[3], 700, back=200)
    buys(session, left_out[0], 600)
    late = place(
        session, left_out[1], {put_on_sale(session, price=800): 1}, now=NOW + timedelta(days=7)
    )
    pay(session, begin_to_pay(session, late, NOW + timedelta(days=7)), NOW + timedelta(days=7))

    lift = report(session, campaign_of(session, run)).lift

    assert lift is not None
    one, other = lift.treated, lift.held_out
    assert (one.persons, one.buyers, one.fen) == (5, 2, 2000)
    assert one.squares == 1500**2 + 500**2
    assert (other.persons, other.buyers, other.fen) == (4, 1, 600)
    assert lift.rate is not None
    assert lift.mean is not None
    assert lift.rate.value == pytest.approx(0.15)
    assert lift.mean.value == pytest.approx(250)
    assert lift.fen is not None
    assert lift.fen.value == pytest.approx(1250)
