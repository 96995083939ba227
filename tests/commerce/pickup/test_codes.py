"""A code redeems once, at its own store, and the goods are received with it."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.seeds import FREIGHT_FILE
from commerce.aftersale import requests
from commerce.aftersale.tables import Reason, RequestKind
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.freight.seeding import read_freight, seed_freight
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines, read_address
from commerce.ordering.receipt import receive_own
from commerce.ordering.states import move, state_name
from commerce.ordering.tables import OrderMove, OrderState
from commerce.parcels.shipping import count_waiting, ship
from commerce.payments.closing import cancel_unpaid
from commerce.pickup.codes import DIGITS, Redeemed, give_code, redeem
from commerce.pickup.stores import get_store
from commerce.pickup.tables import MOST_TRIES, PickupCode
from tests.commerce.pickup.stores import (
    code_of,
    open_store,
    paid_to_fetch,
    place_to_fetch,
    shows,
)
from tests.commerce.shop import (
    ADDRESS,
    NOW,
    SEALER,
    begin_to_pay,
    new_customer,
    pay,
    place,
    put_on_sale,
    replayed_state,
)


def test_a_paid_order_gets_eight_digits_that_stay_the_same(session: Session) -> None:
    order, code = paid_to_fetch(session, open_store(session))

    assert len(code) == DIGITS
    assert code.isdecimal()
    assert code_of(session, order) == code
    assert code.encode() not in session.exec(select(PickupCode)).one().code_sealed


def test_neither_an_unpaid_order_nor_one_that_is_sent_gets_a_code(session: Session) -> None:
    store = open_store(session)
    unpaid = place_to_fetch(session, store)
    sent = place(session, new_customer(session), {put_on_sale(session): 1})
    pay(session, begin_to_pay(session, sent))

    assert [give_code(session, SEALER, id_of(each), NOW) for each in (unpaid, sent)] == [None, None]


def test_a_code_is_redeemed_once_and_the_order_received_with_it(session: Session) -> None:
    store = open_store(session)
    order, code = paid_to_fetch(session, store, pieces=3)

    first, second = shows(session, code, store), shows(session, code, store)

    assert (first.outcome, second.outcome) == (Redeemed.DONE, Redeemed.ALREADY)
    assert [(line.title, pieces) for line, pieces in first.pieces] == [("云朵拖鞋", 3)]
    assert order.state == replayed_state(session, order) == OrderState.RECEIVED
    assert count_waiting(session, order) == 0
    last = select(OrderMove).order_by(col(OrderMove.id).desc())
    received = session.exec(last).first()
    assert received is not None
    assert (received.actor, received.reason) == ("agent:7", "到店取货")


def test_a_code_may_be_read_out_in_groups(session: Session) -> None:
    store = open_store(session)
    _, code = paid_to_fetch(session, store)

    assert shows(session, f" {code[:4]}-{code[4:]} ", store).outcome == Redeemed.DONE


def test_a_packed_order_is_handed_over_as_well(session: Session) -> None:
    store = open_store(session)
    order, code = paid_to_fetch(session, store)
    move(session, id_of(order), OrderState.PACKED, actor="agent:1", reason="", now=NOW)

    assert shows(session, code, store).outcome == Redeemed.DONE


def test_another_store_refuses_the_code_and_names_the_right_one(session: Session) -> None:
    right, wrong = open_store(session), open_store(session, "滨江店")
    order, code = paid_to_fetch(session, right)

    told = shows(session, code, wrong)

    assert (told.outcome, "文三路店" in told.words) == (Redeemed.OTHER_STORE, True)
    assert order.state == OrderState.PAID
    assert shows(session, code, right).outcome == Redeemed.DONE


def test_a_store_may_not_guess_and_another_minute_is_another_try(session: Session) -> None:
    store, other = open_store(session), open_store(session, "滨江店")
    _, code = paid_to_fetch(session, store)
    _, elsewhere = paid_to_fetch(session, other)
    wrong = f"{(int(code) + 1) % 10**DIGITS:0{DIGITS}d}"

    tried = [shows(session, wrong, store).outcome for _ in range(MOST_TRIES + 1)]

    assert tried == [Redeemed.UNKNOWN] * MOST_TRIES + [Redeemed.TOO_OFTEN]
    assert shows(session, code, store).outcome == Redeemed.TOO_OFTEN
    assert shows(session, elsewhere, other).outcome == Redeemed.DONE
    later = NOW + timedelta(minutes=1)
    assert shows(session, code, store, later).outcome == Redeemed.DONE


def test_codes_that_are_good_use_up_no_tries(session: Session) -> None:
    store = open_store(session)
    codes = [paid_to_fetch(session, store)[1] for _ in range(MOST_TRIES + 2)]

    assert {shows(session, code, store).outcome for code in codes} == {Redeemed.DONE}


def test_nothing_is_handed_over_while_money_is_asked_back(session: Session) -> None:
    store = open_store(session)
    order, code = paid_to_fetch(session, store)
    requests.open_request(
        session,
        SEALER,
        customer_id=order.customer_id,
        order_id=id_of(order),
        pieces={id_of(line): line.quantity for line in list_lines(session, order)},
        kind=RequestKind.REFUND_ONLY,
        reason=Reason.UNWANTED,
        words="",
        now=NOW,
    )

    assert shows(session, code, store).outcome == Redeemed.NOT_NOW
    assert order.state == OrderState.PAID


def test_a_closed_order_is_not_handed_over(session: Session) -> None:
    store = open_store(session)
    order, code = paid_to_fetch(session, store)
    move(session, id_of(order), OrderState.CLOSED, actor="agent:1", reason="", now=NOW)

    assert shows(session, code, store).outcome == Redeemed.NOT_NOW


def test_a_store_that_is_not_there_redeems_nothing(session: Session) -> None:
    with pytest.raises(NotFound):
        redeem(session, SEALER, "12345678", store_id=404, actor="agent:7", now=NOW)


def test_fetching_costs_no_freight_and_the_address_is_the_stores(session: Session) -> None:
    store, customer = open_store(session), new_customer(session)
    seed_freight(session, read_freight(FREIGHT_FILE), NOW)
    variant = put_on_sale(session, price=3900)

    order = place(session, customer, {variant: 1}, pickup_store_id=store)

    assert (order.freight, order.payable) == (0, 3900)
    where = read_address(SEALER, order)
    assert (where.recipient, where.phone) == (ADDRESS.recipient, ADDRESS.phone)
    assert (where.region, where.detail) == ("浙江省 杭州市 西湖区", "文三路100号 文三路店")


def test_a_store_that_is_closed_for_orders_takes_none_but_hands_over_the_old(
    session: Session,
) -> None:
    store = open_store(session)
    _, code = paid_to_fetch(session, store)
    get_store(session, store).is_open = False
    session.flush()

    with pytest.raises(InvalidInput, match="文三路店现在不能自提"):
        place_to_fetch(session, store)
    assert shows(session, code, store).outcome == Redeemed.DONE


def test_an_order_to_fetch_is_never_shipped_and_one_to_send_never_skips_the_way(
    session: Session,
) -> None:
    fetched, _ = paid_to_fetch(session, open_store(session))
    sent = place(session, new_customer(session), {put_on_sale(session): 1})
    pay(session, begin_to_pay(session, sent))
    told = {"actor": "agent:1", "reason": "", "now": NOW}

    with pytest.raises(IllegalMove):
        ship(session, id_of(fetched), carrier="yto", tracking_no="YT88000001", actor="a", now=NOW)
    with pytest.raises(IllegalMove):
        move(session, id_of(sent), OrderState.RECEIVED, **told)  # type: ignore[arg-type]
    assert (state_name(fetched), state_name(sent)) == ("待自提", "待发货")


def test_a_customer_cannot_receive_what_no_clerk_has_handed_over(session: Session) -> None:
    order, _ = paid_to_fetch(session, open_store(session))

    with pytest.raises(IllegalMove, match="取货码"):
        receive_own(session, order.customer_id, order.order_no, NOW)


def test_an_unpaid_order_to_fetch_lapses_like_any_other(session: Session) -> None:
    order = place_to_fetch(session, open_store(session))

    cancel_unpaid(session, id_of(order), actor="clock", reason="", now=NOW)

    assert order.state == OrderState.CLOSED
