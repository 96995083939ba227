"""Pages of the knowledge base: entries, the shop's facts, and trying a question out."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from sqlmodel import Session, select

from bot.console.page import Page
from bot.console.pages import answer_list as listed
from bot.console.pages.answer_list import AnswerFilter, AnswerRow, AnswersTaken
from bot.console.pages.answer_trial import preview, try_out
from bot.console.pages.seen import FIELD, hold, mark_of, refuse_changed
from bot.console.pages.shown import paged_as
from bot.console.pages.uploaded import csv_of, on_disk
from bot.console.pages.written import find_moment, find_number, local
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.errors import InvalidInput, NotFound
from commerce.knowledge.entries import EntryDraft, find_entry, save_entry
from commerce.knowledge.facts import FACTS, set_fact
from commerce.knowledge.placeholders import LIVE
from commerce.knowledge.tables import KnowledgeEntry, ShopFact
from nlu.understanding import CUSTOMER_INTENTS

INTENTS: Final = sorted(CUSTOMER_INTENTS)


async def show_list(page: Page) -> web.StreamResponse:
    """The entries that are wanted, and the box to try a question in."""
    wanted, asked = _filter(page), page.query("ask")
    found = await page.read(_list, wanted, page.number)
    return page.html(
        "pages/answers.html",
        title="知识库",
        found=found,
        wanted=wanted,
        states=listed.STATES,
        categories=await page.read(listed.list_categories),
        trial=await try_out(page, asked) if asked else None,
    )


async def export(page: Page) -> web.StreamResponse:
    """The same entries as a spreadsheet, which may be handed in again."""
    rows = await page.read(listed.csv_rows, _filter(page))
    return page.csv("知识库.csv", listed.CSV_HEADER, rows)


async def import_file(page: Page) -> web.StreamResponse:
    """Write the entries of a file; what was skipped is told row by row."""
    file = await csv_of(page)

    def take(session: Session) -> AnswersTaken:
        with on_disk(file) as path:
            return listed.take_file(session, path, page.now, session.begin_nested)

    report = await page.write(take, did="answers.imported", about=_counted)
    return page.html(
        "pages/answers_import.html", title="导入知识库", report=report, columns=listed.CSV_HEADER
    )


async def show_import(page: Page) -> web.StreamResponse:
    """Where a file of entries is handed in."""
    return page.html(
        "pages/answers_import.html", title="导入知识库", report=None, columns=listed.CSV_HEADER
    )


async def show_new(page: Page) -> web.StreamResponse:
    """The form of a new entry."""
    return await _form(page, None)


async def show(page: Page) -> web.StreamResponse:
    """One entry with its preview."""
    return await _form(page, await page.read(_get, page.match("key")))


async def save(page: Page) -> web.StreamResponse:
    """Write an entry; customers are answered by it from the next message on."""
    form = await page.form()
    draft = _draft(form)
    is_new = form.get("is_new") == "yes"

    def write(session: Session) -> None:
        known = hold(session, select(KnowledgeEntry).where(KnowledgeEntry.key == draft.key))
        if known is not None and is_new:
            raise InvalidInput("这个编号已经有了，换一个吧", field="key")
        if known is not None:
            refuse_changed(
                form.get(FIELD, ""), listed.as_draft(listed.rows_of(session, [known])[0])
            )
        save_entry(session, draft, page.now)

    await page.write(write, did="answer.saved", about={"key": draft.key, "is_live": draft.is_live})
    return page.go(f"/knowledge/entries/{draft.key}", said="已保存，下一条消息就按新的答")


async def show_preview(page: Page) -> web.StreamResponse:
    """What is being written as a customer would read it."""
    answer = (await page.form()).get("answer", "")
    words = await page.read(preview, page.desk.shop, answer, page.now)
    return page.fragment("pages/_answer_preview.html", words=words)


async def show_facts(page: Page) -> web.StreamResponse:
    """What the shop tells of itself."""
    facts = await page.read(_facts)
    return page.html("pages/facts.html", title="店铺信息", facts=facts, kinds=FACTS)


async def save_fact(page: Page) -> web.StreamResponse:
    """Write one of the shop's facts."""
    form = await page.form()
    name, value = form.get("name", ""), form.get("value", "")

    def write(session: Session) -> None:
        try:
            set_fact(session, name, value, page.now)
        except InvalidInput as refusal:
            raise InvalidInput(str(refusal), field="value") from refusal

    await page.write(write, did="fact.saved", about={"name": name if name in FACTS else ""})
    return page.go("/knowledge/facts", said=f"{name}已更新")


