"""What a reached bargain buys: one piece, one order at a time, while its time lasts."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from commerce.bargains import cutting
from commerce.bargains.buying import TIME_TO_PAY
from commerce.bargains.expiring import expire_over
from commerce.bargains.tables import Bargain, BargainState
from commerce.deals.choices import BargainDeal
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.ordering.quoting import Choices, quote_for
from commerce.ordering.settlement import close_unpaid
from tests.commerce.bargains.bargaining import FLOOR, bargains_on, buy, help_in, reached
from tests.commerce.shop import (
    HOLD,
    NOW,
    assert_stock_adds_up,
    begin_to_pay,
    events,
    new_customer,
    pay,
    place,
    put_on_sale,
)

AFTER = NOW + timedelta(hours=2)


@pytest.fixture
def activity(session: Session) -> int:
    return bargains_on(session, put_on_sale(session))


@pytest.fixture
def bargain(session: Session, activity: int) -> Bargain:
    return reached(session, new_customer(session), activity)


@pytest.mark.database
def test_it_buys_the_piece_at_its_floor_once(session: Session, bargain: Bargain) -> None:
    order = buy(session, bargain)

    assert (order.deal, order.payable, order.expires_at) == ("bargain", FLOOR, NOW + HOLD)
    session.refresh(bargain)
    assert (bargain.state, bargain.order_id) == (BargainState.ORDERED, order.id)
    with pytest.raises(IllegalMove, match="已经下过单"):
        buy(session, bargain)
    pay(session, begin_to_pay(session, order))
    with pytest.raises(IllegalMove, match="已经下过单"):
        buy(session, bargain)
    assert_stock_adds_up(session)


@pytest.mark.database
def test_after_its_order_was_cancelled_it_buys_again(session: Session, bargain: Bargain) -> None:
    order = buy(session, bargain)

    close_unpaid(session, id_of(order), actor="customer", reason="不要了", now=NOW)

    session.refresh(bargain)
    assert (bargain.state, bargain.order_id) == (BargainState.REACHED, None)
    again = buy(session, bargain)
    pay(session, begin_to_pay(session, again))
    assert_stock_adds_up(session)


def test_an_order_cancelled_after_its_time_leaves_nothing_to_use(
    session: Session, bargain: Bargain
) -> None:
    order = buy(session, bargain, AFTER - timedelta(minutes=1))
    assert order.expires_at == AFTER - timedelta(minutes=1) + TIME_TO_PAY
    assert expire_over(session, AFTER) == 0

    close_unpaid(session, id_of(order), actor="clock", reason="超时", now=AFTER)

    session.refresh(bargain)
    assert (bargain.state, bargain.order_id) == (BargainState.EXPIRED, None)


def test_the_job_closes_what_is_over_once_and_says_so(
    session: Session, activity: int, bargain: Bargain
) -> None:
    open_one = cutting.start(session, new_customer(session), activity, NOW)
    help_in(session, open_one)
    later = cutting.start(session, new_customer(session), activity, NOW + timedelta(seconds=1))

    assert expire_over(session, AFTER - timedelta(seconds=1)) == 0
    assert [expire_over(session, AFTER) for _ in range(2)] == [2, 0]

    for each in (bargain, open_one, later):
        session.refresh(each)
    assert (bargain.state, open_one.state, later.state) == ("expired", "expired", "open")
    told = {each.subject["bargain_id"] for each in events(session, "bargain_expired")}
    assert told == {bargain.id, open_one.id}


def test_time_counts_before_the_job_has_come(session: Session, bargain: Bargain) -> None:
    with pytest.raises(IllegalMove, match="过期"):
        buy(session, bargain, AFTER)


def test_it_is_its_owners_alone_and_for_one_piece_of_its_goods(
    session: Session, activity: int, bargain: Bargain
) -> None:
    stranger, cup = new_customer(session), put_on_sale(session, "水杯")
    choices = Choices(deal=BargainDeal(bargain.bargain_no))
    owner, goods = bargain.customer_id, bargain.variant_id

    with pytest.raises(NotFound):
        quote_for(session, stranger, {goods: 1}, NOW, choices)
    with pytest.raises(InvalidInput, match="只能买1件"):
        quote_for(session, owner, {goods: 2}, NOW, choices)
    for quantities in ({goods: 1, cup: 1}, {cup: 1}):
        with pytest.raises(InvalidInput, match="单独购买"):
            quote_for(session, owner, quantities, NOW, choices)
    early = cutting.start(session, stranger, activity, NOW)
    with pytest.raises(IllegalMove, match="还差3位"):
        buy(session, early)


def test_an_ordinary_order_of_the_same_goods_leaves_it_alone(
    session: Session, bargain: Bargain
) -> None:
    order = place(session, bargain.customer_id, {bargain.variant_id: 1})

    close_unpaid(session, id_of(order), actor="clock", reason="超时", now=NOW)

    session.refresh(bargain)
    assert bargain.state == BargainState.REACHED
