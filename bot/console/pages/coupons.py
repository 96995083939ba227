"""Pages of coupons: the templates, what became of each, entering and pausing them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages import coupon_file
from bot.console.pages.product_list import list_names
from bot.console.pages.scope_form import read_categories, read_products, state_of, write_products
from bot.console.pages.scope_form import window as window_of
from bot.console.pages.seen import FIELD, hold, mark_of, refuse_changed
from bot.console.pages.shown import paged_as
from bot.console.pages.written import fen, find_fen, find_number, in_yuan, local, number
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.catalogue.tables import Category
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.pricing.values import CouponKind, Scope
from commerce.promotions.coupons import owned_coupon
from commerce.promotions.describing import coupon_rule, scope_in_words
from commerce.promotions.drafts import CouponDraft
from commerce.promotions.entries import save_coupon
from commerce.promotions.tables import Audience, Coupon, CouponState, CouponTemplate

STATES: Final = {"on": "启用", "off": "已停用"}
CSV_HEADER: Final = (*coupon_file.FORM.header, "规则", "范围", "已领", "已用")
_PLAIN: Final = (
    *("code", "name", "off", "percent", "cap", "threshold", "total", "per_person"),
    *("takeable_from", "takeable_until", "valid_from", "valid_until"),
    *("starts_after_days", "lasts_days", "is_listed", "is_active"),
)
_CHOSEN: Final = ("kind", "audience", "categories", "products")


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A template in the list. `used` counts its coupons that paid for something."""

    template: CouponTemplate
    rule: str
    scope: str
    used: int


async def show_list(page: Page) -> web.StreamResponse:
    """The templates that are wanted, twenty a page."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(_list, text, state, page.number)
    return page.html(
        "pages/coupons.html",
        title="优惠券",
        found=found,
        text=text,
        state=state,
        states=STATES,
        state_of=state_of,
    )


async def export(page: Page) -> web.StreamResponse:
    """The same templates as a spreadsheet, which may be handed in again."""
    rows = await page.read(_csv_rows, page.query("q"), page.query("state"))
    return page.csv("优惠券.csv", CSV_HEADER, rows)


async def show_new(page: Page) -> web.StreamResponse:
    """The form of a new template."""
    return await _form(page, None)


async def show(page: Page) -> web.StreamResponse:
    """One template."""
    return await _form(page, await page.read(_get, page.match("code")))


async def save(page: Page) -> web.StreamResponse:
    """Write a template. What customers already have keeps its terms."""
    form, chosen = await page.form(), await page.many("categories")
    code = form.get("code", "").strip()
    is_new = form.get("is_new") == "yes"

    def write(session: Session) -> None:
        known = hold(session, _coded(code))
        if known is not None and is_new:
            raise InvalidInput("这个编号已经有了，换一个吧", field="code")
        if known is not None:
            refuse_changed(form.get(FIELD, ""), *_values(known))
        scope = read_categories(session, chosen), read_products(session, form.get("products", ""))
        save_coupon(session, _draft(form, *scope), page.now)

    await page.write(write, did="coupon_template.saved", about={"code": code[:40]})
    return page.go("/coupons", said="优惠券已保存")


async def switch(page: Page) -> web.StreamResponse:
    """Pause a template, or give it out again; coupons in customers' hands stay good."""
    code, is_active = page.match("code"), (await page.form()).get("active") == "yes"

    def write(session: Session) -> None:
        hold(session, _coded(code))
        template = _get(session, code)
        values = {name: getattr(template, name) for name in _PLAIN}
        draft = CouponDraft(
            **{**values, "is_active": is_active},
            kind=CouponKind(template.kind),
            audience=Audience(template.audience),
            categories=tuple(template.categories),
            products=tuple(template.products),
        )
        save_coupon(session, draft, page.now)

    did = "coupon_template.resumed" if is_active else "coupon_template.paused"
    await page.write(write, did=did, about={"code": code})
    return page.go("/coupons", said="已重新发放" if is_active else "已停发，领走的还能用")


async def _form(page: Page, template: CouponTemplate | None) -> web.StreamResponse:
    products = ""
    if template is not None:
        products = await page.read(write_products, template.products)
    return page.html(
        "pages/coupon.html",
        title="优惠券",
        coupon=template,
        mark="" if template is None else mark_of(*_values(template)),
        products=products,
        categories=await page.read(list_names, Category),
        in_yuan=in_yuan,
        local=local,
    )


