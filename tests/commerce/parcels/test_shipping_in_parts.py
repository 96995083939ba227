"""Parcels that hold some pieces of an order: none leaves twice, none that was given up."""

import asyncio
from collections import Counter
from itertools import count

import pytest
from sqlmodel import Session, col, select

from bot.database import Database
from commerce.aftersale.deciding import agree
from commerce.aftersale.requests import open_request
from commerce.aftersale.tables import Reason, RequestKind
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderMove, OrderState
from commerce.parcels.correcting import correct
from commerce.parcels.pieces import list_pieces, waiting_pieces
from commerce.parcels.shipping import ShippingRefused, count_waiting, pack, ship
from commerce.parcels.tables import Parcel, ParcelState, ShippedLine
from commerce.parcels.viewing import view_parcels
from tests.commerce import shop
from tests.commerce.shop import NOW, SEALER

pytestmark = pytest.mark.database
_numbers = count(1)


def paid_order(session: Session, *pieces: int) -> Order:
    variants = {shop.put_on_sale(session, f"商品{n}", pieces=20): n for n in pieces}
    order = shop.place(session, shop.new_customer(session), variants)
    shop.pay(session, shop.begin_to_pay(session, order))
    return order


def line_ids(session: Session, order: Order) -> list[int]:
    return [id_of(line) for line in list_lines(session, order)]


def send(session: Session, order_id: int, pieces: dict[int, int] | None = None) -> Parcel:
    number = f"YT{next(_numbers):013d}"
    return ship(
        session, order_id, carrier="yto", tracking_no=number, actor="a", now=NOW, pieces=pieces
    )


def state_of(session: Session, order: Order) -> str:
    return shop.reload(session, order).state


def give_up(session: Session, order: Order, pieces: dict[int, int]) -> None:
    """The customer has the money of some pieces back, without goods."""
    request = open_request(
        session,
        SEALER,
        customer_id=order.customer_id,
        order_id=id_of(order),
        pieces=pieces,
        kind=RequestKind.REFUND_ONLY,
        reason=Reason.UNWANTED,
        words="",
        now=NOW,
    )
    agree(session, request.request_no, actor="agent:1", note="", now=NOW)


def test_an_order_stays_packed_until_its_last_piece_has_left(session: Session) -> None:
    order = paid_order(session, 3, 1)
    shoes, socks = line_ids(session, order)

    first = send(session, id_of(order), {shoes: 2})

    assert state_of(session, order) == OrderState.PACKED
    assert count_waiting(session, order) == 2
    second = send(session, id_of(order))
    assert state_of(session, order) == OrderState.SHIPPED
    held = list_pieces(session, [id_of(first), id_of(second)])
    assert [(id_of(line), n) for line, n in held[id_of(first)]] == [(shoes, 2)]
    assert [(id_of(line), n) for line, n in held[id_of(second)]] == [(shoes, 1), (socks, 1)]
    assert [event.subject["left"] for event in shop.events(session, "parcel_shipped")] == [2, 0]
    assert len(shop.events(session, "order_shipped")) == 1
    reasons = select(OrderMove.reason).where(OrderMove.order_id == order.id)
    assert session.exec(reasons.order_by(col(OrderMove.id))).all()[-2:] == ["部分发货", "发货"]


def test_a_packed_order_leaves_whole_in_one_parcel(session: Session) -> None:
    order = paid_order(session, 2)
    pack(session, id_of(order), actor="agent:1", now=NOW)

    send(session, id_of(order))

    assert state_of(session, order) == OrderState.SHIPPED


def test_more_pieces_than_are_left_do_not_leave(session: Session) -> None:
    order = paid_order(session, 3, 1)
    shoes, socks = line_ids(session, order)
    send(session, id_of(order), {shoes: 2})

    with pytest.raises(IllegalMove, match="只剩1件"):
        send(session, id_of(order), {socks: 1, shoes: 2})

    assert count_waiting(session, order) == 2
    assert len(session.exec(select(Parcel)).all()) == 1


@pytest.mark.parametrize("pieces", [{}, {987654: 1}], ids=["none", "of another order"])
def test_pieces_that_are_none_of_the_order_are_refused(
    session: Session, pieces: dict[int, int]
) -> None:
    order = paid_order(session, 1)

    with pytest.raises(ShippingRefused, match="pieces"):
        send(session, id_of(order), pieces)

    assert state_of(session, order) == OrderState.PAID


