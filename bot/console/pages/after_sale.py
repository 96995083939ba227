"""Pages of requests after buying: the list, one request, its pictures, and what is decided."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages import after_sale_list as listed
from bot.console.pages.after_sale_list import RequestFilter, RequestRow
from bot.console.pages.after_sale_view import find_picture, view
from bot.console.pages.order_view import carrier_name
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.written import find_fen
from bot.console.paging import Paged
from bot.console.route import Route
from bot.evidence import EvidenceStore, NoEvidence
from bot.staff.permissions import Permission
from commerce.aftersale import deciding, paying_back
from commerce.errors import InvalidInput, NotFound
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.shipping import ShippingRefused

LONGEST_NOTE: Final = 200
AS_PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif"})


async def show_list(page: Page) -> web.StreamResponse:
    """The requests that are wanted, twenty a page."""
    wanted = _filter(page)
    found = await page.read(_list, wanted, page.number, page.now)
    return page.html(
        "pages/after_sale.html",
        found=found,
        wanted=wanted,
        states=listed.STATES,
        kinds=listed.KINDS,
        due=listed.DUE,
    )


async def export(page: Page) -> web.StreamResponse:
    """The same requests as a spreadsheet."""
    rows = await page.read(listed.csv_rows, _filter(page), page.now)
    return page.csv("售后.csv", listed.CSV_HEADER, rows)


async def show(page: Page) -> web.StreamResponse:
    """One request, with all that deciding it needs."""
    seen = await page.read(view, page.desk.sealer, page.match("number"), page.now)
    return page.html(
        "pages/after_sale_request.html",
        seen=seen,
        carriers=CARRIERS.values(),
        carrier_name=carrier_name,
    )


async def show_picture(page: Page) -> web.StreamResponse:
    """A picture that the customer sent, opened from the shop's own folder.

    It is named as what it was found to be when it came, and nothing else is made of it.
    """
    kept = await page.read(find_picture, page.desk.sealer, page.match("picture"))
    store = EvidenceStore(page.desk.settings.evidence_folder, page.desk.sealer)
    try:
        content = await asyncio.to_thread(store.read, kept.name)
    except NoEvidence:
        raise NotFound("没有这张照片") from None
    is_picture = kept.content_type in AS_PICTURES
    return web.Response(
        body=content,
        content_type=kept.content_type if is_picture else "application/octet-stream",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline" if is_picture else "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )


async def agree(page: Page) -> web.StreamResponse:
    """Agree: in full, or to less with a reason that the customer reads."""
    form = await page.form()
    amount = find_fen(form.get("amount", ""), "退款金额", "amount")

    def decide(session: Session, number: str, note: str, actor: str, now: datetime) -> None:
        deciding.agree(session, number, actor=actor, note=note, now=now, amount=amount)

    said = "已同意，顾客会收到通知"
    return await _decide(page, form, decide, "after_sale.agreed", said, amount)


async def refuse(page: Page) -> web.StreamResponse:
    """Refuse; the customer reads why."""
    form = await page.form()
    if not form.get("note", "").strip():
        raise InvalidInput("请写明不同意的原因，顾客会看到", field="note")

    def decide(session: Session, number: str, note: str, actor: str, now: datetime) -> None:
        deciding.refuse(session, number, actor=actor, note=note, now=now)

    return await _decide(page, form, decide, "after_sale.refused", "已拒绝，顾客会看到原因")


async def arrive(page: Page) -> web.StreamResponse:
    """The customer's parcel has come."""

    def decide(session: Session, number: str, note: str, actor: str, now: datetime) -> None:
        deciding.arrive(session, number, actor=actor, note=note, now=now)

    return await _decide(page, await page.form(), decide, "after_sale.arrived", "已登记到货")


