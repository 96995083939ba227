"""Every kind in every state: what may be done, and what may not."""

from collections.abc import Callable
from itertools import product
from typing import Any, Final

import pytest
from sqlmodel import Session, col, select

from commerce.aftersale import deciding, states
from commerce.aftersale.returning import send_back
from commerce.aftersale.tables import AfterSale, AfterSaleMove, RequestKind, RequestState
from commerce.errors import IllegalMove
from commerce.ordering.tables import OrderState
from tests.commerce.aftersale.buying import Bought, ask, comes_back, paid
from tests.commerce.shop import NOW, events

REFUND, RETURN, EXCHANGE, CLAIM = (
    RequestKind.REFUND_ONLY,
    RequestKind.RETURN_REFUND,
    RequestKind.EXCHANGE,
    RequestKind.CLAIM,
)
type Deed = Callable[[Session, AfterSale], object]
BY_US: Final[dict[str, Any]] = {"actor": "agent:1", "note": "好的", "now": NOW}


def sends(session: Session, request: AfterSale) -> None:
    send_back(
        session,
        request.customer_id,
        request.request_no,
        carrier="yto",
        tracking_no="YT1234567890123",
        now=NOW,
    )


def resends(session: Session, request: AfterSale) -> None:
    number = request.request_no
    deciding.resend(session, number, carrier="sf", tracking_no=f"SF{number[2:]}", **BY_US)


