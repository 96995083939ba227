"""A task that is stopped is followed to its end, whatever is under way meanwhile."""

import pytest
from sqlmodel import Session

from tests.bot.broadcasts.conftest import Office
from tests.bot.broadcasts.corp import ROOT, MassCorp
from tests.campaigns.mass.massing import a_run, customers, gather, taken

ADD = ROOT + "add_msg_template"
CANCEL = ROOT + "cancel_groupmsg_send"
RESULTS = ROOT + "get_groupmsg_send_result"
PUBLISHERS = ROOT + "get_moment_task"
BUSY = 45033


@pytest.mark.parametrize("run_state", ["running", "paused", "stopped"])
async def test_one_stopped_while_wecom_was_too_busy_to_make_it_ends_at_once(
    office: Office, corp: MassCorp, run_state: str
) -> None:
    async def stop() -> None:
        await office.turns_run(run_state)
        await office.stops()

    corp.errors[ADD] = [BUSY]
    corp.meanwhile[ADD] = stop
    await office.gathers(customers(1))
    assert (await office.task()).ended_at == office.clock.now()

    await office.waits(minutes=10)

    assert corp.tasks == []
    assert await office.states() == {"wm1": ("failed", "cancelled")}
    assert await office.database.read(taken, "wm1") == 0


async def test_a_page_asked_for_before_wecom_had_stopped_a_task_does_not_close_it(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(customers(2))
    corp.confirm(corp.tasks[0], wm1=0, wm2=0)

    async def send_and_stop() -> None:
        """The page is written; then one more is sent, and WeCom stops the rest."""
        corp.tasks[0].statuses["wm1"] = 1
        office.clock.advance(seconds=1)
        await office.stops()
        await office.sends()
        office.clock.advance(seconds=1)

    corp.meanwhile[RESULTS] = send_and_stop
    await office.waits(minutes=5)
    assert corp.tasks[0].cancelled

    await office.waits(minutes=1)

    assert await office.states() == {"wm1": ("sent", ""), "wm2": ("failed", "cancelled")}


async def test_a_moment_published_before_wecom_had_stopped_it_was_published(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(["m:lin"], sender="lin")
    await office.waits(minutes=5)

    async def publish_and_stop() -> None:
        corp.confirm(corp.moments[0])
        office.clock.advance(seconds=1)
        await office.stops()
        await office.sends()
        office.clock.advance(seconds=1)

    corp.meanwhile[PUBLISHERS] = publish_and_stop
    await office.waits(minutes=5)
    await office.waits(minutes=1)

    assert corp.moments[0].cancelled
    assert set((await office.states()).values()) == {("sent", "")}


async def test_while_wecom_has_not_answered_the_stop_it_is_not_asked_at_every_look(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(customers(1))
    corp.confirm(corp.tasks[0], wm1=0)
    corp.errors[CANCEL] = [BUSY] * 30
    corp.errors[RESULTS] = [BUSY]
    corp.meanwhile[RESULTS] = office.stops
    await office.waits(minutes=5)

    for _ in range(8):
        await office.waits(seconds=30)

    assert len(corp.asked("get_groupmsg_send_result")) <= 3
    assert await office.states() == {"wm1": ("posted", "")}


async def test_who_is_in_a_task_that_wecom_has_not_stopped_is_in_none_of_the_next_day(
    office: Office, corp: MassCorp
) -> None:
    """Its sender may confirm it until WeCom has heard that it is to stop."""
    await office.gathers(customers(1))
    corp.errors[CANCEL] = [BUSY] * 30
    await office.stops()
    await office.sends()
    await office.waits(hours=12, minutes=5)  # After midnight in Shanghai.

    await plan_another(office)

    assert len(corp.tasks) == 1


async def test_who_is_in_a_task_that_was_just_confirmed_is_in_none_of_the_same_day(
    office: Office, corp: MassCorp
) -> None:
    """It was planned the day before, and WeCom has not said yet whom it has reached."""
    await office.gathers(customers(1))
    office.clock.advance(hours=12, minutes=5)
    corp.confirm(corp.tasks[0], wm1=0)
    await office.rounds.read()

    await plan_another(office)

    assert len(corp.tasks) == 1


async def plan_another(office: Office) -> None:
    """Another campaign speaks to the first customer, now."""

    def plan(session: Session) -> None:
        gather(session, a_run(session), customers(1))

    await office.database.write(plan)
    await office.rounds.make()
    await office.sends()
