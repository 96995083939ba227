"""Pages of freight templates and of the stores where orders are fetched."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages import freight_form as forms
from bot.console.pages.written import find_fen, find_number, in_yuan, number
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.errors import InvalidInput, NotFound
from commerce.freight.tables import FreightPolicy, FreightTemplate
from commerce.freight.templates import (
    find_template,
    load_terms,
    remove_template,
    save_template,
    set_policy,
)
from commerce.freight.terms import Template
from commerce.freight.wording import tariff_in_words
from commerce.inserting import id_of
from commerce.pickup.stores import StoreDraft, get_store, read_clock, save_store
from commerce.pickup.tables import Store


async def show(page: Page) -> web.StreamResponse:
    """Every template, what holds for the whole shop, and the stores."""
    return page.html(
        "pages/freight.html",
        title="运费和门店",
        templates=await page.read(_templates),
        policy=await page.read(_policy),
        stores=await page.read(_stores),
        charged_by=forms.CHARGED_BY,
        in_words=tariff_in_words,
        in_yuan=in_yuan,
        write_regions=forms.write_regions,
    )


async def show_form(page: Page) -> web.StreamResponse:
    """The form of a template, or of a new one."""
    written = page.query("id")
    number_of_it = find_number(written, "编号", "id")
    known = None if number_of_it is None else await page.read(_template, number_of_it)
    return page.html(
        "pages/freight_form.html",
        title="运费模板",
        known=known,
        charged_by=forms.CHARGED_BY,
        rates="\n".join(map(forms.write_rate, known.rates if known else ())),
        rules="\n".join(map(forms.write_rule, known.free_rules if known else ())),
        forms=forms,
    )


async def save(page: Page) -> web.StreamResponse:
    """Write a template; placed orders keep their freight."""
    form = await page.form()
    draft = forms.read_template(form)

    def write(session: Session) -> int:
        known = find_template(session, draft.name)
        if known is not None and form.get("is_new") == "yes":
            raise InvalidInput("已经有这个名字的模板了", field="name")
        return id_of(save_template(session, draft, page.now))

    await page.write(write, did="freight_template.saved", about=lambda number: {"template": number})
    return page.go("/freight", said="运费模板已保存")


async def remove(page: Page) -> web.StreamResponse:
    """Take a template away that nothing goes by."""
    template_id = int(page.match("id"))
    await page.write(
        remove_template,
        template_id,
        did="freight_template.removed",
        about={"template": template_id},
    )
    return page.go("/freight", said="运费模板已删除")


async def write_policy(page: Page) -> web.StreamResponse:
    """Say what holds for the whole shop."""
    form = await page.form()
    default = find_number(form.get("default", ""), "默认模板", "default")
    free_over = find_fen(form.get("free_over", ""), "包邮金额", "free_over")
    never_free = forms.read_regions(form.get("never_free", ""), "never_free")
    await page.write(
        lambda session: set_policy(
            session, default_template_id=default, free_over=free_over, never_free=never_free
        ),
        did="freight_policy.saved",
        about={"default": default, "free_over": free_over},
    )
    return page.go("/freight", said="全店运费规则已保存")


async def write_store(page: Page) -> web.StreamResponse:
    """Write a store, or enter a new one."""
    form = await page.form()
    store_id = find_number(form.get("id", ""), "门店", "id")
    draft = _store(form)
    await page.write(
        lambda session: id_of(
            save_store(session, store_id, draft, is_open=form.get("is_open") == "yes")
        ),
        did="store.saved",
        about=lambda number: {"store": number},
    )
    return page.go("/freight", said="门店已保存")


async def show_store(page: Page) -> web.StreamResponse:
    """The form of a store, or of a new one."""
    number_of_it = find_number(page.query("id"), "门店", "id")
    store = None if number_of_it is None else await page.read(get_store, number_of_it)
    return page.html("pages/store.html", title="自提门店", store=store)


def _store(form: Mapping[str, str]) -> StoreDraft:
    opens, closes = (_clock(form, name) for name in ("opens", "closes"))
    return StoreDraft(
        name=form.get("name", "").strip(),
        region=" ".join(form.get("region", "").split()),
        address=form.get("address", "").strip(),
        phone=form.get("phone", "").strip(),
        opens_at=opens,
        closes_at=closes,
        slot_minutes=number(form.get("slot_minutes", ""), "时段长度", "slot_minutes"),
        slot_capacity=number(form.get("slot_capacity", ""), "每段人数", "slot_capacity"),
    )


def _clock(form: Mapping[str, str], name: str) -> int:
    try:
        return read_clock(form.get(name, ""))
    except InvalidInput as refusal:
        raise InvalidInput(str(refusal), field=name) from None


def _templates(session: Session) -> Sequence[tuple[int, Template]]:
    ids = session.exec(select(FreightTemplate.id).order_by(col(FreightTemplate.id))).all()
    terms = load_terms(session, ids)
    return [(each, terms.templates[each]) for each in ids if each is not None]


def _template(session: Session, template_id: int) -> Template:
    found = load_terms(session, [template_id]).templates.get(template_id)
    if found is None:
        raise NotFound("没有这个运费模板", template_id=template_id)
    return found


def _policy(session: Session) -> FreightPolicy:
    return session.get(FreightPolicy, 1) or FreightPolicy()


def _stores(session: Session) -> Sequence[Store]:
    return session.exec(select(Store).order_by(col(Store.id))).all()


_EDIT: Final = Permission.EDIT_GOODS
ROUTES: Final = (
    Route("GET", "/freight", Permission.READ_GOODS, show),
    Route("GET", "/freight/form", _EDIT, show_form),
    Route("POST", "/freight", _EDIT, save),
    Route("POST", "/freight/{id:[0-9]{1,9}}/removal", _EDIT, remove),
    Route("POST", "/freight/policy", _EDIT, write_policy),
    Route("GET", "/freight/stores/form", _EDIT, show_store),
    Route("POST", "/freight/stores", _EDIT, write_store),
)
