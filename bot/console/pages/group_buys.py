"""Pages of group-buys: what they offer, how they go, and whether the shop completes groups."""

from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages import group_buy_form
from bot.console.pages import group_buy_list as listed
from bot.console.pages.sale_goods import find_products
from bot.console.pages.shown import actor_of
from bot.console.pages.written import find_id, find_number
from bot.console.route import Route
from bot.handlers.group_buy_disclosure import COMPLETED_BY_SHOP, MAY_BE_COMPLETED
from bot.staff.permissions import Permission
from commerce.group_buys import entries
from commerce.group_buys.drafts import GroupDraft


async def show_list(page: Page) -> web.StreamResponse:
    """The group-buys that are wanted, the newest first."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(listed.page_of_activities, text, state, page.number, page.now)
    return page.html(
        "pages/group_buys.html", found=found, text=text, state=state, states=listed.STATES
    )


async def export(page: Page) -> web.StreamResponse:
    """The same group-buys as a spreadsheet, which may be handed in again."""
    rows = await page.read(listed.csv_rows, page.query("q"), page.query("state"), page.now)
    return page.csv("拼团", listed.CSV_HEADER, rows)


async def show(page: Page) -> web.StreamResponse:
    """One group-buy with its groups."""
    key, state = page.match("key"), page.query("state")
    row, found = await page.read(listed.view, key, state, page.number, page.now)
    return page.html(
        "pages/group_buy.html",
        row=row,
        found=found,
        state=state,
        states=listed.GROUP_STATES,
        may_be_completed=MAY_BE_COMPLETED,
        completed_by_shop=COMPLETED_BY_SHOP.format(heads="N"),
    )


async def show_form(page: Page) -> web.StreamResponse:
    """A new group-buy: first which product, then its terms."""
    product_id = find_id(page.query("product"))
    if product_id is None:
        products = await page.read(find_products, page.query("q"))
        return page.html("pages/group_buy_product.html", products=products, text=page.query("q"))
    form = await page.read(group_buy_form.blank, product_id, page.now)
    return page.html("pages/group_buy_form.html", form=form)


async def show_known(page: Page) -> web.StreamResponse:
    """A group-buy's terms, to be changed."""
    form = await page.read(group_buy_form.filled, page.match("key"))
    return page.html("pages/group_buy_form.html", form=form)


async def save(page: Page) -> web.StreamResponse:
    """Write it, or what changed of it; a new one is off."""
    form = await page.form()
    draft = group_buy_form.read(form)
    reason = form.get("reason", "").strip() or "在后台保存"
    await page.write(
        _save,
        draft,
        reason,
        actor_of(page),
        page.now,
        did="group_buy.saved",
        about={"group_buy": draft.key},
    )
    return page.go(f"/group-buys/{draft.key}", said="已保存")


async def switch(page: Page) -> web.StreamResponse:
    """Let customers open groups, or nobody any more."""
    key, form = page.match("key"), await page.form()
    is_on = form.get("is_on") == "yes"
    await page.write(
        _switch,
        key,
        is_on,
        form.get("reason", ""),
        actor_of(page),
        page.now,
        did="group_buy.switched",
        about={"group_buy": key, "is_on": is_on},
    )
    said = "已打开，顾客可以开团了" if is_on else "已关掉，开着的团照常到期"
    return page.go(f"/group-buys/{key}", said=said)


async def complete(page: Page) -> web.StreamResponse:
    """From how many per cent of the heads the shop completes a group; nothing for never."""
    key, form = page.match("key"), await page.form()
    percent = find_number(form.get("percent", ""), "比例", "percent")
    await page.write(
        _complete,
        key,
        percent,
        form.get("reason", ""),
        actor_of(page),
        page.now,
        did="group_buy.completion_set",
        about={"group_buy": key, "percent": percent},
    )
    said = "已关掉，人数不够的团到期全额退款" if percent is None else "已保存，顾客参团前会看到说明"
    return page.go(f"/group-buys/{key}", said=said)


def _save(session: Session, draft: GroupDraft, reason: str, actor: str, now: datetime) -> None:
    entries.save_activity(session, draft, actor=actor, reason=reason, now=now)


def _switch(
    session: Session,
    key: str,
    is_on: bool,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    entries.switch(session, key, is_on=is_on, actor=actor, reason=reason, now=now)


def _complete(
    session: Session, key: str, percent: int | None, reason: str, actor: str, now: datetime
) -> None:
    entries.set_virtual_percent(session, key, percent, actor=actor, reason=reason, now=now)


_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", "/group-buys", Permission.READ_GOODS, show_list),
    Route("GET", "/group-buys.csv", Permission.EXPORT, export),
    Route("GET", "/group-buys/new", _EDIT, show_form),
    Route("POST", "/group-buys", _EDIT, save),
    Route("GET", "/group-buys/{key}", Permission.READ_GOODS, show),
    Route("GET", "/group-buys/{key}/edit", _EDIT, show_known),
    Route("POST", "/group-buys/{key}/switch", _EDIT, switch),
    Route("POST", "/group-buys/{key}/completion", _EDIT, complete),
)
