"""What is done with campaigns in the console: let go, paused, resumed, stopped, let pass."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.console.pages.campaigns import acting
from bot.database import Database
from bot.staff.audit_tables import AuditEntry
from bot.staff.tables import Role
from campaigns.tables import Campaign, CampaignRun
from commerce.community.tables import CommunityGroup
from commerce.inserting import id_of
from tests.bot.console.conftest import OpenConsole
from tests.campaigns.campaigning import content, new_campaign, running_campaign, send

GENTLE = "{称呼}，周末上新了\n不想再收到，回复退订"
BLOCKED = "全网最低价，国家级品质\n回复退订不再打扰"


def draft(database: Database, clock: FrozenClock, text: str = GENTLE, **columns: Any) -> int:
    """A draft for tomorrow."""
    now = clock.now()
    plan = {"kind": "once", "at": (now + timedelta(days=1)).isoformat()}
    values = {"state": "draft", "plan": plan, "nodes": [send("s1", content(text))], **columns}
    with database.writing() as session:
        return id_of(new_campaign(session, now, **values))


def state_of(database: Database, number: int) -> str:
    with database.reading() as session:
        return session.get_one(Campaign, number).state


def done(database: Database) -> list[str]:
    with database.reading() as session:
        return [did for did in session.exec(select(AuditEntry.did)) if did.startswith("campaign")]


async def test_a_campaign_goes_out_pauses_goes_on_and_ends(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    number = draft(database, frozen_clock)
    browser = await open_console(Role.OPERATOR)
    states = []

    for seen, action in enumerate(("activate", "pause", "resume", "stop"), 1):
        answer = await browser.post(f"/campaigns/{number}/{action}", {"version": str(seen)})
        assert (answer.status, answer.location) == (200, f"/console/campaigns/{number}")
        states.append(state_of(database, number))

    assert states == ["active", "paused", "active", "stopped"]
    assert done(database) == [
        "campaign.activated",
        "campaign.paused",
        "campaign.resumed",
        "campaign.stopped",
    ]


async def test_what_was_changed_meanwhile_is_not_let_go(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    number = draft(database, frozen_clock, version=2)
    browser = await open_console(Role.OPERATOR)

    answer = await browser.post(f"/campaigns/{number}/activate", {"version": "1"})

    assert answer.status == 422
    assert state_of(database, number) == "draft"


async def test_only_the_owner_lets_blocked_words_pass_and_says_why(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    number = draft(database, frozen_clock, BLOCKED)
    operator, owner = await open_console(Role.OPERATOR), await open_console(Role.OWNER)
    base = f"/campaigns/{number}"
    reason = {"reason": "法务看过，是活动页原话", "version": "1"}

    answers = [
        await operator.post(f"{base}/activate", {"version": "1"}),
        await operator.post(f"{base}/override", reason),
        await owner.post(f"{base}/override", {"reason": "行", "version": "1"}),
        await owner.post(f"{base}/override", {**reason, "version": "2"}),
        await owner.post(f"{base}/override", reason),
        await operator.post(f"{base}/activate", {"version": "1"}),
    ]

    assert [each.status for each in answers] == [422, 403, 422, 422, 200, 200]
    assert state_of(database, number) == "active"
    assert "法务看过，是活动页原话" in (await operator.get(base)).text


async def test_a_run_is_steered_by_itself(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        run = running_campaign(session, frozen_clock.now())
        number, run_id = run.campaign_id, id_of(run)
    browser = await open_console(Role.OPERATOR)
    base, states = f"/campaigns/{number}/runs/{run_id}", []

    for action in ("pause", "resume", "stop"):
        assert (await browser.post(f"{base}/{action}")).status == 200
        with database.reading() as session:
            states.append(session.get_one(CampaignRun, run_id).state)
    again = await browser.post(f"{base}/stop")
    elsewhere = await browser.post(f"/campaigns/{number + 1}/runs/{run_id}/stop")

    assert states == ["paused", "running", "stopped"]
    assert (again.status, elsewhere.status) == (422, 404)
    assert acting.TOO_LATE in again.text


async def test_a_copy_is_a_draft_and_a_draft_is_thrown_away(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    number = draft(database, frozen_clock)
    browser = await open_console(Role.OPERATOR)

    copied = await browser.post(f"/campaigns/{number}/copy")
    discarded = await browser.post(f"/campaigns/{number}/discard")

    assert copied.location == f"/console/campaigns/{number + 1}"
    assert discarded.location == "/console/campaigns"

    def names(session: Session) -> list[str]:
        return list(session.exec(select(Campaign.name)))

    with database.reading() as session:
        assert names(session) == ["上新通知（副本）"]


async def test_the_groups_that_get_it_are_named(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        now = frozen_clock.now()
        session.add(
            CommunityGroup(chat_id="wr1", name="喝茶群", owner_userid="lin", created_at=now)
        )
        session.flush()
    chosen = {"chat_ids": ["wr1", "wr-gone"], "tags": ["老客"], "owners": []}
    some = draft(database, frozen_clock, audience="groups", groups=chosen)
    everywhere = draft(database, frozen_clock, audience="groups")
    browser = await open_console(Role.OPERATOR)

    page = (await browser.get(f"/campaigns/{some}")).text

    assert "群：喝茶群、已经不在的群" in page
    assert "群标签：老客" in page
    assert "全部客户群" not in page
    assert "全部客户群" in (await browser.get(f"/campaigns/{everywhere}")).text


async def test_a_paused_campaign_offers_no_run_of_its_own_to_go_on(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        run = running_campaign(session, frozen_clock.now())
        number, run_id = run.campaign_id, id_of(run)
    browser = await open_console(Role.OPERATOR)
    going_on = f"/runs/{run_id}/resume"

    await browser.post(f"/campaigns/{number}/runs/{run_id}/pause")
    alone = (await browser.get(f"/campaigns/{number}/progress")).text
    with database.reading() as session:
        version = session.get_one(Campaign, number).version
    await browser.post(f"/campaigns/{number}/pause", {"version": str(version)})
    pages = [(await browser.get(f"/campaigns/{number}{end}")).text for end in ("", "/progress")]
    refused = await browser.post(f"/campaigns/{number}{going_on}")

    assert going_on in alone
    assert not [page for page in pages if going_on in page]
    assert (refused.status, "请先继续活动" in refused.text) == (422, True)
