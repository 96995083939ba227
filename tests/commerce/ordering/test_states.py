"""The life of an order: every pair of states, tried."""

from itertools import product

import pytest
from sqlmodel import Session, select

from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.ordering.states import LEGAL_MOVES, STATE_NAMES, move
from commerce.ordering.tables import Order, OrderMove, OrderState
from tests.commerce.shop import (
    NOW,
    events,
    new_customer,
    place,
    put_on_sale,
    reload,
    replayed_state,
)

WAYS: dict[OrderState, tuple[OrderState, ...]] = {
    OrderState.UNPAID: (),
    OrderState.PAID: (OrderState.PAID,),
    OrderState.PACKED: (OrderState.PAID, OrderState.PACKED),
    OrderState.SHIPPED: (OrderState.PAID, OrderState.SHIPPED),
    OrderState.RECEIVED: (OrderState.PAID, OrderState.SHIPPED, OrderState.RECEIVED),
    OrderState.FINISHED: (
        OrderState.PAID,
        OrderState.SHIPPED,
        OrderState.RECEIVED,
        OrderState.FINISHED,
    ),
    OrderState.CLOSED: (OrderState.CLOSED,),
}
"""How an order comes to each state."""

LEGAL = {
    ("unpaid", "paid"),
    ("unpaid", "closed"),
    ("paid", "packed"),
    ("paid", "shipped"),
    ("paid", "closed"),
    ("packed", "shipped"),
    ("packed", "closed"),
    ("shipped", "received"),
    ("received", "finished"),
}


def order_in(session: Session, state: OrderState) -> Order:
    order = place(session, new_customer(session), {put_on_sale(session): 1})
    for step in WAYS[state]:
        move(session, id_of(order), step, actor="agent:1", reason="测试", now=NOW)
    return order


@pytest.mark.parametrize(("before", "after"), list(product(OrderState, repeat=2)))
def test_every_pair_of_states_is_a_legal_move_or_refused(
    session: Session, before: OrderState, after: OrderState
) -> None:
    order = order_in(session, before)

    if (before, after) in LEGAL:
        move(session, id_of(order), after, actor="agent:1", reason="测试", now=NOW)
        assert reload(session, order).state == after
    else:
        with pytest.raises(IllegalMove, match=STATE_NAMES[before]):
            move(session, id_of(order), after, actor="agent:1", reason="测试", now=NOW)
        assert reload(session, order).state == before
    assert replayed_state(session, order) == order.state


def test_the_table_of_moves_names_every_state() -> None:
    assert set(LEGAL_MOVES) == set(STATE_NAMES) == set(OrderState)


def test_a_move_may_be_narrowed_to_where_it_comes_from(session: Session) -> None:
    order = order_in(session, OrderState.PACKED)

    with pytest.raises(IllegalMove):
        move(
            session,
            id_of(order),
            OrderState.SHIPPED,
            actor="agent:1",
            reason="测试",
            now=NOW,
            from_states=[OrderState.PAID],
        )


def test_a_narrowed_move_cannot_make_an_illegal_one_legal(session: Session) -> None:
    order = order_in(session, OrderState.CLOSED)

    with pytest.raises(IllegalMove):
        move(
            session,
            id_of(order),
            OrderState.PAID,
            actor="agent:1",
            reason="测试",
            now=NOW,
            from_states=[OrderState.CLOSED],
        )


def test_a_move_is_written_down_and_announced(session: Session) -> None:
    order = order_in(session, OrderState.PAID)

    move(session, id_of(order), OrderState.SHIPPED, actor="agent:7", reason="顺丰", now=NOW)

    session.flush()
    last = session.exec(select(OrderMove).where(OrderMove.to_state == "shipped")).one()
    assert (last.from_state, last.actor, last.reason) == ("paid", "agent:7", "顺丰")
    (event,) = events(session, "order_shipped")
    assert event.subject["order_no"] == order.order_no
    assert (event.subject["from_state"], event.subject["actor"]) == ("paid", "agent:7")


def test_an_unknown_order_does_not_move(session: Session) -> None:
    with pytest.raises(NotFound):
        move(session, 404, OrderState.PAID, actor="agent:1", reason="测试", now=NOW)
