"""Refunds by hand: what was paid, what goes back, in what order. All amounts are fen."""

from dataclasses import dataclass

import pytest
from sqlmodel import Session

from commerce.aftersale import deciding
from commerce.aftersale.tables import Reason, RequestKind
from commerce.ordering.tables import OrderState
from tests.commerce.aftersale.buying import (
    Bought,
    ask,
    assert_refunds_add_up,
    comes_back,
    owed,
    paid,
)
from tests.commerce.shop import NOW

PAID, SHIPPED, RECEIVED = OrderState.PAID, OrderState.SHIPPED, OrderState.RECEIVED
UNWANTED, DAMAGED = Reason.UNWANTED, Reason.DAMAGED


@dataclass(frozen=True)
class Ask:
    """Pieces of each line that are asked for, why, and what must go back for them."""

    pieces: tuple[int, ...]
    amount: int
    freight: int = 0
    points_back: int = 0
    points_clawed: int = 0
    reason: Reason = UNWANTED


@dataclass(frozen=True)
class Case:
    """An order as it was paid, and what is asked for of it, one after the other."""

    lines: tuple[Bought, ...]
    asked: tuple[Ask, ...]
    freight: int = 0
    state: OrderState = PAID


GOLDEN = {
    # Three pieces for ¥100: 33.33 each, the last one takes the fen that is left.
    "one of three": Case((Bought(3, 10000),), (Ask((1,), 3333),)),
    "one, one and the last": Case(
        (Bought(3, 10000),), (Ask((1,), 3333), Ask((1,), 3333), Ask((1,), 3334))
    ),
    "one, then two": Case((Bought(3, 10000),), (Ask((1,), 3333), Ask((2,), 6667))),
    "two, then one": Case((Bought(3, 10000),), (Ask((2,), 6666), Ask((1,), 3334))),
    "all at once": Case((Bought(3, 10000),), (Ask((3,), 10000),)),
    "seven pieces for less than their number": Case((Bought(7, 5),), (Ask((6,), 0), Ask((1,), 5))),
    "a piece that cost nothing": Case(
        (Bought(1, 0), Bought(1, 3900)), (Ask((1, 0), 0), Ask((0, 1), 3900))
    ),
    "two lines, each by itself": Case(
        (Bought(2, 1999), Bought(3, 100)),
        (Ask((1, 0), 999), Ask((0, 2), 66), Ask((1, 0), 1000), Ask((0, 1), 34)),
    ),
    # Freight of ¥8 goes back with the last pieces before dispatch.
    "part before dispatch leaves freight": Case(
        (Bought(2, 5000),), (Ask((1,), 2500),), freight=800
    ),
    "last part before dispatch takes freight": Case(
        (Bought(2, 5000),), (Ask((1,), 2500), Ask((1,), 3300, freight=800)), freight=800
    ),
    "all before dispatch": Case((Bought(2, 5000),), (Ask((2,), 5800, freight=800),), freight=800),
    "all before dispatch, packed": Case(
        (Bought(1, 1290), Bought(1, 10)),
        (Ask((1, 1), 1900, freight=600),),
        freight=600,
        state=OrderState.PACKED,
    ),
    # After dispatch it goes back with the last pieces when it is the shop's fault.
    "all unwanted after dispatch leave freight": Case(
        (Bought(2, 5000),), (Ask((2,), 5000),), freight=800, state=SHIPPED
    ),
    "all damaged after dispatch take freight": Case(
        (Bought(2, 5000),),
        (Ask((2,), 5800, freight=800, reason=DAMAGED),),
        freight=800,
        state=SHIPPED,
    ),
    "one of two damaged leaves freight": Case(
        (Bought(2, 5000),), (Ask((1,), 2500, reason=DAMAGED),), freight=800, state=RECEIVED
    ),
    "never came": Case(
        (Bought(1, 2500),),
        (Ask((1,), 3000, freight=500, reason=Reason.NOT_RECEIVED),),
        freight=500,
        state=SHIPPED,
    ),
    "too late is no fault of the goods": Case(
        (Bought(1, 2500),),
        (Ask((1,), 2500, reason=Reason.LATE),),
        freight=500,
        state=SHIPPED,
    ),
    "the last broken piece takes freight": Case(
        (Bought(1, 900), Bought(1, 100)),
        (Ask((1, 0), 900), Ask((0, 1), 700, freight=600, reason=Reason.QUALITY)),
        freight=600,
        state=RECEIVED,
    ),
    # Points spent: 100 on three pieces are 33, 33, 34; given ones are clawed back once received.
    "points spent go back by the piece": Case(
        (Bought(3, 9900, points_spent=100),),
        (
            Ask((1,), 3300, points_back=33),
            Ask((1,), 3300, points_back=33),
            Ask((1,), 3300, points_back=34),
        ),
    ),
    "points given are not clawed back before they are given": Case(
        (Bought(2, 9900, points_given=99),), (Ask((1,), 4950),), state=SHIPPED
    ),
    "points given are clawed back by the piece": Case(
        (Bought(3, 10000, points_given=100),),
        (Ask((2,), 6666, points_clawed=66), Ask((1,), 3334, points_clawed=34)),
        state=RECEIVED,
    ),
    "paid with points alone": Case(
        (Bought(2, 0, points_spent=501),),
        (Ask((1,), 0, points_back=250), Ask((1,), 0, points_back=251)),
    ),
    "points, freight and fen together": Case(
        (Bought(3, 101, points_spent=10, points_given=1), Bought(1, 899, points_spent=90)),
        (
            Ask((1, 0), 33, points_back=3),
            Ask((2, 1), 967 + 1200, freight=1200, points_back=97),
        ),
        freight=1200,
    ),
}


