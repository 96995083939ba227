"""A campaign before it goes out: as a customer will see it, and how many will.

Both are shown of a campaign that is kept, and of one that is being written: of that nothing is
kept but its pictures, which go by their content and are there once, saved or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages.campaigns.choices import rules_of
from bot.console.pages.campaigns.drafting import as_draft, form_field
from bot.console.pages.campaigns.editing import read_form
from bot.console.pages.campaigns.entered import Entered
from bot.console.pages.campaigns.viewing import number_of
from bot.console.pages.campaigns.words import reason_words
from bot.console.pages.written import find_id
from campaigns import drafts, gate, limits
from campaigns.gate import Found
from campaigns.parts import Parts
from campaigns.preview import Preview, preview, preview_shared
from campaigns.segments import asking
from campaigns.segments.rules import read_rule
from campaigns.tables import Audience, Campaign
from commerce.customers import find_customer
from commerce.errors import InvalidInput
from commerce.inserting import id_of

NAMELESS: Final = "还没有名字"
"""What is not kept needs no name."""
PLACES: Final[Mapping[str, str]] = {
    "purpose": "用途",
    "segment_id": "发给哪些顾客",
    "groups": "发到哪些客户群",
    "plan": "什么时候",
    "routes": "走哪些渠道",
    "nodes": "发什么",
    "attribution_days": "效果怎么算",
    "holdout_percent": "效果怎么算",
    "promoter_code": "效果怎么算",
    "stop_rule": "版本比较",
}
"""The editor's sections, by the first part of a field's name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be looked at."""

    node: str = ""
    """The step; the first one for a name that is none."""
    arm: str = ""
    """The variant; the one that is drawn for the customer where it is empty."""
    customer: str = ""
    """The customer's number; the first of the segment where it is empty."""


@dataclass(frozen=True, slots=True)
class Look:
    """A send as one customer will see it, and what else may be looked at."""

    shown: Preview | None
    node: str
    nodes: Sequence[str]
    arms: Sequence[str]
    customer: str
    is_known: bool
    """Whether there is such a customer, and anybody at all."""
    examples: Sequence[int]
    is_shared: bool
    found: Sequence[Found] = ()
    """What the lint says; looked for in what is being written alone."""


async def show_tally(page: Page) -> web.StreamResponse:
    """How many would get it now, and who not and why."""

    def count(session: Session) -> Mapping[str, int]:
        return tally(session, parts, drafts.get(session, number), page.now)

    parts, number = page.desk.campaign_parts, number_of(page)
    return _counts(page, await page.read(count))


async def show_preview(page: Page) -> web.StreamResponse:
    """A send as one customer will see it."""

    def see(session: Session) -> Look:
        return look(session, parts, drafts.get(session, number), asked, page.now)

    parts, number = page.desk.campaign_parts, number_of(page)
    asked = Asked(page.query("node"), page.query("arm"), page.query("customer"))
    return _bubbles(page, await page.read(see), number)


async def try_tally(page: Page) -> web.StreamResponse:
    """The counts of what stands in the editor."""

    def count(session: Session) -> Mapping[str, int]:
        return tally(session, parts, _rehearse(session, entered, like, page.now), page.now)

    parts, (entered, spoilt) = page.desk.campaign_parts, await read_form(page)
    if spoilt is not None:
        return _refused(page, entered, spoilt)
    like = find_id((await page.form()).get("campaign", ""))
    try:
        counted = await page.read(count)
    except InvalidInput as refused:
        return _refused(page, entered, refused)
    return _counts(page, counted)


async def try_preview(page: Page) -> web.StreamResponse:
    """A send of what stands in the editor."""

    def see(session: Session) -> Look:
        campaign = _rehearse(session, entered, like, page.now)
        return look(session, parts, campaign, asked, page.now, is_linted=True)

    parts, (entered, spoilt) = page.desk.campaign_parts, await read_form(page)
    if spoilt is not None:
        return _refused(page, entered, spoilt)
    form = await page.form()
    like = find_id(form.get("campaign", ""))
    asked = Asked(*(form.get(name, "") for name in ("node", "arm", "customer")))
    try:
        seen = await page.read(see)
    except InvalidInput as refused:
        return _refused(page, entered, refused)
    return _bubbles(page, seen)


def tally(session: Session, parts: Parts, campaign: Campaign, now: datetime) -> Mapping[str, int]:
    """By reason in words, who gets it first."""
    if campaign.audience != Audience.CUSTOMERS:
        raise InvalidInput("发到客户群和朋友圈的活动，请在“群发任务”里看人数", field="audience")
    counted = limits.tally(session, parts, campaign, now)
    first: dict[str, int] = {reason_words("open"): counted.get("open", 0)}
    others = sorted(counted.items(), key=lambda each: -each[1])
    return first | {reason_words(reason): count for reason, count in others if reason != "open"}


def look(
    session: Session,
    parts: Parts,
    campaign: Campaign,
    asked: Asked,
    now: datetime,
    *,
    is_linted: bool = False,
) -> Look:
    """Look at a campaign with a customer's eyes. Raises NothingToShow."""
    sends = gate.sends_of(campaign)
    if not sends:
        raise InvalidInput("至少要有一条消息", field="nodes")
    send = next((each for each in sends if each.id == asked.node), sends[0])
    rule = limits.rule_of(session, campaign)
    examples = asking.examples(session, None if rule is None else read_rule(rule), now)
    is_shared = campaign.audience != Audience.CUSTOMERS
    wanted = asked.customer.strip() or str(next(iter(examples), ""))
    shown: Preview | None = None
    if is_shared:
        shown = preview_shared(session, parts, campaign, send, now)
    elif (customer := find_customer(session, find_id(wanted) or 0)) is not None:
        shown = preview(session, parts, campaign, send, id_of(customer), now, asked.arm)
    return Look(
        shown=shown,
        node=send.id,
        nodes=[each.id for each in sends],
        arms=[each.name for each in send.arms],
        customer=wanted,
        is_known=shown is not None or not wanted,
        examples=examples,
        is_shared=is_shared,
        found=gate.examine(campaign) if is_linted else (),
    )


def _rehearse(session: Session, entered: Entered, like: int | None, now: datetime) -> Campaign:
    """What stands in the editor, as if it were kept; `like` is the campaign it changes."""
    told = as_draft(entered, rules_of(session))
    draft = drafts.read_draft(told | {"name": entered.name or NAMELESS})
    changed = None if like is None else drafts.get(session, like)
    return drafts.rehearse(session, draft, now, changed)


def _bubbles(page: Page, seen: Look, number: int | None = None) -> web.StreamResponse:
    return page.fragment(
        "campaigns/_preview.html", look=seen, campaign_id=number, words=reason_words
    )


def _counts(page: Page, counted: Mapping[str, int]) -> web.StreamResponse:
    return page.fragment("campaigns/_tally.html", counted=counted, total=sum(counted.values()))


def _refused(page: Page, entered: Entered, refused: InvalidInput) -> web.StreamResponse:
    """What is to be mended before there is anything to see, and where it stands."""
    place = form_field(str(refused.details.get("field", "")), entered).split(".")
    where = PLACES.get(place[0], "")
    step = place[1] if place[0] == "nodes" and len(place) > 1 else ""
    if step.isdecimal() and len(entered.steps) > 1:
        where = f"第{int(step) + 1}步"
    return page.fragment("campaigns/_unready.html", refused=str(refused), where=where)
