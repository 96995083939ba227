"""The console's own pages: people, reception, answers, the audit log, somebody's account."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from bot.console.desk import Desk
from bot.console.pages.written_hours import read_week, write_week
from bot.handover import canned, terms
from bot.staff import people
from bot.staff.audit_tables import AuditEntry
from bot.staff.tables import Presence, Role
from commerce.calendar import hours
from commerce.errors import InvalidInput
from tests.bot.console.conftest import OpenBrowser, OpenConsole

NEWCOMER = {"login": "xiaowang", "name": "小王", "role": "agent", "capacity": "3"}
TERMS = {
    "auto_assign": "yes",
    "reply_within_minutes": "7",
    "ends_after_minutes": "40",
    "first_response_minutes": "5",
    "next_response_minutes": "10",
    "resolution_minutes": "480",
    "vip_level": "",
    "large_cart_yuan": "300",
    "kf_place": "console",
    "out_of_hours_words": "明早回您",
}


def latest(session: Session, did: str) -> AuditEntry:
    """The newest entry of a kind."""
    statement = select(AuditEntry).where(AuditEntry.did == did)
    return session.exec(statement.order_by(AuditEntry.id.desc())).first() or pytest.fail(did)  # type: ignore[attr-defined]


async def test_somebody_new_gets_a_password_that_is_shown_once_and_works(
    open_console: OpenConsole, open_browser: OpenBrowser, desk: Desk
) -> None:
    owner = await open_console(Role.OWNER)

    shown = await owner.post("/staff/new", NEWCOMER)
    password = shown.text.partition('data-copy="')[2].partition('"')[0]
    newcomer = open_browser()
    await newcomer.get("/login")
    form = {"login": "xiaowang", "password": password, "code": "", "csrf": newcomer.token}
    answer = await newcomer.post("/login", form, htmx=False)

    assert answer.status == 303
    entry = await desk.database.read(latest, "staff.added")
    assert entry.staff_id == owner.staff_id
    assert password not in str(entry.about)


async def test_a_login_that_is_taken_is_said_at_its_field(open_console: OpenConsole) -> None:
    owner = await open_console(Role.OWNER)
    await owner.post("/staff/new", NEWCOMER)

    answer = await owner.post("/staff/new", NEWCOMER)

    assert answer.status == 422
    assert 'data-field="login"' in answer.text


async def test_a_change_of_somebody_is_written_down_with_before_and_after(
    open_console: OpenConsole, desk: Desk
) -> None:
    owner, agent = await open_console(Role.OWNER), await open_console(Role.AGENT)

    form = {"name": "陈师傅", "role": "operator", "capacity": "9", "wecom_userid": "chen"}
    assert (await owner.post(f"/staff/{agent.staff_id}", form)).status == 200

    entry = await desk.database.read(latest, "staff.changed")
    assert entry.about["before"] == {"role": "agent", "capacity": 5}
    assert entry.about["after"] == {"role": "operator", "capacity": 9}
    assert entry.about["rebound"] is True
    assert "chen" not in str(entry.about)


async def test_nobody_ends_or_demotes_themselves(open_console: OpenConsole) -> None:
    owner = await open_console(Role.OWNER)
    form = {"name": "王", "role": "agent", "capacity": "5", "wecom_userid": ""}

    assert (await owner.post(f"/staff/{owner.staff_id}/end")).status == 422
    assert (await owner.post(f"/staff/{owner.staff_id}", form)).status == 422
    assert (await owner.post(f"/staff/{owner.staff_id}/password")).status == 422


async def test_a_reset_takes_password_and_authenticator_away(
    open_console: OpenConsole, desk: Desk
) -> None:
    owner, agent = await open_console(Role.OWNER), await open_console(Role.AGENT)
    before = await desk.database.read(people.get, agent.staff_id)

    await owner.post(f"/staff/{agent.staff_id}/password")

    after = await desk.database.read(people.get, agent.staff_id)
    assert after.totp_sealed is None
    assert after.password_hash != before.password_hash
    assert (await agent.get("/account")).status == 401


async def test_the_rules_of_reception_are_changed_and_written_down(
    open_console: OpenConsole, desk: Desk
) -> None:
    owner = await open_console(Role.OWNER)

    assert (await owner.post("/settings/terms", TERMS)).status == 200

    kept = await desk.database.read(terms.get_terms)
    assert (kept.reply_within_minutes, kept.large_cart_fen) == (7, 30_000)
    entry = await desk.database.read(latest, "terms.saved")
    assert entry.about["after"]["reply_within_minutes"] == 7
    assert "kf_place" not in entry.about["after"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("reply_within_minutes", "0"), ("kf_place", "moon"), ("ends_after_minutes", "many")],
)
async def test_a_rule_out_of_its_bounds_is_refused_at_its_field(
    open_console: OpenConsole, field: str, value: str
) -> None:
    owner = await open_console(Role.OWNER)

    answer = await owner.post("/settings/terms", {**TERMS, field: value})

    assert answer.status == 422
    assert f'data-field="{field}"' in answer.text


async def test_opening_hours_and_days_that_are_otherwise_are_kept(
    open_console: OpenConsole, desk: Desk
) -> None:
    owner = await open_console(Role.OWNER)

    await owner.post("/settings/hours", {"day0": "09:00-12:00 13:30-21:00"})
    await owner.post("/settings/days", {"day": "2026-12-31", "kind": "off", "note": "盘点"})

    kept = await desk.database.read(hours.get_hours)
    assert kept.week == {0: [(540, 720), (810, 1260)]}
    assert not kept.is_open(datetime(2026, 12, 31, 3, tzinfo=UTC))
    page = await owner.get("/settings")
    assert "13:30-21:00" in page.text
    assert "盘点" in page.text


def test_hours_are_read_as_people_write_them() -> None:
    assert read_week(" 9:00－12:00, 13：30 到 21:00 ", "day0") == [(540, 720), (810, 1260)]
    assert write_week({0: [(540, 720)]}, 0) == "09:00-12:00"
    assert read_week("", "day0") == []
    for wrong in ("早上九点", "09:00", "09:60-10:00"):
        with pytest.raises(InvalidInput):
            read_week(wrong, "day0")


async def test_an_answer_is_written_changed_and_removed(
    open_console: OpenConsole, desk: Desk
) -> None:
    owner = await open_console(Role.OWNER)

    await owner.post("/canned", {"code": "fh", "words": "今天发货", "category": "物流"})
    (row,) = await desk.database.read(canned.list_canned)
    await owner.post(f"/canned/{row.id}", {"code": "fh", "words": "明天发货", "category": "物流"})
    (changed,) = await desk.database.read(canned.list_canned)
    assert changed.words == "明天发货"
    assert "明天发货" in (await owner.get("/canned?q=fh")).text

    await owner.post(f"/canned/{row.id}/end")
    assert await desk.database.read(canned.list_canned) == []


async def test_presence_is_switched_in_the_account(open_console: OpenConsole, desk: Desk) -> None:
    agent = await open_console(Role.AGENT)

    await agent.post("/account/presence", {"presence": "online"})

    person = await desk.database.read(people.get, agent.staff_id)
    assert person.presence == Presence.ONLINE
    assert person.seen_at == desk.clock.now()
    assert (await agent.post("/account/presence", {"presence": "moon"})).status == 422


async def test_the_log_is_searched_exported_and_checked(open_console: OpenConsole) -> None:
    owner = await open_console(Role.OWNER, name="王掌柜")
    await owner.post("/account/sessions")

    everything = await owner.get("/audit")
    logins = await owner.get("/audit?q=login")
    of_nobody = await owner.get("/audit?until=2020-01-01")
    table = await owner.get(f"/audit.csv?q=sessions&staff={owner.staff_id}")
    verdict = await owner.get("/audit/check")

    assert "退出其他登录" in everything.text
    assert "退出其他登录" not in logins.text
    assert "没有找到记录" in of_nobody.text
    assert "attachment" in table.headers["Content-Disposition"]
    assert "退出其他登录" in table.text
    assert "没有被改动" in verdict.text
