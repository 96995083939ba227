"""What WeChat is told of parcels: each thing once, put right once, never a third time."""

import asyncio
from itertools import count

import pytest
from sqlmodel import Session, col, select

from bot.database import Database
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order
from commerce.parcels.correcting import correct
from commerce.parcels.reporting import (
    CORRECTED_BEFORE,
    TOO_MANY,
    Told,
    is_overtaken,
    list_refused,
    record_report,
    want_report,
)
from commerce.parcels.shipping import ship
from commerce.parcels.tables import Parcel, ReportState, ShippingReport
from tests.commerce import shop
from tests.commerce.shop import NOW

pytestmark = pytest.mark.database
_numbers = count(1)


def paid_order(session: Session, pieces: int = 1) -> Order:
    variant = shop.put_on_sale(session, pieces=50)
    order = shop.place(session, shop.new_customer(session), {variant: pieces})
    shop.pay(session, shop.begin_to_pay(session, order))
    return order


def send(session: Session, order: Order, pieces: int | None = None) -> Parcel:
    (line,) = list_lines(session, order)
    return ship(
        session,
        id_of(order),
        carrier="yto",
        tracking_no=f"YT{next(_numbers):013d}",
        actor="a",
        now=NOW,
        pieces=None if pieces is None else {id_of(line): pieces},
    )


def told(session: Session, order: Order) -> Told:
    found = want_report(session, id_of(order), NOW)
    assert found is not None
    return found


def taken(session: Session, order: Order) -> Told:
    """A report that has reached WeChat."""
    found = told(session, order)
    record_report(session, id_of(found.report), ReportState.TAKEN, "", NOW)
    session.refresh(found.report)
    return found


def mend(session: Session, parcel: Parcel) -> None:
    number = f"SF{next(_numbers):012d}"
    correct(session, id_of(parcel), carrier="sf", tracking_no=number, now=NOW, actor="a")


def test_one_parcel_is_told_whole_and_once(session: Session) -> None:
    order = paid_order(session, 2)
    assert want_report(session, id_of(order), NOW) is None
    parcel = send(session, order)

    found = told(session, order)

    assert (found.report.is_whole, found.report.is_split) == (True, False)
    assert [each.id for each, _ in found.parcels] == [parcel.id]
    assert want_report(session, id_of(order), NOW) is None


def test_parcels_are_told_bit_by_bit_without_using_up_the_correction(session: Session) -> None:
    order = paid_order(session, 3)
    reports = []
    for pieces in (1, 1, None):
        send(session, order, pieces)
        reports.append(taken(session, order))

    assert [each.report.is_whole for each in reports] == [False, False, True]
    assert [len(each.parcels) for each in reports] == [1, 2, 3]
    assert all(each.report.is_split for each in reports)
    assert not any(each.report.is_correction for each in reports)


def test_what_was_told_is_put_right_once_and_then_refused_by_ourselves(session: Session) -> None:
    order = paid_order(session)
    parcel = send(session, order)
    taken(session, order)

    mend(session, parcel)
    second = taken(session, order)
    mend(session, parcel)
    third = told(session, order)

    assert (second.report.is_correction, second.report.state) == (True, ReportState.TAKEN)
    assert (third.report.state, third.report.reason) == (ReportState.REFUSED, CORRECTED_BEFORE)
    assert [each.id for each in list_refused(session)] == [third.report.id]


def test_a_second_parcel_after_the_whole_was_told_is_the_correction(session: Session) -> None:
    order = paid_order(session)
    send(session, order)
    taken(session, order)

    send(session, order)

    report = told(session, order).report
    assert (report.is_split, report.is_correction) == (True, True)


def test_what_wechat_never_took_needs_no_correction(session: Session) -> None:
    order = paid_order(session)
    parcel = send(session, order)
    first = told(session, order)
    record_report(session, id_of(first.report), ReportState.REFUSED, "no such payment", NOW)

    mend(session, parcel)

    assert not told(session, order).report.is_correction


def test_an_earlier_report_is_overtaken_by_a_later_one(session: Session) -> None:
    order = paid_order(session, 2)
    send(session, order, 1)
    first = told(session, order)
    send(session, order)
    second = told(session, order)

    assert is_overtaken(session, id_of(first.report))
    assert not is_overtaken(session, id_of(second.report))


def test_a_sixteenth_parcel_is_refused_by_ourselves(session: Session) -> None:
    order = paid_order(session, 16)
    for _ in range(16):
        send(session, order, 1)

    report = told(session, order).report

    assert (report.state, report.reason) == (ReportState.REFUSED, TOO_MANY)


def test_an_order_that_cost_nothing_has_nothing_to_tell(session: Session) -> None:
    order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session, price=0): 1})
    send(session, order)

    assert want_report(session, id_of(order), NOW) is None


def test_a_result_is_written_down_once(session: Session) -> None:
    order = paid_order(session)
    send(session, order)
    report = told(session, order).report

    assert record_report(session, id_of(report), ReportState.TAKEN, "", NOW)
    assert not record_report(session, id_of(report), ReportState.REFUSED, "late", NOW)


async def test_a_report_is_wanted_once_however_many_want_it(database: Database) -> None:
    def prepare(session: Session) -> int:
        order = paid_order(session)
        send(session, order)
        return id_of(order)

    order_id = await database.write(prepare)

    await asyncio.gather(*(database.write(want_report, order_id, NOW) for _ in range(8)))

    numbers = select(ShippingReport.number).order_by(col(ShippingReport.id))
    assert await database.read(lambda session: session.exec(numbers).all()) == [1]
