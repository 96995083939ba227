"""Pages of flash sales: planned, on, over, and called off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages.sale_goods import Piece, pieces_of, variants_by_sku
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.written import fen, in_yuan, local, minute, moment, number
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.flash_sales import planning
from commerce.flash_sales.drafts import ItemDraft, SaleDraft
from commerce.flash_sales.tables import FlashItem, FlashSale, SaleState
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI

ROWS: Final = 8
"""Goods that a form has room for."""
MOST_CSV_ROWS: Final = 2_000
STATES: Final[Mapping[str, str]] = {
    SaleState.PLANNED: "已计划",
    SaleState.ON: "已备货",
    SaleState.OVER: "已结束",
    SaleState.CALLED_OFF: "已取消",
}
TONES: Final[Mapping[str, str]] = {SaleState.PLANNED: "info", SaleState.ON: "good"}
CSV_HEADER: Final = (
    "编号",
    "名称",
    "状态",
    "开始",
    "结束",
    "商品",
    "秒杀价（元）",
    "计划",
    "备货",
    "剩余",
)


@dataclass(frozen=True, slots=True)
class SaleRow:
    """A sale in the list, with its items and what they are."""

    sale: FlashSale
    state: str
    tone: str
    items: Sequence[tuple[FlashItem, Piece]]

    @property
    def is_live(self) -> bool:
        """Whether it may still be called off."""
        return self.sale.state in (SaleState.PLANNED, SaleState.ON)


async def show_list(page: Page) -> web.StreamResponse:
    """The sales that are wanted, the latest first."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(_list, text, state, page.number)
    return page.html("pages/flash_sales.html", found=found, text=text, state=state, states=STATES)


async def export(page: Page) -> web.StreamResponse:
    """The same sales as a spreadsheet, a row an item."""
    rows = await page.read(_csv_rows, page.query("q"), page.query("state"))
    return page.csv("秒杀", CSV_HEADER, rows)


async def show_form(page: Page) -> web.StreamResponse:
    """A new sale, or a planned one to be changed."""
    key = page.query("key")
    row = await page.read(_find, key) if key else None
    suggested = f"ms-{page.now.astimezone(SHANGHAI):%y%m%d%H%M%S}"
    return page.html(
        "pages/flash_sale_form.html",
        row=row,
        key=key or suggested,
        rows=ROWS,
        local=local,
        in_yuan=in_yuan,
    )


async def save(page: Page) -> web.StreamResponse:
    """Plan it, or replace what was planned."""
    form = await page.form()
    draft = await page.write(
        _plan, form, page.now, did="flash_sale.planned", about=lambda draft: {"sale": draft.key}
    )
    return page.go("/flash-sales", said=f"“{draft.name}”已保存，到时间自动开始")


async def call_off(page: Page) -> web.StreamResponse:
    """End it before its time; what nobody bought goes back into stock."""
    sale_id = int(page.match("sale"))
    await page.write(
        _call_off,
        sale_id,
        actor_of(page),
        page.now,
        did="flash_sale.called_off",
        about={"sale": sale_id},
    )
    return page.go("/flash-sales", said="已取消，没卖出的放回了库存")


def _wanted(text: str, state: str) -> SelectOfScalar[FlashSale]:
    statement = select(FlashSale)
    if state in STATES:
        statement = statement.where(FlashSale.state == state)
    if text:
        named = col(FlashSale.name).contains(text, autoescape=True)
        statement = statement.where(named | (col(FlashSale.key) == text))
    return statement.order_by(col(FlashSale.starts_at).desc(), col(FlashSale.id).desc())


def _rows(session: Session, found: Sequence[FlashSale]) -> list[SaleRow]:
    wanted = col(FlashItem.sale_id).in_([id_of(each) for each in found])
    items = session.exec(select(FlashItem).where(wanted).order_by(col(FlashItem.id))).all()
    pieces = pieces_of(session, {each.variant_id for each in items})
    return [
        SaleRow(
            sale=each,
            state=STATES[each.state],
            tone=TONES.get(each.state, "muted"),
            items=[(item, pieces[item.variant_id]) for item in items if item.sale_id == each.id],
        )
        for each in found
    ]


def _list(session: Session, text: str, state: str, page: int) -> Paged[SaleRow]:
    return paged_as(session, _wanted(text, state), page, _rows)


def _find(session: Session, key: str) -> SaleRow:
    sale = planning.find_by_key(session, key)
    if sale is None:
        raise NotFound("没有这场秒杀", key=key)
    (row,) = _rows(session, [sale])
    return row


def _plan(session: Session, form: Mapping[str, str], now: datetime) -> SaleDraft:
    """Read the form and write the sale: the draft that was written. Raises ShopError."""
    places = [place for place in range(ROWS) if form.get(f"sku-{place}", "").strip()]
    if not places:
        raise InvalidInput("请至少填一种商品", field="sku-0")
    skus = {place: form[f"sku-{place}"].strip() for place in places}
    variants = variants_by_sku(session, skus.values(), f"sku-{places[0]}")
    draft = SaleDraft(
        key=form.get("key", "").strip(),
        name=form.get("name", "").strip(),
        starts_at=moment(form.get("starts_at", ""), "开始时间", "starts_at"),
        ends_at=moment(form.get("ends_at", ""), "结束时间", "ends_at"),
        items=tuple(_item(form, place, variants[skus[place]]) for place in places),
    )
    planning.plan(session, draft, now)
    return draft


def _item(form: Mapping[str, str], place: int, variant_id: int) -> ItemDraft:
    price, pieces, most = f"price-{place}", f"pieces-{place}", f"most-{place}"
    return ItemDraft(
        variant_id=variant_id,
        price=fen(form.get(price, ""), "秒杀价", price),
        pieces=number(form.get(pieces, ""), "件数", pieces),
        per_customer=number(form.get(most, "") or "1", "每人限购", most),
    )


def _call_off(session: Session, sale_id: int, actor: str, now: datetime) -> None:
    if not planning.call_off(session, sale_id, actor=actor, now=now):
        raise IllegalMove("这场秒杀已经结束了")


def _csv_rows(session: Session, text: str, state: str) -> list[tuple[str, ...]]:
    found = session.exec(_wanted(text, state).limit(MOST_CSV_ROWS)).all()
    return [
        (
            row.sale.key,
            row.sale.name,
            row.state,
            minute(row.sale.starts_at),
            minute(row.sale.ends_at),
            piece.words,
            in_yuan(item.price),
            str(item.pieces),
            str(item.set_aside),
            str(item.left),
        )
        for row in _rows(session, found)
        for item, piece in row.items
    ]


_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", "/flash-sales", Permission.READ_GOODS, show_list),
    Route("GET", "/flash-sales.csv", Permission.EXPORT, export),
    Route("GET", "/flash-sales/form", _EDIT, show_form),
    Route("POST", "/flash-sales", _EDIT, save),
    Route("POST", "/flash-sales/{sale:[0-9]{1,9}}/end", _EDIT, call_off),
)
