"""The platform's cap by recipient and day of Shanghai, under each policy and under a crowd."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, literal, select, union_all
from sqlmodel import Session

from bot.engines import create_shop_engine
from campaigns.mass import cap
from campaigns.mass.cap import CapPolicy
from campaigns.mass.tables import MassReceipt
from commerce.inserting import core
from tests.campaigns.mass.massing import taken

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Monday, in Shanghai."""


def of(*addresses: str) -> cap.Addresses:
    """A statement that gives these."""
    rows = union_all(*(select(literal(each).label("address")) for each in addresses)).subquery()
    return select(rows.c.address)


def may(session: Session, address: str, policy: str, now: datetime) -> bool:
    condition = cap.may_receive(literal(address), policy, now)
    return bool(core(session).execute(select(condition)).scalar_one())


@pytest.mark.parametrize(
    ("policy", "day", "first", "last", "limit"),
    [
        ("month_days", date(2026, 11, 30), date(2026, 11, 1), date(2026, 11, 30), 30),
        ("month_days", date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29), 29),
        ("month_days", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31), 31),
        ("week7", date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 29), 7),
        ("week7", date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29), 7),
        ("week7", date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3), 7),
        ("day1", date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 23), 1),
    ],
)
def test_each_policy_has_its_period(
    policy: str, day: date, first: date, last: date, limit: int
) -> None:
    assert cap.period_of(policy, day) == cap.Period(first, last, limit)


@pytest.mark.parametrize(
    ("policy", "now", "then"),
    [
        ("day1", NOON, datetime(2026, 11, 23, 16, 0, tzinfo=UTC)),
        ("day1", datetime(2026, 11, 23, 16, 0, tzinfo=UTC), datetime(2026, 11, 24, 16, tzinfo=UTC)),
        ("week7", NOON, datetime(2026, 11, 29, 16, 0, tzinfo=UTC)),
        ("month_days", NOON, datetime(2026, 11, 30, 16, 0, tzinfo=UTC)),
        (
            "month_days",
            datetime(2026, 12, 31, 15, 59, tzinfo=UTC),
            datetime(2026, 12, 31, 16, 0, tzinfo=UTC),
        ),
    ],
)
def test_the_next_period_begins_at_midnight_in_shanghai(
    policy: str, now: datetime, then: datetime
) -> None:
    assert cap.next_period(policy, now) == then


@pytest.mark.database
@pytest.mark.parametrize(("policy", "limit"), [("day1", 1), ("week7", 7), ("month_days", 30)])
def test_who_has_had_all_gets_no_more_until_the_next_period(
    session: Session, policy: str, limit: int
) -> None:
    for _ in range(limit):
        assert cap.take(session, of("wm1", "wm2"), policy, NOON) == 2

    assert not may(session, "wm1", policy, NOON)
    assert may(session, "wm3", policy, NOON)
    assert cap.take(session, of("wm1", "wm2", "wm3"), policy, NOON) == 1
    assert taken(session, "wm1") == limit
    assert may(session, "wm1", policy, cap.next_period(policy, NOON))


@pytest.mark.database
def test_an_address_given_twice_is_counted_once(session: Session) -> None:
    assert cap.take(session, of("wm1", "wm1"), "week7", NOON) == 1
    assert taken(session, "wm1") == 1


def test_what_was_not_sent_is_given_back_and_never_below_nothing(session: Session) -> None:
    cap.take(session, of("wm1"), "day1", NOON)

    assert cap.give_back(session, of("wm1", "wm2"), cap.day_of(NOON)) == 1
    assert cap.give_back(session, of("wm1"), cap.day_of(NOON)) == 0
    assert may(session, "wm1", "day1", NOON)


def test_a_message_counts_on_the_day_it_was_sent(session: Session) -> None:
    cap.take(session, of("wm1"), "day1", NOON)
    planned, sent = cap.day_of(NOON), cap.day_of(NOON) + timedelta(days=1)

    cap.count_again(session, of("wm1"), planned, sent)

    assert may(session, "wm1", "day1", NOON)
    assert not may(session, "wm1", "day1", NOON + timedelta(days=1))


@pytest.mark.database
@pytest.mark.parametrize("policy", list(CapPolicy))
def test_who_is_full_by_wecom_s_word_is_full_here(session: Session, policy: str) -> None:
    cap.take(session, of("wm1"), policy, NOON)

    cap.fill(session, of("wm1", "wm2"), policy, NOON)
    cap.fill(session, of("wm1", "wm2"), policy, NOON)

    limit = cap.period_of(policy, cap.day_of(NOON)).limit
    assert (taken(session, "wm1"), taken(session, "wm2")) == (limit, limit)


def test_old_receipts_are_forgotten_and_those_of_this_month_kept(session: Session) -> None:
    cap.take(session, of("wm1"), "day1", NOON - timedelta(days=cap.KEPT_DAYS + 1))
    cap.take(session, of("wm1"), "day1", NOON - timedelta(days=22))

    assert cap.forget(session, NOON) == 1
    assert taken(session, "wm1") == 1


@pytest.mark.database
def test_of_many_at_once_as_many_are_taken_as_fit(database_url: str) -> None:
    engine = create_shop_engine(database_url)

    def take(_: int) -> int:
        with Session(engine) as session:
            count = cap.take(session, of("wm1", "wm2"), "week7", NOON)
            session.commit()
            return count

    with ThreadPoolExecutor(8) as crowd:
        counts = list(crowd.map(take, range(20)))
    engine.dispose()

    assert Counter(counts) == {2: 7, 0: 13}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    policy=st.sampled_from(CapPolicy),
    moves=st.lists(
        st.tuples(
            st.sampled_from(["take", "back", "fill"]),
            st.sets(st.sampled_from(["wm1", "wm2", "wm3"]), min_size=1),
            st.integers(0, 40),
        ),
        max_size=30,
    ),
)
def test_no_period_ever_holds_more_than_its_limit(
    session: Session, policy: CapPolicy, moves: list[tuple[str, set[str], int]]
) -> None:
    core(session).execute(delete(MassReceipt))
    model: Counter[tuple[str, date]] = Counter()

    def held(address: str, period: cap.Period) -> int:
        days = [each for each in model if each[0] == address]
        return sum(model[each] for each in days if period.first <= each[1] <= period.last)

    for verb, addresses, offset in moves:
        now = NOON + timedelta(days=offset)
        day = cap.day_of(now)
        period = cap.period_of(policy, day)
        given_ = of(*sorted(addresses))
        free = [each for each in addresses if held(each, period) < period.limit]
        if verb == "take":
            assert cap.take(session, given_, policy, now) == len(free)
            model.update((each, day) for each in free)
        elif verb == "back":
            cap.give_back(session, given_, day)
            model.subtract((each, day) for each in addresses if model[each, day])
        else:
            cap.fill(session, given_, policy, now)
            for each in free:
                model[each, day] += period.limit - held(each, period)
        for each in addresses:
            assert held(each, period) <= period.limit
            assert may(session, each, policy, now) == (held(each, period) < period.limit)
