"""What a person decides where the shop cannot know, through the real console."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.console.desk import Desk
from bot.staff.tables import Role
from bot.tables import Conversation, InboxMessage, InboxState, OutboxMessage, OutboxState
from campaigns.tables import CampaignRun, Delivery, DeliveryState, RunState
from commerce.events import ShopEvent
from commerce.inserting import id_of
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.pages_a import stock
from tests.bot.console.pages_a.stock import Stock
from tests.bot.console.pages_a.test_orders import did
from tests.campaigns.crowd import new_run, somebody
from tests.commerce.shop import NOW


def state_of(session: Session, number: int) -> str:
    return session.get_one(OutboxMessage, number).state


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        ("arrived", OutboxState.SENT),
        ("again", OutboxState.PENDING),
        ("left", OutboxState.FAILED),
    ],
)
async def test_what_may_have_arrived_is_decided_once(
    open_console: OpenConsole, desk: Desk, shop: Stock, decision: str, state: OutboxState
) -> None:
    browser = await open_console(Role.OPERATOR)
    path, form = f"/mending/messages/{shop.unknown}", {"decision": decision}

    answers = [await browser.post(path, form) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 422]
    assert await desk.database.read(state_of, shop.unknown) == state
    assert "没有要处理的" in (await browser.get("/mending")).text
    assert await desk.database.read(did) == [f"outbox.{decision}"]


async def test_nothing_is_sent_again_once_somebody_else_speaks_or_its_time_is_over(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    path, form = f"/mending/messages/{shop.unknown}", {"decision": "again"}

    def hand_over(session: Session) -> None:
        for talk in session.exec(select(Conversation)):
            talk.owner, talk.epoch = "staff:1", talk.epoch + 1
            session.add(talk)

    def expire(session: Session) -> None:
        row = session.get_one(OutboxMessage, shop.unknown)
        row.not_after = desk.clock.now() - timedelta(seconds=1)
        session.add(row)

    for change, words in ((hand_over, "换人接待"), (expire, "已经过了")):
        await desk.database.write(change)
        answer = await browser.post(path, form)
        assert answer.status == 422
        assert words in answer.text
    assert await desk.database.read(state_of, shop.unknown) == OutboxState.UNKNOWN


async def test_money_is_never_sent_again_by_hand(open_console: OpenConsole, desk: Desk) -> None:
    browser = await open_console(Role.OPERATOR)

    def refund(session: Session) -> int:
        number = stock.doubtful(session, OutboxState.FAILED)
        row = session.get_one(OutboxMessage, number)
        row.kind, row.conversation_id = "pay.refund", None
        session.add(row)
        return number

    number = await desk.database.write(refund)
    page = await browser.get("/mending")
    answer = await browser.post(f"/mending/messages/{number}", {"decision": "again"})

    assert "再发一次" not in page.text
    assert answer.status == 422
    assert await desk.database.read(state_of, number) == OutboxState.FAILED


async def test_what_a_message_says_is_read_by_somebody_who_is_written_down(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)

    answer = await browser.post(f"/mending/messages/{shop.unknown}/words")

    assert "在的" in answer.text
    assert await desk.database.read(did) == ["outbox.read"]


@pytest.mark.usefixtures("shop")
async def test_a_message_that_was_set_aside_is_answered_again_once(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.OPERATOR)
    number = await desk.database.read(quarantined)
    path = f"/mending/inbox/{number}/answer"

    answers = [await browser.post(path) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 422]
    assert await desk.database.read(waiting) == ["broken:again", "doubtful"]
    assert "都答上了" in (await browser.get("/mending/inbox")).text


def quarantined(session: Session) -> int | None:
    wanted = InboxMessage.state == InboxState.QUARANTINED
    return session.exec(select(InboxMessage.seq).where(wanted)).one()


def waiting(session: Session) -> list[str]:
    wanted = select(InboxMessage.key).where(InboxMessage.state == InboxState.PENDING)
    return list(session.exec(wanted.order_by(col(InboxMessage.key))).all())


@pytest.mark.usefixtures("shop")
async def test_a_message_that_was_set_aside_may_be_left_for_good(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.OPERATOR)
    number = await desk.database.read(quarantined)

    answers = [await browser.post(f"/mending/inbox/{number}/end") for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 422]
    assert await desk.database.read(waiting) == ["doubtful"]


async def test_an_event_that_fails_is_tried_at_once_or_given_up(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    path = f"/mending/events/{shop.event}"

    assert (await browser.post(f"{path}/try")).status == 200
    tried = await desk.database.read(lambda session: session.get_one(ShopEvent, shop.event))
    ends = [await browser.post(f"{path}/end") for _ in range(2)]

    assert tried.not_before == desk.clock.now()
    assert [answer.status for answer in ends] == [200, 422]
    assert "没有失败的事件" in (await browser.get("/mending/events")).text


async def test_what_a_campaign_said_is_sent_again_while_its_run_goes_on_and_not_after(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    path, form = f"/mending/messages/{shop.unknown}", {"decision": "again"}
    run_id = await desk.database.write(of_a_campaign, shop.unknown, RunState.DONE)

    refused = await browser.post(path, form)
    assert refused.status == 422
    assert "活动已经结束" in refused.text
    assert await desk.database.read(state_of, shop.unknown) == OutboxState.UNKNOWN

    await desk.database.write(turn, run_id, RunState.RUNNING)
    assert (await browser.post(path, form)).status == 200
    assert await desk.database.read(state_of, shop.unknown) == OutboxState.PENDING
    deliveries = await desk.database.read(lambda each: each.exec(select(Delivery.state)).all())
    assert deliveries == [DeliveryState.POSTED]


def of_a_campaign(session: Session, number: int, state: RunState) -> int:
    """The run whose message the doubtful one is."""
    customer = somebody(session)
    run = new_run(session)
    row = session.get_one(OutboxMessage, number)
    row.run_id = id_of(run)
    delivery = Delivery(
        campaign_id=run.campaign_id,
        run_id=id_of(run),
        node="hello",
        recipient=f"c:{customer}",
        customer_id=customer,
        state=DeliveryState.UNKNOWN,
        outbox_key=row.key,
        planned_at=NOW,
    )
    session.add(row)
    session.add(delivery)
    session.flush()
    turn(session, id_of(run), state)
    return id_of(run)


def turn(session: Session, run_id: int, state: RunState) -> None:
    run = session.get_one(CampaignRun, run_id)
    run.state = state
    session.add(run)
