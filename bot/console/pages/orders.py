"""Pages of orders: the list, and one order with what may be done about it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages import invoices, order_list, order_view, refunds
from bot.console.pages.order_list import OrderFilter, OrderRow
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.written import find_day, find_id, number
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.ordering.states import lock_order
from commerce.parcels import correcting, shipping
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.shipping import ShippingRefused
from commerce.payments.closing import Cancellation, cancel_unpaid
from commerce.sealing import Sealer

LONGEST_REASON: Final = 100
PIECES: Final = "pieces-"
"""Begins the name of a field with the pieces of a line; its id follows."""
CANCELLED: Final[Mapping[Cancellation, str]] = {
    Cancellation.CLOSED: "订单已取消，商品放回库存",
    Cancellation.CLOSING: "正在关闭微信支付，关掉后订单就取消",
}


async def show_list(page: Page) -> web.StreamResponse:
    """The orders that are wanted, twenty a page."""
    wanted = _filter(page)
    found = await page.read(_list, page.desk.sealer, wanted, page.number)
    return page.html("pages/orders.html", found=found, wanted=wanted, states=order_list.STATES)


async def export(page: Page) -> web.StreamResponse:
    """The same orders as a spreadsheet."""
    rows = await page.read(order_list.csv_rows, page.desk.sealer, _filter(page))
    return page.csv("订单.csv", order_list.CSV_HEADER, rows)


async def show(page: Page) -> web.StreamResponse:
    """One order. Its address is covered until somebody who ships asks for it."""
    seen = await page.read(_view, page.desk.sealer, page.match("number"))
    return page.html(
        "pages/order.html",
        seen=seen,
        carriers=CARRIERS.values(),
        carrier_name=order_view.carrier_name,
        payment_states=order_view.PAYMENT_STATES,
        refund_states=refunds.STATES,
        refund_tones=refunds.TONES,
        invoice_states=invoices.STATES,
        parcel_states=order_view.PARCEL_STATES,
    )


async def show_address(page: Page) -> web.StreamResponse:
    """The address in full: who looked at it is kept."""
    order_no = page.match("number")
    seen = await page.write(
        _unseal, page.desk.sealer, order_no, did="order.address_read", about={"order": order_no}
    )
    return page.fragment("pages/_order_address.html", seen=seen)


async def ship(page: Page) -> web.StreamResponse:
    """Enter a parcel of the order."""
    order_no, form = page.match("number"), await page.form()
    carrier, tracking_no = form.get("carrier", ""), form.get("tracking_no", "")
    about = {"order": order_no, "carrier": carrier, "tracking_no": tracking_no}
    await page.write(
        _ship,
        order_no,
        carrier,
        tracking_no,
        _pieces(form),
        actor_of(page),
        page.now,
        did="order.shipped",
        about=about,
    )
    return page.go(f"/orders/{order_no}", said="已发货，顾客会收到通知")


async def correct(page: Page) -> web.StreamResponse:
    """Put the number of a parcel right that no carrier has scanned."""
    order_no, parcel_id, form = page.match("number"), int(page.match("parcel")), await page.form()
    carrier, tracking_no = form.get("carrier", ""), form.get("tracking_no", "")
    about = {"order": order_no, "parcel": parcel_id, "tracking_no": tracking_no}
    await page.write(
        _correct,
        order_no,
        parcel_id,
        carrier,
        tracking_no,
        actor_of(page),
        page.now,
        did="order.parcel_corrected",
        about=about,
    )
    return page.go(f"/orders/{order_no}", said="运单号已改好")


async def cancel(page: Page) -> web.StreamResponse:
    """Cancel an order that nobody has paid."""
    order_no, form = page.match("number"), await page.form()
    reason = form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput(f"请写明取消的原因，最多{LONGEST_REASON}个字", field="reason")
    about = {"order": order_no}
    done = await page.write(
        _cancel, order_no, reason, actor_of(page), page.now, did="order.cancelled", about=about
    )
    return page.go(f"/orders/{order_no}", said=CANCELLED[done])


def _filter(page: Page) -> OrderFilter:
    customer = page.query("customer")
    return OrderFilter(
        text=page.query("q"),
        state=page.query("state"),
        since=find_day(page.query("since")),
        until=find_day(page.query("until")),
        customer_id=find_id(customer),
    )


def _list(session: Session, sealer: Sealer, wanted: OrderFilter, page: int) -> Paged[OrderRow]:
    statement = order_list.orders_like(sealer, wanted)
    return paged_as(session, statement, page, order_list.rows_of)


def _view(session: Session, sealer: Sealer, order_no: str) -> order_view.OrderSeen:
    return order_view.view(session, sealer, order_no, is_unsealed=False)


def _unseal(session: Session, sealer: Sealer, order_no: str) -> order_view.OrderSeen:
    return order_view.view(session, sealer, order_no, is_unsealed=True)


def _pieces(form: Mapping[str, str]) -> dict[int, int] | None:
    """The pieces by line id; None for a parcel that holds none of the order's pieces."""
    written = {name: text for name, text in form.items() if name.startswith(PIECES)}
    if not written:
        return None
    counted = {
        line_id: number(text or "0", "件数", name)
        for name, text in written.items()
        if (line_id := find_id(name.removeprefix(PIECES))) is not None
    }
    chosen = {line_id: count for line_id, count in counted.items() if count}
    if not chosen:
        raise InvalidInput("请至少填一件商品", field=next(iter(written)))
    return chosen