DEEDS: Final[dict[str, Deed]] = {
    "agree": lambda session, request: deciding.agree(session, request.request_no, **BY_US),
    "refuse": lambda session, request: deciding.refuse(session, request.request_no, **BY_US),
    "send": sends,
    "arrive": lambda session, request: deciding.arrive(session, request.request_no, **BY_US),
    "accept": lambda session, request: deciding.accept(session, request.request_no, **BY_US),
    "resend": resends,
    "finish": lambda session, request: deciding.finish(session, request.request_no, **BY_US),
    "withdraw": lambda session, request: states.withdraw(
        session, request.customer_id, request.request_no, NOW
    ),
}
PATHS: Final[dict[tuple[RequestKind, RequestState], list[str]]] = {
    (REFUND, RequestState.REQUESTED): [],
    (REFUND, RequestState.REFUNDING): ["agree"],
    (RETURN, RequestState.REQUESTED): [],
    (RETURN, RequestState.AGREED): ["agree"],
    (RETURN, RequestState.RETURNING): ["agree", "send"],
    (RETURN, RequestState.ARRIVED): ["agree", "send", "arrive"],
    (RETURN, RequestState.REFUNDING): ["agree", "arrive", "accept"],
    (EXCHANGE, RequestState.REQUESTED): [],
    (EXCHANGE, RequestState.AGREED): ["agree"],
    (EXCHANGE, RequestState.RETURNING): ["agree", "send"],
    (EXCHANGE, RequestState.ARRIVED): ["agree", "send", "arrive"],
    (EXCHANGE, RequestState.RESENT): ["agree", "arrive", "resend"],
    (EXCHANGE, RequestState.DONE): ["agree", "arrive", "resend", "finish"],
    (CLAIM, RequestState.REQUESTED): [],
    (CLAIM, RequestState.AGREED): ["agree"],
    (CLAIM, RequestState.DONE): ["agree", "finish"],
    (RETURN, RequestState.REFUSED): ["agree", "arrive", "refuse"],
    (RETURN, RequestState.WITHDRAWN): ["agree", "withdraw"],
}
"""How a request of each kind comes into each of its states."""
ALLOWED: Final[dict[tuple[RequestKind, RequestState], dict[str, RequestState]]] = {
    (REFUND, RequestState.REQUESTED): {
        "agree": RequestState.REFUNDING,
        "refuse": RequestState.REFUSED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (RETURN, RequestState.REQUESTED): {
        "agree": RequestState.AGREED,
        "refuse": RequestState.REFUSED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (RETURN, RequestState.AGREED): {
        "send": RequestState.RETURNING,
        "arrive": RequestState.ARRIVED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (RETURN, RequestState.RETURNING): {
        "send": RequestState.RETURNING,
        "arrive": RequestState.ARRIVED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (RETURN, RequestState.ARRIVED): {
        "accept": RequestState.REFUNDING,
        "refuse": RequestState.REFUSED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (EXCHANGE, RequestState.REQUESTED): {
        "agree": RequestState.AGREED,
        "refuse": RequestState.REFUSED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (EXCHANGE, RequestState.AGREED): {
        "send": RequestState.RETURNING,
        "arrive": RequestState.ARRIVED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (EXCHANGE, RequestState.RETURNING): {
        "send": RequestState.RETURNING,
        "arrive": RequestState.ARRIVED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (EXCHANGE, RequestState.ARRIVED): {
        "resend": RequestState.RESENT,
        "refuse": RequestState.REFUSED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (EXCHANGE, RequestState.RESENT): {"finish": RequestState.DONE},
    (CLAIM, RequestState.REQUESTED): {
        "agree": RequestState.AGREED,
        "refuse": RequestState.REFUSED,
        "withdraw": RequestState.WITHDRAWN,
    },
    (CLAIM, RequestState.AGREED): {
        "finish": RequestState.DONE,
        "withdraw": RequestState.WITHDRAWN,
    },
}
"""What may be done in each state, and where it leads. Everything else is refused."""


def request_in(session: Session, kind: RequestKind, state: RequestState) -> AfterSale:
    order = paid(session, [Bought(2, 7800)], state=OrderState.SHIPPED)
    request = ask(session, order, 1, kind=kind)
    for deed in PATHS[kind, state]:
        DEEDS[deed](session, request)
    session.refresh(request)
    assert request.state == state
    return request


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "state"), PATHS, ids=str)
def test_in_each_state_only_what_is_its_turn_may_be_done(
    session: Session, kind: RequestKind, state: RequestState
) -> None:
    for deed, act in DEEDS.items():
        request = request_in(session, kind, state)
        leads_to = ALLOWED.get((kind, state), {}).get(deed)
        if leads_to is None:
            with pytest.raises(IllegalMove):
                act(session, request)
            leads_to = state
        else:
            act(session, request)
        session.refresh(request)
        assert request.state == leads_to, deed


def test_every_state_of_every_kind_is_in_the_tables() -> None:
    reached = {pair for pair in PATHS if states.LEGAL_MOVES[pair[0]][pair[1]]}

    assert reached == {
        (kind, state)
        for kind, state in product(RequestKind, RequestState)
        if states.LEGAL_MOVES[kind].get(state)
    }
    assert (
        set(ALLOWED)
        | {
            (REFUND, RequestState.REFUNDING),
            (RETURN, RequestState.REFUNDING),
        }
        == reached
    )


def test_the_history_of_a_return_replays_with_actor_reason_and_time(session: Session) -> None:
    request = request_in(session, RETURN, RequestState.RETURNING)
    DEEDS["arrive"](session, request)
    DEEDS["accept"](session, request)
    comes_back(session, request)

    moves = session.exec(
        select(AfterSaleMove)
        .where(AfterSaleMove.after_sale_id == request.id)
        .order_by(col(AfterSaleMove.id))
    ).all()
    customer = f"customer:{request.customer_id}"
    assert [(each.to_state, each.actor, each.reason) for each in moves] == [
        ("requested", customer, ""),
        ("agreed", "agent:1", "好的"),
        ("returning", customer, "圆通速递 YT1234567890123"),
        ("arrived", "agent:1", "好的"),
        ("refunding", "agent:1", "好的"),
        ("done", "wechat_pay", ""),
    ]
    assert [each.from_state for each in moves[1:]] == [each.to_state for each in moves[:-1]]
    assert all(each.at == NOW for each in moves)
    told = [each.kind for each in events(session) if each.subject.get("request_no")]
    assert told[-1] == "after_sale_done"


def test_a_number_told_again_corrects_the_first_one(session: Session) -> None:
    request = request_in(session, RETURN, RequestState.RETURNING)

    sends(session, request)  # The very same.
    send_back(
        session,
        request.customer_id,
        request.request_no,
        carrier="sf",
        tracking_no="sf 1234 5678 9012",
        now=NOW,
    )

    session.refresh(request)
    assert (request.return_carrier, request.return_tracking_no) == ("sf", "SF123456789012")
    assert len(events(session, "after_sale_returning")) == 1
    moves = select(AfterSaleMove).where(AfterSaleMove.to_state == "returning")
    assert len(session.exec(moves).all()) == 2


@pytest.mark.parametrize("state", [RequestState.RETURNING, RequestState.ARRIVED])
def test_who_takes_back_a_request_whose_parcel_is_under_way_needs_it_sent_back(
    session: Session, state: RequestState
) -> None:
    request = request_in(session, EXCHANGE, state)

    DEEDS["withdraw"](session, request)

    assert [each.subject["reason"] for each in events(session, "person_wanted")] == [
        "request_refund",
        "parcel_to_send_back",
    ]
