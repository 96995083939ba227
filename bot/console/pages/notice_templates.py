"""The page of notices outside of every chat: which of the platforms' templates tells what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, func, select

from bot.console.page import Page
from bot.console.route import Route
from bot.notices import templates
from bot.notices.kinds import KINDS, VALUES
from bot.notices.posting import APPS
from bot.notices.tables import NoticeTemplate, SubscriptionCredit
from bot.staff.permissions import Permission
from commerce.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Row:
    """What can be told, by which app, and how many messages customers allow."""

    kind: str
    channel: str
    template: NoticeTemplate | None
    people: int
    left: int

    @property
    def takes_consent(self) -> bool:
        """Whether customers allow each message by itself."""
        return self.channel in APPS

    @property
    def fields(self) -> str:
        """The fields as they are written in the form."""
        entered = {} if self.template is None else self.template.fields
        return "\n".join(f"{name} = {VALUES[self.kind][value]}" for name, value in entered.items())


async def show(page: Page) -> web.StreamResponse:
    """Every kind of notice on every app, entered or not."""
    rows = await page.read(_rows)
    return page.html(
        "pages/notice_templates.html",
        rows=rows,
        kinds=KINDS,
        channels=templates.CHANNELS,
        contents=VALUES,
    )


async def save(page: Page) -> web.StreamResponse:
    """Keep a template, or forget it when its id was taken out."""
    form = await page.form()
    kind, channel = form.get("kind", ""), form.get("channel", "")
    about = {"kind": kind, "channel": channel}
    if not form.get("template_id", "").strip():
        function = templates.remove_template
        await page.write(function, kind, channel, did="notice_template.removed", about=about)
        return page.go("/notice-templates", said="已停用")
    await page.write(_save, form, page, did="notice_template.saved", about=about)
    return page.go("/notice-templates")


def _save(session: Session, form: Mapping[str, str], page: Page) -> NoticeTemplate:
    kind = form.get("kind", "")
    return templates.save_template(
        session,
        kind=kind,
        channel=form.get("channel", ""),
        template_id=form["template_id"].strip(),
        fields=_fields(kind, form.get("fields", "")),
        is_active=form.get("is_active") == "yes",
        now=page.now,
    )


def _fields(kind: str, text: str) -> dict[str, str]:
    """One field a line: `thing1 = 商品`. Raises InvalidInput, naming the line."""
    names = {words: name for name, words in VALUES.get(kind, {}).items()}
    fields: dict[str, str] = {}
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        name, sign, words = (part.strip() for part in line.replace("＝", "=").partition("="))
        if not sign or words not in names:
            known = "、".join(names)
            raise InvalidInput(
                f"第{number}行请写成 thing1 = 内容，内容可以是：{known}", field="fields"
            )
        fields[name] = names[words]
    return fields


def _rows(session: Session) -> Sequence[Row]:
    entered = {(each.kind, each.channel): each for each in templates.list_templates(session)}
    statement = select(
        SubscriptionCredit.template_id,
        func.count(),
        func.sum(SubscriptionCredit.credits),
    ).where(col(SubscriptionCredit.credits) > 0)
    grouped = session.exec(statement.group_by(SubscriptionCredit.template_id)).all()
    counted = {template_id: (people, left) for template_id, people, left in grouped}
    rows = []
    for kind in KINDS:
        for channel in filter(partial(templates.may_tell, kind), templates.CHANNELS):
            template = entered.get((kind, channel))
            people, left = counted.get(template.template_id, (0, 0)) if template else (0, 0)
            rows.append(Row(kind, channel, template, people, left))
    return rows


ROUTES: Final = (
    Route("GET", "/notice-templates", Permission.MANAGE_SETTINGS, show),
    Route("POST", "/notice-templates", Permission.MANAGE_SETTINGS, save),
)
