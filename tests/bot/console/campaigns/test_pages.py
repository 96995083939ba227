"""What the pages of campaigns show: progress, previews, counts, the calendar, the picture."""

import json
import re
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from bot.clock import FrozenClock
from bot.database import Database
from bot.staff.tables import Role
from campaigns.attribution.tables import ComparisonLook
from campaigns.journeys.tables import JourneyEntry, JourneyMove
from campaigns.tables import CampaignRun, DeliveryState
from commerce.customers.identities import identify
from commerce.inserting import id_of
from tests.bot.console.conftest import OpenConsole
from tests.campaigns.campaigning import (
    content,
    delivery_of,
    new_campaign,
    running_campaign,
    send,
)

SEEN = {"kind": "fact", "fact": "last_seen", "op": "within", "value": 30}
NODES = [
    send("s1", content("购物车里的还在，回复退订不再打扰"), next="s2"),
    {"kind": "wait", "id": "s2", "minutes": 1440, "next": "s3"},
    {"kind": "condition", "id": "s3", "rule": SEEN, "yes": "s4", "no": ""},
    send("s4"),
]


def customer(session: Session, clock: FrozenClock, number: int = 1) -> int:
    return id_of(identify(session, "official_account", "wx", f"o{number}", clock.now()))


def with_run(database: Database, clock: FrozenClock) -> CampaignRun:
    """A run that reached two customers and not a third."""
    with database.writing() as session:
        run = running_campaign(session, clock.now(), name="周末上新")
        for number, (state, reason) in enumerate(
            (
                (DeliveryState.SENT, ""),
                (DeliveryState.SENT, ""),
                (DeliveryState.HELD_BACK, "frequency"),
            )
        ):
            told: dict[str, Any] = {"state": state, "reason": reason}
            delivery_of(session, run, customer(session, clock, number), clock.now(), **told)
    return run


def line_of(page: str, name: str) -> str:
    """The calendar's line of a campaign."""
    before, _, after = page.partition(f"</time>{name}")
    return before.rpartition("<li>")[2] + after.partition("</li>")[0]