async def accept(page: Page) -> web.StreamResponse:
    """What came back is as it should be: the money goes out."""
    form = await page.form()
    amount = find_fen(form.get("amount", ""), "退款金额", "amount")
    is_good = form.get("is_good") == "yes"

    def decide(session: Session, number: str, note: str, actor: str, now: datetime) -> None:
        deciding.accept(
            session, number, actor=actor, note=note, now=now, is_good=is_good, amount=amount
        )

    return await _decide(page, form, decide, "after_sale.accepted", "已验收，正在退款", amount)


async def resend(page: Page) -> web.StreamResponse:
    """Another piece leaves in place of the one that came back."""
    form = await page.form()
    carrier, tracking_no = form.get("carrier", ""), form.get("tracking_no", "")
    is_good = form.get("is_good") == "yes"

    def decide(session: Session, number: str, note: str, actor: str, now: datetime) -> None:
        try:
            deciding.resend(
                session,
                number,
                carrier=carrier,
                tracking_no=tracking_no,
                actor=actor,
                note=note,
                now=now,
                is_good=is_good,
            )
        except ShippingRefused as refusal:
            name, _, said = str(refusal).partition("：")
            raise InvalidInput(said or name, field=name) from refusal

    return await _decide(page, form, decide, "after_sale.resent", "已登记换寄，顾客会收到通知")


async def finish(page: Page) -> web.StreamResponse:
    """It is settled."""

    def decide(session: Session, number: str, note: str, actor: str, now: datetime) -> None:
        deciding.finish(session, number, actor=actor, note=note, now=now)

    return await _decide(page, await page.form(), decide, "after_sale.finished", "已办完")


async def send_again(page: Page) -> web.StreamResponse:
    """The money of a refund that failed for good is sent once more, under a new number."""

    def decide(session: Session, number: str, note: str, actor: str, now: datetime) -> None:
        paying_back.send_again(session, number, actor=actor, reason=note, now=now)

    return await _decide(
        page, await page.form(), decide, "after_sale.refund_sent_again", "已重新发起退款"
    )


async def _decide(
    page: Page,
    form: Mapping[str, str],
    decide: Callable[[Session, str, str, str, datetime], None],
    did: str,
    said: str,
    amount: int | None = None,
) -> web.StreamResponse:
    """One decision, written down with who made it."""
    number, note = page.match("number"), form.get("note", "").strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"说明最多{LONGEST_NOTE}个字", field="note")
    about = {"request": number, "amount": amount}
    await page.write(decide, number, note, actor_of(page), page.now, did=did, about=about)
    return page.go(f"/after-sales/{number}", said=said)


def _filter(page: Page) -> RequestFilter:
    return RequestFilter(
        text=page.query("q"),
        state=page.query("state"),
        kind=page.query("kind"),
        due=page.query("due"),
    )


def _list(session: Session, wanted: RequestFilter, page: int, now: datetime) -> Paged[RequestRow]:
    def rows(of: Session, requests: Any) -> list[RequestRow]:
        return listed.rows_of(of, requests, now)

    return paged_as(session, listed.requests_like(wanted, now), page, rows)


_REQUEST: Final = "/after-sales/{number:SH[0-9]{12}}"
_DECIDE: Final = Permission.DECIDE_AFTER_SALE
ROUTES: Final = (
    Route("GET", "/after-sales", Permission.READ_ORDERS, show_list),
    Route("GET", "/after-sales.csv", Permission.EXPORT, export),
    Route("GET", "/after-sales/pictures/{picture:[0-9a-f]{32}}", _DECIDE, show_picture),
    Route("GET", _REQUEST, Permission.READ_ORDERS, show),
    Route("POST", f"{_REQUEST}/agreement", _DECIDE, agree),
    Route("POST", f"{_REQUEST}/refusal", _DECIDE, refuse),
    Route("POST", f"{_REQUEST}/arrival", _DECIDE, arrive),
    Route("POST", f"{_REQUEST}/acceptance", _DECIDE, accept),
    Route("POST", f"{_REQUEST}/replacement", _DECIDE, resend),
    Route("POST", f"{_REQUEST}/end", _DECIDE, finish),
    Route("POST", f"{_REQUEST}/money", Permission.PAY_OUT, send_again),
)
