"""Confirmations and results are asked for until all is known; who does not confirm is reminded."""

import pytest
from sqlmodel import Session, update

from campaigns.gathering import COMPANY
from campaigns.mass import cancelling, reminding
from campaigns.mass.tables import MassTask
from campaigns.tables import Campaign, Delivery
from campaigns.terms import set_terms
from commerce.inserting import affected_rows, id_of
from tests.bot.broadcasts.conftest import Office
from tests.bot.broadcasts.corp import ROOT, MassCorp
from tests.campaigns.mass.massing import a_run, customers, gather, taken

RESULTS = ROOT + "get_groupmsg_send_result"


async def test_three_pages_of_results_are_read(office: Office, corp: MassCorp) -> None:
    await office.gathers(customers(2_345))
    corp.confirm(corp.tasks[0], wm7=2, wm2000=3)

    await office.waits(minutes=5)

    asked = [
        (body["limit"], body.get("cursor", "")) for body in corp.asked("get_groupmsg_send_result")
    ]
    assert asked == [(1000, ""), (1000, "1000"), (1000, "2000")]
    task = await office.task()
    assert (task.state, task.cursor, task.check_at) == ("partly", "", None)
    assert task.confirmed_at == office.clock.now().replace(minute=0)
    states = await office.states()
    assert states["wm7"] == ("failed", "not_friend")
    assert states["wm2000"] == ("deferred", "platform_cap")
    assert sum(state == "sent" for state, _ in states.values()) == 2_343


@pytest.mark.parametrize(("code", "begins_at"), [(45033, "1000"), (50100, "")])
async def test_reading_goes_on_behind_the_last_page_that_was_kept(
    office: Office, corp: MassCorp, code: int, begins_at: str
) -> None:
    await office.gathers(customers(1_500))
    corp.confirm(corp.tasks[0])
    corp.errors[RESULTS] = [0, code]
    await office.waits(minutes=5)
    assert sum(state == "sent" for state, _ in (await office.states()).values()) == 1_000

    await office.waits(minutes=1)

    third = corp.asked("get_groupmsg_send_result")[2]
    assert third.get("cursor", "") == begins_at
    assert (await office.task()).state == "sent"


async def test_an_unconfirmed_task_costs_one_call_a_look(office: Office, corp: MassCorp) -> None:
    await office.gathers(customers(3))
    for _ in range(12):
        await office.waits(minutes=5)

    assert 10 <= len(corp.asked("get_groupmsg_task")) <= 13
    assert corp.asked("get_groupmsg_send_result") == []
    await office.waits(hours=3)
    await office.waits(minutes=5)
    assert len(corp.asked("get_groupmsg_task")) <= 15, "the older the rarer"


