"""Exchanging for another kind: stock follows what is really sent, and what really comes back."""

from typing import Any

import pytest
from sqlmodel import Session

from commerce.aftersale.deciding import accept, agree, arrive, finish, resend
from commerce.aftersale.tables import RequestKind
from commerce.errors import InvalidInput
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import OrderState
from tests.commerce.aftersale.buying import Bought, ask, paid
from tests.commerce.shop import NOW, put_on_sale, stock_of

PARCEL: dict[str, Any] = {"carrier": "yto", "tracking_no": "YT12345678"}


def test_a_piece_that_was_exchanged_for_another_kind_goes_back_as_that_kind(
    session: Session,
) -> None:
    order = paid(session, [Bought(1, 3900)], state=OrderState.RECEIVED)
    first, other = list_lines(session, order)[0].variant_id, put_on_sale(session, pieces=5)
    swap = ask(session, order, 1, kind=RequestKind.EXCHANGE).request_no
    for step in (agree, arrive):
        step(session, swap, actor="agent:1", note="好", now=NOW)
    resend(session, swap, **PARCEL, actor="agent:1", note="好", now=NOW, variants={other: 1})
    finish(session, swap, actor="agent:1", note="好", now=NOW)
    left = stock_of(session, first)
    back = ask(session, order, 1, kind=RequestKind.RETURN_REFUND).request_no
    for step in (agree, arrive):
        step(session, back, actor="agent:1", note="好", now=NOW)

    accept(session, back, actor="agent:1", note="好", now=NOW, variants={other: 1})

    assert (stock_of(session, first), stock_of(session, other)) == (left, 5)


@pytest.mark.parametrize("count", [0, -1, 2])
def test_as_many_pieces_are_sent_as_were_asked_for(session: Session, count: int) -> None:
    order = paid(session, [Bought(1, 3900)], state=OrderState.RECEIVED)
    other = put_on_sale(session, pieces=5)
    swap = ask(session, order, 1, kind=RequestKind.EXCHANGE).request_no
    for step in (agree, arrive):
        step(session, swap, actor="agent:1", note="好", now=NOW)

    with pytest.raises(InvalidInput, match="合起来一样多"):
        resend(
            session, swap, **PARCEL, actor="agent:1", note="好", now=NOW, variants={other: count}
        )

    assert stock_of(session, other) == 5
