"""Writing a campaign in the console: what is refused comes back with everything entered."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.errors import TooLarge
from bot.console.page import Page
from bot.console.pages.campaigns.choices import choices_of, rules_of
from bot.console.pages.campaigns.drafting import as_draft, form_field
from bot.console.pages.campaigns.entered import (
    ArmEntry,
    AttachmentEntry,
    Entered,
    PlanEntry,
    StepEntry,
    read_entered,
)
from bot.console.pages.campaigns.stored import entered_of
from bot.console.pages.campaigns.viewing import number_of
from bot.console.pages.campaigns.words import AUDIENCES, KINDS
from bot.console.pages.product_pictures import keep_picture
from bot.console.pages.written import find_id
from campaigns import drafts
from campaigns.segments import asking
from campaigns.segments.describing import describe
from campaigns.segments.rules import read_rule
from campaigns.segments.saving import get_segment
from campaigns.tables import Audience, Campaign, CampaignKind
from commerce.errors import InvalidInput, NotFound, ShopError
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI

LARGEST_PICTURE: Final = 8 * 1024 * 1024
REFUSED: Final = 422
UNSUBSCRIBE: Final = "\n不想再收到，回复退订"
BEGINNINGS: Final[Sequence[tuple[CampaignKind, Audience, str]]] = (
    (CampaignKind.ONCE, Audience.CUSTOMERS, "挑一群顾客，定一个时间，发一次"),
    (CampaignKind.RECURRING, Audience.CUSTOMERS, "每周或每月的固定时间，发给当时符合条件的顾客"),
    (CampaignKind.JOURNEY, Audience.CUSTOMERS, "加购没买、生日、很久没来……有事发生就自动跟进"),
    (CampaignKind.SOP, Audience.CUSTOMERS, "从顾客加入人群起，第几天几点发什么"),
    (CampaignKind.ONCE, Audience.GROUPS, "发到选中的客户群，由群主在企业微信里确认"),
    (CampaignKind.RECURRING, Audience.GROUPS, "每周或每月的固定时间发到客户群"),
    (CampaignKind.SOP, Audience.GROUPS, "从建群或某一天起，第几天几点在群里发什么"),
    (CampaignKind.ONCE, Audience.MOMENTS, "发到员工的朋友圈，客户看得到"),
)
"""What a new campaign may be, and what it is for."""


async def show_new(page: Page) -> web.StreamResponse:
    """The choice of a kind, or the editor of a new campaign of that kind."""
    kind, audience = page.query("kind"), page.query("audience", Audience.CUSTOMERS.value)
    if (kind, audience) not in {(kind, audience) for kind, audience, _ in BEGINNINGS}:
        return page.html(
            "campaigns/kinds.html",
            title="新建活动",
            beginnings=BEGINNINGS,
            kinds=KINDS,
            audiences=AUDIENCES,
        )
    return await _form(page, _blank(page, kind, audience))


async def create(page: Page) -> web.StreamResponse:
    """Keep a new draft."""
    entered, spoilt = await read_form(page)
    if spoilt is not None:
        return await _form(page, entered, refused=spoilt)

    def write(session: Session) -> int:
        draft = drafts.read_draft(as_draft(entered, rules_of(session)))
        made = drafts.create(session, draft, by=f"staff:{page.staff.id}", now=page.now)
        return id_of(made)

    try:
        made = await page.write(
            write, did="campaign.created", about=lambda number: {"campaign": number}
        )
    except NotFound:
        raise
    except ShopError as refused:
        return await _form(page, entered, refused=refused)
    return page.go(f"/campaigns/{made}", said="草稿已保存，先看看预览和人数")


async def show_edit(page: Page) -> web.StreamResponse:
    """The editor of a campaign that is a draft, or paused."""
    number = number_of(page)
    entered = await page.read(_stored, number)
    return await _form(page, entered, number)


async def change(page: Page) -> web.StreamResponse:
    """Keep another wording or plan of a campaign."""
    number, (entered, spoilt) = number_of(page), await read_form(page)
    if spoilt is not None:
        return await _form(page, entered, number, spoilt)

    def write(session: Session) -> Campaign:
        drafts.get(session, number)
        draft = drafts.read_draft(as_draft(entered, rules_of(session)))
        version = find_id(entered.version) or 0
        return drafts.change(session, number, draft, version=version, now=page.now)

    try:
        await page.write(write, did="campaign.changed", about={"campaign": number})
    except NotFound:
        raise
    except ShopError as refused:
        return await _form(page, entered, number, refused)
    return page.go(f"/campaigns/{number}", said="已保存，发之前再看一眼预览")


async def read_form(page: Page) -> tuple[Entered, InvalidInput | None]:
    """The form, with every picture that was handed in kept and named, and why one was not."""
    body = await page.body()
    fields, spoilt = list(body.fields), None
    for name in body.files:
        place, _, last = name.rpartition(".")
        try:
            file = await page.file(name, LARGEST_PICTURE)
            if last == "file" and file is not None and file.content:
                folder = page.desk.settings.picture_folder
                kept = await asyncio.to_thread(keep_picture, file.content, folder)
                fields.append((f"{place}.ref", kept))
        except (TooLarge, InvalidInput) as error:
            words = f"图片“{body.files[name].name}”没有收下：{error}"
            spoilt = InvalidInput(words, field=f"{place}.ref")
    return read_entered(fields), spoilt


async def count(page: Page) -> web.StreamResponse:
    """How many fit the segment that is chosen, and its rule in words."""
    number = find_id(page.query("segment_id"))
    customers, rule = await page.read(_count, number, page.now)
    return page.fragment("campaigns/_count.html", customers=customers, rule=rule)


def _count(session: Session, segment_id: int | None, now: datetime) -> tuple[int, str]:
    rule = None if segment_id is None else read_rule(get_segment(session, segment_id).rule)
    words = "" if rule is None else describe(session, rule)
    return asking.count(session, rule, now), words


async def _form(
    page: Page, entered: Entered, number: int | None = None, refused: ShopError | None = None
) -> web.StreamResponse:
    field = "" if refused is None else str(refused.details.get("field", ""))
    return page.html(
        "campaigns/form.html",
        status=200 if refused is None else REFUSED,
        title="新建活动" if number is None else f"修改{entered.name}",
        number=number,
        entered=entered,
        choices=await page.read(choices_of, entered, page.now),
        refused="" if refused is None else str(refused),
        refused_field=form_field(field, entered),
        blanks=_blanks(entered.audience),
    )


def _stored(session: Session, number: int) -> Entered:
    campaign = drafts.get(session, number)
    if campaign.state not in drafts.MAY_BE_CHANGED:
        raise InvalidInput("活动正在进行，先暂停再修改")
    return entered_of(drafts.draft_of(campaign), campaign.version)


def _blanks(audience: str) -> Mapping[str, ArmEntry | AttachmentEntry | StepEntry]:
    """Rows with nothing in them, which the page adds when it is asked to."""
    arm = ArmEntry(text=UNSUBSCRIBE if audience == Audience.CUSTOMERS else "")
    return {
        "attachment": AttachmentEntry(),
        "arm": arm,
        "send": StepEntry(id="__ID__", time="10:00", arms=(arm,)),
        "wait": StepEntry(id="__ID__", kind="wait", wait="1", wait_unit="days", arms=()),
        "condition": StepEntry(id="__ID__", kind="condition", arms=()),
    }


def _blank(page: Page, kind: str, audience: str) -> Entered:
    """What a new campaign begins with: the commonest of its kind."""
    local = page.now.astimezone(SHANGHAI)
    tomorrow = f"{local + timedelta(days=1):%Y-%m-%d}"
    is_single = audience == Audience.CUSTOMERS
    routes = ("official_account", "wecom") if is_single else ("mass",)
    plan = PlanEntry(at=f"{tomorrow}T10:00", from_day=tomorrow, after="2")
    text = UNSUBSCRIBE if is_single else ""
    at = ("1", "10:00") if kind == CampaignKind.SOP else ("", "")
    step = StepEntry(day=at[0], time=at[1], arms=(ArmEntry(text=text),))
    blank = Entered(kind=kind, audience=audience, routes=routes, plan=plan, steps=(step,))
    return replace(blank, holdout_percent="10") if is_single else blank
