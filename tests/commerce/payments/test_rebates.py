"""A part of what was paid goes back, and the goods are kept."""

import pytest
from sqlmodel import Session

from commerce.aftersale.deciding import agree
from commerce.aftersale.refunded import kept_of
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order
from commerce.payments.rebates import find_by_refund, rebate
from commerce.payments.tables import Rebate
from tests.commerce.aftersale.buying import Bought, ask, assert_refunds_add_up, owed, paid
from tests.commerce.shop import NOW, assert_money_adds_up, events


def give(session: Session, order: Order, *fen: int, ref: str = "group:1") -> Rebate:
    """Give back so much on each line of an order, in their order."""
    lines = zip(list_lines(session, order), fen, strict=False)
    per_line = {id_of(line): each for line, each in lines}
    return rebate(session, id_of(order), per_line, reason="退差价", ref=ref, now=NOW)


def test_a_rebate_is_promised_once_for_its_reason(session: Session) -> None:
    order = paid(session, [Bought(2, 6000), Bought(1, 1000)])

    made = give(session, order, 1000, 1)
    again = give(session, order, 1000, 1)

    assert made is again
    assert owed(session, order) == made.amount == 1001
    assert len(events(session, "refund_requested")) == 1
    assert find_by_refund(session, made.refund_id) is made
    assert kept_of(session, order).goods == 5999
    assert_money_adds_up(session)


def test_all_that_goes_back_afterwards_is_what_is_left(session: Session) -> None:
    order = paid(session, [Bought(3, 1000)])
    give(session, order, 101)

    for pieces, amount in ((1, 299), (2, 600)):
        request = ask(session, order, pieces)
        assert request.amount_wanted == amount
        agree(session, request.request_no, actor="agent:1", note="", now=NOW)

    assert owed(session, order) == 1000
    assert kept_of(session, order).goods == 0
    assert_money_adds_up(session)


@pytest.mark.parametrize(
    ("fen", "error"), [((), InvalidInput), ((0,), InvalidInput), ((6001,), IllegalMove)]
)
def test_nothing_and_more_than_was_paid_are_refused(
    session: Session, fen: tuple[int, ...], error: type[Exception]
) -> None:
    order = paid(session, [Bought(2, 6000), Bought(1, 9000)])

    with pytest.raises(error):
        give(session, order, *fen)

    assert owed(session, order) == 0
    assert [line.rebate for line in list_lines(session, order)] == [0, 0]


def test_a_line_of_which_pieces_went_back_and_a_strange_line_are_refused(session: Session) -> None:
    order, other = paid(session, [Bought(2, 6000)]), paid(session, [Bought(1, 1000)])
    request = ask(session, order, 1)
    agree(session, request.request_no, actor="agent:1", note="", now=NOW)

    with pytest.raises(IllegalMove, match="已经退过款"):
        give(session, order, 100)
    (strange,) = list_lines(session, order)
    with pytest.raises(NotFound):
        rebate(session, id_of(other), {id_of(strange): 1}, reason="", ref="x", now=NOW)
    assert_refunds_add_up(session)