async def test_a_task_that_is_still_handed_out_is_asked_about_later(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(customers(1))
    corp.confirm(corp.tasks[0])
    corp.errors[ROOT + "get_groupmsg_task"] = [41063]
    await office.waits(minutes=5)
    assert (await office.task()).confirmed_at is None

    await office.waits(minutes=1)

    assert (await office.task()).state == "sent"


async def test_of_groups_only_those_sent_to_are_listed(office: Office, corp: MassCorp) -> None:
    await office.gathers(["g:wr1", "g:wr2"])
    corp.confirm(corp.tasks[0], wr2=0)
    await office.waits(minutes=5)
    assert await office.states() == {"wr1": ("sent", ""), "wr2": ("posted", "")}

    await office.waits(hours=2)

    assert (await office.task()).state == "partly"
    assert (await office.states())["wr2"] == ("failed", "not_chosen")


async def test_a_sender_is_reminded_then_the_stand_in_told_then_it_expires(
    office: Office, corp: MassCorp
) -> None:
    await office.database.write(lambda session: set_terms(session, stand_ins={"lin": "zhou"}))
    await office.gathers(customers(1))
    for _ in range(96):
        await office.waits(minutes=30)

    (task,) = corp.tasks
    assert len(task.reminders) == 3
    told = [(card["touser"], card["template_card"]["main_title"]["title"]) for card in corp.cards]
    assert told == [("lin", "有一条群发等您确认"), ("zhou", "lin的群发还没确认")]
    assert task.cancelled
    ended = await office.task()
    assert (ended.state, ended.reason) == ("expired", "48小时内没有确认")
    await office.waits(minutes=1)
    assert await office.states() == {"wm1": ("failed", "expired")}
    assert await office.database.read(taken, "wm1") == 0


async def test_a_fourth_reminder_reaches_nobody(office: Office, corp: MassCorp) -> None:
    await office.gathers(customers(1))
    task_id, now = id_of(await office.task()), office.clock.now()
    for _ in range(3):
        await office.database.write(reminding.remind, office.broadcaster, task_id, "staff:1", now)

    with pytest.raises(reminding.TooManyReminders):
        await office.database.write(reminding.remind, office.broadcaster, task_id, "staff:1", now)

    await office.sends()
    assert len(corp.asked("remind_groupmsg_send")) == 3


async def test_a_stopped_run_stops_its_tasks_and_keeps_what_was_sent(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(customers(3))
    corp.confirm(corp.tasks[0], wm2=0, wm3=0)
    await office.turns_run("stopped")

    await office.waits(minutes=1)
    await office.waits(minutes=1)

    assert corp.tasks[0].cancelled
    assert await office.states() == {
        "wm1": ("sent", ""),
        "wm2": ("failed", "cancelled"),
        "wm3": ("failed", "cancelled"),
    }
    assert (await office.task()).state == "cancelled"


async def test_a_task_that_wecom_has_stopped_already_is_stopped(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(customers(1))
    corp.errors[ROOT + "cancel_groupmsg_send"] = [41093]
    task_id = id_of(await office.task())

    await office.database.write(
        cancelling.cancel, office.broadcaster, task_id, "写错了", office.clock.now()
    )
    await office.sends()
    await office.waits(minutes=1)

    assert await office.states() == {"wm1": ("failed", "cancelled")}


async def test_a_moment_is_published_when_its_sender_does(office: Office, corp: MassCorp) -> None:
    await office.gathers(["m:lin"], sender="lin")
    await office.waits(minutes=5)
    assert (await office.task()).moment_id == "mom1"
    assert (await office.task()).state == "created"
    corp.confirm(corp.moments[0])

    await office.waits(minutes=5)

    assert (await office.task()).state == "sent"
    assert set((await office.states()).values()) == {("sent", "")}


async def test_a_moment_that_is_stopped_is_stopped_there(office: Office, corp: MassCorp) -> None:
    await office.gathers(["m:lin"], sender="lin")
    task_id = id_of(await office.task())

    await office.database.write(
        cancelling.cancel, office.broadcaster, task_id, "写错了", office.clock.now()
    )
    await office.sends()
    await office.waits(minutes=1)

    assert corp.moments[0].cancelled
    assert set((await office.states()).values()) == {("failed", "cancelled")}


async def test_steps_of_a_journey_wait_for_company(office: Office, corp: MassCorp) -> None:
    def plan(session: Session) -> None:
        run = a_run(session)
        campaign = session.get_one(Campaign, run.campaign_id)
        campaign.kind = "journey"
        session.add(campaign)
        gather(session, run, customers(2))
        now = update(Delivery).values(planned_at=office.clock.now())
        affected_rows(session, now)

    await office.database.write(plan)
    await office.waits(minutes=6)
    assert corp.tasks == []

    await office.waits(seconds=COMPANY.total_seconds())

    assert [len(each.targets) for each in corp.tasks] == [2]
    assert [task.recipients for task in await office.tasks()] == [2]
    assert len(await office.rows(MassTask)) == 1


async def test_a_task_that_is_stopped_while_it_is_read_is_read_once_more(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(customers(2))
    corp.confirm(corp.tasks[0], wm1=0, wm2=0)
    corp.meanwhile[ROOT + "get_groupmsg_send_result"] = office.stops
    office.clock.advance(minutes=6)
    await office.rounds.read()
    assert await office.states() == {"wm1": ("posted", ""), "wm2": ("posted", "")}

    corp.tasks[0].statuses["wm1"] = 1
    await office.sends()
    await office.waits(minutes=1)

    assert await office.states() == {"wm1": ("sent", ""), "wm2": ("failed", "cancelled")}
