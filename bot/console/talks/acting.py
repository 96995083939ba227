"""What the shop's people do with a conversation: take it, pass it on, give it back, note things."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session

from bot.console import feed
from bot.console.page import Page
from bot.console.route import Route
from bot.console.talks.names import read_names
from bot.console.talks.pages import TALK
from bot.conversations import OwnerChanged
from bot.handover import notes, owning
from bot.handover.episodes import find_live, is_in_wecom, speaker_of
from bot.handover.taking import until_quiet
from bot.messages import BOT
from bot.staff.permissions import Permission
from bot.tables import Conversation
from commerce.errors import IllegalMove, InvalidInput

TAKEN_BY: Final = "{name}刚刚接走了"
BACK_WITH_BOT: Final = "会话刚刚回到了机器人那里，要回复请先接入"
IN_WECOM: Final = "这位顾客正在企业微信里接待，请在企业微信里处理"
CHANGED: Final = "会话刚刚有变化，请再试一次"


async def take(page: Page) -> web.StreamResponse:
    """Have the conversation, from now on."""
    talk_id, seen = talk_of(page), await seen_epoch(page)
    await until_quiet(page.desk.database, talk_id)

    def change(session: Session) -> None:
        _refuse_taking(session, talk_id, page)
        owning.take(session, talk_id, page.staff.id, seen, page.now)

    return await change_talk(page, change, "talk.taken", {"talk": talk_id})


async def transfer(page: Page) -> web.StreamResponse:
    """Pass it on to a colleague."""
    talk_id, seen = talk_of(page), await seen_epoch(page)
    to = (await page.form()).get("to", "")
    if not (to.isascii() and to.isdigit() and len(to) < 10):
        raise InvalidInput("请选一位同事", field="to")

    def change(session: Session) -> None:
        owning.transfer(session, talk_id, page.staff.id, int(to), seen, page.now)

    return await change_talk(page, change, "talk.transferred", {"talk": talk_id, "to": int(to)})


async def hand_back(page: Page) -> web.StreamResponse:
    """Let the bot go on with what it remembers."""
    talk_id, seen = talk_of(page), await seen_epoch(page)

    def change(session: Session) -> None:
        _refuse_anothers(session, talk_id, page.staff.id)
        owning.hand_back(session, talk_id, speaker_of(page.staff.id), seen, page.now)

    return await change_talk(page, change, "talk.handed_back", {"talk": talk_id})


async def end(page: Page) -> web.StreamResponse:
    """The customer is served."""
    talk_id, seen = talk_of(page), await seen_epoch(page)

    def change(session: Session) -> None:
        _refuse_anothers(session, talk_id, page.staff.id)
        owning.end(session, talk_id, speaker_of(page.staff.id), seen, page.now)

    return await change_talk(page, change, "talk.ended", {"talk": talk_id})


async def add_note(page: Page) -> web.StreamResponse:
    """Write something down for colleagues; the customer never reads it."""
    talk_id, words = talk_of(page), (await page.form()).get("content", "")

    def change(session: Session) -> None:
        notes.add_note(session, page.desk.sealer, talk_id, page.staff.id, words, page.now)

    return await change_talk(page, change, "talk.noted", {"talk": talk_id})


async def change_talk(
    page: Page, change: Callable[[Session], None], did: str, about: Mapping[str, Any]
) -> web.Response:
    """Do it and tell the open pages; 409 and who has it now when somebody else was faster."""
    talk_id = int(about["talk"])
    try:
        await page.write(change, did=did, about=about)
    except OwnerChanged:
        said = await page.read(_what_happened, talk_id, page.staff.id)
        return page.fragment("talks/_refused.html", status=409, words=said)
    finally:
        page.desk.feed.publish(feed.INBOX)
        page.desk.feed.publish(feed.talk(talk_id), id=talk_id)
    return web.Response(status=204)


def talk_of(page: Page) -> int:
    """The conversation of the address."""
    return int(page.match("talk"))


async def seen_epoch(page: Page) -> int:
    """Which change of owner the page had seen when it was sent. Raises InvalidInput."""
    written = (await page.form()).get("epoch", "")
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise InvalidInput("页面过期了，请刷新后再试", field="epoch")
    return int(written)


def _refuse_taking(session: Session, talk_id: int, page: Page) -> None:
    """Raise when a servicer has it in WeCom, and when a colleague does: only who leads the service
    takes a conversation from somebody."""
    live = find_live(session, talk_id)
    if live is not None and is_in_wecom(live):
        raise IllegalMove(IN_WECOM)
    talk = session.get(Conversation, talk_id)
    if talk is not None and talk.owner != BOT and not page.may(Permission.MEND):
        raise OwnerChanged(f"conversation {talk_id} is {talk.owner}'s")


def _refuse_anothers(session: Session, talk_id: int, staff_id: int) -> None:
    talk = session.get(Conversation, talk_id)
    if talk is None or talk.owner != speaker_of(staff_id):
        raise OwnerChanged(f"conversation {talk_id} is not theirs")


def _what_happened(session: Session, talk_id: int, staff_id: int) -> str:
    talk = session.get(Conversation, talk_id)
    if talk is None or talk.owner == speaker_of(staff_id):
        return CHANGED
    if talk.owner == BOT:
        return BACK_WITH_BOT
    return TAKEN_BY.format(name=read_names(session).of(talk.owner))


ROUTES: Final = (
    Route("POST", f"{TALK}/take", Permission.CONVERSE, take),
    Route("POST", f"{TALK}/transfer", Permission.CONVERSE, transfer),
    Route("POST", f"{TALK}/hand-back", Permission.CONVERSE, hand_back),
    Route("POST", f"{TALK}/end", Permission.CONVERSE, end),
    Route("POST", f"{TALK}/notes", Permission.CONVERSE, add_note),
)
