"""Mass tasks in the console: who is waited for, reminding, stopping; and the rules."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.staff.tables import Role
from campaigns.mass.tables import ChatType, MassReminder, MassTask, TaskState
from campaigns.tables import DeliveryState
from campaigns.terms import get_terms
from commerce.inserting import id_of
from tests.bot.console.conftest import OpenConsole
from tests.campaigns.campaigning import delivery_of, running_campaign

HOUR = timedelta(hours=1)


def waiting_task(session: Session, clock: FrozenClock, **columns: Any) -> int:
    """A task of two customers that 林知夏 has not confirmed."""
    now = clock.now()
    run = running_campaign(session, now, name="周末上新", routes=["mass"])
    values: dict[str, Any] = {
        "campaign_id": run.campaign_id,
        "run_id": id_of(run),
        "node": "s1",
        "arm": "A",
        "chat_type": ChatType.SINGLE,
        "sender": "LinZhiXia",
        "part": 1,
        "state": TaskState.CREATED,
        "content": {"text": "周末上新，欢迎来看"},
        "recipients": 2,
        "msgid": "msg1",
        "outbox_key": f"task-{run.id}",
        "planned_at": now,
        "created_at": now,
        "counted_on": now.date(),
        "expires_at": now + 48 * HOUR,
        **columns,
    }
    task = MassTask(**values)
    session.add(task)
    session.flush()
    for number, (state, reason) in enumerate(
        ((DeliveryState.POSTED, ""), (DeliveryState.FAILED, "not_friend"))
    ):
        told: dict[str, Any] = {
            "state": state,
            "reason": reason,
            "recipient": f"c:{number}",
            "route": "mass",
        }
        delivery = delivery_of(session, run, None, now, **told)
        delivery.task_id, delivery.address = task.id, f"wm{number}"
    session.flush()
    return id_of(task)


@pytest.fixture
def task_id(database: Database, frozen_clock: FrozenClock) -> int:
    with database.writing() as session:
        return waiting_task(session, frozen_clock)


async def test_who_has_not_confirmed_stands_first(open_console: OpenConsole, task_id: int) -> None:
    browser = await open_console(Role.OPERATOR)

    page = (await browser.get("/mass-tasks")).text

    assert "LinZhiXia 还没有确认" in page
    assert "周末上新" in page
    assert "等员工确认" in page


async def test_a_task_shows_what_became_of_its_recipients(
    open_console: OpenConsole, task_id: int
) -> None:
    browser = await open_console(Role.OPERATOR)

    page = (await browser.get(f"/mass-tasks/{task_id}")).text

    assert "已不是好友" in page
    assert "周末上新，欢迎来看" in page


async def test_the_fourth_reminder_in_a_day_is_refused_with_when_it_goes_again(
    open_console: OpenConsole, task_id: int, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)

    answers = [await browser.post(f"/mass-tasks/{task_id}/remind") for _ in range(4)]

    assert [each.status for each in answers] == [200, 200, 200, 422]
    assert "24小时内已经提醒过3次" in answers[-1].text
    with database.reading() as session:
        assert len(session.exec(select(MassReminder)).all()) == 3


async def test_a_task_is_stopped_once(
    open_console: OpenConsole, task_id: int, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)

    answers = [await browser.post(f"/mass-tasks/{task_id}/cancel") for _ in range(2)]

    assert [each.status for each in answers] == [200, 422]
    with database.reading() as session:
        assert session.get_one(MassTask, task_id).state == TaskState.CANCELLED


async def test_the_list_is_a_spreadsheet_too(open_console: OpenConsole, task_id: int) -> None:
    browser = await open_console(Role.OPERATOR)

    table = (await browser.get("/mass-tasks.csv?state=all")).text

    assert "周末上新,顾客,LinZhiXia,2,0,等员工确认" in table


@pytest.mark.parametrize(
    ("change", "words"),
    [({"per_week": "51"}, "0到50"), ({"quiet_from": "24"}, "0到23"), ({"per_week": "x"}, "整数")],
)
async def test_rules_that_make_no_sense_are_refused(
    open_console: OpenConsole, change: dict[str, str], words: str
) -> None:
    browser = await open_console(Role.OWNER)
    whole = {
        "per_week": "2",
        "quiet_from": "22",
        "quiet_until": "8",
        "auto_pause_failures": "20",
        "cap_policy": "day1",
    }

    answer = await browser.post("/campaign-terms", {**whole, **change})

    assert answer.status == 422
    assert words in answer.text


async def test_the_owner_changes_the_rules(open_console: OpenConsole, database: Database) -> None:
    browser = await open_console(Role.OWNER)
    wanted = {
        "per_week": "3",
        "quiet_from": "21",
        "quiet_until": "9",
        "auto_pause_failures": "5",
        "cap_policy": "week7",
        "stand_in.LinZhiXia": "ZhouZiMo",
    }

    answer = await browser.post("/campaign-terms", wanted)

    assert answer.status == 200
    with database.reading() as session:
        terms = get_terms(session)
    assert (terms.per_week, terms.quiet_from, terms.cap_policy) == (3, 21, "week7")
    assert terms.stand_ins == {"LinZhiXia": "ZhouZiMo"}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AGENT])
async def test_nobody_but_the_owner_changes_them(open_console: OpenConsole, role: Role) -> None:
    browser = await open_console(role)

    assert (await browser.post("/campaign-terms", {})).status == 403
