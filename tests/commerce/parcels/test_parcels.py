"""Parcels: shipped once, asked about politely, told of once a change."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from commerce.errors import IllegalMove
from commerce.events import ShopEvent
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderState
from commerce.parcels import tracking
from commerce.parcels.carriers import clean
from commerce.parcels.shipping import FIRST_LOOK, ShippingRefused, ship
from commerce.parcels.tables import FINAL, Parcel, ParcelEvent, ParcelState
from commerce.parcels.tracking import POLITE_PAUSE, Scan, Track
from tests.commerce import shop
from tests.commerce.shop import NOW, SEALER

pytestmark = pytest.mark.database

_numbers = count(1)
NUMBER = "YT8800000000001"
HOUR = timedelta(hours=1)


def paid_order(session: Session) -> Order:
    order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
    shop.pay(session, shop.begin_to_pay(session, order))
    return order


def shipped(session: Session, number: str = NUMBER, carrier: str = "yto") -> Parcel:
    order = paid_order(session)
    return ship(
        session, id_of(order), carrier=carrier, tracking_no=number, actor="agent:1", now=NOW
    )


def moves(session: Session) -> list[tuple[str, str]]:
    statement = select(ShopEvent).where(ShopEvent.kind == "parcel_moved")
    events = session.exec(statement.order_by(col(ShopEvent.id))).all()
    return [(event.subject["from_state"], event.subject["to_state"]) for event in events]


def scan(hours: int, words: str = "到达") -> Scan:
    return Scan(NOW + hours * HOUR, f"{words}{hours}")


def test_the_first_parcel_ships_the_order(session: Session) -> None:
    parcel = shipped(session)

    order = session.get_one(Order, parcel.order_id)
    assert order.state == OrderState.SHIPPED
    assert parcel.next_ask_at == NOW + FIRST_LOOK


def test_a_second_parcel_of_an_order_leaves_its_state(session: Session) -> None:
    first = shipped(session)

    second = ship(
        session, first.order_id, carrier="sf", tracking_no="sf7444400000001", actor="a", now=NOW
    )

    assert second.tracking_no == "SF7444400000001"
    assert len(tracking.list_parcels(session, [first.order_id])) == 2


def test_shipping_the_same_parcel_again_changes_nothing(session: Session) -> None:
    first = shipped(session)

    again = ship(
        session, first.order_id, carrier="yto", tracking_no=f" {NUMBER} ", actor="a", now=NOW
    )

    assert again.id == first.id


@pytest.mark.parametrize(
    ("carrier", "number", "field"),
    [("飞毛腿", NUMBER, "carrier"), ("yto", "12", "tracking_no"), ("yto", "一二三", "tracking_no")],
)
def test_a_parcel_that_cannot_be_is_refused_by_its_field(
    session: Session, carrier: str, number: str, field: str
) -> None:
    order = paid_order(session)

    with pytest.raises(ShippingRefused, match=field):
        ship(session, id_of(order), carrier=carrier, tracking_no=number, actor="a", now=NOW)

    assert session.get_one(Order, order.id).state == OrderState.PAID


def test_a_number_of_another_order_is_refused(session: Session) -> None:
    shipped(session)
    other = paid_order(session)

    with pytest.raises(ShippingRefused, match="另一笔订单"):
        ship(session, id_of(other), carrier="yto", tracking_no=NUMBER, actor="a", now=NOW)


def test_an_unpaid_order_is_not_shipped(session: Session) -> None:
    order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})

    with pytest.raises(IllegalMove):
        ship(session, id_of(order), carrier="yto", tracking_no=NUMBER, actor="a", now=NOW)


def test_the_same_answer_twice_is_one_change(session: Session) -> None:
    parcel = shipped(session)
    track = Track(ParcelState.DELIVERING, (scan(1), scan(2)))

    for hours in (2, 3):
        tracking.record(session, SEALER, id_of(parcel), track, NOW + hours * HOUR)

    assert moves(session) == [("announced", "delivering")]
    assert [each.words for each in tracking.list_scans(session, SEALER, parcel, 9)] == [
        "到达2",
        "到达1",
    ]


def test_a_stale_answer_takes_nothing_back(session: Session) -> None:
    parcel = shipped(session)
    tracking.record(
        session, SEALER, id_of(parcel), Track(ParcelState.DELIVERING, (scan(1), scan(2))), NOW
    )

    tracking.record(session, SEALER, id_of(parcel), Track(ParcelState.MOVING, (scan(1),)), NOW)

    assert session.get_one(Parcel, parcel.id).state == ParcelState.DELIVERING


def test_no_news_takes_nothing_back(session: Session) -> None:
    parcel = shipped(session)
    delivering = Track(ParcelState.DELIVERING, (scan(1), scan(2)))
    for track in (delivering, Track(ParcelState.ANNOUNCED), delivering):
        tracking.record(session, SEALER, id_of(parcel), track, NOW)

    assert moves(session) == [("announced", "delivering")]


def test_a_state_corrected_on_the_same_scans_is_taken(session: Session) -> None:
    parcel = shipped(session)
    for state in (ParcelState.DELIVERING, ParcelState.DELIVERED):
        tracking.record(session, SEALER, id_of(parcel), Track(state, (scan(1),)), NOW)

    assert session.get_one(Parcel, parcel.id).state == ParcelState.DELIVERED


def test_a_row_that_does_not_open_stops_no_other_parcel(session: Session) -> None:
    broken = shipped(session, "SF7444400000001", "sf")
    whole = shipped(session)
    order = session.get_one(Order, broken.order_id)
    order.phone_sealed = b"broken"
    session.flush()

    taken = tracking.take_due(session, SEALER, NOW + FIRST_LOOK)

    assert [question.parcel_id for question in taken] == [whole.id]
    session.refresh(broken)
    assert broken.next_ask_at is None
    assert "SealBroken" in broken.trouble


def test_a_fault_of_the_shops_own_account_is_not_counted_against_the_carrier(
    session: Session,
) -> None:
    parcel = shipped(session)

    tracking.record_silence(session, id_of(parcel), "signature", NOW, pause=HOUR)

    assert (parcel.failures, parcel.next_ask_at) == (0, NOW + HOUR)


def test_a_delivered_parcel_is_asked_about_no_more(session: Session) -> None:
    parcel = shipped(session)

    tracking.record(session, SEALER, id_of(parcel), Track(ParcelState.DELIVERED, (scan(5),)), NOW)

    assert session.get_one(Parcel, parcel.id).next_ask_at is None
    assert tracking.take_due(session, SEALER, NOW + 1000 * HOUR) == []
    assert not tracking.ask_soon(session, parcel, NOW + 1000 * HOUR)


def test_a_due_parcel_is_taken_by_one_process(session: Session) -> None:
    parcel = shipped(session)

    taken = tracking.take_due(session, SEALER, NOW + FIRST_LOOK)
    again = tracking.take_due(session, SEALER, NOW + FIRST_LOOK)

    assert [each.parcel_id for each in taken] == [parcel.id]
    assert again == []


@pytest.mark.parametrize(("carrier", "tail"), [("sf", "8000"), ("yto", "")])
def test_only_carriers_that_want_it_get_the_phones_tail(
    session: Session, carrier: str, tail: str
) -> None:
    shipped(session, "SF7444400000001", carrier)

    (question,) = tracking.take_due(session, SEALER, NOW + FIRST_LOOK)

    assert question.phone_tail == tail


def test_an_impatient_customer_has_the_carrier_asked_once_in_half_an_hour(
    session: Session,
) -> None:
    parcel = shipped(session)

    assert tracking.ask_soon(session, parcel, NOW)
    assert len(tracking.take_due(session, SEALER, NOW)) == 1
    # Seen before the other took it: what stands in the database decides.
    assert not tracking.ask_soon(session, parcel, NOW)
    session.refresh(parcel)
    assert not tracking.ask_soon(session, parcel, NOW + POLITE_PAUSE - timedelta(seconds=1))
    assert tracking.ask_soon(session, parcel, NOW + POLITE_PAUSE)


def test_a_silent_carrier_is_asked_again_after_growing_pauses(session: Session) -> None:
    parcel = shipped(session)
    pauses = []

    for _ in range(7):
        tracking.record_silence(session, id_of(parcel), "HTTP 502", NOW, for_good=False)
        assert parcel.next_ask_at is not None
        pauses.append((parcel.next_ask_at - NOW) / HOUR)

    assert pauses == [0.5, 1, 2, 4, 8, 12, 12]
    tracking.record_silence(session, id_of(parcel), "signature", NOW, for_good=True)
    assert session.get_one(Parcel, parcel.id).next_ask_at is None


def test_words_of_a_scan_do_not_stand_readable_in_the_table(session: Session) -> None:
    parcel = shipped(session)

    tracking.record(session, SEALER, id_of(parcel), Track(ParcelState.MOVING, (scan(1),)), NOW)

    assert "到达1".encode() not in session.exec(select(ParcelEvent.words_sealed)).one()


def test_somebody_elses_number_is_not_found(session: Session) -> None:
    parcel = shipped(session)
    owner = session.get_one(Order, parcel.order_id).customer_id

    assert tracking.find_own_parcel(session, owner, NUMBER) is not None
    assert tracking.find_own_parcel(session, shop.new_customer(session), NUMBER) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("sf 7444 4000 00001", "SF7444400000001"),
        ("jd-0123456789012", "JD0123456789012"),
        ("12345678", "12345678"),
        ("1234567", None),
    ],
)
def test_a_number_is_cleaned(written: str, number: str | None) -> None:
    assert clean(written) == number


STATES = st.sampled_from(list(ParcelState))


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(answers=st.lists(st.tuples(STATES, st.integers(0, 6)), max_size=12))
def test_whatever_a_carrier_says_the_events_replay_to_the_state(
    session: Session, answers: list[tuple[ParcelState, int]]
) -> None:
    parcel, now = shipped(session, f"YT{next(_numbers):013d}"), NOW
    before = len(moves(session))
    for state, hours in answers:
        now += HOUR
        tracking.record(session, SEALER, id_of(parcel), Track(state, (scan(hours),)), now)

    steps = moves(session)[before:]
    assert [step[0] for step in steps[1:]] == [step[1] for step in steps[:-1]]
    assert parcel.state == (steps[-1][1] if steps else ParcelState.ANNOUNCED)
    assert all(ParcelState(left) not in FINAL for left, _ in steps)
    if answers:
        assert (parcel.next_ask_at is None) == (ParcelState(parcel.state) in FINAL)
