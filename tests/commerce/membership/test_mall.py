"""The points mall: points and a piece change hands together, or neither does."""

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from commerce.customers.addresses import open_address
from commerce.errors import (
    IdempotencyConflict,
    IllegalMove,
    InvalidInput,
    NotFound,
    OutOfStock,
    ShopError,
)
from commerce.inserting import id_of
from commerce.ledger.posting import Insufficient
from commerce.membership import sending
from commerce.membership.mall import list_items, list_redemptions
from commerce.membership.points import points_of
from commerce.membership.tables import Redemption, RedemptionState
from commerce.promotions.coupons import list_owned
from commerce.promotions.tables import Coupon
from tests.commerce.ledger.books import assert_books_balance
from tests.commerce.membership.members import buys, new_member, put_into_mall
from tests.commerce.promotions.coupons import coupon_template
from tests.commerce.shop import ADDRESS, NOW, SEALER, events


@pytest.mark.database
def test_a_thing_costs_points_and_waits_to_be_sent_to_the_address(session: Session) -> None:
    customer, cup = new_member(session, 250), put_into_mall(session)

    redemption = buys(session, customer, cup)

    assert (points_of(session, customer), cup.stock, cup.redeemed) == (150, 4, 1)
    assert (redemption.state, redemption.points) == (RedemptionState.WAITING, 100)
    assert open_address(SEALER, "redemption", redemption) == ADDRESS  # type: ignore[arg-type]
    assert redemption.detail_sealed is not None
    assert "文三路".encode() not in redemption.detail_sealed
    assert_books_balance(session)


def test_a_coupon_is_in_hand_at_once_and_needs_no_address(session: Session) -> None:
    template = coupon_template(session)
    customer = new_member(session, 100)
    voucher = put_into_mall(session, "满减券", coupon_template_id=id_of(template))

    redemption = buys(session, customer, voucher, address=None)

    assert redemption.state == RedemptionState.DONE
    [owned] = list_owned(session, customer, NOW)
    assert owned.name == template.name


@pytest.mark.database
def test_the_same_request_again_is_the_same_redemption(session: Session) -> None:
    customer, cup = new_member(session, 500), put_into_mall(session)

    numbers = {buys(session, customer, cup).redemption_no for _ in range(3)}

    assert len(numbers) == 1
    assert (points_of(session, customer), cup.stock) == (400, 4)
    elsewhere = replace(ADDRESS, detail="学院路 8 号")
    for item, address in ((put_into_mall(session, "雨伞"), ADDRESS), (cup, elsewhere)):
        with pytest.raises(IdempotencyConflict):
            buys(session, customer, item, address=address)


def assert_refused(
    session: Session, error: type[ShopError], customer: int, **changes: object
) -> None:
    """It is refused with that error, and nothing has changed."""
    before = points_of(session, customer)
    cup = changes.pop("item", None) or put_into_mall(session)
    stock = cup.stock  # type: ignore[attr-defined]

    with pytest.raises(error):
        buys(session, customer, cup, "another", **changes)  # type: ignore[arg-type]

    session.refresh(cup)
    assert (points_of(session, customer), cup.stock) == (before, stock)  # type: ignore[attr-defined]
    keys = session.exec(select(Redemption.idempotency_key)).all()
    assert "another" not in keys


def test_who_has_too_few_points_gets_nothing(session: Session) -> None:
    assert_refused(session, Insufficient, new_member(session, 99))


def test_what_is_gone_costs_nothing(session: Session) -> None:
    gone = put_into_mall(session, stock=0)
    assert_refused(session, OutOfStock, new_member(session, 500), item=gone)


def test_what_is_not_on_offer_is_not_sold(session: Session) -> None:
    closed = put_into_mall(session, is_open=False)
    assert_refused(session, NotFound, new_member(session, 500), item=closed)


def test_a_thing_without_an_address_stays(session: Session) -> None:
    assert_refused(session, InvalidInput, new_member(session, 500), address=None)


def test_a_price_that_changed_since_it_was_shown_is_not_charged(session: Session) -> None:
    assert_refused(session, IllegalMove, new_member(session, 500), expected_points=99)


def test_a_coupon_that_has_run_out_gives_the_points_back(session: Session) -> None:
    template = coupon_template(session, total=0)
    voucher = put_into_mall(session, coupon_template_id=id_of(template))

    assert_refused(session, OutOfStock, new_member(session, 500), item=voucher)

    assert session.exec(select(Coupon)).all() == []


def test_one_may_have_only_so_many(session: Session) -> None:
    customer, cup = new_member(session, 500), put_into_mall(session, most_each=2)
    first = buys(session, customer, cup, "1")
    buys(session, customer, cup, "2")

    assert_refused(session, IllegalMove, customer, item=cup)
    sending.call_off(session, first.redemption_no, actor="agent:1", now=NOW)
    buys(session, customer, cup, "3")

    assert points_of(session, customer) == 300


def test_the_mall_shows_what_can_be_had_the_cheapest_first(session: Session) -> None:
    for title, points, more in (
        ("保温杯", 300, {}),
        ("雨伞", 100, {}),
        ("卖完的", 50, {"stock": 0}),
        ("下架的", 50, {"is_open": False}),
    ):
        put_into_mall(session, title, points=points, **more)

    assert [item.title for item in list_items(session)] == ["雨伞", "保温杯"]


def test_an_operator_sends_a_thing_once(session: Session) -> None:
    customer, cup = new_member(session, 100), put_into_mall(session)
    number = buys(session, customer, cup).redemption_no
    assert [each.redemption_no for each in sending.list_waiting(session)] == [number]

    sent = sending.mark_sent(session, number, "SF123", actor="agent:1", now=NOW)

    assert (sent.state, sent.tracking_no) == (RedemptionState.DONE, "SF123")
    assert sending.list_waiting(session) == []
    with pytest.raises(IllegalMove):
        sending.call_off(session, number, actor="agent:1", now=NOW)
    with pytest.raises(IllegalMove):
        sending.mark_sent(session, number, "SF9", actor="agent:1", now=NOW)
    [event] = events(session, "redemption_sent")
    assert event.subject["tracking_no"] == "SF123"


@pytest.mark.database
def test_what_is_called_off_gives_points_and_piece_back_once(session: Session) -> None:
    customer, cup = new_member(session, 100), put_into_mall(session)
    number = buys(session, customer, cup).redemption_no

    sending.call_off(session, number, actor="agent:1", now=NOW)
    with pytest.raises(IllegalMove):
        sending.call_off(session, number, actor="agent:1", now=NOW)

    session.refresh(cup)
    assert (points_of(session, customer), cup.stock, cup.redeemed) == (100, 5, 0)
    [redemption] = list_redemptions(session, customer)
    assert redemption.state == RedemptionState.CALLED_OFF
    assert_books_balance(session)


def test_nobody_sends_what_nobody_had(session: Session) -> None:
    with pytest.raises(NotFound):
        sending.mark_sent(session, "JF404", "SF1", actor="agent:1", now=NOW)
