"""News of an order goes by the first open way, and by the next after a sure refusal alone."""

from dataclasses import replace
from itertools import product
from typing import Any, Final

import pytest
from sqlmodel import Session, col, select

from bot import conversations, outbox
from bot.channels.service_notice_delivery import WithNextWay
from bot.clock import FrozenClock
from bot.database import Database
from bot.detours import find_detour
from bot.messages import Incoming, Text
from bot.notices import reports, wallet
from bot.notices.kinds import Notice
from bot.notices.posting import post_notice
from bot.notices.templates import SMS, TEMPLATE, save_template
from bot.outbox import Claimed
from bot.outcomes import Doubtful, Failed, NoRoute, Outcome, Sent
from bot.sender import Nobody
from bot.speaking import say
from bot.tables import Conversation, OutboxMessage
from commerce.customers.addresses import save_address
from commerce.customers.identities import identify
from commerce.customers.tables import Identity
from commerce.errors import InvalidInput
from commerce.sealing import Sealer
from tests.commerce.shop import ADDRESS

NEWS: Final = Notice("order_shipped", {"goods": "云朵拖鞋"}, "pages/order/index?order_no=1")
ID: Final = "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1"
ROUTES: Final = ("chat", "mini_program", TEMPLATE, SMS)
KINDS: Final = {
    "chat": "official_account.reply",
    "mini_program": "mini_program.notice",
    TEMPLATE: "official_account_template.notice",
    SMS: "sms.notice",
}


class Town:
    """One customer of every channel, to whom chosen routes are open."""

    def __init__(self, database: Database, sealer: Sealer, clock: FrozenClock) -> None:
        self.database, self.sealer, self.clock = database, sealer, clock

    async def opens(self, *routes: str) -> None:
        """They wrote once; of the routes only these are open."""

        def write(session: Session) -> None:
            now = self.clock.now()
            for channel in ("official_account", "mini_program"):
                identify(session, channel, f"app-{channel}", "u", now, unionid="union")
            incoming = Incoming(
                "k", "official_account", "app-official_account", "u", "text", "", now
            )
            talk = session.get_one(
                Conversation, conversations.find_or_begin(session, incoming, now)
            )
            fan = session.exec(select(Identity).where(Identity.channel == "official_account")).one()
            talk.customer_id, fan.follows = fan.customer_id, TEMPLATE in routes
            talk.window_opened_by, talk.window_opened_at = "message", now
            talk.window_used = 0 if "chat" in routes else 5
            session.add_all((talk, fan))
            self._enters_templates(session)
            if "mini_program" in routes:
                wallet.add(session, "app-mini_program", "u", ID, now)
            if SMS in routes:
                save_address(session, self.sealer, fan.customer_id, ADDRESS, now)

        await self.database.write(write)

    def _enters_templates(self, session: Session) -> None:
        for channel, code, field in (
            ("mini_program", ID, "thing1"),
            (TEMPLATE, ID, "thing1"),
            (SMS, "SMS_1", "goods"),
        ):
            save_template(
                session,
                kind="order_shipped",
                channel=channel,
                template_id=code,
                fields={field: "goods"},
                is_active=True,
                now=self.clock.now(),
            )

    async def is_told(self) -> None:
        """The shop has news for their chat."""

        def tell(session: Session) -> None:
            talk_id = session.exec(select(Conversation.id)).one() or 0
            talk = conversations.lock(session, talk_id)
            now, words = self.clock.now(), [Text("已发货")]
            say(session, self.sealer, talk, words, now, about="event:1", notice=NEWS)

        await self.database.write(tell)

    async def sends(self, outcome: Outcome | None = None, rounds: int = 4) -> list[Claimed]:
        """What the sender takes into its hands, each ending so."""

        def work(session: Session) -> list[Claimed]:
            now, taken = self.clock.now(), []
            delivery = WithNextWay(Nobody(), self.sealer, self.clock)
            for each in outbox.claim_due(session, self.sealer, now, detour=find_detour):
                taken.append(each)
                if outcome is None:
                    continue
                assert outbox.record(session, each, outcome, now)
                if isinstance(outcome, NoRoute):
                    outbox.leave_parked(session, self.sealer, each, find_detour, now)
                elif each.conversation_id is None:
                    delivery.note(session, each, outcome)
            return taken

        return [each for _ in range(rounds) for each in await self.database.write(work)]

    async def states(self) -> list[tuple[str, str]]:
        """Kind and state of every row of the outbox."""

        def read(session: Session) -> list[tuple[str, str]]:
            rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
            return [(row.kind, row.state) for row in rows]

        return await self.database.read(read)


