"""The shop asks its people to send something to many; they confirm on their phones, or do not."""

import json
import sqlite3
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pytest

from commerce.shanghai import SHANGHAI
from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

LIN, ZHOU = "LinZhiXia", "ZhouZiMo"
NODE = {
    "kind": "send",
    "id": "hello",
    "arms": [{"name": "A", "weight": 100, "content": {"text": "{店名}上新了，进店看看"}}],
}
BEGIN = "2026-01-01"


def begin_run(stage: Stage, run_id: int = 1, cap_policy: str = "month_days") -> None:
    """A campaign whose run has looked at everybody."""
    nodes = json.dumps([NODE])
    stage.write(
        "INSERT INTO campaign (id, name, kind, audience, purpose, state, groups, plan, nodes,"
        " routes, holdout_percent, attribution_days, promoter_code, salt, override_by,"
        " override_reason, override_digest, version, created_by, created_at, updated_at)"
        " VALUES (?, '上新', 'once', 'customers', 'marketing', 'active', '{}', '{}', ?,"
        " '[\"mass\"]', 0, 7, '', 's', '', '', '', 1, 'staff:1', ?, ?)",
        *(run_id, nodes, BEGIN, BEGIN),
    )
    stage.write(
        "INSERT INTO campaign_run (id, campaign_id, slot, state, nodes, routes, upper_bound,"
        " cursor, is_planned, planned, failures, reason, decided_by, began_at)"
        " VALUES (?, ?, ?, 'running', ?, '[\"mass\"]', 0, 0, 1, 0, 0, '', '', ?)",
        *(run_id, run_id, BEGIN, nodes, BEGIN),
    )
    stage.write(
        "INSERT INTO campaign_terms (id, cap_policy, per_week, quiet_from, quiet_until, stand_ins,"
        " auto_pause_failures) VALUES (1, ?, 2, 22, 8, ?, 20) ON CONFLICT DO NOTHING",
        *(cap_policy, json.dumps({LIN: ZHOU})),
    )


def gather(
    stage: Stage, addresses: Iterable[str], *, run_id: int = 1, kind: str = "c", sender: str = LIN
) -> None:
    """What the run has gathered for the next tasks."""
    connection = sqlite3.connect(stage.folder / "var/shop.db", timeout=5)
    connection.executemany(
        "INSERT INTO delivery (campaign_id, run_id, occasion, node, recipient, arm, route, state,"
        " reason, sender, address, is_drawn, planned_at) VALUES (?, ?, 0, 'hello', ?, 'A', 'mass',"
        " 'gathered', '', ?, ?, 1, ?)",
        [(run_id, run_id, f"{kind}:{each}", sender, each, BEGIN) for each in addresses],
    )
    connection.commit()
    connection.close()


async def mass_of(stage: Stage, userid: str = LIN) -> Sequence[dict[str, Any]]:
    """What waits on somebody's phone, the oldest first."""
    found = (await stage.control("GET", f"/wecom/staff/{userid}/mass"))["tasks"]
    return list(reversed(found))


async def confirm(stage: Stage, msgid: str, userid: str = LIN, **which: Any) -> None:
    """Somebody confirms a task."""
    path = f"/wecom/staff/{userid}/mass/confirm"
    await stage.control("POST", path, {"msgid": msgid, **which})


async def until_made(stage: Stage, number: int) -> None:
    """Wait until WeCom has so many tasks."""
    await until(
        lambda: stage.value("SELECT count(*) FROM mass_task WHERE state = 'created'") == number,
        within=60,
        what=f"{number} tasks",
    )


async def until_states(stage: Stage, **states: int) -> None:
    """Wait until the deliveries are in these states."""

    def found() -> bool:
        rows = stage.rows("SELECT state, count(*) FROM delivery GROUP BY state")
        return dict(rows) == states

    await until(found, within=60, what=str(states))


async def crowd(stage: Stage, number: int) -> list[str]:
    """Contacts of Lin."""
    wanted = {"count": number, "userid": LIN}
    found: list[str] = (await stage.control("POST", "/wecom/crowd", wanted))["external_userids"]
    return found


async def test_25_001_customers_are_three_tasks_whose_results_are_read_to_the_end(
    stage: Stage,
) -> None:
    addresses = await crowd(stage, 25_001)
    begin_run(stage)
    gather(stage, addresses)
    await until_made(stage, 3)

    tasks = sorted(await mass_of(stage), key=lambda task: task["wanted"])
    assert [task["wanted"] for task in tasks] == [5_001, 10_000, 10_000]
    assert tasks[0]["text"] == "掌柜小店上新了，进店看看"
    await confirm(stage, tasks[0]["msgid"])
    await stage.move_time(minutes=6)

    await until_states(stage, posted=20_000, sent=5_001)
    pages = await stage.count("accepted:externalcontact/get_groupmsg_send_result")
    assert pages == 6
    await until(
        lambda: stage.value("SELECT count(*) FROM mass_task WHERE state = 'sent'") == 1,
        what="the end of the task",
    )
    assert stage.value("SELECT max(taken) FROM mass_receipt") == 1