def _draft(
    form: Mapping[str, str], categories: tuple[int, ...], products: tuple[int, ...]
) -> CouponDraft:
    kind = CouponKind.PERCENT if form.get("kind") == "percent" else CouponKind.AMOUNT
    is_amount = kind == CouponKind.AMOUNT
    takeable_from, takeable_until = window_of(form, "takeable_from", "takeable_until")
    valid_from, valid_until = window_of(form, "valid_from", "valid_until")
    percent = 100 if is_amount else number(form.get("percent", ""), "折扣", "percent")
    return CouponDraft(
        code=form.get("code", "").strip(),
        name=form.get("name", "").strip(),
        kind=kind,
        off=fen(form.get("off", ""), "减的金额", "off") if is_amount else 0,
        percent=percent,
        cap=None if is_amount else find_fen(form.get("cap", ""), "最多减", "cap"),
        threshold=find_fen(form.get("threshold", ""), "门槛", "threshold") or 0,
        categories=categories,
        products=products,
        total=find_number(form.get("total", ""), "总张数", "total"),
        per_person=number(form.get("per_person", "") or "1", "每人张数", "per_person"),
        takeable_from=takeable_from,
        takeable_until=takeable_until,
        valid_from=valid_from,
        valid_until=valid_until,
        starts_after_days=find_number(
            form.get("starts_after_days", ""), "几天后生效", "starts_after_days"
        )
        or 0,
        lasts_days=find_number(form.get("lasts_days", ""), "有效天数", "lasts_days"),
        audience=Audience.NEW if form.get("audience") == Audience.NEW else Audience.EVERYONE,
        is_listed=form.get("is_listed") == "yes",
        is_active=form.get("is_active") == "yes",
    )


def _like(text: str, state: str) -> SelectOfScalar[CouponTemplate]:
    statement = select(CouponTemplate).order_by(col(CouponTemplate.id).desc())
    if state in STATES:
        statement = statement.where(col(CouponTemplate.is_active) == (state == "on"))
    if text:
        word = text.lower()
        named = func.lower(CouponTemplate.name).contains(word, autoescape=True)
        coded = func.lower(CouponTemplate.code).contains(word, autoescape=True)
        statement = statement.where(or_(named, coded))
    return statement


def _rows(session: Session, templates: Any) -> list[CouponRow]:
    ids = [id_of(each) for each in templates]
    counted = (
        select(Coupon.template_id, func.count())
        .where(col(Coupon.template_id).in_(ids), Coupon.state == CouponState.USED)
        .group_by(col(Coupon.template_id))
    )
    used = dict(session.exec(counted).all())
    return [
        CouponRow(
            each,
            coupon_rule(owned_coupon(0, each)),
            scope_in_words(session, Scope(frozenset(each.categories), frozenset(each.products))),
            used.get(id_of(each), 0),
        )
        for each in templates
    ]


def _list(session: Session, text: str, state: str, page: int) -> Paged[CouponRow]:
    return paged_as(session, _like(text, state), page, _rows)


def _csv_rows(session: Session, text: str, state: str) -> list[tuple[object, ...]]:
    return [
        (
            *coupon_file.FORM.row(coupon_file.cells_of(session, row.template)),
            row.rule,
            row.scope,
            row.template.taken,
            row.used,
        )
        for row in _rows(session, session.exec(_like(text, state)).all())
    ]


def _coded(code: str) -> SelectOfScalar[CouponTemplate]:
    return select(CouponTemplate).where(CouponTemplate.code == code)


def _values(template: CouponTemplate) -> tuple[object, ...]:
    """What the form of a template shows."""
    return tuple(getattr(template, name) for name in (*_PLAIN, *_CHOSEN))


def _get(session: Session, code: str) -> CouponTemplate:
    template = session.exec(_coded(code)).first()
    if template is None:
        raise NotFound("没有这张优惠券", code=code)
    return template


_EDIT: Final = Permission.EDIT_PROMOTIONS
_COUPON: Final = "/coupons/codes/{code:[A-Za-z0-9-]{1,40}}"
ROUTES: Final = (
    Route("GET", "/coupons", Permission.READ_GOODS, show_list),
    Route("GET", "/coupons.csv", Permission.EXPORT, export),
    Route("GET", "/coupons/new", _EDIT, show_new),
    Route("POST", "/coupons", _EDIT, save),
    Route("GET", _COUPON, _EDIT, show),
    Route("POST", f"{_COUPON}/switch", _EDIT, switch),
)