@pytest.mark.parametrize("case", GOLDEN.values(), ids=GOLDEN.keys())
def test_refunds_are_those_reckoned_by_hand(session: Session, case: Case) -> None:
    order = paid(session, case.lines, freight=case.freight, state=case.state)

    for wanted in case.asked:
        request = ask(session, order, *wanted.pieces, reason=wanted.reason)
        assert request.amount_wanted == wanted.amount
        deciding.agree(session, request.request_no, actor="agent:1", note="", now=NOW)
        assert (request.amount_agreed, request.freight_back) == (wanted.amount, wanted.freight)
        assert (request.points_back, request.points_clawed) == (
            wanted.points_back,
            wanted.points_clawed,
        )
        assert owed(session, order) == wanted.amount
        if wanted.amount:
            comes_back(session, request)
        assert (request.state, owed(session, order)) == ("done", 0)
        assert_refunds_add_up(session)


def test_who_is_refunded_later_gets_what_they_were_told_or_a_fen_more(session: Session) -> None:
    order = paid(session, [Bought(3, 10000)], freight=800)
    early, late = ask(session, order, 2), ask(session, order, 1)
    assert (early.amount_wanted, late.amount_wanted) == (6666, 3333)

    for request, amount in ((late, 3333), (early, 6667 + 800)):
        deciding.agree(session, request.request_no, actor="agent:1", note="", now=NOW)
        assert comes_back(session, request).amount_agreed == amount

    assert_refunds_add_up(session)


def test_goods_that_come_back_are_paid_back_by_the_same_rules(session: Session) -> None:
    order = paid(session, [Bought(3, 10000)], freight=800, state=RECEIVED)
    request = ask(session, order, 3, kind=RequestKind.RETURN_REFUND, reason=Reason.WRONG)

    deciding.agree(session, request.request_no, actor="agent:1", note="", now=NOW)
    deciding.arrive(session, request.request_no, actor="agent:1", note="", now=NOW)
    assert owed(session, order) == 0
    deciding.accept(session, request.request_no, actor="agent:1", note="", now=NOW)

    assert comes_back(session, request).amount_agreed == 10800
    assert_refunds_add_up(session)
