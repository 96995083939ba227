"""Pages of customer groups: which there are, who comes and goes, their tags and their welcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session

from bot.communities.mirror import want_read
from bot.console.page import Page
from bot.console.pages.shown import paged_as
from bot.console.pages.written import find_id, minute
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.people import names_in_wecom
from bot.staff.permissions import Permission
from commerce.community import codes, queries, tags, welcomes
from commerce.community.queries import Filter, Turnover
from commerce.community.tables import CommunityGroup, CommunityWelcome
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI

LATELY: Final = timedelta(days=7)
CHART_DAYS: Final = 30
CSV_HEADER: Final = (
    *("群名", "群主", "标签", "顾客数", "员工数", "近7天进群", "近7天退群"),
    *("建群时间", "最近同步", "群ID"),
)
SCENES: Final[Mapping[int, str]] = {0: "还不清楚", 1: "成员邀请", 2: "邀请链接", 3: "扫码进群"}
NAMELESS: Final = "还没读到群名"
_BETWEEN: Final = str.maketrans("，、；;\n", ",,,,,")


@dataclass(frozen=True, slots=True)
class Row:
    """A group in the list."""

    group: CommunityGroup
    owner: str
    tags: Sequence[str]
    lately: Turnover


@dataclass(frozen=True, slots=True)
class View:
    """One group; `choices` are the welcomes that it may use."""

    row: Row
    sources: Sequence[tuple[str, int]]
    choices: Sequence[CommunityWelcome]


async def show_list(page: Page) -> web.StreamResponse:
    """The groups, narrowed by what is looked for."""
    wanted = _wanted(page)
    found = await page.read(_list, wanted, page.now - LATELY, page.number)
    return page.html(
        "communities/list.html",
        title="客户群",
        found=found,
        wanted=wanted,
        tags=await page.read(tags.list_tags),
        owners=await page.read(_owners),
        nameless=NAMELESS,
        has_wecom=page.desk.settings.has_wecom,
    )


async def export(page: Page) -> web.StreamResponse:
    """The same groups as a spreadsheet, all of them."""
    rows = await page.read(_csv_rows, _wanted(page), page.now - LATELY)
    return page.csv("客户群", CSV_HEADER, rows)


async def show(page: Page) -> web.StreamResponse:
    """One group: its figures, its tags and its welcome."""
    number = _number(page)
    view = await page.read(_view, number, page.now - LATELY)
    return page.html(
        "communities/group.html",
        title=view.row.group.name or NAMELESS,
        view=view,
        charts_path=f"/console/communities/{number}/charts",
        days=CHART_DAYS,
    )


async def show_charts(page: Page) -> web.StreamResponse:
    """What the charts draw: coming and going by day, and how those who are in it came."""
    today = page.now.astimezone(SHANGHAI).date()
    figures = await page.read(_figures, _number(page), today)
    return web.json_response(figures, headers={"Cache-Control": "private, no-store"})


async def save(page: Page) -> web.StreamResponse:
    """Keep a group's tags, and which welcome it is to use."""
    number, form = _number(page), await page.form()
    names = form.get("tags", "").translate(_BETWEEN).split(",")
    welcome_id = find_id(form.get("welcome_id", ""))

    def write(session: Session) -> Sequence[str]:
        queries.get_group(session, number)
        welcomes.use_in(session, number, welcome_id)
        return tags.set_tags(session, number, names)

    await page.write(
        write,
        did="community.saved",
        about=lambda kept: {"community": number, "tags": list(kept), "welcome": welcome_id},
    )
    return page.go(f"/communities/{number}", said="已保存")


async def read_again(page: Page) -> web.StreamResponse:
    """Have WeCom asked for the group now."""
    number = _number(page)

    def write(session: Session) -> None:
        group = queries.get_group(session, number)
        cause = f"asked:{page.now.timestamp():.3f}"
        want_read(session, page.desk.sealer, group.chat_id, cause, page.now)

    await page.write(write, did="community.read_again", about={"community": number})
    return page.go(f"/communities/{number}", said="正在向企业微信查，稍后刷新看")


