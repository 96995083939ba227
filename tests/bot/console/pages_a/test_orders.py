"""What is done about orders, through the real console."""

import aiohttp
from sqlmodel import Session, col, select

from bot.console.desk import Desk
from bot.staff.audit_tables import AuditEntry
from bot.staff.tables import Role
from commerce.ordering.tables import Order, OrderState
from commerce.parcels.tables import Parcel
from tests.bot.console.conftest import Answer, Browser, OpenConsole
from tests.bot.console.pages_a.stock import Stock
from tests.commerce.shop import ADDRESS

PARCEL = {"carrier": "yto", "tracking_no": "YT1234567890"}


def did(session: Session) -> list[str]:
    """What was written down, in order, but for log-ins."""
    wanted = select(AuditEntry.did).order_by(col(AuditEntry.id))
    return [each for each in session.exec(wanted) if "." in each and "login" not in each]


def state_of(session: Session, order_no: str) -> str:
    return session.exec(select(Order.state).where(Order.order_no == order_no)).one()


def parcels(session: Session) -> list[tuple[str, str]]:
    return list(session.exec(select(Parcel.carrier, Parcel.tracking_no)).all())


async def ship(browser: Browser, order_no: str, **changes: str) -> Answer:
    return await browser.post(f"/orders/{order_no}/parcels", {**PARCEL, **changes})


async def test_orders_are_found_by_number_tail_phone_and_state(
    open_console: OpenConsole, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)

    for query in (shop.unpaid_no, shop.unpaid_no[-6:], ADDRESS.phone, ""):
        found = await browser.get(f"/orders?q={query}&state=unpaid")
        assert shop.unpaid_no in found.text, query
        assert shop.order_no not in found.text, query
    assert shop.unpaid_no not in (await browser.get("/orders?q=13900000000")).text
    assert shop.unpaid_no not in (await browser.get("/orders?until=2026-11-10")).text
    assert shop.unpaid_no in (await browser.get("/orders?since=2026-11-11&until=2026-11-11")).text


async def test_an_order_is_shipped_once_however_often_the_button_is_pressed(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)

    first, second = [await ship(browser, shop.order_no) for _ in range(2)]

    assert (first.status, second.status) == (200, 422)
    assert "已经录过" in second.text
    assert await desk.database.read(parcels) == [("yto", "YT1234567890")]
    assert await desk.database.read(state_of, shop.order_no) == OrderState.SHIPPED
    assert await desk.database.read(did) == ["order.shipped"]


async def test_an_impossible_number_is_refused_at_its_field_and_changes_nothing(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)

    answer = await ship(browser, shop.order_no, tracking_no="123")

    assert answer.status == 422
    assert 'data-field="tracking_no"' in answer.text
    assert "<form" not in answer.text  # The form in the browser keeps what was typed.
    assert await desk.database.read(state_of, shop.order_no) == OrderState.PAID
    assert await desk.database.read(did) == []


async def test_some_pieces_leave_and_the_order_waits_for_the_others(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    page = await browser.get(f"/orders/{shop.order_no}")
    name = page.text.partition('name="pieces-')[2].partition('"')[0]

    await ship(browser, shop.order_no, **{f"pieces-{name}": "1"})

    assert await desk.database.read(state_of, shop.order_no) == OrderState.PACKED
    assert "待发1件" in (await browser.get(f"/orders/{shop.order_no}")).text


async def test_a_number_typed_wrong_is_put_right_until_a_carrier_has_it(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    await ship(browser, shop.order_no)
    other = {"carrier": "zto", "tracking_no": "78000000000001"}

    answer = await browser.post(f"/orders/{shop.order_no}/parcels/1", other)

    assert answer.location == f"/console/orders/{shop.order_no}"
    assert await desk.database.read(parcels) == [("zto", "78000000000001")]
    assert (await browser.post(f"/orders/{shop.unpaid_no}/parcels/1", other)).status == 404


async def test_an_unpaid_order_is_cancelled_and_a_paid_one_is_not(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    why = {"reason": "顾客要求"}

    assert (await browser.post(f"/orders/{shop.unpaid_no}/cancellation", {})).status == 422
    assert (await browser.post(f"/orders/{shop.order_no}/cancellation", why)).status == 422
    assert (await browser.post(f"/orders/{shop.unpaid_no}/cancellation", why)).status == 200

    assert await desk.database.read(state_of, shop.unpaid_no) == OrderState.CLOSED
    assert await desk.database.read(state_of, shop.order_no) == OrderState.PAID
    assert await desk.database.read(did) == ["order.cancelled"]


async def test_an_address_is_covered_until_somebody_asks_for_it_by_name(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)

    covered = await browser.get(f"/orders/{shop.order_no}")
    shown = await browser.post(f"/orders/{shop.order_no}/address")

    assert ADDRESS.phone not in covered.text
    assert ADDRESS.detail not in covered.text
    assert ADDRESS.phone in shown.text
    assert ADDRESS.detail in shown.text
    assert await desk.database.read(did) == ["order.address_read"]


async def test_a_file_ships_what_it_can_and_tells_of_every_bad_row(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    rows = (
        "order_no,carrier,tracking_no",
        f"{shop.order_no},圆通,YT1234567890",
        f"{shop.order_no},飞鸽,YT1234567891",
    )

    rehearsed = await browser.post("/orders/shipping-file", upload(rows, rehearsal="yes"))
    assert await desk.database.read(parcels) == []
    shipped = await browser.post("/orders/shipping-file", upload(rows))

    for answer in (rehearsed, shipped):
        assert "第3行" in answer.text
        assert "没有快递公司“飞鸽”" in answer.text
    assert await desk.database.read(parcels) == [("yto", "YT1234567890")]
    assert await desk.database.read(did) == ["orders.shipped_by_file"]


def upload(rows: tuple[str, ...], **fields: str) -> aiohttp.FormData:
    form = aiohttp.FormData()
    content = "\n".join(rows).encode()
    form.add_field("file", content, filename="parcels.csv", content_type="text/csv")
    for name, value in fields.items():
        form.add_field(name, value)
    return form


async def test_what_customers_wrote_is_no_formula_in_a_spreadsheet(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    await desk.database.write(come_by, shop.order_no, "=HYPERLINK(1)")

    answer = await browser.get("/orders.csv")

    assert "'=HYPERLINK(1)" in answer.text
    assert ",=HYPERLINK" not in answer.text
    assert ADDRESS.phone not in answer.text


def come_by(session: Session, order_no: str, code: str) -> None:
    order = session.exec(select(Order).where(Order.order_no == order_no)).one()
    order.came_by = code
    session.add(order)
