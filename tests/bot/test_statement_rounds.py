"""On the first of the month every promoter hears what it brought, once, if they may be told."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.jobs import Jobs
from bot.statement_rounds import StatementRounds
from bot.turn import Shop
from commerce.distribution import withdrawals
from commerce.distribution.promoters import appoint
from commerce.distribution.tables import MonthlyStatement, TransferState
from commerce.shanghai import SHANGHAI
from tests.bot import promoting
from tests.bot.counter import Counter, open_counter
from tests.bot.listening.conftest import Make
from tests.bot.listening.hearing import said
from tests.commerce import shop
from tests.commerce.distribution.team import BY_US, brought, buys, receives, rules, sends_back

FIRST = datetime(2026, 12, 1, 10, tzinfo=SHANGHAI)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def chat(database: Database, clock: FrozenClock, empty_shop: Shop) -> Counter:
    return open_counter(database, clock, empty_shop)


@pytest.fixture
async def promoter(chat: Counter, message: Make) -> int:
    """Somebody who chats and has earned in November, lost some of it, and withdrawn some."""
    await chat.hear(message("闷着", sent_at=chat.clock.now()))
    customer = (await chat.conversation()).customer_id
    assert customer is not None
    with chat.database.writing() as session:
        rules(session, freeze_days=0)
        appoint(session, customer, **BY_US)
        order = receives(session, buys(session, brought(session, customer), 20_000, pieces=5))
        sends_back(session, order, 1, shop.NOW)
        paid = promoting.approved(session, customer, shop.NOW)
        withdrawals.record_transfer(session, paid.out_bill_no, TransferState.SUCCESS, now=shop.NOW)
    return customer


async def at(chat: Counter, clock: FrozenClock, jobs: Jobs, moment: datetime) -> None:
    """The clock reaches a moment and ticks."""
    clock.advance(seconds=(moment - clock.now()).total_seconds())
    await jobs.tick()


def made(session: Session) -> list[MonthlyStatement]:
    return list(session.exec(select(MonthlyStatement)))


async def test_a_promoter_hears_of_the_month_once_with_the_ledgers_figures(
    chat: Counter, clock: FrozenClock, promoter: int, message: Make
) -> None:
    jobs = Jobs(chat.database, clock, StatementRounds(chat.database, clock, chat.sealer).jobs())
    await jobs.tick()
    clock.advance(seconds=(FIRST - clock.now()).total_seconds() - 3600)
    await chat.hear(message("闷着", sent_at=clock.now()))
    before = await said(chat)

    await at(chat, clock, jobs, FIRST - timedelta(seconds=1))
    early = await said(chat)
    for moment in (FIRST, FIRST + timedelta(minutes=1), FIRST + timedelta(hours=3)):
        await at(chat, clock, jobs, moment)

    assert early == before
    [told] = (await said(chat))[len(before) :]
    assert told == (
        "11月佣金账单：新增¥100，退款扣回¥20，提现到账¥12。"
        "现在可提现¥68，待结算¥0。说“佣金明细”看每一笔。"
    )
    [statement] = await chat.database.read(made)
    assert (statement.customer_id, statement.month) == (promoter, "2026-11")


@pytest.mark.parametrize("is_night", [False, True])
async def test_whoever_may_not_be_written_to_then_is_not_told_later(
    chat: Counter, clock: FrozenClock, promoter: int, message: Make, is_night: bool
) -> None:
    jobs = Jobs(chat.database, clock, StatementRounds(chat.database, clock, chat.sealer).jobs())
    await jobs.tick()
    late = FIRST + timedelta(hours=13)
    if is_night:
        clock.advance(seconds=(late - clock.now()).total_seconds())
        await chat.hear(message("闷着", sent_at=clock.now()))
    before = await said(chat)

    await at(chat, clock, jobs, late if is_night else FIRST)
    if not is_night:
        await chat.hear(message("闷着", sent_at=clock.now()))
    await at(chat, clock, jobs, FIRST + timedelta(days=1))

    assert await said(chat) == before
    assert [each.customer_id for each in await chat.database.read(made)] == [promoter]
