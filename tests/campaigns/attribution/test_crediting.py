"""Which campaign an order counts for: the last touch before it, within that campaign's days."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from campaigns.attribution.crediting import credit, follow_refunds
from campaigns.attribution.tables import CampaignCredit
from campaigns.attribution.visits import Opened, note_visit
from campaigns.joining import follow_merge
from campaigns.mass.tables import ChatType, MassTask
from campaigns.tables import CampaignRun
from campaigns.touches import touch_of_delivery, touch_of_task
from commerce.community.tables import CommunityGroup, CommunityMember
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.payments.refunds import record_refund_result, request_refund
from commerce.payments.tables import Payment, PaymentState, RefundState
from miniprogram_cards.paths import PRODUCT_PAGE
from tests.campaigns.campaigning import delivery_of, running_campaign
from tests.commerce.shop import NOW, begin_to_pay, new_customer, pay, place, put_on_sale

DAY = timedelta(days=1)
pytestmark = pytest.mark.database


def visit(
    session: Session, run: CampaignRun, customer_id: int, ago: timedelta = timedelta()
) -> None:
    """The customer opens the card that the run brought them."""
    at = NOW - ago
    delivery = delivery_of(session, run, customer_id, at)
    source = touch_of_delivery(id_of(delivery))
    assert note_visit(session, customer_id, Opened(PRODUCT_PAGE, "1", source), at)


def paid_order(session: Session, customer_id: int, price: int = 1000) -> Order:
    order = place(session, customer_id, {put_on_sale(session, price=price): 1})
    pay(session, begin_to_pay(session, order))
    session.refresh(order)
    return order


def credited(session: Session, order: Order) -> CampaignCredit | None:
    return session.get(CampaignCredit, order.id, populate_existing=True)


def test_the_last_touch_gets_the_order(session: Session) -> None:
    customer_id = new_customer(session)
    earlier, later = (running_campaign(session, NOW, name=name) for name in ("先", "后"))
    visit(session, earlier, customer_id, 2 * DAY)
    visit(session, later, customer_id, DAY)
    order = paid_order(session, customer_id)

    assert [credit(session, order), credit(session, order)] == [True, False]

    found = credited(session, order)
    assert found is not None
    assert (found.campaign_id, found.node, found.arm) == (later.campaign_id, "s1", "A")
    assert (found.paid, found.refunded) == (1000, 0)


@pytest.mark.parametrize(
    ("ago", "days", "counts"),
    [
        (timedelta(), 1, True),
        (DAY - timedelta(seconds=1), 1, True),
        (DAY, 1, False),
        (7 * DAY - timedelta(seconds=1), 7, True),
        (7 * DAY, 7, False),
        (89 * DAY, 90, True),
    ],
)
def test_a_visit_counts_for_as_many_days_as_its_campaign_says(
    session: Session, ago: timedelta, days: int, counts: bool
) -> None:
    customer_id = new_customer(session)
    visit(session, running_campaign(session, NOW, attribution_days=days), customer_id, ago)

    assert credit(session, paid_order(session, customer_id)) is counts


def test_a_touch_that_is_too_old_makes_room_for_an_older_one_whose_days_reach(
    session: Session,
) -> None:
    customer_id = new_customer(session)
    long = running_campaign(session, NOW, attribution_days=30)
    short = running_campaign(session, NOW, attribution_days=1)
    visit(session, long, customer_id, 5 * DAY)
    visit(session, short, customer_id, 2 * DAY)
    order = paid_order(session, customer_id)

    credit(session, order)

    found = credited(session, order)
    assert found is not None
    assert found.run_id == long.id


def test_a_card_that_is_opened_after_the_order_brought_nothing(session: Session) -> None:
    customer_id = new_customer(session)
    order = paid_order(session, customer_id)
    visit(session, running_campaign(session, NOW), customer_id, -DAY)

    assert not credit(session, order)


def test_what_goes_back_counts_no_more(session: Session) -> None:
    customer_id = new_customer(session)
    visit(session, running_campaign(session, NOW), customer_id)
    order = place(session, customer_id, {put_on_sale(session, price=1000): 1})
    payment = begin_to_pay(session, order)
    pay(session, payment)
    session.refresh(order)
    credit(session, order)
    refund = request_refund(session, id_of(payment), 400, "少发一件", NOW)
    assert not follow_refunds(session, order), "promised is not gone"

    record_refund_result(session, refund.out_refund_no, RefundState.SUCCEEDED, NOW)

    assert [follow_refunds(session, order), follow_refunds(session, order)] == [True, False]
    found = credited(session, order)
    assert found is not None
    assert (found.paid, found.refunded) == (1000, 400)


def test_two_records_of_one_person_are_one_visitor(session: Session) -> None:
    kept_id, gone_id = new_customer(session), new_customer(session)
    visit(session, running_campaign(session, NOW), gone_id)
    follow_merge(session, kept_id, gone_id)

    assert credit(session, paid_order(session, kept_id))


@pytest.mark.parametrize("groups_with_visitor", [0, 1, 2])
def test_a_card_of_a_mass_task_counts_for_the_one_group_that_the_visitor_is_in(
    session: Session, groups_with_visitor: int
) -> None:
    customer_id = new_customer(session)
    run = running_campaign(session, NOW, audience="groups")
    task = MassTask(
        campaign_id=run.campaign_id,
        run_id=id_of(run),
        node="s1",
        arm="A",
        chat_type=ChatType.GROUP,
        sender="LinZhiXia",
        part=1,
        content={},
        recipients=2,
        outbox_key="task-1",
        planned_at=NOW,
        counted_on=NOW.date(),
        expires_at=NOW + DAY,
    )
    session.add(task)
    session.flush()
    groups = []
    for number in range(2):
        group = CommunityGroup(
            chat_id=f"wr{number}", name="福利群", owner_userid="LinZhiXia", created_at=NOW
        )
        session.add(group)
        session.flush()
        groups.append(id_of(group))
        told = {"group_id": id_of(group), "recipient": f"g:wr{number}"}
        delivery = delivery_of(session, run, None, NOW, **told)
        delivery.task_id = task.id
        if number < groups_with_visitor:
            stay = CommunityMember(
                group_id=id_of(group),
                customer_id=customer_id,
                kind="customer",
                member="wm1",
                joined_at=NOW,
            )
            session.add(stay)
    session.flush()

    assert note_visit(
        session, customer_id, Opened(PRODUCT_PAGE, "1", touch_of_task(id_of(task))), NOW
    )

    order = paid_order(session, customer_id)
    credit(session, order)
    found = credited(session, order)
    assert found is not None
    assert found.group_id == (groups[0] if groups_with_visitor == 1 else None)


def test_what_was_paid_twice_and_went_back_once_was_paid(session: Session) -> None:
    customer_id = new_customer(session)
    visit(session, running_campaign(session, NOW), customer_id)
    order = place(session, customer_id, {put_on_sale(session, price=1000): 1})
    payment = begin_to_pay(session, order)
    pay(session, payment)
    session.refresh(order)
    assert credit(session, order)
    second = Payment(
        order_id=id_of(order),
        out_trade_no="second",
        amount=1000,
        payer="o",
        state=PaymentState.PAID,
        paid_at=NOW + timedelta(seconds=9),
        expires_at=NOW,
        ask_at=NOW,
        created_at=NOW,
    )
    session.add(second)
    session.flush()

    for paid, amount, kept in ((second, 1000, 1000), (payment, 300, 700)):
        number = request_refund(session, id_of(paid), amount, "", NOW).out_refund_no
        record_refund_result(session, number, RefundState.SUCCEEDED, NOW)
        follow_refunds(session, order)
        found = credited(session, order)
        assert found is not None
        assert found.paid - found.refunded == kept
