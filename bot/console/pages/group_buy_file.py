"""Group-buys as a file has them: the list's own spreadsheet may be handed in again."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages import file_rows
from bot.console.pages.file_rows import Cells, Column, FileForm, FileReport
from bot.console.pages.file_rows import Outcome as Became
from bot.console.pages.group_buy_form import HOUR, read_lifetime
from bot.console.pages.sale_goods import variants_by_sku
from bot.console.pages.shown import actor_of
from bot.console.pages.uploaded import csv_of, on_disk
from bot.console.pages.written import fen, in_yuan, minute
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.catalogue.tables import Variant
from commerce.errors import InvalidInput
from commerce.group_buys.activities import Tier, Tiers, tiers_of
from commerce.group_buys.drafts import MOST_TIERS, GroupDraft
from commerce.group_buys.entries import find_activity, save_activity
from commerce.group_buys.tables import GroupActivity, GroupPrice

_PAIR_ENDS: Final = re.compile("[;；]")
_EXAMPLE_TIERS: Final = ("2", "TX-001-M=59.00;TX-001-L=59.00", "5", "TX-001-M=49.00;TX-001-L=49.00")
_REASON: Final = "从文件导入"


def _tier_columns() -> tuple[Column, ...]:
    heads = "几个人成团，从少到多；不用的档留空"
    prices = "货号=价格，几个规格之间用分号隔开；每档写同样几种规格，人多的更便宜"
    return tuple(
        column
        for place in range(MOST_TIERS)
        for column in (
            Column(f"heads-{place}", f"第{place + 1}档人数", heads, not place, may_be_emptied=True),
            Column(
                f"price-{place}", f"第{place + 1}档价格", prices, not place, may_be_emptied=True
            ),
        )
    )


FORM: Final = FileForm(
    title="导入拼团",
    address="/group-buys/import",
    list_address="/group-buys",
    columns=(
        Column("key", "编号", "最多40个字符。编号已经有了就是修改那个拼团", True),
        Column("name", "名称", "顾客看得到，最多20个字", True),
        *_tier_columns(),
        Column("hours", "一个团几小时", "5分钟到7天，新建的留空是24"),
        Column("pieces_per_order", "每单件数", "一单最多几件，新建的留空是1"),
        Column("orders_per_customer", "每人次数", "每人最多参加几次，新建的留空是1"),
        Column(
            "starts_at", "开始", "写成2026-12-01 00:00，北京时间；可以留空", may_be_emptied=True
        ),
        Column("ends_at", "结束", "只写日期就到那天结束；留空一直能开团", may_be_emptied=True),
    ),
    example=(
        (
            *("pt-slippers", "拖鞋一起拼", *_EXAMPLE_TIERS, *[""] * (2 * MOST_TIERS - 4)),
            *("24", "1", "1", "2026-12-01 00:00", "2026-12-31"),
        ),
    ),
    notes=(
        "编号相同的就是同一个拼团：内容有变就更新，没变就不动，所以同一份文件可以放心再导一次。",
        "新导入的拼团是关着的，看好了再到拼团页面打开；导入也不会打开或关掉已有的。",
        "文件里没有的列保持原样。已经有人参团的，商品、人数和价格不能再改，那一行会列出来。",
        "导出的表里商品、人数和价格、状态、成团、拼团中、没拼成几列只是给人看的，导入时不管。",
    ),
    other_fields={"lifetime": "一个团几小时", "tiers": "各档人数和价格"},
)


def list_skus(session: Session) -> Mapping[int, str]:
    """The skus of all that is in any group-buy, by variant id."""
    priced = col(Variant.id).in_(select(GroupPrice.variant_id))
    found = session.exec(select(Variant.id, Variant.sku).where(priced))
    return {number: sku for number, sku in found if number is not None}


def cells_of(activity: GroupActivity, tiers: Tiers, skus: Mapping[int, str]) -> dict[str, str]:
    """A group-buy as its row has it, by field."""
    hours = f"{activity.lifetime_seconds / HOUR:.6f}".rstrip("0").rstrip(".")
    cells = {"key": activity.key, "name": activity.name, "hours": hours}
    for place in range(MOST_TIERS):
        tier = tiers.all[place] if place < len(tiers.all) else Tier(0, {})
        prices = (f"{skus[each]}={in_yuan(price)}" for each, price in tier.prices.items())
        cells[f"heads-{place}"] = str(tier.heads or "")
        cells[f"price-{place}"] = ";".join(prices)
    return cells | {
        "pieces_per_order": str(activity.pieces_per_order),
        "orders_per_customer": str(activity.orders_per_customer),
        "starts_at": minute(activity.starts_at),
        "ends_at": minute(activity.ends_at),
    }


def take_file(session: Session, path: Path, *, actor: str, now: datetime) -> FileReport:
    """Write the group-buys of a file as an operator; a row that says nothing new is left.

    Raises InvalidInput for a file that cannot be read as a whole.
    """
    return file_rows.take_rows(FORM, path, lambda cells: _take(session, cells, actor, now))


async def show_import(page: Page) -> web.StreamResponse:
    """Where a file of group-buys is handed in."""
    return file_rows.show(page, FORM)


async def example(page: Page) -> web.StreamResponse:
    """A file with the right columns, to fill in."""
    return file_rows.example(page, FORM)


async def import_file(page: Page) -> web.StreamResponse:
    """Take a file over; what was skipped is told row by row."""
    file, actor = await csv_of(page), actor_of(page)

    def take(session: Session) -> FileReport:
        with on_disk(file) as path:
            return take_file(session, path, actor=actor, now=page.now)

    report = await page.write(take, did="group_buys.imported", about=file_rows.counted)
    return file_rows.show(page, FORM, report)


def _take(session: Session, cells: Cells, actor: str, now: datetime) -> Became:
    known = find_activity(session, cells.text("key"))
    if known is None:
        save_activity(session, _draft(session, cells), actor=actor, reason=_REASON, now=now)
        return Became.CREATED
    tiers = tiers_of(session, known)
    cells = cells.over(cells_of(known, tiers, list_skus(session)))
    draft = _draft(session, cells, known)
    if _is_same(known, tiers, draft):
        return Became.UNCHANGED
    save_activity(session, draft, actor=actor, reason=_REASON, now=now)
    return Became.UPDATED


def _draft(session: Session, cells: Cells, known: GroupActivity | None = None) -> GroupDraft:
    begun, ended = (None, None) if known is None else (known.starts_at, known.ends_at)
    tiers = _tiers(session, cells)
    pieces, orders = cells.number("pieces_per_order"), cells.number("orders_per_customer")
    some_variant = next(iter(tiers.first.prices))
    return GroupDraft(
        key=cells.text("key"),
        name=cells.text("name"),
        product_id=session.get_one(Variant, some_variant).product_id,
        tiers=tiers,
        lifetime=read_lifetime(cells.text("hours") or "24"),
        starts_at=cells.moment("starts_at", begun, is_end=False),
        ends_at=cells.moment("ends_at", ended, is_end=True),
        pieces_per_order=1 if pieces is None else pieces,
        orders_per_customer=1 if orders is None else orders,
    )


def _tiers(session: Session, cells: Cells) -> Tiers:
    """The tiers that are filled in, each whole; there is at least one."""
    tiers: list[Tier] = []
    for place in range(MOST_TIERS):
        heads = cells.number(f"heads-{place}")
        prices = _prices(session, cells, f"price-{place}")
        if (heads is None) == bool(prices):
            title = cells.form.titles[f"heads-{place}"].removesuffix("人数")
            raise InvalidInput(f"{title}的人数和价格要一起填", field=f"heads-{place}")
        if heads is not None:
            tiers.append(Tier(heads, prices))
    if not tiers:
        raise InvalidInput("至少填一档的人数和价格", field="heads-0")
    return Tiers(tuple(tiers))


def _prices(session: Session, cells: Cells, field: str) -> Mapping[int, int]:
    """`TX-1=59.00;TX-2=69.00` as fen by variant id."""
    by_sku: dict[str, int] = {}
    for pair in filter(None, map(str.strip, _PAIR_ENDS.split(cells.text(field)))):
        sku, equals, price = (part.strip() for part in pair.replace("＝", "=").rpartition("="))
        if not equals or not sku:
            raise InvalidInput(f"“{pair[:20]}”要写成 货号=价格，用分号隔开", field=field)
        if sku in by_sku:
            raise InvalidInput(f"货号“{sku}”写了两次，请留一个", field=field)
        by_sku[sku] = fen(price, f"“{sku}”的价格", field)
    ids = variants_by_sku(session, by_sku, field) if by_sku else {}
    return {ids[sku]: price for sku, price in by_sku.items()}


def _is_same(known: GroupActivity, tiers: Tiers, draft: GroupDraft) -> bool:
    """Whether the draft says what is known already."""
    names = ("name", "product_id", "starts_at", "ends_at", "pieces_per_order")
    is_equal = all(
        getattr(known, name) == getattr(draft, name) for name in (*names, "orders_per_customer")
    )
    is_as_long = known.lifetime_seconds == draft.lifetime.total_seconds()
    return is_equal and is_as_long and tiers == draft.tiers


_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", FORM.address, _EDIT, show_import),
    Route("POST", FORM.address, _EDIT, import_file),
    Route("GET", f"{FORM.address}.csv", _EDIT, example),
)
