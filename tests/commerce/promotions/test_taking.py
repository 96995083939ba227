"""Who may take a coupon, how many, when, and for how long it is good."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from bot.database import Database
from commerce import customers
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import affected_rows, id_of
from commerce.ordering.states import move
from commerce.ordering.tables import OrderState
from commerce.promotions import coupons, taking
from commerce.promotions.tables import Coupon, CouponHolding, CouponTemplate
from commerce.promotions.taking import list_offered, take, take_by_code
from commerce.shanghai import SHANGHAI
from tests.commerce.promotions.coupons import assert_coupons_add_up, coupon_template, own
from tests.commerce.shop import NOW, begin_to_pay, new_customer, pay, place, put_on_sale

SECOND = timedelta(seconds=1)


def takes(session: Session, template: CouponTemplate, customer_id: int, **more: Any) -> Coupon:
    return take(session, id_of(template), customer_id, **{"source": "chat", "now": NOW, **more})


def refused(session: Session, template: CouponTemplate, customer_id: int, **more: Any) -> str:
    with pytest.raises(IllegalMove) as refusal:
        takes(session, template, customer_id, **more)
    return str(refusal.value)


def test_a_coupon_taken_is_counted_and_in_hand(session: Session) -> None:
    template, customer = coupon_template(session, total=2), new_customer(session)

    taken = takes(session, template, customer)

    assert [each.id for each in coupons.list_owned(session, customer, NOW)] == [taken.id]
    session.refresh(template)
    assert template.taken == 1
    assert_coupons_add_up(session)


def test_the_last_one_can_be_taken_and_none_after_it(session: Session) -> None:
    template = coupon_template(session, total=2)
    for _ in range(2):
        takes(session, template, new_customer(session))

    assert refused(session, template, late := new_customer(session)) == taking.NONE_LEFT

    assert coupons.list_held(session, late, NOW) == ()
    assert_coupons_add_up(session)


def test_a_person_takes_as_many_as_allowed_and_the_refusal_leaves_no_trace(
    session: Session,
) -> None:
    template, customer = coupon_template(session, per_person=2, total=9), new_customer(session)
    takes(session, template, customer)
    takes(session, template, customer)

    assert refused(session, template, customer) == taking.HAD_BEFORE

    assert len(coupons.list_held(session, customer, NOW)) == 2
    assert_coupons_add_up(session)


def test_a_key_that_comes_again_gives_the_same_coupon(session: Session) -> None:
    template, customer = coupon_template(session, per_person=5), new_customer(session)

    first = takes(session, template, customer, source="mini_program", key="k-1")
    again = takes(session, template, customer, source="mini_program", key="k-1")
    other = takes(session, template, customer, source="mini_program", key="k-2")

    assert first.id == again.id != other.id


def test_a_code_is_taken_once_a_person_even_where_more_are_allowed(session: Session) -> None:
    template = coupon_template(session, code="door", per_person=3, is_listed=False)
    customer = new_customer(session)

    first, is_new = take_by_code(session, "door", customer, source="qr", now=NOW)
    again, is_new_again = take_by_code(session, "door", customer, source="qr", now=NOW)

    assert (first.id, is_new, is_new_again) == (again.id, True, False)
    with pytest.raises(NotFound):
        takes(session, template, customer)
    with pytest.raises(NotFound):
        take_by_code(session, "window", customer, source="qr", now=NOW)


def test_a_newcomers_coupon_is_for_who_has_paid_for_nothing(session: Session) -> None:
    template, slippers = coupon_template(session, audience="new"), put_on_sale(session)
    newcomer, waiting, buyer = (new_customer(session) for _ in range(3))
    place(session, waiting, {slippers: 1})
    pay(session, begin_to_pay(session, place(session, buyer, {slippers: 1})))

    takes(session, template, newcomer)
    takes(session, template, waiting)

    assert refused(session, template, buyer) == taking.FOR_NEW
    assert list_offered(session, buyer, NOW) == ()


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        (NOW - SECOND, taking.NOT_YET),
        (NOW, ""),
        (NOW + timedelta(days=1) - SECOND, ""),
        (NOW + timedelta(days=1), taking.OVER),
    ],
)
def test_the_window_opens_and_closes_at_its_very_moments(
    session: Session, moment: datetime, refusal: str
) -> None:
    window = {"takeable_from": NOW, "takeable_until": NOW + timedelta(days=1)}
    template, customer = coupon_template(session, **window), new_customer(session)

    if refusal:
        assert refused(session, template, customer, now=moment) == refusal
    else:
        takes(session, template, customer, now=moment)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November in Shanghai."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("terms", "taken_at", "begins", "ends"),
    [
        # By days: at once, and to the end of the day on which the last of them ends.
        ({"lasts_days": 7}, at(11, 12), at(11, 12), at(19, 0)),
        ({"lasts_days": 1}, at(11, 23, 59), at(11, 23, 59), at(13, 0)),
        ({"lasts_days": 7}, at(11, 0), at(11, 0), at(18, 0)),
        # From a later day on: whole days from midnight.
        ({"lasts_days": 2, "starts_after_days": 1}, at(11, 12), at(12, 0), at(14, 0)),
        ({"lasts_days": 2, "starts_after_days": 1}, at(11, 23, 59), at(12, 0), at(14, 0)),
        # By dates, whenever it is taken.
        ({"valid_until": at(20, 0), "lasts_days": None}, at(11, 12), at(11, 12), at(20, 0)),
        (
            {"valid_from": at(15, 0), "valid_until": at(20, 0), "lasts_days": None},
            at(11, 12),
            at(15, 0),
            at(20, 0),
        ),
    ],
)
def test_validity_by_days_and_by_dates(
    session: Session, terms: dict[str, Any], taken_at: datetime, begins: datetime, ends: datetime
) -> None:
    template = coupon_template(session, **terms)

    coupon = takes(session, template, new_customer(session), now=taken_at.astimezone(UTC))

    assert (coupon.valid_from, coupon.valid_until) == (begins, ends)


def test_one_whose_dates_are_over_is_not_given_away(session: Session) -> None:
    template = coupon_template(session, valid_until=NOW, lasts_days=None)
    customer = new_customer(session)

    assert refused(session, template, customer) == taking.OVER
    assert list_offered(session, customer, NOW) == ()
    assert coupons.give(session, id_of(template), customer, source="x", ref="1", now=NOW) is None


def test_what_is_offered_says_who_can_take_what(session: Session) -> None:
    customer = new_customer(session)
    gone = coupon_template(session, total=1)
    takes(session, gone, new_customer(session))
    had, free = coupon_template(session), coupon_template(session, total=5)
    takes(session, had, customer)
    coupon_template(session, is_active=False)
    coupon_template(session, is_listed=False)
    coupon_template(session, takeable_from=NOW + SECOND)

    offered = list_offered(session, customer, NOW)

    assert [(each.template.id, each.refusal, each.left) for each in offered] == [
        (free.id, "", 5),
        (gone.id, taking.NONE_LEFT, 0),
        (had.id, taking.HAD_BEFORE, None),
    ]


@pytest.mark.database
async def test_100_takes_of_10_coupons_at_once_are_10_and_nobody_has_too_many(
    database: Database, database_url: str
) -> None:
    """On PostgreSQL by the sixteen writers of two processes' bridges."""
    other = database if database.is_sqlite else Database(database_url)

    def open_shop(session: Session) -> tuple[int, list[int]]:
        template = coupon_template(session, total=10, per_person=2)
        return id_of(template), [new_customer(session) for _ in range(20)]

    template, people = await database.write(open_shop)

    ended = await asyncio.gather(
        *(
            (database, other)[turn % 2].write(_take_once, template, customer)
            for turn in range(5)
            for customer in people
        )
    )
    if other is not database:
        other.close()

    assert Counter(ended)["taken"] == 10
    assert set(ended) <= {"taken", taking.NONE_LEFT, taking.HAD_BEFORE}

    def check(session: Session) -> None:
        assert_coupons_add_up(session)
        held = Counter(each.customer_id for each in session.exec(select(Coupon)))
        assert sum(held.values()) == 10
        assert max(held.values()) <= 2

    await database.read(check)