async def test_progress_is_asked_for_while_a_run_is_open(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    run = with_run(database, frozen_clock)
    browser = await open_console(Role.OPERATOR)
    address = f"/campaigns/{run.campaign_id}/progress"

    running = (await browser.get(address, partial=True)).text
    with database.writing() as session:
        session.get_one(CampaignRun, run.id).state = "done"
    over = (await browser.get(address, partial=True)).text

    assert "已送达 <b>2</b>" in running
    assert "本周收到的已经够多 1" in running
    assert 'hx-trigger="every 2s"' in running
    assert "hx-trigger" not in over


async def test_who_gets_it_is_counted_and_shown_as_they_will_see_it(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        number = id_of(
            new_campaign(
                session,
                frozen_clock.now(),
                nodes=[send("s1", content("{称呼}，{店名}上新了\n回复退订不再打扰"))],
            )
        )
        someone = customer(session, frozen_clock)
    browser = await open_console(Role.OPERATOR)

    tally = (await browser.get(f"/campaigns/{number}/tally", partial=True)).text
    preview = (await browser.get(f"/campaigns/{number}/preview", partial=True)).text

    assert "符合条件的顾客共 1 人" in tally
    assert "联系不上" in tally
    assert "上新了" in preview
    assert "{店名}" not in preview
    assert f"顾客 {someone}" in preview
    assert "这位顾客现在收不到" in preview


async def test_the_list_says_what_each_has_brought(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    with_run(database, frozen_clock)
    browser = await open_console(Role.OPERATOR)

    found = (await browser.get("/campaigns?q=周末&state=active&kind=once")).text
    missed = (await browser.get("/campaigns?state=draft")).text

    assert "周末上新" in found
    assert 'data-label="已送达">2<' in found
    assert "没有找到活动" in missed


async def test_the_calendar_has_what_comes_and_what_went(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        running_campaign(session, now, name="今天发的")
        at = (now + timedelta(days=3)).isoformat()
        new_campaign(session, now, name="三天后", plan={"kind": "once", "at": at})
        new_campaign(session, now, name="还没启用", state="draft", plan={"kind": "once", "at": at})
        weekly = {"kind": "recurring", "time": "10:00", "weekdays": [1], "from_day": "2026-11-01"}
        new_campaign(session, now, name="每周一", plan=weekly)
    browser = await open_console(Role.OPERATOR)

    this = (await browser.get("/campaigns/calendar")).text
    later = (await browser.get("/campaigns/calendar?month=2027-02")).text
    rubbish = await browser.get("/campaigns/calendar?month=x")

    assert line_of(this, "三天后").startswith('<a class="planned" ')
    assert "planned--went" in line_of(this, "今天发的")
    assert "planned--maybe" in line_of(this, "还没启用")
    assert later.count("</time>每周一") == 4
    assert rubbish.status == 200


async def test_a_journey_is_drawn_with_how_many_went_each_way(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        plan = {"kind": "journey", "trigger": "cart_left", "after_minutes": 120}
        run = running_campaign(session, now, kind="journey", plan=plan, nodes=NODES)
        entry = JourneyEntry(
            campaign_id=run.campaign_id,
            run_id=id_of(run),
            recipient="c:1",
            node="s4",
            wake_at=now,
            entered_at=now,
        )
        session.add(entry)
        session.flush()
        for node, outcome in (("s1", "held_back:frequency"), ("s2", "waited"), ("s3", "yes")):
            session.add(JourneyMove(entry_id=id_of(entry), node=node, outcome=outcome, at=now))
        for number, (state, why) in enumerate((("ended_early", "purchase"),) * 2 + (("done", ""),)):
            left = {"state": state, "end_reason": why, "node": "s2", "cause": str(number)}
            session.add(JourneyEntry(**{**entry.model_dump(exclude={"id"}), **left}))
        once = id_of(new_campaign(session, now))
    browser = await open_console(Role.OPERATOR)

    page = (await browser.get(f"/campaigns/{run.campaign_id}/picture")).text
    other = await browser.get(f"/campaigns/{once}/picture")

    counted = ("没有发 1", "等过 1，提前结束 2", "符合 1", "不符合 0", "停在这里 1", "进来过 4")
    for words in counted:
        assert f">{words}<" in page
    assert re.search(r"下单付款</td><td[^>]*>2<", page)
    assert other.status == 404


async def test_a_report_and_cohorts_have_pages_figures_and_spreadsheets(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    run = with_run(database, frozen_clock)
    browser = await open_console(Role.OPERATOR)
    base = f"/campaigns/{run.campaign_id}/report"

    page = (await browser.get(base)).text
    charts = json.loads((await browser.get(f"{base}/charts?run={run.id}")).text)
    table = (await browser.get(f"{base}.csv")).text
    cohorts = [await browser.get(f"/cohorts{each}") for each in ("", "/charts", ".csv")]

    assert charts["held"] == [{"name": "本周收到的已经够多", "value": 1}]
    assert charts["funnel"][0] == {"name": "送达", "value": 2}
    assert "合计,,2,0" in table
    assert "周末上新 的效果" in page
    assert [each.status for each in cohorts] == [200, 200, 200]


async def test_a_report_tells_what_each_look_at_the_versions_found(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        run = running_campaign(session, frozen_clock.now())
        look = ComparisonLook(
            run_id=id_of(run),
            number=1,
            looked_at=600,
            trials={"A": {"reached": 300, "successes": 30}, "B": {"reached": 300, "successes": 90}},
            p_values={"A": 0.0001},
            winner="B",
            at=frozen_clock.now(),
        )
        session.add(look)
        number = run.campaign_id
    browser = await open_console(Role.OPERATOR)

    page = (await browser.get(f"/campaigns/{number}/report")).text

    assert "90 / 300（30.0%）" in page
    assert "版本B更好，剩下的都发它" in page
