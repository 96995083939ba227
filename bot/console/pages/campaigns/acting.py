"""What is done with a campaign: it goes out, pauses, goes on, ends; the lint is overridden."""

from collections.abc import Callable
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages.campaigns.viewing import number_of
from bot.console.pages.written import find_id
from campaigns import activating, drafts, gate, steering
from campaigns.tables import Campaign, CampaignRun
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of

TOO_LATE: Final = "刚刚有人改过它的状态，请刷新看看"


async def activate(page: Page) -> web.StreamResponse:
    """Let it go out by its plan."""
    number, version = number_of(page), await _version(page)

    def write(session: Session) -> Campaign:
        return activating.activate(session, number, version=version, now=page.now)

    return await _done(page, write, "campaign.activated", "已启用，会按计划发出")


async def pause(page: Page) -> web.StreamResponse:
    """Let nothing more leave."""
    number, by = number_of(page), _by(page)

    def write(session: Session) -> Campaign:
        return activating.pause(session, number, by=by, now=page.now)

    return await _done(page, write, "campaign.paused", "已暂停，正在发的那几条发完就停")


async def resume(page: Page) -> web.StreamResponse:
    """Go on."""
    number, by, letterbox = number_of(page), _by(page), page.desk.campaign_parts.letterbox
    version = await _version(page)

    def write(session: Session) -> Campaign:
        return activating.resume(session, letterbox, number, by=by, now=page.now, version=version)

    return await _done(page, write, "campaign.resumed", "已继续")


async def stop(page: Page) -> web.StreamResponse:
    """End it for good."""
    number, by, letterbox = number_of(page), _by(page), page.desk.campaign_parts.letterbox

    def write(session: Session) -> Campaign:
        return activating.stop(session, letterbox, number, by=by, now=page.now)

    return await _done(page, write, "campaign.stopped", "已停止")


async def override(page: Page) -> web.StreamResponse:
    """The owner lets the words pass."""
    number, reason = number_of(page), (await page.form()).get("reason", "")
    version = await _version(page)

    def write(session: Session) -> Campaign:
        campaign = drafts.get(session, number)
        if campaign.version != version:
            raise IllegalMove(drafts.CHANGED_BY_OTHERS)
        gate.let_pass(session, campaign, by=_by(page), reason=reason, now=page.now)
        return campaign

    return await _done(page, write, "campaign.lint_overridden", "已放行，理由记录在案")


async def copy(page: Page) -> web.StreamResponse:
    """A new draft like it."""
    number, by = number_of(page), _by(page)

    def write(session: Session) -> int:
        return id_of(drafts.copy(session, number, by=by, now=page.now))

    made = await page.write(write, did="campaign.created", about=lambda each: {"campaign": each})
    return page.go(f"/campaigns/{made}", said="已复制成一份草稿")


async def discard(page: Page) -> web.StreamResponse:
    """Throw a draft away."""
    number = number_of(page)
    await page.write(drafts.discard, number, did="campaign.discarded", about={"campaign": number})
    return page.go("/campaigns", said="草稿已删除")


async def pause_run(page: Page) -> web.StreamResponse:
    """Pause one run of it."""
    by = _by(page)

    def write(session: Session, run_id: int) -> bool:
        return steering.pause(session, run_id, by=by, reason="运营暂停")

    return await _steer(page, write, "campaign_run.paused", "已暂停这一次")


async def resume_run(page: Page) -> web.StreamResponse:
    """Go on with one run of it."""
    by, letterbox = _by(page), page.desk.campaign_parts.letterbox

    def write(session: Session, run_id: int) -> bool:
        return steering.resume(session, letterbox, run_id, by=by, now=page.now)

    return await _steer(page, write, "campaign_run.resumed", "已继续")


async def stop_run(page: Page) -> web.StreamResponse:
    """End one run of it."""
    by, letterbox = _by(page), page.desk.campaign_parts.letterbox

    def write(session: Session, run_id: int) -> bool:
        return steering.stop(session, letterbox, run_id, by=by, reason="运营停止", now=page.now)

    return await _steer(page, write, "campaign_run.stopped", "已停止这一次")


async def _done(
    page: Page, write: Callable[[Session], Campaign], did: str, said: str
) -> web.StreamResponse:
    number = number_of(page)
    await page.write(write, did=did, about={"campaign": number})
    return page.go(f"/campaigns/{number}", said=said)


async def _steer(
    page: Page, write: Callable[[Session, int], bool], did: str, said: str
) -> web.StreamResponse:
    number, run_id = number_of(page), find_id(page.match("run")) or 0

    def change(session: Session) -> None:
        run = session.get(CampaignRun, run_id)
        if run is None or run.campaign_id != number:
            raise NotFound("没有这一次发送")
        if not write(session, run_id):
            raise IllegalMove(TOO_LATE)

    await page.write(change, did=did, about={"campaign": number, "run": run_id})
    return page.go(f"/campaigns/{number}", said=said)


async def _version(page: Page) -> int:
    seen = find_id((await page.form()).get("version", ""))
    if seen is None:
        raise InvalidInput("页面不完整，请刷新再试", field="version")
    return seen


def _by(page: Page) -> str:
    return f"staff:{page.staff.id}"