def _take_once(session: Session, template_id: int, customer_id: int) -> str:
    try:
        take(session, template_id, customer_id, source="chat", now=NOW)
    except IllegalMove as error:
        return str(error)
    return "taken"


@pytest.mark.database
async def test_one_tap_sent_ten_times_at_once_is_one_coupon(database: Database) -> None:
    def open_shop(session: Session) -> tuple[int, int]:
        return id_of(coupon_template(session, per_person=9)), new_customer(session)

    template, customer = await database.write(open_shop)

    def tap(session: Session) -> int:
        return id_of(take(session, template, customer, source="mini", now=NOW, key="k"))

    assert len(set(await asyncio.gather(*(database.write(tap) for _ in range(10))))) == 1
    await database.read(assert_coupons_add_up)


@pytest.mark.database
def test_the_database_refuses_one_too_many(session: Session) -> None:
    customer = new_customer(session)
    template = coupon_template(session, total=1)
    takes(session, template, customer)

    for table, one_more in ((CouponTemplate, {"taken": 2}), (CouponHolding, {"count": 2})):
        with pytest.raises(IntegrityError, match=r"CHECK|check"), session.begin_nested():
            affected_rows(session, update(table).values(**one_more))


@pytest.mark.database
def test_two_who_prove_to_be_one_have_all_their_coupons_and_one_limit(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    template = coupon_template(session, per_person=3, code="door")
    for customer in (kept, gone):
        takes(session, template, customer)
        take_by_code(session, "door", customer, source="qr", now=NOW)
    used = own(session, gone)
    order = place(session, gone, {put_on_sale(session): 1})
    move(session, id_of(order), OrderState.PAID, actor="test", reason="", now=NOW)
    coupons.redeem(session, gone, used, id_of(order), NOW)

    customers.merge(session, kept, gone, NOW)

    assert len(coupons.list_owned(session, kept, NOW)) == 4
    assert len(coupons.list_gone(session, kept, NOW)) == 1
    assert refused(session, template, kept) == taking.HAD_BEFORE
    _, is_new = take_by_code(session, "door", kept, source="qr", now=NOW)
    assert not is_new
    assert_coupons_add_up(session)