def _wanted(page: Page) -> Filter:
    return Filter(
        page.query("q").strip(),
        page.query("tag"),
        page.query("owner"),
        is_dissolved=page.query("state") == "dissolved",
    )


def _list(session: Session, wanted: Filter, since: datetime, number: int) -> Paged[Row]:
    def rows(session: Session, found: Sequence[CommunityGroup]) -> Sequence[Row]:
        return _rows(session, found, since)

    return paged_as(session, queries.listing(wanted), number, rows)


def _rows(session: Session, found: Sequence[CommunityGroup], since: datetime) -> Sequence[Row]:
    ids = [id_of(each) for each in found]
    names, borne = names_in_wecom(session), tags.tags_of(session, ids)
    moved = queries.turnover(session, ids, since)
    return [
        Row(
            each,
            names.get(each.owner_userid, each.owner_userid),
            borne.get(id_of(each), ()),
            moved[id_of(each)],
        )
        for each in found
    ]


def _csv_rows(session: Session, wanted: Filter, since: datetime) -> list[tuple[object, ...]]:
    def lines() -> Iterator[tuple[object, ...]]:
        found = session.exec(queries.listing(wanted)).all()
        for row in _rows(session, found, since):
            group = row.group
            counted = (group.customers, group.staff, row.lately.joined, row.lately.left)
            times = (minute(group.created_at), minute(group.synced_at))
            yield (group.name, row.owner, "、".join(row.tags), *counted, *times, group.chat_id)

    return list(lines())


def _owners(session: Session) -> Sequence[tuple[str, str]]:
    names = names_in_wecom(session)
    return [(each, names.get(each, each)) for each in queries.list_owners(session)]


def _view(session: Session, number: int, since: datetime) -> View:
    group = queries.get_group(session, number)
    (row,) = _rows(session, [group], since)
    choices = [each for each, _ in welcomes.list_welcomes(session) if each.is_active]
    return View(row, _sources(session, number), choices)


def _figures(session: Session, number: int, today: date) -> Mapping[str, Any]:
    queries.get_group(session, number)
    first = today - timedelta(days=CHART_DAYS - 1)
    days = queries.by_day(session, number, first, today)
    return {
        "days": [day.isoformat() for day, _ in days],
        "talks": [
            {"name": "进群", "counts": [each.joined for _, each in days]},
            {"name": "退群", "counts": [-each.left for _, each in days]},
        ],
        "reasons": [{"name": name, "value": many} for name, many in _sources(session, number)],
    }


def _sources(session: Session, number: int) -> Sequence[tuple[str, int]]:
    """How those who are in the group came, the most first."""
    named = {each.key: each.name for each in codes.list_codes(session)}
    found: dict[str, int] = {}
    for scene, key, many in queries.by_source(session, number):
        scene_name = SCENES.get(scene, SCENES[0])
        words = f"{scene_name} · {named.get(key, key)}" if key else scene_name
        found[words] = found.get(words, 0) + many
    return sorted(found.items(), key=lambda each: -each[1])


def _number(page: Page) -> int:
    return int(page.match("id"))


_READ: Final = Permission.READ_CUSTOMERS
ROUTES: Final = (
    Route("GET", "/communities", _READ, show_list),
    Route("GET", "/communities.csv", Permission.EXPORT, export),
    Route("GET", "/communities/{id:[0-9]{1,9}}", _READ, show),
    Route("GET", "/communities/{id:[0-9]{1,9}}/charts", _READ, show_charts),
    Route("POST", "/communities/{id:[0-9]{1,9}}", Permission.EDIT_CAMPAIGNS, save),
    Route("POST", "/communities/{id:[0-9]{1,9}}/read", Permission.EDIT_CAMPAIGNS, read_again),
)
