"""Pages of what a person has to decide: doubtful messages, events that fail, what is stuck."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot import mending
from bot.console.page import Page
from bot.console.pages import mending_list as listed
from bot.console.route import Route
from bot.mending import Decision
from bot.staff.permissions import Permission
from commerce.errors import InvalidInput, NotFound
from commerce.parcels.tables import Parcel
from commerce.parcels.tracking import ask_soon

SAID: Final = {
    Decision.ARRIVED: "已记为送达，不再发",
    Decision.AGAIN: "马上再发一次",
    Decision.LEFT: "已放下，不再发",
}


async def show_messages(page: Page) -> web.StreamResponse:
    """Messages and calls that failed, or of which nobody knows whether they arrived."""
    text, state = page.query("q"), page.query("state")
    found = await page.read(listed.page_of_outbox, text, state, page.number)
    return page.html(
        "pages/mending_messages.html",
        found=found,
        text=text,
        state=state,
        states=listed.OUTBOX_STATES,
    )


async def show_words(page: Page) -> web.StreamResponse:
    """What one of them says, opened for whoever decides; who looked is kept."""
    outbox_id = int(page.match("message"))
    words = await page.write(
        listed.open_words,
        page.desk.sealer,
        outbox_id,
        did="outbox.read",
        about={"outbox": outbox_id},
    )
    return page.fragment("pages/_mending_words.html", words=words)


async def decide(page: Page) -> web.StreamResponse:
    """It arrived, it is sent again, or it is left as it is."""
    outbox_id, form = int(page.match("message")), await page.form()
    try:
        decision = Decision(form.get("decision", ""))
    except ValueError:
        raise InvalidInput("请选怎么处理", field="decision") from None
    await page.write(
        mending.decide,
        outbox_id,
        decision,
        page.staff.id,
        page.now,
        did=f"outbox.{decision}",
        about={"outbox": outbox_id},
    )
    return page.go("/mending", said=SAID[decision])


async def show_quarantined(page: Page) -> web.StreamResponse:
    """Customers' messages that the shop could not answer."""
    found = await page.read(listed.page_of_inbox, page.desk.sealer, page.number)
    return page.html("pages/mending_inbox.html", found=found)


async def answer_again(page: Page) -> web.StreamResponse:
    """Have one answered once more."""
    seq = int(page.match("message"))
    conversation_id = await page.write(
        mending.answer_again,
        page.desk.sealer,
        seq,
        page.now,
        did="inbox.answered_again",
        about={"inbox": seq},
    )
    return page.go("/mending/inbox", said=f"已重新处理，会话{conversation_id}里能看到答复")


async def set_aside(page: Page) -> web.StreamResponse:
    """Leave one unanswered for good."""
    seq = int(page.match("message"))
    await page.write(mending.set_aside, seq, page.now, did="inbox.set_aside", about={"inbox": seq})
    return page.go("/mending/inbox", said="已放下，不再处理")


async def show_events(page: Page) -> web.StreamResponse:
    """What happened in the shop and keeps failing to be followed."""
    found = await page.read(listed.page_of_events, page.number)
    return page.html("pages/mending_events.html", found=found)


async def try_now(page: Page) -> web.StreamResponse:
    """Try one at once."""
    return await _about_event(page, mending.try_event_now, "event.tried_again", "马上再试一次")


async def give_up(page: Page) -> web.StreamResponse:
    """Never try it again."""
    return await _about_event(page, mending.give_event_up, "event.given_up", "已放下，不再重试")


async def show_stuck(page: Page) -> web.StreamResponse:
    """Parcels, refunds and transfers that do not move by themselves."""
    stuck = await page.read(listed.find_stuck, page.now)
    return page.html("pages/mending_stuck.html", stuck=stuck)


async def ask_carrier(page: Page) -> web.StreamResponse:
    """Ask a parcel's carrier once more."""
    parcel_id = int(page.match("parcel"))
    await page.write(
        _ask, parcel_id, page.now, did="parcel.asked_again", about={"parcel": parcel_id}
    )
    return page.go("/mending/stuck", said="已安排查询，过一会儿再来看")


async def _about_event(
    page: Page, change: Callable[..., None], did: str, said: str
) -> web.StreamResponse:
    event_id = int(page.match("event"))
    await page.write(change, event_id, page.now, did=did, about={"event": event_id})
    return page.go("/mending/events", said=said)


def _ask(session: Session, parcel_id: int, now: datetime) -> None:
    parcel = session.get(Parcel, parcel_id)
    if parcel is None:
        raise NotFound("没有这个包裹", parcel_id=parcel_id)
    if not ask_soon(session, parcel, now):
        raise InvalidInput("半小时内刚查过，请过一会儿再查")


_ONE: Final = "/mending/messages/{message:[0-9]{1,18}}"
_HEARD: Final = "/mending/inbox/{message:[0-9]{1,18}}"
_EVENT: Final = "/mending/events/{event:[0-9]{1,18}}"
ROUTES: Final = (
    Route("GET", "/mending", Permission.MEND, show_messages),
    Route("POST", _ONE, Permission.MEND, decide),
    Route("POST", f"{_ONE}/words", Permission.MEND, show_words),
    Route("GET", "/mending/inbox", Permission.MEND, show_quarantined),
    Route("POST", f"{_HEARD}/answer", Permission.MEND, answer_again),
    Route("POST", f"{_HEARD}/end", Permission.MEND, set_aside),
    Route("GET", "/mending/events", Permission.MEND, show_events),
    Route("POST", f"{_EVENT}/try", Permission.MEND, try_now),
    Route("POST", f"{_EVENT}/end", Permission.MEND, give_up),
    Route("GET", "/mending/stuck", Permission.MEND, show_stuck),
    Route("POST", "/mending/parcels/{parcel:[0-9]{1,9}}", Permission.MEND, ask_carrier),
)
