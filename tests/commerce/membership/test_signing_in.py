"""Signing in: once a day of Shanghai's calendar, worth more on end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from commerce.customers.merging import merge
from commerce.errors import NotFound
from commerce.membership.points import points_of
from commerce.membership.signing_in import sign_in
from commerce.membership.tables import MembershipTerms, SignIn
from tests.commerce.membership.members import new_member

NOON = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
CYCLE = [1, 2, 3]


def at(moment: str) -> datetime:
    """A moment as Shanghai's clock shows it."""
    return datetime.fromisoformat(f"{moment}+08:00")


@pytest.fixture(autouse=True)
def short_cycle(session: Session) -> None:
    session.add(MembershipTerms(sign_in_points=CYCLE))
    session.flush()


@pytest.mark.parametrize(
    ("moments", "streaks", "points"),
    [
        (["2026-11-11 00:00:00"], [1], [1]),
        (["2026-11-11 12:00", "2026-11-11 23:59:59"], [1, 1], [1, 1]),
        (["2026-11-11 23:59:59", "2026-11-12 00:00:00"], [1, 2], [1, 2]),
        (["2026-11-11 00:00:00", "2026-11-12 23:59:59"], [1, 2], [1, 2]),
        (["2026-11-11 23:59:59", "2026-11-13 00:00:00"], [1, 1], [1, 1]),
        (["2026-11-11 07:59", "2026-11-11 08:01"], [1, 1], [1, 1]),
        (
            [f"2026-11-{day} 12:00" for day in (11, 12, 13, 14, 15)],
            [1, 2, 3, 4, 5],
            [1, 2, 3, 1, 2],
        ),
        ([f"2026-11-{day} 12:00" for day in (11, 12, 14, 15)], [1, 2, 1, 2], [1, 2, 1, 2]),
        (["2026-12-31 23:00", "2027-01-01 01:00"], [1, 2], [1, 2]),
        (["2028-02-28 12:00", "2028-02-29 12:00", "2028-03-01 12:00"], [1, 2, 3], [1, 2, 3]),
        (["2027-02-28 12:00", "2027-03-01 12:00"], [1, 2], [1, 2]),
    ],
    ids=[
        "first second of a day",
        "twice a day",
        "one second later is the next day",
        "48 hours less two seconds",
        "a day left out",
        "midnight of UTC is nobody's",
        "the cycle begins again",
        "broken in between",
        "new year",
        "leap day",
        "no leap day",
    ],
)
def test_a_streak_is_days_on_end_in_shanghai(
    session: Session, moments: list[str], streaks: list[int], points: list[int]
) -> None:
    customer = new_member(session)

    told = [sign_in(session, customer, at(moment)) for moment in moments]

    assert [each.streak for each in told] == streaks
    assert [each.points for each in told] == points
    assert points_of(session, customer) == sum(each.points for each in told if each.is_new)


def test_it_says_what_comes_tomorrow(session: Session) -> None:
    customer = new_member(session)

    tomorrow = [sign_in(session, customer, NOON + timedelta(days=day)).tomorrow for day in range(4)]

    assert tomorrow == [2, 3, 1, 2]


def test_a_shop_that_gives_nothing_for_it_still_counts_the_days(session: Session) -> None:
    terms = session.get_one(MembershipTerms, 1)
    terms.sign_in_points = []
    session.add(terms)
    customer = new_member(session)

    told = sign_in(session, customer, NOON)

    assert (told.is_new, told.streak, told.points) == (True, 1, 0)
    assert points_of(session, customer) == 0


def test_nobody_signs_in_who_is_not_known(session: Session) -> None:
    with pytest.raises(NotFound):
        sign_in(session, 404, NOON)


def test_the_longer_streak_of_two_records_of_one_person_goes_on(session: Session) -> None:
    kept, gone = new_member(session), new_member(session)
    for day in range(3):
        sign_in(session, gone, NOON + timedelta(days=day))
    sign_in(session, kept, NOON + timedelta(days=2))

    merge(session, kept, gone, NOON + timedelta(days=2))
    again = sign_in(session, gone, NOON + timedelta(days=2))
    told = sign_in(session, gone, NOON + timedelta(days=3))

    assert (again.is_new, again.streak) == (False, 3)
    assert told.streak == 4
    signed = session.exec(select(SignIn).where(SignIn.customer_id == kept))
    assert sorted(each.day for each in signed) == [date(2026, 11, day) for day in (11, 12, 13, 14)]
    assert points_of(session, kept) == 1 + 2 + 3 + 1 + CYCLE[0]
