"""The round that ends groups: at their moment, whatever the calendar says, by the clock alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.clock import FrozenClock
from bot.database import Database
from bot.group_rounds import GroupRounds
from bot.jobs import Jobs
from commerce.group_buys.tables import BuyingGroup, GroupState
from commerce.shanghai import SHANGHAI
from tests.bot.jobs.stopwatch import Stopwatch
from tests.commerce.group_buys.grouping import HOUR, open_one, start_activity

A_MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    "over",
    [
        datetime(2026, 12, 1, tzinfo=SHANGHAI),
        datetime(2027, 1, 1, tzinfo=UTC),
        datetime(2028, 2, 29, tzinfo=SHANGHAI),
    ],
    ids=["the month's end in Shanghai", "the year's end in UTC", "the leap day in Shanghai"],
)
async def test_a_group_ends_at_its_moment_and_not_while_the_clock_stands_still(
    database: Database, over: datetime
) -> None:
    clock, stopwatch = FrozenClock(over.astimezone(UTC) - A_MOMENT), Stopwatch()
    jobs = Jobs(database, clock, GroupRounds(database, clock).jobs(), elapsed=stopwatch)
    with database.writing() as session:
        open_one(session, start_activity(session, lifetime=HOUR), over.astimezone(UTC) - HOUR)

    for _ in range(3):
        await jobs.tick()
        stopwatch.advance(HOUR.total_seconds())
        assert group_in(database).state == GroupState.OPEN
    clock.advance(microseconds=1)
    await jobs.tick()

    ended = group_in(database)
    assert (ended.state, ended.ended_at, ended.expires_at) == (GroupState.FAILED, over, over)


def group_in(database: Database) -> BuyingGroup:
    with database.reading() as session:
        return session.exec(select(BuyingGroup)).one()
