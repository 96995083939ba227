"""Pages of bargains: what may be bargained for, off until the platform's rule is acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages.order_view import actor_name
from bot.console.pages.sale_goods import Piece, pieces_of, variants_by_sku
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.written import fen, in_yuan, number
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.bargains import activities
from commerce.bargains.activities import BargainDraft
from commerce.bargains.rule import WARNING
from commerce.bargains.tables import Bargain, BargainActivity, BargainState
from commerce.errors import NotFound
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI

MINUTES: Final = 60
MOST_CSV_ROWS: Final = 2_000
STATES: Final[Mapping[str, str]] = {"on": "已打开", "off": "没打开"}
CSV_HEADER: Final = (
    "编号",
    "名称",
    "商品",
    "原价（元）",
    "底价（元）",
    "帮忙人数",
    "状态",
    "发起",
    "下单",
)


@dataclass(frozen=True, slots=True)
class BargainRow:
    """An activity in the list; `begun` and `ordered` count its bargains."""

    activity: BargainActivity
    piece: Piece
    acknowledged_by: str
    begun: int
    ordered: int


async def show_list(page: Page) -> web.StreamResponse:
    """The activities that are wanted, the newest first."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(_list, text, state, page.number)
    return page.html(
        "pages/bargains.html", found=found, text=text, state=state, states=STATES, warning=WARNING
    )


async def export(page: Page) -> web.StreamResponse:
    """The same activities as a spreadsheet."""
    rows = await page.read(_csv_rows, page.query("q"), page.query("state"))
    return page.csv("砍价", CSV_HEADER, rows)


async def show_form(page: Page) -> web.StreamResponse:
    """A new activity, or one that is off to be changed."""
    key = page.query("key")
    row = await page.read(_find, key) if key else None
    suggested = f"kj-{page.now.astimezone(SHANGHAI):%y%m%d%H%M%S}"
    return page.html(
        "pages/bargain_form.html", row=row, key=key or suggested, warning=WARNING, in_yuan=in_yuan
    )


async def save(page: Page) -> web.StreamResponse:
    """Write it; it is off until it is switched on."""
    form = await page.form()
    key = form.get("key", "").strip()
    await page.write(_plan, form, page.now, did="bargain.planned", about={"bargain": key})
    return page.go("/bargains", said="已保存，还没打开")


async def switch(page: Page) -> web.StreamResponse:
    """Let bargains begin, once the platform's rule is acknowledged; or none any more."""
    activity_id, form = int(page.match("activity")), await page.form()
    is_on = form.get("is_on") == "yes"
    await page.write(
        _switch,
        activity_id,
        is_on,
        form.get("acknowledged") == "yes",
        actor_of(page),
        page.now,
        did="bargain.switched",
        about={"activity": activity_id, "is_on": is_on},
    )
    said = "已打开，你的确认已记下" if is_on else "已关掉，到底价的还能按底价下单"
    return page.go("/bargains", said=said)


def _wanted(text: str, state: str) -> SelectOfScalar[BargainActivity]:
    statement = select(BargainActivity)
    if state in STATES:
        statement = statement.where(col(BargainActivity.is_on).is_(state == "on"))
    if text:
        named = col(BargainActivity.name).contains(text, autoescape=True)
        statement = statement.where(named | (col(BargainActivity.key) == text))
    return statement.order_by(col(BargainActivity.id).desc())


def _rows(session: Session, found: Sequence[BargainActivity]) -> list[BargainRow]:
    pieces = pieces_of(session, {each.variant_id for each in found})
    begun, ordered = (_counts(session, found, only) for only in (None, BargainState.ORDERED))
    return [
        BargainRow(
            activity=each,
            piece=pieces[each.variant_id],
            acknowledged_by=actor_name(each.acknowledged_by) if each.acknowledged_by else "",
            begun=begun.get(id_of(each), 0),
            ordered=ordered.get(id_of(each), 0),
        )
        for each in found
    ]


def _counts(
    session: Session, found: Sequence[BargainActivity], state: BargainState | None
) -> Mapping[int, int]:
    statement = select(Bargain.activity_id, func.count()).group_by(col(Bargain.activity_id))
    statement = statement.where(col(Bargain.activity_id).in_([each.id for each in found]))
    if state is not None:
        statement = statement.where(Bargain.state == state)
    return dict(session.exec(statement).all())


def _list(session: Session, text: str, state: str, page: int) -> Paged[BargainRow]:
    return paged_as(session, _wanted(text, state), page, _rows)


def _find(session: Session, key: str) -> BargainRow:
    activity = activities.find_by_key(session, key)
    if activity is None:
        raise NotFound("没有这个砍价活动", key=key)
    (row,) = _rows(session, [activity])
    return row


def _plan(session: Session, form: Mapping[str, str], now: datetime) -> None:
    sku = form.get("sku", "").strip()
    hours = number(form.get("hours", ""), "有效小时数", "hours")
    draft = BargainDraft(
        key=form.get("key", "").strip(),
        name=form.get("name", "").strip(),
        variant_id=variants_by_sku(session, [sku], "sku")[sku],
        floor=fen(form.get("floor", ""), "底价", "floor"),
        helpers=number(form.get("helpers", ""), "帮忙人数", "helpers"),
        lifetime_minutes=hours * MINUTES,
        starts_per_customer=number(form.get("starts", ""), "每人发起次数", "starts"),
        helps_per_customer=number(form.get("helps", ""), "每人帮忙次数", "helps"),
    )
    activities.plan(session, draft, now)


def _switch(
    session: Session,
    activity_id: int,
    is_on: bool,
    is_acknowledged: bool,
    actor: str,
    now: datetime,
) -> None:
    if is_on:
        activities.switch_on(
            session, activity_id, is_acknowledged=is_acknowledged, actor=actor, now=now
        )
    else:
        activities.switch_off(session, activity_id, actor=actor, now=now)


def _csv_rows(session: Session, text: str, state: str) -> list[tuple[str, ...]]:
    found = session.exec(_wanted(text, state).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.activity.key,
            row.activity.name,
            row.piece.words,
            in_yuan(row.piece.price),
            in_yuan(row.activity.floor),
            str(row.activity.helpers),
            STATES["on" if row.activity.is_on else "off"],
            str(row.begun),
            str(row.ordered),
        )
        for row in _rows(session, found)
    ]


_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", "/bargains", Permission.READ_GOODS, show_list),
    Route("GET", "/bargains.csv", Permission.EXPORT, export),
    Route("GET", "/bargains/form", _EDIT, show_form),
    Route("POST", "/bargains", _EDIT, save),
    Route("POST", "/bargains/{activity:[0-9]{1,9}}/switch", _EDIT, switch),
)
