"""What is decided about requests after buying, through the real console."""

import base64
from datetime import timedelta

from sqlmodel import Session, select

from bot.console.desk import Desk
from bot.evidence import EvidenceStore
from bot.staff.tables import Role
from commerce.aftersale.pictures import hand_in_picture
from commerce.aftersale.states import find_request
from commerce.aftersale.tables import AfterSale, AfterSalePicture, RequestState
from commerce.errors import NotFound
from commerce.privacy.tables import PrivacyRequest
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.pages_a.stock import Stock
from tests.bot.console.pages_a.test_orders import did
from tests.commerce.shop import NOW

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def request_of(session: Session, number: str) -> AfterSale:
    found = find_request(session, number)
    if found is None:
        raise NotFound("没有这个售后申请")
    return found


async def test_a_return_is_agreed_to_arrives_and_is_paid_back(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    base = f"/after-sales/{shop.request_no}"

    for step, form in (
        ("agreement", {"amount": "40", "note": "包装拆过，少退10元"}),
        ("arrival", {}),
        ("acceptance", {"is_good": "yes"}),
    ):
        assert (await browser.post(f"{base}/{step}", form)).location, step

    request = await desk.database.read(request_of, shop.request_no)
    assert request.state == RequestState.REFUNDING
    assert request.amount_agreed == 4000
    assert await desk.database.read(did) == [
        "after_sale.agreed",
        "after_sale.arrived",
        "after_sale.accepted",
    ]


async def test_less_needs_a_reason_and_more_than_was_paid_is_refused_at_the_field(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    path = f"/after-sales/{shop.request_no}/agreement"

    for form, field in (
        ({"amount": "40"}, "note"),
        ({"amount": "50.01"}, "amount"),
        ({"amount": "四十"}, "amount"),
    ):
        answer = await browser.post(path, form)
        assert answer.status == 422
        assert f'data-field="{field}"' in answer.text

    request = await desk.database.read(request_of, shop.request_no)
    assert request.state == RequestState.REQUESTED
    assert await desk.database.read(did) == []


async def test_a_refusal_needs_a_reason_and_counts_once(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    path = f"/after-sales/{shop.request_no}/refusal"

    answers = [await browser.post(path, {"note": words}) for words in (" ", "已过期", "已过期")]

    assert [answer.status for answer in answers] == [422, 200, 422]
    assert await desk.database.read(did) == ["after_sale.refused"]


async def test_requests_are_found_by_state_kind_and_how_long_they_wait(
    open_console: OpenConsole, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)

    for query in ("due=late", "due=shop", "kind=return_refund", "state=requested"):
        assert shop.request_no in (await browser.get(f"/after-sales?{query}")).text, query
    for query in ("kind=exchange", "state=done", "q=SH000000000000"):
        assert shop.request_no not in (await browser.get(f"/after-sales?{query}")).text, query


async def test_a_picture_is_shown_as_a_picture_and_to_those_who_decide_alone(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    key = await desk.database.write(hand_in, desk, shop.request_no)
    path = f"/after-sales/pictures/{key}"
    operator, agent = await open_console(Role.OPERATOR), await open_console(Role.AGENT)

    async with operator.http.get(operator.base.join(operator.base / "console" / path[1:])) as sent:
        assert sent.status == 200
        assert await sent.read() == PIXEL
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert sent.headers["Content-Type"] == "image/png"
        assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert (await agent.get(path)).status == 403
    assert (await operator.get(f"/after-sales/pictures/{'0' * 32}")).status == 404
    assert path in (await operator.get(f"/after-sales/{shop.request_no}")).text


def hand_in(session: Session, desk: Desk, number: str) -> str:
    store = EvidenceStore(desk.settings.evidence_folder, desk.sealer)
    hand_in_picture(
        session,
        desk.sealer,
        request_of(session, number),
        name=store.keep(PIXEL),
        content_type="image/png",
        size=len(PIXEL),
        now=NOW,
    )
    return session.exec(select(AfterSalePicture.row_key)).one()


async def test_a_request_about_personal_data_shows_its_day_and_ends_once(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    due = await desk.database.read(
        lambda session: session.exec(select(PrivacyRequest)).one().due_at
    )

    page = await browser.get("/privacy")
    answers = [await browser.post(f"/privacy/{shop.privacy_no}/end") for _ in range(2)]

    assert f"{due + timedelta(hours=8):%Y-%m-%d}" in page.text
    assert [answer.status for answer in answers] == [200, 422]
    assert shop.privacy_no not in (await browser.get("/privacy")).text
    assert await desk.database.read(did) == ["privacy.finished"]
