"""The reply box: words, a product, a coupon, a picture; and that somebody is typing."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.drawing import LARGEST
from bot.console.page import Page
from bot.console.route import Route
from bot.console.talks import saying
from bot.console.talks.acting import change_talk, seen_epoch, talk_of
from bot.console.talks.pages import TALK
from bot.console.talks.pictures import keep_picture
from bot.console.talks.saying import Wording
from bot.staff.permissions import Permission
from commerce.errors import InvalidInput
from commerce.sealing import Sealer

type Saying[T] = Callable[[Session, Sealer, Wording, T, datetime], None]
_KEY: Final = re.compile(r"[0-9A-Za-z-]{8,64}")


async def reply(page: Page) -> web.StreamResponse:
    """Say some words."""
    content = (await page.form()).get("content", "")
    return await _send(page, saying.say_text, content, "talk.replied")


async def send_card(page: Page) -> web.StreamResponse:
    """Send the card of a product."""
    product_id = await _chosen(page, "product_id")
    return await _send(page, saying.send_product, product_id, "talk.card_sent", id=product_id)


async def give_coupon(page: Page) -> web.StreamResponse:
    """Give a coupon and tell the customer."""
    template_id = await _chosen(page, "template_id")
    return await _send(page, saying.give_coupon, template_id, "talk.coupon_given", id=template_id)


async def send_picture(page: Page) -> web.StreamResponse:
    """Send an uploaded picture."""
    uploaded = await page.file("picture", LARGEST)
    if uploaded is None:
        raise InvalidInput("还没选图片", field="picture")
    folder = page.desk.settings.picture_folder
    name = await asyncio.to_thread(keep_picture, folder, uploaded.content)
    return await _send(page, saying.send_picture, name, "talk.picture_sent")


async def _send[T](page: Page, say: Saying[T], what: T, did: str, **about: int) -> web.Response:
    wording = await _wording(page)

    def change(session: Session) -> None:
        say(session, page.desk.sealer, wording, what, page.now)

    return await change_talk(page, change, did, {"talk": wording.conversation_id, **about})


async def _wording(page: Page) -> Wording:
    """What was sent twice has one key: the browser makes it when the sending begins."""
    key = (await page.form()).get("key", "")
    if _KEY.fullmatch(key) is None:
        raise InvalidInput("页面过期了，请刷新后再试", field="key")
    return Wording(
        conversation_id=talk_of(page),
        staff_id=page.staff.id,
        seen_epoch=await seen_epoch(page),
        key=f"staff:{page.staff.id}:{key}",
    )


async def _chosen(page: Page, name: str) -> int:
    written = (await page.form()).get(name, "")
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise InvalidInput("请先选一个", field=name)
    return int(written)


ROUTES: Final = (
    Route("POST", f"{TALK}/replies", Permission.CONVERSE, reply),
    Route("POST", f"{TALK}/cards", Permission.CONVERSE, send_card),
    Route("POST", f"{TALK}/coupons", Permission.CONVERSE, give_coupon),
    Route("POST", f"{TALK}/pictures", Permission.CONVERSE, send_picture),
)
