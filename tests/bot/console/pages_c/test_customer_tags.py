"""Tags on a customer's page: put on, taken off, and WeCom told."""

from sqlmodel import Session, col, select

from bot.clock import FrozenClock
from bot.contacts.tables import Contact
from bot.database import Database
from bot.staff.tables import Role
from bot.tables import OutboxMessage
from commerce.customers.identities import identify
from commerce.customers.tags import list_tags, save_tag
from commerce.inserting import id_of
from tests.bot.console.conftest import OpenConsole


async def test_what_is_ticked_is_borne_and_nothing_else(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()

    def prepare(session: Session) -> tuple[int, list[int]]:
        customer_id = id_of(identify(session, "wecom_contact", "ww1", "wm-1", now))
        session.add(
            Contact(userid="wang", external_userid="wm-1", customer_id=customer_id, added_at=now)
        )
        tags = [save_tag(session, "等级", name, platform_id=f"et-{name}") for name in "甲乙"]
        return customer_id, [id_of(tag) for tag in tags]

    customer_id, (first, second) = await database.write(prepare)
    agent = await open_console(Role.AGENT)
    page = f"/customers/{customer_id}"
    await agent.get(page)
    assert (await agent.post(f"{page}/tags", {"tag": str(first)})).location.endswith(page)
    frozen_clock.advance(seconds=1)
    await agent.post(f"{page}/tags", {"tag": str(second)})

    def borne(session: Session) -> list[str]:
        return [tag.name for tag in list_tags(session, customer_id)]

    assert await database.read(borne) == ["乙"]
    kinds = select(OutboxMessage.kind).where(col(OutboxMessage.kind) == "wecom.contact_tags")
    assert len(await database.read(lambda s: s.exec(kinds).all())) == 2
    assert "等级·乙" in (await agent.get(page)).text
