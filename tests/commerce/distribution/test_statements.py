"""What a promoter is told of their money is what the ledger says."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from commerce.distribution import statements
from commerce.distribution.following import follow
from commerce.distribution.tables import TransferState
from commerce.distribution.withdrawals import approve, record_transfer, refuse
from commerce.inserting import id_of
from tests.commerce.distribution.team import (
    asks,
    available,
    brought,
    buys,
    days,
    pending,
    promoter,
    receives,
    rules,
    sends_back,
)
from tests.commerce.ledger.books import assert_books_balance

DECEMBER = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""Its first moment in Shanghai."""


def a_month(session: Session) -> int:
    """A promoter who earned 30, lost 4, was paid 6 and was refused 10 yuan; 5 are frozen."""
    rules(session)
    bringer = promoter(session)
    customer = brought(session, bringer)
    first = receives(session, buys(session, customer, 5000, pieces=5))
    follow(session, id_of(first), days(7))
    sends_back(session, first, 1, days(8))
    paid = asks(session, bringer, 600, days(9))
    approve(session, paid.withdrawal_no, actor="agent:1", now=days(9))
    record_transfer(session, paid.out_bill_no, TransferState.SUCCESS, now=days(9))
    refused = asks(session, bringer, 1000, days(10))
    refuse(session, refused.withdrawal_no, actor="agent:1", reason="不行", now=days(10))
    receives(session, buys(session, customer, 5000), days(16))
    return bringer


def test_numbers_and_lines_are_those_of_the_ledger(session: Session) -> None:
    bringer = a_month(session)

    told = statements.standing(session, bringer, days(18))
    lines = statements.list_lines(session, bringer, limit=50)

    assert told == statements.Standing(
        pending=500, available=1400, in_transit=0, withdrawn=600, this_month=2500
    )
    assert (told.pending, told.available) == (
        pending(session, bringer),
        available(session, bringer),
    )
    assert [line.amount for line in lines] == [500, 1000, -1000, -600, -500, 2500]
    assert sum(line.amount for line in lines) == told.pending + told.available
    assert_books_balance(session)


def test_lines_are_read_on_from_where_a_page_ended(session: Session) -> None:
    bringer = a_month(session)
    whole = statements.list_lines(session, bringer)

    pages = statements.list_lines(session, bringer, limit=4)
    pages += statements.list_lines(session, bringer, limit=4, before=pages[-1].entry_id)

    assert pages == whole


@pytest.mark.database
def test_a_month_has_one_statement_once_it_is_over(session: Session) -> None:
    bringer, idle = a_month(session), promoter(session)
    assert statements.list_due(session, DECEMBER - days(1).resolution) == []
    assert statements.list_due(session, DECEMBER) == [bringer]

    made = statements.draw_up(session, bringer, DECEMBER)

    assert made is not None
    assert (made.month, made.earned, made.clawed_back) == ("2026-11", 3000, 500)
    assert (made.withdrawn, made.pending, made.available) == (600, 500, 1400)
    assert statements.draw_up(session, bringer, DECEMBER) is None
    assert statements.list_due(session, DECEMBER) == []
    assert statements.standing(session, bringer, DECEMBER).this_month == 0
    assert statements.standing(session, idle, DECEMBER).available == 0
