"""Pages of words for newcomers of customer groups."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from pydantic import ValidationError
from sqlmodel import Session

from bot.communities import telling
from bot.console.page import Page
from bot.console.route import Route
from bot.staff.permissions import Permission
from campaigns import composer
from campaigns.composer import Marks
from campaigns.shapes import Attachment, AttachmentKind, Content
from commerce.community import welcomes
from commerce.community.tables import CommunityWelcome
from commerce.community.welcomes import WelcomeDraft
from commerce.errors import InvalidInput

ATTACHMENTS: Final[Mapping[str, str]] = {
    "": "不带",
    AttachmentKind.PRODUCT: "商品卡片",
    AttachmentKind.GROUP_BUY: "拼团卡片",
    AttachmentKind.COUPON: "优惠券卡片",
    AttachmentKind.PAGE: "店铺首页卡片",
    AttachmentKind.LINK: "网页链接",
}

NOTHING: Final[Mapping[str, str]] = {"kind": "", "ref": "", "title": ""}


async def show_list(page: Page) -> web.StreamResponse:
    """All of them, with how many groups use each."""
    found = await page.read(welcomes.list_welcomes)
    return page.html(
        "communities/welcomes.html", title="入群欢迎语", found=found, kinds=ATTACHMENTS
    )


async def show(page: Page) -> web.StreamResponse:
    """One welcome's form, or an empty one."""
    number = page.request.match_info.get("number", "")
    found = await page.read(welcomes.get_welcome, int(number)) if number else None
    return page.html(
        "communities/welcome.html",
        title="改入群欢迎语" if found else "新建入群欢迎语",
        found=found,
        attachment={**NOTHING, **((found and found.attachment) or {})},
        kinds=ATTACHMENTS,
    )


async def save(page: Page) -> web.StreamResponse:
    """Keep a welcome, new or changed; WeCom keeps it too."""
    form, number = await page.form(), page.request.match_info.get("number", "")
    attachment = _attachment(form)
    draft = WelcomeDraft(
        form.get("name", ""),
        form.get("words", ""),
        None if attachment is None else attachment.model_dump(mode="json"),
        is_active=form.get("is_active") == "yes",
    )

    def write(session: Session) -> CommunityWelcome:
        if attachment is not None:  # What it shows is to be there.
            content = Content(attachments=(attachment,))
            composer.attachments(session, content, Marks(""), page.now)
        known = int(number) if number else None
        if page.desk.settings.has_wecom:
            return telling.save_welcome(session, page.desk.sealer, draft, page.now, known)
        return welcomes.save_welcome(session, draft, page.now, known)

    await page.write(write, did="community_welcome.saved", about=lambda kept: {"welcome": kept.id})
    return page.go("/community-welcomes", said="已保存，企业微信那边稍后更新")


def _attachment(form: Mapping[str, str]) -> Attachment | None:
    told: dict[str, Any] = {name: form.get(name, "").strip() for name in ("kind", "ref", "title")}
    if not told["kind"]:
        return None
    if told["kind"] not in ATTACHMENTS:
        raise InvalidInput("请选附件是什么", field="kind")
    if told["kind"] == AttachmentKind.LINK:
        if not told["ref"].startswith(("http://", "https://")):
            raise InvalidInput("链接要以 https:// 开头", field="ref")
        if not told["title"]:
            raise InvalidInput("链接要写标题", field="title")
    elif told["kind"] == AttachmentKind.PAGE:
        told["ref"] = ""
    try:
        return Attachment.model_validate(told)
    except ValidationError:
        raise InvalidInput("附件填得不对", field="ref") from None


_EDIT: Final = Permission.EDIT_CAMPAIGNS
ROUTES: Final = (
    Route("GET", "/community-welcomes", _EDIT, show_list),
    Route("GET", "/community-welcomes/new", _EDIT, show),
    Route("GET", "/community-welcomes/{number:[0-9]{1,9}}", _EDIT, show),
    Route("POST", "/community-welcomes", _EDIT, save),
    Route("POST", "/community-welcomes/{number:[0-9]{1,9}}", _EDIT, save),
)