def _ship(
    session: Session,
    order_no: str,
    carrier: str,
    tracking_no: str,
    pieces: Mapping[int, int] | None,
    actor: str,
    now: datetime,
) -> None:
    order_id = id_of(order_view.get_order(session, order_no))
    lock_order(session, order_id)
    with _naming_the_field():
        checked = shipping.check_number(carrier, tracking_no)
        if shipping.find_parcel(session, carrier, checked) is not None:
            raise InvalidInput("这个运单号已经录过了，请核对", field="tracking_no")
        shipping.ship(
            session,
            order_id,
            carrier=carrier,
            tracking_no=checked,
            actor=actor,
            now=now,
            pieces=pieces,
        )


def _correct(
    session: Session,
    order_no: str,
    parcel_id: int,
    carrier: str,
    tracking_no: str,
    actor: str,
    now: datetime,
) -> None:
    order_view.get_parcel(session, order_no, parcel_id)
    with _naming_the_field():
        correcting.correct(
            session, parcel_id, carrier=carrier, tracking_no=tracking_no, now=now, actor=actor
        )


def _cancel(
    session: Session, order_no: str, reason: str, actor: str, now: datetime
) -> Cancellation:
    order_id = id_of(order_view.get_order(session, order_no))
    return cancel_unpaid(session, order_id, actor=actor, reason=reason, now=now)


@contextmanager
def _naming_the_field() -> Iterator[None]:
    """Tell a refusal at its field: shipping names it before the message, as in a file's report."""
    try:
        yield
    except ShippingRefused as refusal:
        name, colon, said = str(refusal).partition("：")
        if not colon or not name.isascii():
            raise
        raise InvalidInput(said, field=name) from refusal


_ORDER: Final = "/orders/{number:[0-9]{18}}"
ROUTES: Final = (
    Route("GET", "/orders", Permission.READ_ORDERS, show_list),
    Route("GET", "/orders.csv", Permission.EXPORT, export),
    Route("GET", _ORDER, Permission.READ_ORDERS, show),
    Route("POST", f"{_ORDER}/address", Permission.SHIP, show_address),
    Route("POST", f"{_ORDER}/parcels", Permission.SHIP, ship),
    Route("POST", f"{_ORDER}/parcels/{{parcel:[0-9]{{1,9}}}}", Permission.SHIP, correct),
    Route("POST", f"{_ORDER}/cancellation", Permission.SHIP, cancel),
)