async def test_a_group_owner_gets_one_task_and_the_groups_the_message(stage: Stage) -> None:
    made = [
        await stage.control(
            "POST", "/wecom/groups", {"name": name, "owner": owner, "person_ids": []}
        )
        for name, owner in (("一群", LIN), ("二群", LIN), ("三群", ZHOU))
    ]
    chat_ids = [each["chat_id"] for each in made]
    begin_run(stage)
    gather(stage, chat_ids[:2], kind="g")
    gather(stage, chat_ids[2:], kind="g", sender=ZHOU)
    await until_made(stage, 2)

    (task,) = await mass_of(stage)
    assert (task["chat_type"], task["wanted"]) == ("group", 2)
    await confirm(stage, task["msgid"], chat_ids=chat_ids[:1])
    await stage.move_time(minutes=6)

    await until_states(stage, posted=2, sent=1)
    items = (await stage.control("GET", f"/wecom/groups/{chat_ids[0]}/items?after=0"))["items"]
    assert items[-1]["payload"]["content"] == "掌柜小店上新了，进店看看"


async def test_who_had_too_many_by_wecom_s_word_is_planned_for_the_next_period(
    stage: Stage,
) -> None:
    (address,) = await crowd(stage, 1)
    await stage.control("POST", "/wecom/mass", {"policy": "day1"})
    for run_id in (1, 2):
        begin_run(stage, run_id)
        gather(stage, [address], run_id=run_id)
        await until_made(stage, run_id)
    first, second = await mass_of(stage)
    await confirm(stage, first["msgid"])
    await confirm(stage, second["msgid"])
    await stage.move_time(minutes=6)

    await until_states(stage, sent=1, deferred=1)
    (reason,) = stage.rows("SELECT reason FROM delivery WHERE state = 'deferred'")
    assert reason == ("platform_cap",)
    month = stage.value("SELECT sum(taken) FROM mass_receipt")
    assert 28 <= month <= 31, "nothing more is planned for them this month"


async def test_one_message_more_than_the_month_has_days_is_in_no_request(stage: Stage) -> None:
    (address,) = await crowd(stage, 1)
    today = datetime.now(SHANGHAI).date()
    days = monthrange(today.year, today.month)[1]
    stage.write(
        "INSERT INTO mass_receipt (address, day, taken) VALUES (?, ?, ?)",
        *(address, today.replace(day=1).isoformat(), days - 1),
    )
    begin_run(stage)
    gather(stage, [address])
    await until_made(stage, 1)
    begin_run(stage, 2)
    gather(stage, [address], run_id=2)

    await until_states(stage, posted=1, deferred=1)
    assert await stage.count("calls:externalcontact/add_msg_template") == 1
    assert stage.value("SELECT sum(taken) FROM mass_receipt") == days


async def test_a_swallowed_answer_is_resolved_without_a_second_task(stage: Stage) -> None:
    addresses = await crowd(stage, 2)
    await stage.set_fault("externalcontact/add_msg_template", "swallow")
    begin_run(stage)
    gather(stage, addresses)
    await until(
        lambda: stage.value("SELECT count(*) FROM mass_task WHERE state = 'unknown'") == 1,
        within=30,
        what="the doubt",
    )

    await stage.move_time(minutes=2)

    await until_made(stage, 1)
    (task,) = await mass_of(stage)
    assert stage.rows("SELECT msgid FROM mass_task") == [(task["msgid"],)]


async def test_a_moment_counts_as_sent_when_it_is_published(stage: Stage) -> None:
    await crowd(stage, 1)
    begin_run(stage)
    gather(stage, [LIN], kind="m")
    await until_made(stage, 1)
    (moment,) = (await stage.control("GET", f"/wecom/staff/{LIN}/moments"))["moments"]
    assert moment["text"] == "掌柜小店上新了，进店看看"

    chosen = {"moment_id": moment["moment_id"]}
    await stage.control("POST", f"/wecom/staff/{LIN}/moments/publish", chosen)
    await stage.move_time(minutes=6)

    await until_states(stage, sent=1)
    assert stage.value("SELECT count(*) FROM mass_receipt") == 0
