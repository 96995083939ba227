"""N friends bring the price to its floor, to the fen; nobody helps themselves, or twice."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from bot.database import Database
from commerce.bargains import cutting
from commerce.bargains.activities import switch_off
from commerce.bargains.cutting import cut_of
from commerce.bargains.queries import find, find_own_open, list_activities
from commerce.bargains.tables import Bargain, BargainHelp, BargainState
from commerce.catalogue import stock
from commerce.catalogue.tables import Variant
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from tests.commerce.bargains.bargaining import FLOOR, bargains_on, help_in, reached
from tests.commerce.shop import NOW, events, new_customer, put_on_sale

AFTER = NOW + timedelta(hours=2)


@pytest.fixture
def slippers(session: Session) -> int:
    return put_on_sale(session, price=3900)


@pytest.fixture
def activity(session: Session, slippers: int) -> int:
    return bargains_on(session, slippers)


@pytest.fixture
def owner(session: Session) -> int:
    return new_customer(session)


@given(gap=st.integers(1, 10**6), helpers=st.integers(1, 100), seed=st.integers())
def test_the_last_of_the_friends_takes_exactly_what_is_left(
    gap: int, helpers: int, seed: int
) -> None:
    randomness, left, cuts = Random(seed), gap, []
    for still_to_come in range(helpers, 0, -1):
        cut = cut_of(left, still_to_come, randomness)
        left -= cut
        cuts.append(cut)

    assert sum(cuts) == gap
    assert left == 0
    assert min(cuts) >= (1 if gap >= helpers else 0)


@given(gap=st.integers(100, 10**6), seed=st.integers())
def test_no_friend_takes_so_much_that_nothing_worth_taking_is_left(gap: int, seed: int) -> None:
    assert cut_of(gap, 10, Random(seed)) <= gap // 5


@pytest.mark.parametrize("price", [3900, 903, 902, 901])
@pytest.mark.parametrize("helpers", [1, 3, 7])
def test_a_bargain_takes_as_many_friends_as_planned_or_as_there_are_fen(
    session: Session, owner: int, price: int, helpers: int
) -> None:
    cup = put_on_sale(session, "水杯", price=price)
    bargain = cutting.start(session, owner, bargains_on(session, cup, helpers=helpers), NOW)
    wanted = min(helpers, price - FLOOR)

    cuts = [help_in(session, bargain) for _ in range(wanted)]

    assert [each.is_reached for each in cuts] == [False] * (wanted - 1) + [True]
    assert [each.missing for each in cuts] == list(range(wanted - 1, -1, -1))
    assert all(each.amount >= 1 for each in cuts)
    assert sum(each.amount for each in cuts) == price - FLOOR
    assert (bargain.price, bargain.state) == (FLOOR, BargainState.REACHED)


def test_each_help_is_news_and_the_last_one_is_other_news(
    session: Session, owner: int, activity: int
) -> None:
    bargain = reached(session, owner, activity)

    helped, done = events(session, "bargain_helped"), events(session, "bargain_reached")

    assert [each.subject["missing"] for each in helped] == [2, 1]
    assert [each.subject["price"] for each in done] == [FLOOR]
    assert {each.subject["customer_id"] for each in helped + done} == {owner}
    assert bargain.helped == 3


def test_what_cannot_be_helped_with_is_refused_in_words(
    session: Session, owner: int, activity: int
) -> None:
    bargain = cutting.start(session, owner, activity, NOW)
    friend = new_customer(session)
    help_in(session, bargain, friend)

    with pytest.raises(IllegalMove, match="自己"):
        help_in(session, bargain, owner)
    with pytest.raises(IllegalMove, match="已经帮过"):
        help_in(session, bargain, friend)
    with pytest.raises(IllegalMove, match="已经结束"):
        help_in(session, bargain, now=AFTER)
    with pytest.raises(NotFound):
        cutting.help(session, "nobody-has-it", friend, Random(1), NOW)
    other = cutting.start(session, new_customer(session), activity, NOW)
    with pytest.raises(IllegalMove, match="每人最多帮1次"):
        help_in(session, other, friend)
    switch_off(session, activity, actor="agent:1", now=NOW)
    with pytest.raises(IllegalMove, match="已经结束"):
        help_in(session, bargain)
    assert (bargain.helped, other.helped) == (1, 0)


def test_nobody_helps_below_the_floor(session: Session, owner: int, activity: int) -> None:
    bargain = reached(session, owner, activity)

    with pytest.raises(IllegalMove, match="到底价了"):
        help_in(session, bargain)


def test_whoever_begins_again_goes_on_with_the_bargain_they_have(
    session: Session, owner: int, activity: int
) -> None:
    first = cutting.start(session, owner, activity, NOW)

    assert cutting.start(session, owner, activity, NOW) is first
    assert find_own_open(session, owner, now=NOW) is first
    assert find_own_open(session, owner, now=AFTER) is None
    assert find(session, first.bargain_no) is first
    with pytest.raises(IllegalMove, match="最多发起1次"):
        cutting.start(session, owner, activity, AFTER)


def test_a_bargain_begins_only_for_goods_that_can_be_had_and_cost_more_than_the_floor(
    session: Session, owner: int, slippers: int, activity: int
) -> None:
    (seen,) = list_activities(session)
    assert (seen.activity_id, seen.usual_price, seen.floor) == (activity, 3900, FLOOR)

    session.get_one(Variant, slippers).price = FLOOR
    session.flush()
    with pytest.raises(IllegalMove, match="直接买"):
        cutting.start(session, owner, activity, NOW)
    stock.correct(session, slippers, -10, "correction", NOW)
    with pytest.raises(IllegalMove, match="卖完"):
        cutting.start(session, owner, activity, NOW)
    switch_off(session, activity, actor="agent:1", now=NOW)
    with pytest.raises(IllegalMove, match="没有在进行"):
        cutting.start(session, owner, activity, NOW)
    with pytest.raises(NotFound):
        cutting.start(session, owner, 999, NOW)
    assert list_activities(session) == ()


def test_a_bargain_keeps_the_price_it_began_with(
    session: Session, owner: int, slippers: int, activity: int
) -> None:
    bargain = cutting.start(session, owner, activity, NOW)
    session.get_one(Variant, slippers).price = 9900
    session.flush()

    cuts = [help_in(session, bargain) for _ in range(3)]

    assert sum(each.amount for each in cuts) == 3900 - FLOOR


@pytest.mark.slow
@pytest.mark.database
async def test_many_friends_at_once_bring_it_exactly_to_its_floor(database: Database) -> None:
    helpers, friends = 6, 12
    with database.writing() as session:
        activity = bargains_on(session, put_on_sale(session), helpers=helpers, helps_per_customer=1)
        pair = [cutting.start(session, new_customer(session), activity, NOW) for _ in range(2)]
        numbers = [each.bargain_no for each in pair]
        people = [new_customer(session) for _ in range(friends)]

    async def come(who: int, number: str) -> bool:
        try:
            await database.write(cutting.help, number, who, Random(who), NOW)
        except IllegalMove:
            return False
        return True

    everybody = [(who, number) for who in people for number in numbers for _ in range(2)]
    helped = await asyncio.gather(*(come(*each) for each in everybody))

    with database.reading() as session:
        rows = session.exec(select(BargainHelp)).all()
        assert sum(helped) == len(rows) == len({each.customer_id for each in rows}) == 2 * helpers
        for bargain in session.exec(select(Bargain)):
            cuts = [each.cut for each in rows if each.bargain_id == id_of(bargain)]
            assert (len(cuts), bargain.helped, bargain.state) == (helpers, helpers, "reached")
            assert bargain.start_price - sum(cuts) == bargain.price == FLOOR


@pytest.mark.slow
@pytest.mark.database
async def test_whoever_begins_twice_at_once_has_one_bargain(database: Database) -> None:
    with database.writing() as session:
        activity = bargains_on(session, put_on_sale(session), starts_per_customer=2)
        owner = new_customer(session)

    begun = await asyncio.gather(
        *(database.write(cutting.start, owner, activity, NOW) for _ in range(6))
    )

    assert len({each.bargain_no for each in begun}) == 1
