"""Birthdays: told once a year, served once a year, leap days included."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import id_of
from commerce.membership import birthdays
from commerce.membership.birthdays import find_birthday, serve_birthdays, set_birthday
from commerce.membership.points import points_of
from commerce.membership.tables import MembershipTerms
from commerce.promotions.tables import Coupon
from tests.commerce.membership.members import new_member
from tests.commerce.promotions.coupons import coupon_template
from tests.commerce.shop import NOW, events

GIVEN = 200


def at(moment: str) -> datetime:
    """A moment as Shanghai's clock shows it."""
    return datetime.fromisoformat(f"{moment}+08:00")


def born_on(session: Session, month: int, day: int) -> int:
    """A member with that birthday."""
    member = new_member(session)
    set_birthday(session, member, month, day, at("2026-01-01 12:00"))
    return member


def serve_day_by_day(session: Session, first: str, last: str) -> list[str]:
    """The days on which somebody was served, when the duty runs three times a day."""
    served = []
    moment, end = at(f"{first} 00:05"), at(f"{last} 23:59")
    while moment <= end:
        if serve_birthdays(session, moment):
            served.append(f"{moment:%Y-%m-%d}")
        moment += timedelta(hours=8)
    return served


@pytest.mark.database
def test_a_birthday_is_served_once_a_year(session: Session) -> None:
    member, other = born_on(session, 11, 11), born_on(session, 11, 12)

    done = [serve_birthdays(session, at(f"2026-11-11 {hour}:00")) for hour in ("00", "12", "23")]

    assert done == [1, 0, 0]
    assert (points_of(session, member), points_of(session, other)) == (GIVEN, 0)
    assert serve_birthdays(session, at("2026-11-12 00:00")) == 1
    assert serve_birthdays(session, at("2027-11-11 12:00")) == 1
    assert points_of(session, member) == 2 * GIVEN


def test_a_leap_day_is_served_once_a_year_on_the_28th_where_there_is_no_29th(
    session: Session,
) -> None:
    member = born_on(session, 2, 29)

    days = [
        day
        for year in (2027, 2028, 2029)
        for day in serve_day_by_day(session, f"{year}-02-25", f"{year}-03-05")
    ]

    assert days == ["2027-02-28", "2028-02-29", "2029-02-28"]
    assert points_of(session, member) == 3 * GIVEN


def test_who_was_born_on_the_28th_is_not_served_twice_in_a_leap_year(session: Session) -> None:
    born_on(session, 2, 28)

    assert serve_day_by_day(session, "2028-02-25", "2028-03-05") == ["2028-02-28"]


def test_a_birthday_of_shanghais_calendar_begins_at_its_midnight(session: Session) -> None:
    born_on(session, 11, 11)

    assert serve_birthdays(session, at("2026-11-10 23:59:59")) == 0
    assert serve_birthdays(session, at("2026-11-11 00:00:00")) == 1


def test_a_shop_that_did_not_run_serves_late_and_counts_the_birthdays_year(
    session: Session,
) -> None:
    member = born_on(session, 12, 31)

    assert serve_birthdays(session, at("2027-01-03 12:00")) == 1
    assert serve_birthdays(session, at("2027-01-04 12:00")) == 0
    assert serve_birthdays(session, at("2027-12-31 12:00")) == 1
    assert points_of(session, member) == 2 * GIVEN


def test_a_birthday_long_past_is_not_served_when_it_is_told(session: Session) -> None:
    born_on(session, 11, 11)

    assert serve_birthdays(session, at("2026-11-15 00:00")) == 0


def test_many_birthdays_are_served_in_parts(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        born_on(session, 11, 11)
    monkeypatch.setattr(birthdays, "SERVED_AT_ONCE", 2)

    assert [serve_birthdays(session, at("2026-11-11 12:00")) for _ in range(4)] == [2, 2, 1, 0]


def test_a_birthday_comes_with_a_coupon_if_the_shop_has_one(session: Session) -> None:
    template = coupon_template(session)
    session.add(MembershipTerms(birthday_points=66, birthday_template_id=id_of(template)))
    member = born_on(session, 11, 11)

    serve_birthdays(session, at("2026-11-11 12:00"))

    [coupon] = session.exec(select(Coupon).where(Coupon.customer_id == member))
    [event] = events(session, "birthday_served")
    assert event.subject == {
        "customer_id": member,
        "points": 66,
        "coupon_id": coupon.id,
        "day": "2026-11-11",
    }


def test_a_birthday_is_changed_once_a_year(session: Session) -> None:
    member = new_member(session)
    set_birthday(session, member, 5, 20, NOW)

    assert not set_birthday(session, member, 5, 20, NOW + timedelta(days=1))
    with pytest.raises(IllegalMove, match="2027年11月11日"):
        set_birthday(session, member, 5, 21, NOW + timedelta(days=364))
    assert set_birthday(session, member, 5, 21, NOW + timedelta(days=365))

    assert find_birthday(session, member) == (5, 21)


@pytest.mark.parametrize("day", [(2, 30), (13, 1), (0, 5), (4, 31), (6, 0)])
def test_a_day_that_does_not_exist_is_nobodys_birthday(
    session: Session, day: tuple[int, int]
) -> None:
    member = new_member(session)

    with pytest.raises(InvalidInput):
        set_birthday(session, member, *day, NOW)

    assert find_birthday(session, member) is None