async def _form(page: Page, row: AnswerRow | None) -> web.StreamResponse:
    words = ""
    if row is not None and row.entry.answer:
        words = await page.read(preview, page.desk.shop, row.entry.answer, page.now)
    return page.html(
        "pages/answer.html",
        title="知识库",
        row=row,
        draft=None if row is None else listed.as_draft(row),
        mark="" if row is None else mark_of(listed.as_draft(row)),
        words=words,
        local=local,
        live=LIVE,
        facts=FACTS,
        intents=INTENTS,
        categories=await page.read(listed.list_categories),
    )


def _draft(form: Mapping[str, str]) -> EntryDraft:
    def lines(name: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in form.get(name, "").splitlines() if line.strip())

    return EntryDraft(
        key=form.get("key", "").strip(),
        category=form.get("category", "").strip(),
        title=form.get("title", "").strip(),
        answer=form.get("answer", "").replace("\r\n", "\n").strip(),
        questions=lines("questions"),
        keywords=lines("keywords"),
        intent=form.get("intent", ""),
        priority=find_number(form.get("priority", ""), "优先级", "priority") or 0,
        passes_on=form.get("passes_on") == "yes",
        declines=form.get("declines") == "yes",
        is_live=form.get("is_live") == "yes",
        valid_from=find_moment(form.get("valid_from", ""), "开始时间", "valid_from"),
        valid_until=find_moment(form.get("valid_until", ""), "结束时间", "valid_until"),
    )


def _filter(page: Page) -> AnswerFilter:
    return AnswerFilter(page.query("q"), page.query("category"), page.query("state"))


def _list(session: Session, wanted: AnswerFilter, page: int) -> Paged[AnswerRow]:
    return paged_as(session, listed.answers_like(wanted), page, listed.rows_of)


def _get(session: Session, key: str) -> AnswerRow:
    entry = find_entry(session, key)
    if entry is None:
        raise NotFound("没有这条问答", key=key)
    return listed.rows_of(session, [entry])[0]


def _facts(session: Session) -> dict[str, ShopFact]:
    return {fact.name: fact for fact in session.exec(select(ShopFact))}


def _counted(taken: AnswersTaken) -> Mapping[str, int]:
    return {
        "created": taken.created,
        "updated": taken.updated,
        "unchanged": taken.unchanged,
        "rejected": len(taken.rejected),
    }


_EDIT: Final = Permission.EDIT_ANSWERS
_ENTRY: Final = "/knowledge/entries"
ROUTES: Final = (
    Route("GET", "/knowledge", _EDIT, show_list),
    Route("GET", "/knowledge.csv", _EDIT, export),
    Route("GET", "/knowledge/import", _EDIT, show_import),
    Route("POST", "/knowledge/import", _EDIT, import_file),
    Route("GET", "/knowledge/new", _EDIT, show_new),
    Route("POST", "/knowledge/preview", _EDIT, show_preview),
    Route("GET", "/knowledge/facts", _EDIT, show_facts),
    Route("POST", "/knowledge/facts", _EDIT, save_fact),
    Route("POST", _ENTRY, _EDIT, save),
    Route("GET", f"{_ENTRY}/{{key:[^/]{{1,60}}}}", _EDIT, show),
)
