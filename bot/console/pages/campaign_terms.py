"""The page of the rules of speaking unasked."""

from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages.written import number
from bot.console.route import Route
from bot.staff.people import names_in_wecom
from bot.staff.permissions import Permission
from campaigns import terms


async def show(page: Page) -> web.StreamResponse:
    """The rules as they are."""
    names = await page.read(names_in_wecom)
    return page.html(
        "mass_tasks/terms.html",
        title="发送规则",
        terms=await page.read(terms.get_terms),
        policies=list(terms.CAP_POLICIES.items()),
        colleagues=sorted(names.items(), key=lambda each: each[1]),
    )


async def save(page: Page) -> web.StreamResponse:
    """Change them, from now on."""
    form = await page.form()
    stand_ins = {
        name.removeprefix("stand_in."): value
        for name, value in form.items()
        if name.startswith("stand_in.") and value
    }

    def write(session: Session) -> None:
        terms.set_terms(
            session,
            cap_policy=form.get("cap_policy", ""),
            per_week=number(form.get("per_week", ""), "每周次数", "per_week"),
            quiet_from=number(form.get("quiet_from", ""), "免打扰开始", "quiet_from"),
            quiet_until=number(form.get("quiet_until", ""), "免打扰结束", "quiet_until"),
            auto_pause_failures=number(
                form.get("auto_pause_failures", ""), "连续失败", "auto_pause_failures"
            ),
            stand_ins=stand_ins,
        )

    await page.write(write, did="campaign_terms.saved")
    return page.go("/campaign-terms", said="发送规则已保存")


ROUTES: Final = (
    Route("GET", "/campaign-terms", Permission.EDIT_CAMPAIGNS, show),
    Route("POST", "/campaign-terms", Permission.MANAGE_SETTINGS, save),
)