@pytest.mark.parametrize("count_of_pieces", [0, -1])
def test_no_pieces_are_no_parcel(session: Session, count_of_pieces: int) -> None:
    order = paid_order(session, 1)
    (line,) = line_ids(session, order)

    with pytest.raises(IllegalMove):
        send(session, id_of(order), {line: count_of_pieces})


def test_a_parcel_entered_again_with_other_pieces_is_refused(session: Session) -> None:
    order = paid_order(session, 3)
    (line,) = line_ids(session, order)
    known = send(session, id_of(order), {line: 2})

    def again(pieces: dict[int, int]) -> Parcel:
        return ship(
            session,
            id_of(order),
            carrier="yto",
            tracking_no=known.tracking_no,
            actor="a",
            now=NOW,
            pieces=pieces,
        )

    assert again({line: 2}).id == known.id
    with pytest.raises(ShippingRefused, match="不一样"):
        again({line: 1})
    assert count_waiting(session, order) == 1


def test_pieces_whose_money_went_back_before_do_not_leave(session: Session) -> None:
    order = paid_order(session, 3)
    (line,) = line_ids(session, order)
    give_up(session, order, {line: 1})

    assert waiting_pieces(session, list_lines(session, order)) == {line: 2}
    with pytest.raises(IllegalMove, match="只剩2件"):
        send(session, id_of(order), {line: 3})
    send(session, id_of(order))

    assert state_of(session, order) == OrderState.SHIPPED
    row = session.exec(select(ShippedLine)).one()
    assert (row.bought, row.shipped, row.called_off) == (3, 2, 1)


def test_an_order_is_on_its_way_once_the_rest_of_it_was_given_up(session: Session) -> None:
    order = paid_order(session, 3)
    (line,) = line_ids(session, order)
    send(session, id_of(order), {line: 1})

    give_up(session, order, {line: 2})

    assert state_of(session, order) == OrderState.SHIPPED
    assert count_waiting(session, order) == 0


def test_giving_up_some_of_what_waits_leaves_the_order_packed(session: Session) -> None:
    order = paid_order(session, 3)
    (line,) = line_ids(session, order)
    send(session, id_of(order), {line: 1})

    give_up(session, order, {line: 1})

    assert state_of(session, order) == OrderState.PACKED
    assert waiting_pieces(session, list_lines(session, order)) == {line: 1}


async def test_the_last_piece_leaves_once_however_many_send_it(database: Database) -> None:
    def prepare(session: Session) -> tuple[int, int]:
        order = paid_order(session, 4)
        return id_of(order), line_ids(session, order)[0]

    order_id, line = await database.write(prepare)

    sent = await asyncio.gather(
        *(database.write(send, order_id, {line: 1}) for _ in range(8)), return_exceptions=True
    )

    assert Counter(type(each).__name__ for each in sent) == {"Parcel": 4, "IllegalMove": 4}
    shipped = await database.read(lambda session: session.exec(select(ShippedLine.shipped)).one())
    assert shipped == 4


def test_a_number_entered_wrong_is_put_right(session: Session) -> None:
    order = paid_order(session, 1)
    parcel = send(session, id_of(order))

    correct(session, id_of(parcel), carrier="sf", tracking_no="SF1000000009", now=NOW, actor="a")
    correct(session, id_of(parcel), carrier="sf", tracking_no="sf1000000009", now=NOW, actor="a")

    assert (parcel.carrier, parcel.tracking_no) == ("sf", "SF1000000009")
    assert len(shop.events(session, "parcel_corrected")) == 1


def test_a_number_that_a_carrier_has_scanned_was_right(session: Session) -> None:
    order, other = paid_order(session, 1), paid_order(session, 1)
    parcel, taken = send(session, id_of(order)), send(session, id_of(other))

    with pytest.raises(ShippingRefused, match="另一个包裹"):
        correct(
            session,
            id_of(parcel),
            carrier="yto",
            tracking_no=taken.tracking_no,
            now=NOW,
            actor="a",
        )
    parcel.state = ParcelState.COLLECTED
    session.add(parcel)
    session.flush()
    with pytest.raises(IllegalMove):
        correct(
            session, id_of(parcel), carrier="sf", tracking_no="SF1000000009", now=NOW, actor="a"
        )


def test_parcels_are_seen_with_what_they_hold(session: Session) -> None:
    order = paid_order(session, 2)
    (line,) = line_ids(session, order)
    send(session, id_of(order), {line: 1})
    send(session, id_of(order))

    views = view_parcels(session, SEALER, [id_of(order)])[id_of(order)]

    assert [[n for _, n in view.pieces] for view in views] == [[1], [1]]
    assert [list(view.scans) for view in views] == [[], []]
