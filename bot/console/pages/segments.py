"""Pages of segments: rules that pick customers, with a count while they are being edited."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.segment_choices import Choice, choices_of
from bot.console.pages.shown import paged_as
from bot.console.pages.written import find_id, row_id
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from campaigns.segment_tables import Segment, SegmentVersion
from campaigns.segments import asking, saving
from campaigns.segments.describing import describe
from campaigns.segments.facts import FACTS, LISTS, FactKind
from campaigns.segments.rules import Rule, list_facts, read_rule
from commerce.customers.nicknames import read_nicknames
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.sealing import Sealer

LONGEST_NAME: Final = 40
MISSING: Final = "没有这个人群"
LARGEST_RULE: Final = 20_000
"""Characters of a rule as a form sends it."""
EMPTY_RULE: Final[Mapping[str, Any]] = {"kind": "all", "of": []}


@dataclass(frozen=True, slots=True)
class Row:
    """A segment in the list."""

    segment: Segment
    rule: str
    customers: int


@dataclass(frozen=True, slots=True)
class Found:
    """Who fits a rule at this moment."""

    rule: str
    customers: int
    examples: Sequence[tuple[int, str]]
    """Ids, with what these customers call themselves."""


async def show_list(page: Page) -> web.StreamResponse:
    """The segments that are in use, each with how many fit now."""
    found = await page.read(_list, page.query("q"), page.now, page.number)
    return page.html("segments/list.html", title="人群", found=found, text=page.query("q"))


async def show_new(page: Page) -> web.StreamResponse:
    """The editor with nothing in it."""
    return await _editor(page, None)


async def show(page: Page) -> web.StreamResponse:
    """The editor of a segment, with every version it had."""
    return await _editor(page, await page.read(_get, _id(page)))


async def count(page: Page) -> web.StreamResponse:
    """How many fit what stands in the editor, and ten of them. Nothing is kept."""
    told = (await page.form()).get("rule", "")
    try:
        rule = _read(told)
    except InvalidInput as refused:
        return page.fragment("segments/_found.html", found=None, refused=str(refused))
    found = await page.read(_find, page.desk.sealer, rule, page.now)
    return page.fragment("segments/_found.html", found=found, refused="")


async def save(page: Page) -> web.StreamResponse:
    """Keep a new segment, or a new version of one."""
    form = await page.form()
    name, rule = form.get("name", "").strip(), _read(form.get("rule", ""))
    known, seen = find_id(form.get("id", "")), find_id(form.get("version", ""))
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(f"人群要有名字，最多{LONGEST_NAME}个字", field="name")

    def write(session: Session) -> Segment:
        return saving.save(
            session,
            name,
            rule,
            by=f"staff:{page.staff.id}",
            now=page.now,
            segment_id=known,
            version=seen,
        )

    await page.write(
        write, did="segment.saved", about=lambda each: {"segment": each.id, "version": each.version}
    )
    return page.go("/segments", said="人群已保存")


async def archive(page: Page) -> web.StreamResponse:
    """Put a segment away: campaigns that began with it keep its rule."""
    number = _id(page)
    await page.write(
        saving.archive, number, page.now, did="segment.archived", about={"segment": number}
    )
    return page.go("/segments", said="人群已收起，用过它的活动不受影响")


async def _editor(page: Page, segment: Segment | None) -> web.StreamResponse:
    rule = EMPTY_RULE if segment is None else segment.rule
    versions = [] if segment is None else await page.read(_versions, id_of(segment))
    return page.html(
        "segments/form.html",
        title="人群" if segment is None else segment.name,
        segment=segment,
        versions=versions,
        rule=json.dumps(rule, ensure_ascii=False),
        facts=json.dumps([_fact(each) for each in FACTS.values()], ensure_ascii=False),
        choices=json.dumps(await page.read(_choices, segment), ensure_ascii=False),
    )


def _fact(kind: FactKind) -> Mapping[str, Any]:
    """As the editor's script takes it."""
    operators = [
        {
            "op": each.op,
            "title": each.title,
            "value": each.value.value,
            "is_list": each.value in LISTS,
            "takes_days": bool(each.words_in_days),
        }
        for each in kind.operators
    ]
    return {"name": kind.name, "title": kind.title, "operators": operators}


def _choices(session: Session, segment: Segment | None) -> Mapping[str, Sequence[Choice]]:
    used = [] if segment is None else list(list_facts(read_rule(segment.rule)))
    return choices_of(session, used)


def _list(session: Session, text: str, now: datetime, number: int) -> Paged[Row]:
    statement = select(Segment).where(~col(Segment.is_archived)).order_by(col(Segment.id).desc())
    if text:
        statement = statement.where(col(Segment.name).contains(text, autoescape=True))

    def rows(session: Session, found: Sequence[Segment]) -> Sequence[Row]:
        rules = [read_rule(each.rule) for each in found]
        return [
            Row(each, describe(session, rule), asking.count(session, rule, now))
            for each, rule in zip(found, rules, strict=True)
        ]

    return paged_as(session, statement, number, rows)


def _versions(session: Session, segment_id: int) -> Sequence[tuple[SegmentVersion, str]]:
    found = saving.list_versions(session, segment_id)
    return [(each, describe(session, read_rule(each.rule))) for each in found]


def _find(session: Session, sealer: Sealer, rule: Rule, now: datetime) -> Found:
    ids = asking.examples(session, rule, now)
    names = read_nicknames(session, sealer, ids)
    examples = [(each, names.get(each, "")) for each in ids]
    return Found(describe(session, rule), asking.count(session, rule, now), examples)


def _read(told: str) -> Rule:
    if len(told) > LARGEST_RULE:
        raise InvalidInput("条件太多了，请拆成几个人群", field="rule")
    try:
        written = json.loads(told)
    except ValueError:
        raise InvalidInput("请至少加一个条件", field="rule") from None
    return read_rule(written)


def _id(page: Page) -> int:
    return row_id(page.match("id"), MISSING)


def _get(session: Session, segment_id: int) -> Segment:
    segment = session.get(Segment, segment_id)
    if segment is None or segment.is_archived:
        raise NotFound(MISSING)
    return segment


ROUTES: Final = (
    Route("GET", "/segments", Permission.EDIT_CAMPAIGNS, show_list),
    Route("GET", "/segments/new", Permission.EDIT_CAMPAIGNS, show_new),
    Route("POST", "/segments", Permission.EDIT_CAMPAIGNS, save),
    Route("POST", "/segments/count", Permission.EDIT_CAMPAIGNS, count),
    Route("GET", "/segments/{id}", Permission.EDIT_CAMPAIGNS, show),
    Route("POST", "/segments/{id}/archive", Permission.EDIT_CAMPAIGNS, archive),
)
