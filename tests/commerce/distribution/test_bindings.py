"""Whose a customer is: how long, against whom, and never in a circle."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from bot.database import Database
from bot.engines import create_shop_engine
from commerce import customers, models
from commerce.distribution import chain
from commerce.distribution.bindings import Bound, bind, find_promoter_of, list_changes
from commerce.distribution.promoters import become, find_by_code, find_promoter, get_promoter, stop
from commerce.distribution.tables import BindingRule, PromoterState, Who
from commerce.errors import IllegalMove
from tests.commerce.distribution.team import (
    BY_US,
    brought,
    buys,
    comes_by,
    days,
    promoter,
    receives,
    rules,
)
from tests.commerce.shop import NOW, new_customer

DAYS, LAST_WINS, PERMANENT = BindingRule.DAYS, BindingRule.LAST_WINS, BindingRule.PERMANENT
TABLES = models
"""Imported for its tables."""
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)


@pytest.mark.parametrize(
    ("rule", "day", "outcome"),
    [
        (DAYS, 29, Bound.PROTECTED),
        (DAYS, 31, Bound.BOUND),
        (PERMANENT, 3000, Bound.PROTECTED),
        (LAST_WINS, 14.9, Bound.PROTECTED),
        (LAST_WINS, 15, Bound.BOUND),
    ],
)
def test_another_promoter_gets_the_customer_only_when_the_rules_let_them_go(
    session: Session, rule: BindingRule, day: float, outcome: Bound
) -> None:
    rules(session, binding=rule, binding_days=30, protection_days=15)
    first, second = promoter(session), promoter(session)
    customer = brought(session, first)

    assert comes_by(session, customer, second, days(day)) is outcome

    kept = second if outcome is Bound.BOUND else first
    assert find_promoter_of(session, customer, days(day)) == kept
    assert len(list_changes(session, customer)) == (2 if outcome is Bound.BOUND else 1)


def test_days_end_by_themselves_and_a_new_rule_leaves_old_bindings_alone(session: Session) -> None:
    rules(session, binding=DAYS, binding_days=30)
    bringer = promoter(session)
    customer = brought(session, bringer)
    rules(session, binding=PERMANENT)

    assert comes_by(session, customer, bringer, days(29)) is Bound.ALREADY
    assert find_promoter_of(session, customer, days(30) - timedelta(seconds=1)) == bringer
    assert find_promoter_of(session, customer, days(30)) is None


def test_nobody_brings_themselves_and_no_chain_closes(session: Session) -> None:
    rules(session, binding=LAST_WINS, protection_days=0)
    people = [promoter(session) for _ in range(6)]
    for above, below in pairwise(people):
        assert comes_by(session, below, above) is Bound.BOUND

    assert comes_by(session, people[0], people[0]) is Bound.SELF
    for below in people[1:]:
        assert comes_by(session, people[0], below) is Bound.LOOP
    assert find_promoter_of(session, people[0], NOW) is None


def test_bindings_that_a_clock_put_back_closes_to_a_ring_keep_nobody_waiting(
    session: Session,
) -> None:
    rules(session, binding=DAYS, binding_days=30)
    above, below = promoter(session), promoter(session)
    assert comes_by(session, below, above) is Bound.BOUND
    assert comes_by(session, above, below, days(31)) is Bound.BOUND

    other = promoter(session)
    brought(session, other)
    assert comes_by(session, other, above, days(10)) is Bound.BOUND


def test_codes_of_nobody_and_of_the_stopped_bring_nobody(session: Session) -> None:
    bringer, other, customer = promoter(session), promoter(session), new_customer(session)
    assert bind(session, customer, "NOBODY", source="qr", now=NOW) is Bound.UNKNOWN
    assert comes_by(session, customer, bringer) is Bound.BOUND

    stop(session, bringer, **BY_US)

    assert comes_by(session, new_customer(session), bringer) is Bound.STOPPED
    assert comes_by(session, customer, other) is Bound.BOUND, "a stopped promoter keeps nobody"


def test_codes_are_read_however_they_are_cased(session: Session) -> None:
    bringer = promoter(session)
    code = get_promoter(session, bringer).code

    found = find_by_code(session, f" {code.lower()} ")

    assert found is not None
    assert found.customer_id == bringer


def test_who_may_become_a_promoter_is_the_shops_rule(session: Session) -> None:
    customer = new_customer(session)
    rules(session, who=Who.APPOINTED)
    with pytest.raises(IllegalMove, match="邀请"):
        become(session, customer, NOW)
    rules(session, who=Who.AFTER_PURCHASE)
    order = buys(session, customer, 100)
    with pytest.raises(IllegalMove, match="确认收货"):
        become(session, customer, NOW)

    receives(session, order)

    made = become(session, customer, NOW)
    assert become(session, customer, NOW).code == made.code
    stop(session, customer, **BY_US)
    rules(session, who=Who.EVERYONE)
    with pytest.raises(IllegalMove, match="停用"):
        become(session, customer, NOW)


@pytest.mark.database
@pytest.mark.parametrize(
    "verb", ["UPDATE binding_change SET source = 'x'", "DELETE FROM binding_change"]
)
def test_the_history_of_bindings_cannot_be_rewritten(session: Session, verb: str) -> None:
    brought(session, promoter(session))
    session.flush()

    with pytest.raises(DBAPIError, match="binding_change"):
        session.execute(text(verb))


def test_of_two_promoters_who_are_one_person_one_stays_with_both_codes(session: Session) -> None:
    kept, gone = promoter(session), promoter(session)
    old_code = get_promoter(session, gone).code
    theirs, between = brought(session, gone), brought(session, kept)
    stop(session, gone, **BY_US)

    customers.merge(session, kept, gone, days(1))

    one = find_promoter(session, gone)
    assert one is not None
    assert one == find_by_code(session, old_code)
    assert (one.customer_id, one.state) == (kept, PromoterState.STOPPED)
    assert {find_promoter_of(session, each, days(1)) for each in (theirs, between)} == {kept}


def test_whoever_brought_themselves_by_a_second_record_is_brought_by_nobody(
    session: Session,
) -> None:
    kept, gone = promoter(session), promoter(session)
    middle = promoter(session)
    assert comes_by(session, gone, kept) is Bound.BOUND
    assert comes_by(session, middle, gone) is Bound.BOUND
    last = brought(session, middle)
    person = promoter(session)
    assert comes_by(session, kept, person) is Bound.BOUND

    customers.merge(session, kept, gone, days(1))
    assert find_promoter_of(session, kept, days(1)) == person
    customers.merge(session, person, last, days(2))

    for each in (kept, person, middle):
        above = find_promoter_of(session, each, days(2))
        assert above is None or not chain.is_above(session, above, each, days(2))
    *_, change = list_changes(session, person)
    assert (change.source, change.to_promoter_id) == ("merge", None)


PEOPLE = 6
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["comes", "comes", "comes", "merges", "waits"]),
        st.integers(0, PEOPLE - 1),
        st.integers(0, PEOPLE - 1),
    ),
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=40)
@given(deeds=DEEDS, rule=st.sampled_from(BindingRule))
def test_whatever_people_do_nobody_stands_above_themselves(
    deeds: list[tuple[str, int, int]], rule: BindingRule
) -> None:
    with Session(ENGINE, expire_on_commit=False) as session:
        rules(session, binding=rule, binding_days=2, protection_days=1)
        people = [promoter(session) for _ in range(PEOPLE)]
        day = 0
        for deed, one, other in deeds:
            if deed == "comes":
                comes_by(session, people[one], people[other], days(day))
            elif deed == "merges":
                customers.merge(session, people[one], people[other], days(day))
            else:
                day += 1
            for each in people:
                above = find_promoter_of(session, each, days(day))
                present = customers.get_customer(session, each).id
                assert above is None or not chain.is_above(session, above, present or 0, days(day))
        session.rollback()


@pytest.mark.database
async def test_a_circle_that_many_close_at_once_stays_open(database: Database) -> None:
    size = 8

    def invite(session: Session) -> list[int]:
        rules(session, binding=LAST_WINS, protection_days=0)
        return [promoter(session) for _ in range(size)]

    people = await database.write(invite)
    links = [(people[n], people[(n + 1) % size]) for n in range(size)]

    for pairs in (links[::2], links[1::2], links):
        await asyncio.gather(*(database.write(comes_by, *pair) for pair in pairs))

    def open_ends(session: Session) -> int:
        return sum(find_promoter_of(session, each, NOW) is None for each in people)

    assert await database.read(open_ends) == 1
