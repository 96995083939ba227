"""Pages of customers: the list, and one customer; giving a coupon."""

from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages import customer_list as listed
from bot.console.pages.customer_list import CustomerFilter, CustomerRow
from bot.console.pages.customer_view import view
from bot.console.pages.written import find_id, number
from bot.console.paging import Paged, page_of
from bot.console.route import Route
from bot.messages import CHANNEL_NAMES
from bot.staff.permissions import Permission
from commerce.customers.merging import get_customer
from commerce.customers.tags import list_all_tags, list_tags
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.membership.levels import list_levels
from commerce.promotions.coupons import give
from commerce.promotions.tables import CouponTemplate

MOST_CSV_ROWS: Final = 10_000
A_BATCH: Final = 500
FROM_CONSOLE: Final = "console"
"""The source of a coupon that somebody of the shop gave by hand."""


async def show_list(page: Page) -> web.StreamResponse:
    """The customers that are wanted, twenty a page."""
    wanted = _filter(page)
    return page.html(
        "pages/customers.html",
        title="顾客",
        found=await page.read(_list, page, wanted),
        wanted=wanted,
        seen=listed.SEEN,
        states=listed.STATES,
        channels=CHANNEL_NAMES,
        levels=await page.read(list_levels),
    )


async def export(page: Page) -> web.StreamResponse:
    """The same customers as a spreadsheet."""
    rows = await page.read(_csv_rows, page, _filter(page))
    return page.csv("顾客.csv", listed.CSV_HEADER, rows)


async def show(page: Page) -> web.StreamResponse:
    """One customer; whoever proved to be another one is shown as that one."""
    asked = int(page.match("id"))
    seen = await page.read(view, page.desk.sealer, asked, page.now)
    if seen.number != asked:
        return page.go(f"/customers/{seen.number}", said="这位顾客和另一位是同一个人，已合并")
    return page.html(
        "pages/customer.html",
        title=f"顾客{asked}",
        seen=seen,
        channels=CHANNEL_NAMES,
        templates=await page.read(_list_templates),
        tags=await page.read(list_all_tags),
        borne=[tag.id for tag in await page.read(list_tags, seen.number)],
    )


async def give_coupon(page: Page) -> web.StreamResponse:
    """Make the customer a present of a coupon; sending the form twice gives one."""
    customer_id, form = int(page.match("id")), await page.form()
    template_id = number(form.get("template", ""), "优惠券", "template")
    ref = f"{page.staff.id}:{form.get('once', '')[:40]}"

    def write(session: Session) -> int:
        kept_id = id_of(get_customer(session, customer_id))
        coupon = give(session, template_id, kept_id, source=FROM_CONSOLE, ref=ref, now=page.now)
        if coupon is None:
            raise IllegalMove("这张券发完了、停用了或过期了，换一张吧", field="template")
        return id_of(coupon)

    await page.write(
        write,
        did="coupon.given",
        about=lambda coupon: {
            "customer": customer_id,
            "template": template_id,
            "coupon": coupon,
        },
    )
    return page.go(f"/customers/{customer_id}", said="券已放进顾客的卡包")


def _filter(page: Page) -> CustomerFilter:
    return CustomerFilter(
        text=page.query("q"),
        level_id=find_id(page.query("level")),
        seen=page.query("seen"),
        state=page.query("state"),
        channel=page.query("channel"),
    )


def _list(session: Session, page: Page, wanted: CustomerFilter) -> Paged[CustomerRow]:
    statement = listed.customers_like(session, page.desk.sealer, wanted, page.now)
    found = page_of(session, statement, page.number)
    return Paged(listed.rows_of(session, found.items), found.page, found.pages, found.total)


def _csv_rows(session: Session, page: Page, wanted: CustomerFilter) -> list[tuple[object, ...]]:
    statement = listed.customers_like(session, page.desk.sealer, wanted, page.now)
    customers = session.exec(statement.limit(MOST_CSV_ROWS)).all()
    return [
        listed.cells_of(row)
        for begin in range(0, len(customers), A_BATCH)
        for row in listed.rows_of(session, customers[begin : begin + A_BATCH])
    ]


def _list_templates(session: Session) -> list[CouponTemplate]:
    active = select(CouponTemplate).where(col(CouponTemplate.is_active))
    return list(session.exec(active.order_by(col(CouponTemplate.id).desc())))


_CUSTOMER: Final = "/customers/{id:[0-9]{1,9}}"
ROUTES: Final = (
    Route("GET", "/customers", Permission.READ_CUSTOMERS, show_list),
    Route("GET", "/customers.csv", Permission.EXPORT, export),
    Route("GET", _CUSTOMER, Permission.READ_CUSTOMERS, show),
    Route("POST", f"{_CUSTOMER}/coupons", Permission.EDIT_PROMOTIONS, give_coupon),
)
