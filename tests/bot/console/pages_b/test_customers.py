"""Pages of customers, through the real console."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from bot.console.desk import Desk
from bot.staff.tables import Role
from commerce.customers.address_book import add_to_book
from commerce.customers.addresses import AddressInput
from commerce.customers.identities import identify
from commerce.customers.merging import merge
from commerce.customers.subscription import unsubscribe
from commerce.customers.tables import Customer
from commerce.inserting import id_of
from commerce.membership.points import give
from commerce.membership.tables import MemberLevel
from commerce.pricing.values import CouponKind
from commerce.promotions.drafts import CouponDraft
from commerce.promotions.entries import save_coupon
from commerce.promotions.tables import Coupon
from tests.bot.console.conftest import OpenConsole
from tests.bot.figures.rows import Rows

LIVES = AddressInput("张三丰", "13800138000", "浙江省 杭州市 西湖区", "文三路1号")


@pytest.fixture
async def alice(desk: Desk) -> int:
    """Somebody of the official account with an address, points, and no wish for campaigns."""
    sealer, now = desk.sealer, desk.clock.now()

    def write(session: Session) -> int:
        customer = id_of(identify(session, "official_account", "wx", "o-alice", now))
        add_to_book(session, sealer, customer, LIVES, now)
        give(session, customer, 30, kind="test", ref="1", memo="见面礼", now=now)
        words = "别发了<script>"
        unsubscribe(session, sealer, customer, channel="official_account", words=words, now=now)
        session.add(MemberLevel(name="新朋友", threshold=0))
        session.add(MemberLevel(name="老朋友", threshold=1000))
        return customer

    return await desk.database.write(write)


async def bob(desk: Desk, seen_at: datetime | None = None) -> int:
    def write(session: Session) -> int:
        now = seen_at or desk.clock.now()
        customer = identify(session, "mini_program", "wm", "m-bob", now)
        return id_of(customer)

    return await desk.database.write(write)


@pytest.mark.parametrize("text", ["{id}", "顾客{id}", "13800138000", "o-alice"])
async def test_a_customer_is_found_by(
    open_console: OpenConsole, desk: Desk, alice: int, text: str
) -> None:
    other = await bob(desk)
    browser = await open_console(Role.AGENT)

    page = await browser.get(f"/customers?q={text.format(id=alice)}")

    assert f"/console/customers/{alice}" in page.text
    assert f"/console/customers/{other}" not in page.text


@pytest.mark.parametrize(
    ("narrowed", "finds_alice", "finds_bob"),
    [
        ("state=unsubscribed", True, False),
        ("state=unbought", True, True),
        ("state=bought", False, False),
        ("channel=mini_program", False, True),
        ("seen=7", True, False),
        ("seen=-30", False, True),
        ("level=1", True, True),
        ("level=2", False, False),
        ("level=99", False, False),
    ],
)
async def test_the_list_is_narrowed(
    open_console: OpenConsole,
    desk: Desk,
    alice: int,
    narrowed: str,
    finds_alice: bool,
    finds_bob: bool,
) -> None:
    other = await bob(desk, desk.clock.now() - timedelta(days=60))
    browser = await open_console(Role.AGENT)

    page = await browser.get(f"/customers?{narrowed}")

    assert (f"/console/customers/{alice}" in page.text) == finds_alice
    assert (f"/console/customers/{other}" in page.text) == finds_bob


async def test_what_was_paid_is_summed(open_console: OpenConsole, desk: Desk, alice: int) -> None:
    now = desk.clock.now()

    def write(session: Session) -> None:
        rows = Rows(session)
        rows.order(alice, 1250, now, paid_at=now)
        rows.order(alice, 9999, now)

    await desk.database.write(write)
    browser = await open_console(Role.OPERATOR)

    assert "¥12.50" in (await browser.get("/customers")).text
    file = await browser.get("/customers.csv")
    assert f"顾客{alice},公众号,新朋友,30,1,12.50," in file.text


async def test_one_page_tells_all_but_covers_the_address(
    open_console: OpenConsole, alice: int
) -> None:
    page = await (await open_console(Role.AGENT)).get(f"/customers/{alice}")

    assert "见面礼" in page.text
    assert "138****8000" in page.text
    assert "13800138000" not in page.text
    assert "文三路" not in page.text
    assert "别发了&lt;script&gt;" in page.text
    assert "送优惠券" not in page.text


async def test_a_merged_customer_leads_to_the_one_that_is_kept(
    open_console: OpenConsole, desk: Desk, alice: int
) -> None:
    other = await bob(desk)
    await desk.database.write(merge, alice, other, desk.clock.now())
    browser = await open_console(Role.AGENT)

    answer = await browser.get(f"/customers/{other}")

    assert answer.location == f"/console/customers/{alice}"
    assert f"/console/customers/{other}" not in (await browser.get("/customers")).text


async def test_a_coupon_is_given_once_however_often_the_form_is_sent(
    open_console: OpenConsole, desk: Desk, alice: int
) -> None:
    draft = CouponDraft("gift", "见面券", CouponKind.AMOUNT, off=500, total=1, lasts_days=7)

    def write(session: Session) -> int:
        return id_of(save_coupon(session, draft, desk.clock.now()))

    form = {"template": str(await desk.database.write(write)), "once": "a"}
    browser = await open_console(Role.OPERATOR)

    first = await browser.post(f"/customers/{alice}/coupons", form)
    again = await browser.post(f"/customers/{alice}/coupons", form)
    another = await browser.post(f"/customers/{alice}/coupons", {**form, "once": "b"})

    def read(session: Session) -> list[int]:
        owners = select(Coupon.customer_id).order_by(col(Coupon.id))
        return list(session.exec(owners))

    assert first.location
    assert again.location
    assert another.status == 422
    assert await desk.database.read(read) == [alice]


async def test_nobody_has_an_unknown_number(open_console: OpenConsole) -> None:
    assert (await (await open_console(Role.AGENT)).get("/customers/999")).status == 404


async def test_an_empty_shop_says_so(open_console: OpenConsole, desk: Desk) -> None:
    def count(session: Session) -> int:
        return len(session.exec(select(Customer.id)).all())

    assert await desk.database.read(count) == 0
    assert "还没有顾客来过" in (await (await open_console(Role.AGENT)).get("/customers")).text
