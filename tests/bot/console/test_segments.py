"""Segments in the console: built, counted while they are edited, kept by version, put away."""

import json
from typing import Any

from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.staff.tables import Role
from campaigns.segment_tables import Segment, SegmentVersion
from commerce.customers.identities import identify
from tests.bot.console.conftest import Browser, OpenConsole

SEEN = {"kind": "fact", "fact": "last_seen", "op": "within", "value": 30}
RULE = {"kind": "all", "of": [SEEN]}


def customers(session: Session, clock: FrozenClock, count: int) -> None:
    """So many who are here now."""
    for number in range(count):
        identify(session, "official_account", "wx", f"o{number}", clock.now())


async def save(browser: Browser, name: str, rule: dict[str, Any], **other: str) -> Any:
    return await browser.post("/segments", {"name": name, "rule": json.dumps(rule), **other})


def kept(database: Database) -> Segment:
    with database.reading() as session:
        return session.exec(select(Segment)).one()


async def test_a_rule_is_counted_before_it_is_kept(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        customers(session, frozen_clock, 12)
    browser = await open_console(Role.OPERATOR)

    answer = await browser.post("/segments/count", {"rule": json.dumps(RULE)})

    assert ">12</b> 人" in answer.text
    assert "30天内来过" in answer.text
    assert answer.text.count("/console/customers/") == 10
    with database.reading() as session:
        assert session.exec(select(Segment)).all() == []


async def test_a_rule_that_is_not_whole_says_so_while_it_is_edited(
    open_console: OpenConsole,
) -> None:
    browser = await open_console(Role.OPERATOR)

    answers = [
        await browser.post("/segments/count", {"rule": told})
        for told in ("", '{"kind": "all", "of": []}', json.dumps({**RULE, "of": [{"kind": "x"}]}))
    ]

    assert [each.status for each in answers] == [200, 200, 200]
    assert "请至少加一个条件" in answers[0].text
    assert "至少要有一个条件" in answers[1].text
    assert "请重新选" in answers[2].text


async def test_a_segment_is_kept_with_its_versions(
    open_console: OpenConsole, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)
    await save(browser, "常来的", RULE)
    segment = kept(database)
    other = {"kind": "any", "of": [SEEN, {"kind": "not", "of": SEEN}]}

    await save(browser, "常来的", other, id=str(segment.id), version=str(segment.version))

    page = (await browser.get(f"/segments/{segment.id}")).text
    assert "第 2 版" in page
    assert "第 1 版" in page
    assert kept(database).rule == other
    with database.reading() as session:
        assert len(session.exec(select(SegmentVersion)).all()) == 2


async def test_two_operators_do_not_overwrite_each_other(
    open_console: OpenConsole, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)
    await save(browser, "常来的", RULE)
    segment = kept(database)
    seen = {"id": str(segment.id), "version": str(segment.version)}
    await save(browser, "甲", RULE, **seen)

    answer = await save(browser, "乙", RULE, **seen)

    assert answer.status == 422
    assert kept(database).name == "甲"


async def test_a_name_is_needed_and_is_named(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OPERATOR)

    answer = await save(browser, "  ", RULE)

    assert answer.status == 422
    assert 'data-field="name"' in answer.text


async def test_what_is_put_away_is_offered_no_more(
    open_console: OpenConsole, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)
    await save(browser, "常来的", RULE)
    number = kept(database).id

    await browser.post(f"/segments/{number}/archive")

    assert "常来的" not in (await browser.get("/segments")).text
    assert (await browser.get(f"/segments/{number}")).status == 404


async def test_agents_see_no_segments(open_console: OpenConsole) -> None:
    browser = await open_console(Role.AGENT)

    assert (await browser.get("/segments")).status == 403
