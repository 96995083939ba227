"""Coupon templates as a file has them: the list's own spreadsheet may be handed in again."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages import file_rows
from bot.console.pages.file_rows import BETWEEN, YES_OR_NO, Cells, Column, FileForm, FileReport
from bot.console.pages.file_rows import Outcome as Became
from bot.console.pages.scope_form import read_products, write_products
from bot.console.pages.seen import hold
from bot.console.pages.uploaded import csv_of, on_disk
from bot.console.pages.written import in_yuan, minute
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.catalogue.tables import Category
from commerce.errors import InvalidInput
from commerce.pricing.values import CouponKind
from commerce.promotions.drafts import CouponDraft
from commerce.promotions.entries import save_coupon
from commerce.promotions.tables import Audience, CouponTemplate

ENDLESS: Final = "不限"
_AUDIENCES: Final = {"所有人": Audience.EVERYONE, "新客": Audience.NEW}
_ACTIVE: Final = {"启用": True, "已停用": False}
_DAY: Final = "写成2026-12-01 00:00，北京时间"
FORM: Final = FileForm(
    title="导入优惠券",
    address="/coupons/import",
    list_address="/coupons",
    columns=(
        Column("code", "编号", "字母、数字和减号，最多40个。编号已经有了就是修改那张券", True),
        Column("name", "名字", "顾客看得到，最多20个字", True),
        Column("off", "减多少元", "减固定金额的券填，如10；打折的券留空", may_be_emptied=True),
        Column("percent", "折扣", "打折的券填，八八折写8.8折", may_be_emptied=True),
        Column("cap", "最多减多少元", "打折的券用，留空不封顶", may_be_emptied=True),
        Column("threshold", "满多少元", "留空就是无门槛", may_be_emptied=True),
        Column("categories", "分类", "只能买这些分类，几个之间用 | 隔开", may_be_emptied=True),
        Column(
            "products",
            "货号",
            "只能买这些商品，几个之间用 | 隔开；分类和货号都留空是全场",
            may_be_emptied=True,
        ),
        Column("total", "总张数", "留空或写“不限”就是不限", may_be_emptied=True),
        Column("per_person", "每人张数", "新券留空是1"),
        Column("takeable_from", "领取开始", f"{_DAY}；留空马上能领", may_be_emptied=True),
        Column(
            "takeable_until", "领取结束", "只写日期就到那天结束；留空一直能领", may_be_emptied=True
        ),
        Column("valid_from", "有效期开始", f"{_DAY}；可以留空", may_be_emptied=True),
        Column(
            "valid_until",
            "有效期截止",
            "和“领后有效几天”填一个；只写日期就到那天结束",
            may_be_emptied=True,
        ),
        Column("starts_after_days", "领后几天生效", "留空当天生效", may_be_emptied=True),
        Column("lasts_days", "领后有效几天", "和“有效期截止”填一个", may_be_emptied=True),
        Column("audience", "谁能领", "所有人或新客，新券留空是所有人"),
        Column("is_listed", "公开", "是或否，公开的顾客说“领券”看得到；新券留空是“是”"),
        Column("is_active", "状态", "启用或已停用，新券留空是启用"),
    ),
    example=(
        (
            *("new-10", "新客减十元", "10", "", "", "99", "", "", "1000", "1"),
            *("", "", "", "", "", "7", "新客", "是", "已停用"),
        ),
        (
            *("winter-88", "冬日八八折", "", "8.8折", "50", "", "", "", ENDLESS, "2"),
            *("2026-12-01 00:00", "2026-12-31", "", "2027-01-15", "", ""),
            *("所有人", "是", "已停用"),
        ),
    ),
    notes=(
        "编号相同的就是同一张券：内容有变就更新，没变就不动，所以同一份文件可以放心再导一次。",
        "文件里没有的列保持原样。已经有顾客领了的券，减多少、门槛和范围不能再改，那一行会列出来。",
        "导出的表里规则、范围、已领、已用几列只是给人看的，导入时不管。",
    ),
)


def cells_of(session: Session, template: CouponTemplate) -> dict[str, str]:
    """A template as its row has it, by field."""
    is_percent = template.kind == CouponKind.PERCENT
    return {
        "code": template.code,
        "name": template.name,
        "off": "" if is_percent else in_yuan(template.off),
        "percent": f"{template.percent / 10:g}折" if is_percent else "",
        "cap": in_yuan(template.cap),
        "threshold": in_yuan(template.threshold or None),
        "categories": BETWEEN.join(_names(session, template.categories)),
        "products": BETWEEN.join(write_products(session, template.products).splitlines()),
        "total": ENDLESS if template.total is None else str(template.total),
        "per_person": str(template.per_person),
        "takeable_from": minute(template.takeable_from),
        "takeable_until": minute(template.takeable_until),
        "valid_from": minute(template.valid_from),
        "valid_until": minute(template.valid_until),
        "starts_after_days": str(template.starts_after_days or ""),
        "lasts_days": str(template.lasts_days or ""),
        "audience": _word(_AUDIENCES, Audience(template.audience)),
        "is_listed": _word(YES_OR_NO, template.is_listed),
        "is_active": _word(_ACTIVE, template.is_active),
    }


def take_file(session: Session, path: Path, now: datetime) -> FileReport:
    """Write the coupon templates of a file as an operator; a row that says nothing new is left.

    Raises InvalidInput for a file that cannot be read as a whole.
    """
    return file_rows.take_rows(FORM, path, lambda cells: _take(session, cells, now))


async def show_import(page: Page) -> web.StreamResponse:
    """Where a file of coupons is handed in."""
    return file_rows.show(page, FORM)


async def example(page: Page) -> web.StreamResponse:
    """A file with the right columns, to fill in."""
    return file_rows.example(page, FORM)


async def import_file(page: Page) -> web.StreamResponse:
    """Take a file over; what was skipped is told row by row."""
    file = await csv_of(page)

    def take(session: Session) -> FileReport:
        with on_disk(file) as path:
            return take_file(session, path, page.now)

    report = await page.write(take, did="coupon_templates.imported", about=file_rows.counted)
    return file_rows.show(page, FORM, report)


def _take(session: Session, cells: Cells, now: datetime) -> Became:
    coded = select(CouponTemplate).where(CouponTemplate.code == cells.text("code"))
    known = hold(session, coded)
    if known is not None:
        cells = cells.over(cells_of(session, known))
    draft = _draft(session, cells, known)
    if known is not None and _is_same(known, draft):
        return Became.UNCHANGED
    save_coupon(session, draft, now)
    return Became.CREATED if known is None else Became.UPDATED


def _draft(session: Session, cells: Cells, known: CouponTemplate | None) -> CouponDraft:
    percent, off = cells.text("percent"), cells.fen("off")
    if (off is None) == (not percent):
        raise InvalidInput("减多少元和折扣要填一个，也只能填一个", field="off")

    def at(name: str) -> datetime | None:
        before = None if known is None else getattr(known, name)
        return cells.moment(name, before, is_end=name.endswith("_until"))

    per_person = cells.number("per_person")
    return CouponDraft(
        code=cells.text("code"),
        name=cells.text("name"),
        kind=CouponKind.PERCENT if percent else CouponKind.AMOUNT,
        off=off or 0,
        percent=_percent(percent) if percent else 100,
        cap=cells.fen("cap"),
        threshold=cells.fen("threshold") or 0,
        categories=_categories(session, cells.names("categories")),
        products=read_products(session, " ".join(cells.names("products"))),
        total=None if cells.text("total") == ENDLESS else cells.number("total"),
        per_person=1 if per_person is None else per_person,
        takeable_from=at("takeable_from"),
        takeable_until=at("takeable_until"),
        valid_from=at("valid_from"),
        valid_until=at("valid_until"),
        starts_after_days=cells.number("starts_after_days") or 0,
        lasts_days=cells.number("lasts_days"),
        audience=cells.choice("audience", _AUDIENCES, Audience.EVERYONE),
        is_listed=cells.choice("is_listed", YES_OR_NO, otherwise=True),
        is_active=cells.choice("is_active", _ACTIVE, otherwise=True),
    )


def _percent(written: str) -> int:
    """What is left to pay: 88 of `8.8折`. A bare 88 is refused, 8 is 八折 as everybody reads it."""
    try:
        percent = Decimal(written.removesuffix("折").strip()) * 10
        is_exact = 1 <= percent <= 99 and percent == percent.to_integral_value()
    except InvalidOperation:
        is_exact = False
    if not is_exact:
        raise InvalidInput("折扣在0.1到9.9折之间，最多一位小数，八八折写8.8折", field="percent")
    return int(percent)


def _categories(session: Session, names: list[str]) -> tuple[int, ...]:
    found = session.exec(select(Category.name, Category.id).where(col(Category.name).in_(names)))
    ids = {name: number for name, number in found if number is not None}
    if missing := [name for name in names if name not in ids]:
        raise InvalidInput(f"没有分类“{'、'.join(missing)}”，请改成已有的分类", field="categories")
    return tuple(ids.values())


def _names(session: Session, category_ids: list[int]) -> list[str]:
    named = select(Category.name).where(col(Category.id).in_(category_ids))
    return list(session.exec(named.order_by(col(Category.id))))


def _is_same(known: CouponTemplate, draft: CouponDraft) -> bool:
    """Whether the draft says what is known already."""
    scope = sorted(known.categories), sorted(known.products)
    names = set(CouponDraft.__slots__) - {"categories", "products"}
    is_equal = all(getattr(known, name) == getattr(draft, name) for name in names)
    return is_equal and scope == (sorted(draft.categories), sorted(draft.products))


def _word[T](words: Mapping[str, T], value: T) -> str:
    return next(word for word, each in words.items() if each == value)


_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", FORM.address, _EDIT, show_import),
    Route("POST", FORM.address, _EDIT, import_file),
    Route("GET", f"{FORM.address}.csv", _EDIT, example),
)
