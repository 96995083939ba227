"""Pages of codes into customer groups: where they lead, and how many came by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.communities import telling
from bot.console.page import Page
from bot.console.pages.written import find_id
from bot.console.route import Route
from bot.staff.permissions import Permission
from campaigns.shapes import GroupChoice
from commerce.community import codes, queries
from commerce.community.codes import CodeDraft
from commerce.community.queries import Turnover
from commerce.community.tables import CommunityCode, CommunityGroup
from commerce.customers.tags import list_all_tags


@dataclass(frozen=True, slots=True)
class Row:
    """A code in the list."""

    code: CommunityCode
    groups: Sequence[str]
    came: Turnover


async def show_list(page: Page) -> web.StreamResponse:
    """The codes, with how many customers came by each and how many stayed."""
    rows = await page.read(_rows)
    has_wecom = page.desk.settings.has_wecom
    return page.html("communities/codes.html", title="群活码", rows=rows, has_wecom=has_wecom)


async def show(page: Page) -> web.StreamResponse:
    """One code's form, or an empty one."""
    key = page.request.match_info.get("key", "")
    code = await page.read(codes.get_code, key) if key else None
    return page.html(
        "communities/code.html",
        title=code.name if code else "新建群活码",
        code=code,
        groups=await page.read(_groups),
        tags=await page.read(list_all_tags),
        most=codes.MOST_GROUPS,
    )


async def save(page: Page) -> web.StreamResponse:
    """Keep a code; WeCom makes or changes it."""
    form, chat_ids, tag_ids = await page.form(), await page.many("group"), await page.many("tag")
    draft = CodeDraft(
        key=form.get("key", "").strip(),
        name=form.get("name", ""),
        chat_ids=[each for each in chat_ids if each],
        opens_more=form.get("opens_more") == "yes",
        base_name=form.get("base_name", ""),
        tag_ids=[tag for each in tag_ids if (tag := find_id(each)) is not None],
        is_active=form.get("is_active") == "yes",
    )
    sealer, now = page.desk.sealer, page.now

    def write(session: Session) -> CommunityCode:
        if page.desk.settings.has_wecom:
            return telling.save_code(session, sealer, draft, now)
        return codes.save_code(session, draft, now)

    await page.write(write, did="community_code.saved", about={"code": draft.key})
    return page.go("/community-codes", said="已保存，企业微信那边稍后更新")


def _rows(session: Session) -> Sequence[Row]:
    came, names = queries.by_key(session), {each.chat_id: each.name for each in _groups(session)}
    return [
        Row(
            each,
            [names.get(chat_id, "已解散的群") for chat_id in each.chat_ids],
            came.get(each.key, Turnover()),
        )
        for each in codes.list_codes(session)
    ]


def _groups(session: Session) -> Sequence[CommunityGroup]:
    return queries.choose(session, GroupChoice())


_EDIT: Final = Permission.EDIT_CAMPAIGNS
ROUTES: Final = (
    Route("GET", "/community-codes", _EDIT, show_list),
    Route("GET", "/community-codes/new/", _EDIT, show),
    Route("GET", "/community-codes/{key:[0-9A-Za-z_-]{1,30}}", _EDIT, show),
    Route("POST", "/community-codes", _EDIT, save),
)
