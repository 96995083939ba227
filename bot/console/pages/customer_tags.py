"""The tags of one customer, put on and taken off by the shop's people; WeCom follows."""

from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.route import Route
from bot.contacts.hearing import want_tags
from bot.staff.permissions import Permission
from commerce.customers.merging import get_customer
from commerce.customers.tag_tables import Tag
from commerce.customers.tags import list_all_tags, list_tags, tag_customer, untag_customer
from commerce.inserting import id_of


async def save(page: Page) -> web.StreamResponse:
    """Let the customer bear the ticked tags and no other."""
    customer_id, ticked = int(page.match("id")), await page.many("tag")
    wanted = {int(each) for each in ticked if each.isascii() and each.isdecimal()}

    def write(session: Session) -> list[str]:
        return _set_tags(session, page, customer_id, wanted)

    await page.write(
        write,
        did="customer.tagged",
        about=lambda tags: {"customer": customer_id, "tags": tags},
    )
    return page.go(f"/customers/{customer_id}", said="标签已改，企业微信那边稍后更新")


def _set_tags(session: Session, page: Page, customer_id: int, wanted: set[int]) -> list[str]:
    """Put on and take off what differs; the names of what the customer bears now."""
    kept_id = id_of(get_customer(session, customer_id))
    borne = {id_of(tag) for tag in list_tags(session, kept_id)}
    known = {id_of(tag): tag for tag in list_all_tags(session)}
    put_on = [known[each] for each in sorted(wanted - borne) if each in known]
    taken_off = [known[each] for each in sorted(borne - wanted)]
    for tag in put_on:
        tag_customer(session, kept_id, id_of(tag), f"staff:{page.staff.id}", page.now)
    for tag in taken_off:
        untag_customer(session, kept_id, id_of(tag))
    want_tags(
        session,
        page.desk.sealer,
        kept_id,
        add=_there(put_on),
        remove=_there(taken_off),
        cause=f"staff:{page.staff.id}:{page.now.timestamp():.3f}",
        now=page.now,
    )
    return [tag.name for tag in list_tags(session, kept_id)]


def _there(tags: list[Tag]) -> list[str]:
    """WeCom's ids of those that WeCom has."""
    return [tag.platform_id for tag in tags if tag.platform_id]


ROUTES: Final = (Route("POST", "/customers/{id:[0-9]{1,9}}/tags", Permission.CONVERSE, save),)
