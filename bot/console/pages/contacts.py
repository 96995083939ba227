"""Pages of customers who add the shop's people in WeCom: codes, welcomes, tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import case
from sqlmodel import Session, col, func, select

from bot.console.page import Page
from bot.console.pages.written import find_id, number
from bot.console.route import Route
from bot.contacts import codes, welcomes
from bot.contacts.codes import CodeDraft
from bot.contacts.shifts import minute_of
from bot.contacts.tables import ChannelCode, Contact, Place, Welcome
from bot.contacts.written import (
    clock_of,
    shifts_as_text,
    shifts_from,
    userids_from,
    weekdays_from,
    weekdays_in_words,
)
from bot.staff.permissions import Permission
from commerce.catalogue.queries import get_product
from commerce.customers.tag_tables import Tag, Tagged
from commerce.customers.tags import list_all_tags, save_tag
from commerce.errors import InvalidInput

PLACES: Final = {Place.CONTACT: "加好友", Place.CUSTOMER_SERVICE: "微信客服"}
LATELY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code in the list."""

    code: ChannelCode
    shifts: str
    contacts: int
    lately: int
    """Of these, added in the last thirty days."""
    lost: int


async def show_codes(page: Page) -> web.StreamResponse:
    """The codes, with how many customers came by each."""
    rows = await page.read(_code_rows, page.now - LATELY)
    return page.html("pages/contact_codes.html", rows=rows, has_wecom=page.desk.settings.has_wecom)


async def show_code(page: Page) -> web.StreamResponse:
    """One code's form, or an empty one."""
    key = page.request.match_info.get("key", "")
    code = await page.read(codes.get_code, key) if key else None
    shifts = shifts_as_text(code.shifts) if code else "工作日 09:00-18:00 "
    tags = await page.read(list_all_tags)
    return page.html("pages/contact_code.html", code=code, shifts=shifts, tags=tags)


async def save_code(page: Page) -> web.StreamResponse:
    """Keep a code; WeCom is told of who stands behind it."""
    form, tag_ids = await page.form(), await page.many("tag")
    draft = CodeDraft(
        key=form.get("key", "").strip(),
        name=form.get("name", ""),
        shifts=shifts_from(form.get("shifts", "")),
        backup=userids_from(form.get("backup", "")),
        daily_limit=number(form.get("daily_limit", "").strip() or "0", "每天上限", "daily_limit"),
        tag_ids=[tag for each in tag_ids if (tag := find_id(each)) is not None],
        is_active=form.get("is_active") == "yes",
    )
    sealer, now = page.desk.sealer, page.now
    about = {"code": draft.key}
    await page.write(codes.save_code, sealer, draft, now, did="channel_code.saved", about=about)
    return page.go("/contact-codes", said="已保存，企业微信那边稍后更新")


async def show_welcomes(page: Page) -> web.StreamResponse:
    """All welcomes, of both places."""
    found = await page.read(welcomes.list_welcomes)
    return page.html(
        "pages/welcomes.html", found=found, places=PLACES, days=weekdays_in_words, clock=clock_of
    )


async def show_welcome(page: Page) -> web.StreamResponse:
    """One welcome's form, or an empty one."""
    number = page.request.match_info.get("number", "")
    found = await page.read(welcomes.get_welcome, int(number)) if number else None
    days = weekdays_in_words(found.weekdays) if found else "每天"
    return page.html("pages/welcome.html", found=found, places=PLACES, days=days, clock=clock_of)


async def save_welcome(page: Page) -> web.StreamResponse:
    """Keep a welcome, new or changed."""
    form = await page.form()
    number = page.request.match_info.get("number", "")
    kept = await page.write(
        _save_welcome, form, number, did="welcome.saved", about=lambda each: {"welcome": each.id}
    )
    return page.go("/welcomes", said=f"已保存，用于{PLACES[Place(kept.place)]}")


async def show_tags(page: Page) -> web.StreamResponse:
    """The tags, with how many customers bear each."""
    return page.html("pages/tags.html", rows=await page.read(_tag_rows))


async def add_tag(page: Page) -> web.StreamResponse:
    """A new tag; WeCom gets it in the next round."""
    form = await page.form()
    group, name = form.get("group_name", "").strip(), form.get("name", "").strip()
    about = {"group": group, "tag": name}
    await page.write(save_tag, group, name, did="tag.saved", about=about)
    return page.go("/tags", said="已添加")


def _save_welcome(session: Session, form: Mapping[str, str], number: str) -> Welcome:
    place = form.get("place", "")
    if place not in set(Place):
        raise InvalidInput("请选用在哪里", field="place")
    product = form.get("product_id", "").strip()
    if product and find_id(product) is None:
        raise InvalidInput("商品编号是数字，在商品页的地址里", field="product_id")
    if product:
        get_product(session, int(product))
    welcome = (
        welcomes.get_welcome(session, int(number))
        if number
        else Welcome(place=place, weekdays=[], words="", options=[])
    )
    welcome.place = place
    welcome.code_key = form.get("code_key", "").strip()
    welcome.weekdays = weekdays_from(form.get("days", ""))
    welcome.from_minute = minute_of(form.get("from", ""), "from") % 1440
    welcome.to_minute = minute_of(form.get("to", ""), "to") or 1440
    welcome.words = form.get("words", "").strip()
    welcome.options = [
        each.strip() for each in form.get("options", "").splitlines() if each.strip()
    ]
    welcome.product_id = int(product) if product else None
    welcome.is_active = form.get("is_active") == "yes"
    return welcomes.save_welcome(session, welcome)


def _code_rows(session: Session, since: datetime) -> list[CodeRow]:
    statement = select(
        Contact.code_key,
        func.count(),
        func.sum(case((col(Contact.added_at) >= since, 1), else_=0)),
        func.count(col(Contact.ended_at)),
    ).group_by(Contact.code_key)
    counted = {key: figures for key, *figures in session.exec(statement).all()}
    return [
        CodeRow(code, shifts_as_text(code.shifts), *counted.get(code.key, (0, 0, 0)))
        for code in codes.list_codes(session)
    ]


def _tag_rows(session: Session) -> list[tuple[Tag, int]]:
    statement = select(Tagged.tag_id, func.count()).group_by(col(Tagged.tag_id))
    counted = dict(session.exec(statement).all())
    return [(tag, counted.get(tag.id or 0, 0)) for tag in list_all_tags(session)]


_KEY: Final = "{key:[0-9A-Za-z_-]{1,30}}"
_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", "/contact-codes", _EDIT, show_codes),
    Route("GET", "/contact-codes/new/", _EDIT, show_code),
    Route("GET", f"/contact-codes/{_KEY}", _EDIT, show_code),
    Route("POST", "/contact-codes", _EDIT, save_code),
    Route("GET", "/welcomes", _EDIT, show_welcomes),
    Route("GET", "/welcomes/new", _EDIT, show_welcome),
    Route("GET", "/welcomes/{number:[0-9]{1,9}}", _EDIT, show_welcome),
    Route("POST", "/welcomes", _EDIT, save_welcome),
    Route("POST", "/welcomes/{number:[0-9]{1,9}}", _EDIT, save_welcome),
    Route("GET", "/tags", _EDIT, show_tags),
    Route("POST", "/tags", _EDIT, add_tag),
)