@pytest.fixture
def town(database: Database, sealer: Sealer, frozen_clock: FrozenClock) -> Town:
    return Town(database, sealer, frozen_clock)


@pytest.mark.parametrize("is_open", list(product((True, False), repeat=4)))
async def test_news_is_one_message_on_the_first_open_route(
    town: Town, is_open: tuple[bool, ...]
) -> None:
    routes = [route for route, each in zip(ROUTES, is_open, strict=True) if each]
    await town.opens(*routes)

    await town.is_told()

    sent = [each.kind for each in await town.sends(Sent())]
    assert sent == [KINDS[route] for route in routes[:1]]


async def test_a_sure_refusal_is_followed_by_the_next_way_each_time(town: Town) -> None:
    await town.opens(*ROUTES[1:])
    await town.is_told()

    sent = [each.kind for each in await town.sends(Failed("refused"))]

    assert sent == [KINDS[route] for route in ROUTES[1:]]
    assert await town.sends() == []


async def test_a_chat_that_the_platform_closes_is_followed_by_the_next_way(town: Town) -> None:
    await town.opens(*ROUTES)
    await town.is_told()

    first, second = await town.sends(NoRoute("45015"), rounds=2)

    assert (first.kind, second.kind) == (KINDS["chat"], KINDS["mini_program"])
    assert (await town.states())[0] == (KINDS["chat"], "superseded")


async def test_nothing_follows_a_doubt(town: Town) -> None:
    await town.opens(*ROUTES[1:])
    await town.is_told()

    sent = [each.kind for each in await town.sends(Doubtful("no answer"))]

    assert sent == [KINDS["mini_program"]]


@pytest.mark.parametrize("comes_first", [True, False])
async def test_a_template_message_that_is_blocked_is_followed_by_an_sms(
    town: Town, comes_first: bool
) -> None:
    await town.opens(TEMPLATE, SMS)
    await town.is_told()
    (told,) = await town.sends(Sent({"msg_id": 7}))
    now = town.clock.now()
    payload: dict[str, Any] = {
        "Event": reports.FINISHED,
        "MsgID": "7",
        "Status": "failed:user block",
    }
    event = Incoming("e", "official_account", "app", "u", "event", "", now, payload)

    def hear(session: Session) -> None:
        reports.take_in(session, town.sealer, event, now)

    def keep(session: Session) -> None:
        reports.note_sent(session, town.sealer, "app", 7, told.key, now)

    for step in (hear, keep) if comes_first else (keep, hear):
        await town.database.write(step)
    await town.database.write(hear)

    assert [each.kind for each in await town.sends(Sent())] == [KINDS[SMS]]


async def test_an_sms_goes_to_the_mobile_of_the_customers_address(town: Town) -> None:
    await town.opens(SMS)
    await town.is_told()

    (told,) = await town.sends(Sent())

    assert (told.payload["phone"], told.payload["data"]) == ("13800138000", {"goods": "云朵拖鞋"})


@pytest.mark.parametrize("channel", [TEMPLATE, SMS])
@pytest.mark.parametrize("kind", ["campaign", "price_dropped", "back_in_stock"])
async def test_what_may_be_taken_for_advertising_has_no_template_there(
    session: Session, town: Town, kind: str, channel: str
) -> None:
    with pytest.raises(InvalidInput):
        save_template(
            session,
            kind=kind,
            channel=channel,
            template_id="SMS_1" if channel == SMS else ID,
            fields={"thing1": "goods"},
            is_active=True,
            now=town.clock.now(),
        )


async def test_what_a_campaign_wants_takes_no_next_way(town: Town) -> None:
    await town.opens(*ROUTES[1:])

    def post(session: Session) -> None:
        customer_id = session.exec(select(Identity.customer_id)).first() or 0
        post_notice(session, town.sealer, customer_id, NEWS, "news", town.clock.now())

    await town.database.write(post)
    (claimed,) = await town.sends()
    note = WithNextWay(Nobody(), town.sealer, town.clock).note
    await town.database.write(note, replace(claimed, run_id=1), Failed("refused"))

    assert len(await town.states()) == 1
