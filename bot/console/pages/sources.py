"""Pages of source codes: where customers come from, and what came of each."""

from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.written import in_yuan
from bot.console.paging import paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from bot.tables import SceneCode
from commerce.errors import InvalidInput
from commerce.sources.codes import SCENE, add_code
from commerce.sources.counting import SourceCount, list_counts
from commerce.sources.tables import CodeKind

KINDS: Final = {CodeKind.OA.value: "公众号二维码", CodeKind.MINI.value: "小程序码"}
CSV_HEADER: Final = ("来源码", "名字", "印成", "来过", "人数", "新关注", "下单", "付款（元）")
LONGEST: Final = {"name": 40, "note": 100}


async def show_list(page: Page) -> web.StreamResponse:
    """The codes that are wanted, with what came of them."""
    text = page.query("q")
    counts = await page.read(_counts, text)
    return page.html(
        "pages/sources.html",
        title="来源码",
        found=paged(counts, page.number),
        text=text,
        kinds=KINDS,
        pictures=await page.read(_pictures),
    )


async def export(page: Page) -> web.StreamResponse:
    """The same as a spreadsheet."""
    rows = [
        (
            each.source.code,
            each.source.name,
            KINDS[each.source.kind],
            each.visits,
            each.customers,
            each.follows,
            each.orders,
            in_yuan(each.paid),
        )
        for each in await page.read(_counts, page.query("q"))
    ]
    return page.csv("来源码.csv", CSV_HEADER, rows)


async def save(page: Page) -> web.StreamResponse:
    """Enter a code, or change the name and the note of one."""
    form = await page.form()
    code, kind = form.get("code", "").strip(), form.get("kind", "")
    if kind not in KINDS:
        raise InvalidInput("请选择印成什么", field="kind")
    for name, longest in LONGEST.items():
        if len(form.get(name, "")) > longest:
            raise InvalidInput(f"最多写{longest}个字", field=name)
    await page.write(
        lambda session: add_code(
            session,
            code,
            name=form.get("name", ""),
            kind=CodeKind(kind),
            note=form.get("note", "").strip(),
            now=page.now,
        ),
        did="source_code.saved",
        about={"code": code[:28]},
    )
    return page.go("/coupons/sources", said="来源码已保存")


def _counts(session: Session, text: str) -> list[SourceCount]:
    word = text.lower()
    return [
        each
        for each in list_counts(session)
        if word in f"{each.source.code} {each.source.name} {each.source.note}".lower()
    ]


def _pictures(session: Session) -> dict[str, str]:
    """The pictures that WeChat has made, by code."""
    made = select(SceneCode).where(col(SceneCode.scene).startswith(SCENE))
    return {each.scene.removeprefix(SCENE): each.picture for each in session.exec(made)}


ROUTES: Final = (
    Route("GET", "/coupons/sources", Permission.READ_GOODS, show_list),
    Route("GET", "/coupons/sources.csv", Permission.EXPORT, export),
    Route("POST", "/coupons/sources", Permission.EDIT_PROMOTIONS, save),
)
