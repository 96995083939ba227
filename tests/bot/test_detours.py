"""What one conversation may no longer hear is said another way, or waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot import conversations, outbox, reply_window
from bot.clock import FrozenClock
from bot.database import Database
from bot.detours import find_detour
from bot.messages import Channel, Incoming, Text
from bot.notices import wallet
from bot.notices.kinds import Notice
from bot.notices.templates import save_template
from bot.outcomes import Sent
from bot.speaking import say, write_down
from bot.tables import ChatMessage, Conversation, OutboxMessage
from commerce.customers.identities import identify
from commerce.sealing import Sealer

pytestmark = pytest.mark.database
TEMPLATE = "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1"
NEWS = Notice("order_shipped", {"goods": "云朵拖鞋"}, "pages/order/index?order_no=1")


@dataclass
class Person:
    """A customer of several channels, and what the shop tells them."""

    database: Database
    sealer: Sealer
    clock: FrozenClock

    async def writes(self, channel: Channel, *, used: int = 0) -> int:
        """They write on a channel, and the shop has answered so often since."""

        def write(session: Session) -> int:
            now = self.clock.now()
            incoming = Incoming(f"{channel}{now}", channel, f"app-{channel}", "u", "text", "", now)
            talk_id = conversations.find_or_begin(session, incoming, now)
            customer = identify(session, channel, f"app-{channel}", "u", now, unionid="union")
            talk = session.get_one(Conversation, talk_id)
            talk.customer_id, talk.window_used = customer.id, used
            talk.window_opened_by, talk.window_opened_at = "message", now
            talk.updated_at = now
            session.add(talk)
            return talk_id

        return await self.database.write(write)

    async def is_told(self, talk_id: int, *, notice: Notice | None = None) -> None:
        """The shop has news, for this conversation."""

        def tell(session: Session) -> None:
            now = self.clock.now()
            talk = conversations.lock(session, talk_id)
            words = [Text("已发货")]
            say(session, self.sealer, talk, words, now, about="event:1", notice=notice)
            write_down(session, self.sealer, talk_id, None, words, now, about="event:1")

        await self.database.write(tell)

    async def hears(self) -> list[str]:
        """Claim all that may be sent; the kinds of the rows that were."""
        kinds: list[str] = []

        def claim(session: Session) -> list[str]:
            now = self.clock.now()
            claimed = outbox.claim_due(session, self.sealer, now, detour=find_detour)
            return [each.kind for each in claimed]

        for _ in range(3):
            kinds += await self.database.write(claim)
        return kinds

    async def allows(self, openid: str = "u") -> None:
        """They have tapped 允许 once, in the mini-program."""

        def allow(session: Session) -> None:
            now = self.clock.now()
            fields = {"thing1": "goods"}
            told: dict[str, Any] = {"kind": "order_shipped", "channel": "mini_program"}
            save_template(
                session, **told, template_id=TEMPLATE, fields=fields, is_active=True, now=now
            )
            wallet.add(session, "app-mini_program", openid, TEMPLATE, now)

        await self.database.write(allow)

    async def rows(self) -> list[tuple[str, str, str]]:
        """The outbox: kind, state and reason."""

        def read(session: Session) -> list[tuple[str, str, str]]:
            found = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
            return [(row.kind, row.state, row.reason) for row in found]

        return await self.database.read(read)


@pytest.fixture
def person(database: Database, sealer: Sealer, frozen_clock: FrozenClock) -> Person:
    return Person(database, sealer, frozen_clock)


async def test_news_goes_where_the_customer_wrote_too(person: Person) -> None:
    full = await person.writes("official_account", used=5)
    other = await person.writes("wecom")
    await person.is_told(full)

    assert await person.hears() == ["wecom.reply"]

    def where(session: Session) -> list[int]:
        return list(session.exec(select(ChatMessage.conversation_id)).all())

    assert await person.database.read(where) == [other], "the transcript shows it where it is said"


async def test_news_that_nobody_may_say_waits_with_its_reason(person: Person) -> None:
    full = await person.writes("official_account", used=5)
    await person.writes("wecom", used=5)
    await person.is_told(full)

    assert await person.hears() == []
    assert await person.rows() == [("official_account.reply", "parked", outbox.NO_ROUTE)]


async def test_a_subscription_message_carries_it_when_no_chat_does(person: Person) -> None:
    await person.writes("mini_program", used=5)
    full = await person.writes("official_account", used=5)
    await person.allows()
    await person.is_told(full, notice=NEWS)

    assert await person.hears() == ["mini_program.notice"]
    assert (await person.rows())[0][1] == "superseded"


async def test_without_consent_it_waits_for_the_next_word(person: Person) -> None:
    await person.writes("mini_program", used=5)
    full = await person.writes("official_account", used=5)
    await person.is_told(full, notice=NEWS)
    assert await person.hears() == []

    def writes_again(session: Session) -> None:
        now = person.clock.now()
        talk = session.get_one(Conversation, full)
        opened = reply_window.after(talk, "text", now)
        talk.window_opened_by, talk.window_opened_at, talk.window_used = opened
        session.add(talk)
        outbox.unpark(session, full, now)

    await person.database.write(writes_again)

    assert await person.hears() == ["official_account.reply"]


async def test_nothing_is_said_into_a_conversation_that_a_person_has(person: Person) -> None:
    full = await person.writes("official_account", used=5)
    other = await person.writes("wecom")

    def take(session: Session) -> None:
        now: datetime = person.clock.now()
        conversations.change_owner(session, other, "staff:1", now, seen_owner="bot", seen_epoch=0)

    await person.database.write(take)
    await person.is_told(full)

    assert await person.hears() == []


async def test_news_reaches_whom_a_person_serves_by_another_way(person: Person) -> None:
    await person.writes("mini_program", used=5)
    served = await person.writes("official_account")
    await person.allows()

    def take(session: Session) -> None:
        now: datetime = person.clock.now()
        conversations.change_owner(session, served, "staff:1", now, seen_owner="bot", seen_epoch=0)

    await person.database.write(take)
    await person.is_told(served, notice=NEWS)

    assert await person.hears() == ["mini_program.notice"]
    (_, state, reason), _ = await person.rows()
    assert (state, reason) == ("superseded", "told by a notice of mini_program")


async def test_what_has_no_form_as_news_takes_no_detour_around_a_person(person: Person) -> None:
    served = await person.writes("official_account")
    await person.writes("wecom")
    await person.is_told(served)

    def take(session: Session) -> None:
        now: datetime = person.clock.now()
        conversations.change_owner(session, served, "staff:1", now, seen_owner="bot", seen_epoch=0)

    await person.database.write(take)

    assert await person.hears() == []
    assert await person.rows() == [("official_account.reply", "superseded", outbox.TAKEN_OVER)]


async def test_an_answer_waits_where_it_was_asked(person: Person) -> None:
    full = await person.writes("official_account", used=5)
    await person.writes("wecom")

    def answer(session: Session) -> None:
        now = person.clock.now()
        talk = conversations.lock(session, full)
        message = outbox.Post(
            key="a1",
            kind="official_account.reply",
            payload={"type": "text", "content": "有货"},
            conversation_id=talk.id,
            inbox_key="m1",
        )
        outbox.post(session, person.sealer, message, now)

    await person.database.write(answer)

    assert await person.hears() == []


async def test_the_sixth_message_is_never_sent(person: Person) -> None:
    talk_id = await person.writes("wecom")

    def say_ten(session: Session) -> None:
        talk = conversations.lock(session, talk_id)
        for number in range(10):
            words = [Text(f"第{number}句")]
            say(session, person.sealer, talk, words, person.clock.now(), about=f"event:{number}")

    await person.database.write(say_ten)
    sent = 0
    for _ in range(12):
        rows = await person.database.write(
            outbox.claim_due, person.sealer, person.clock.now(), detour=find_detour
        )
        for row in rows:
            sent += 1
            await person.database.write(outbox.record, row, Sent(), person.clock.now())
        person.clock.advance(seconds=1)

    assert sent == 5
    assert [state for _, state, _ in await person.rows()] == ["sent"] * 5 + ["parked"] * 5
