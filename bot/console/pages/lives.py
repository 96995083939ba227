"""The page of live streams: when they are, and what is shown under which number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages.sale_goods import variants_by_sku
from bot.console.pages.shown import paged_as
from bot.console.pages.written import minute, moment
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.catalogue.tables import Product, Variant
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.live.entering import LiveDraft, enter
from commerce.live.switching import switch
from commerce.live.tables import LiveItem, LiveReminder, LiveSession

MOST_CSV_ROWS: Final = 2_000
STATES: Final[Mapping[str, str]] = {"coming": "还没结束", "over": "已结束", "off": "已撤下"}
CSV_HEADER: Final = ("标题", "地点", "开始", "结束", "状态", "商品", "预约提醒")


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A stream in the list, with its goods by number."""

    live: LiveSession
    state: str
    tone: str
    goods: Sequence[tuple[int, str]]
    reminders: int


async def show_list(page: Page) -> web.StreamResponse:
    """The streams that are wanted, the latest first."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(_list, text, state, page.number, page.now)
    return page.html("pages/lives.html", found=found, text=text, state=state, states=STATES)


async def export(page: Page) -> web.StreamResponse:
    """The same streams as a spreadsheet."""
    rows = await page.read(_csv_rows, page.query("q"), page.query("state"), page.now)
    return page.csv("直播", CSV_HEADER, rows)


async def save(page: Page) -> web.StreamResponse:
    """Enter a stream."""
    form = await page.form()
    await page.write(_enter, form, did="live.entered", about=lambda live_id: {"live": live_id})
    return page.go("/lives", said="直播已录入")


async def take_off(page: Page) -> web.StreamResponse:
    """Take a stream off every list, or put it back."""
    live_id, form = int(page.match("live")), await page.form()
    is_on = form.get("is_on") == "yes"
    await page.write(
        _switch, live_id, is_on, did="live.switched", about={"live": live_id, "is_on": is_on}
    )
    return page.go("/lives", said="已放回" if is_on else "已撤下，预约的人不会再收到提醒")


def _wanted(text: str, state: str, now: datetime) -> SelectOfScalar[LiveSession]:
    statement = select(LiveSession)
    match state:
        case "coming":
            statement = statement.where(col(LiveSession.is_on), col(LiveSession.ends_at) > now)
        case "over":
            statement = statement.where(col(LiveSession.is_on), col(LiveSession.ends_at) <= now)
        case "off":
            statement = statement.where(~col(LiveSession.is_on))
    if text:
        statement = statement.where(col(LiveSession.title).contains(text, autoescape=True))
    return statement.order_by(col(LiveSession.starts_at).desc(), col(LiveSession.id).desc())


def _rows(session: Session, found: Sequence[LiveSession], now: datetime) -> list[LiveRow]:
    ids = [id_of(each) for each in found]
    items = session.exec(
        select(LiveItem.live_session_id, LiveItem.position, Product.title)
        .join(Product, col(Product.id) == col(LiveItem.product_id))
        .where(col(LiveItem.live_session_id).in_(ids))
        .order_by(col(LiveItem.position))
    ).all()
    reminders = dict(
        session.exec(
            select(LiveReminder.live_session_id, func.count())
            .where(col(LiveReminder.live_session_id).in_(ids))
            .group_by(col(LiveReminder.live_session_id))
        ).all()
    )
    return [
        LiveRow(
            each,
            *_state(each, now),
            [(place, title) for live_id, place, title in items if live_id == each.id],
            reminders.get(id_of(each), 0),
        )
        for each in found
    ]


def _state(live: LiveSession, now: datetime) -> tuple[str, str]:
    if not live.is_on:
        return "已撤下", "muted"
    if live.ends_at <= now:
        return "已结束", "muted"
    return ("正在播", "good") if live.starts_at <= now else ("还没开始", "info")


def _list(session: Session, text: str, state: str, page: int, now: datetime) -> Paged[LiveRow]:
    return paged_as(
        session, _wanted(text, state, now), page, lambda of, found: _rows(of, found, now)
    )


def _enter(session: Session, form: Mapping[str, str]) -> int:
    """Read the form and write the stream; its id. Raises ShopError."""
    skus = form.get("skus", "").split()
    if not skus:
        raise InvalidInput("请至少写一个货号", field="skus")
    variants = variants_by_sku(session, skus, "skus")
    owner = select(Variant.id, Variant.product_id).where(col(Variant.id).in_(variants.values()))
    products = dict(session.exec(owner).all())
    draft = LiveDraft(
        title=form.get("title", "").strip(),
        place=form.get("place", "").strip(),
        starts_at=moment(form.get("starts_at", ""), "开始时间", "starts_at"),
        ends_at=moment(form.get("ends_at", ""), "结束时间", "ends_at"),
        products=tuple(products[variants[sku]] for sku in skus),
    )
    known = select(LiveSession.id).where(
        LiveSession.title == draft.title, LiveSession.starts_at == draft.starts_at
    )
    if session.exec(known).first() is not None:
        raise InvalidInput("这个时间已经有同名的直播了", field="title")
    return id_of(enter(session, draft))


def _switch(session: Session, live_id: int, is_on: bool) -> None:
    switch(session, live_id, is_on=is_on)


def _csv_rows(session: Session, text: str, state: str, now: datetime) -> list[tuple[str, ...]]:
    found = session.exec(_wanted(text, state, now).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.live.title,
            row.live.place,
            minute(row.live.starts_at),
            minute(row.live.ends_at),
            row.state,
            "；".join(f"{place}号 {title}" for place, title in row.goods),
            str(row.reminders),
        )
        for row in _rows(session, found, now)
    ]


_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", "/lives", Permission.READ_GOODS, show_list),
    Route("GET", "/lives.csv", Permission.EXPORT, export),
    Route("POST", "/lives", _EDIT, save),
    Route("POST", "/lives/{live:[0-9]{1,9}}/switch", _EDIT, take_off),
)
