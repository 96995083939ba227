"""Taking a conversation, passing it on, giving it back, ending it."""

import pytest
from sqlmodel import Session

from bot.console.desk import Desk
from bot.handover import owning, presence
from bot.staff.tables import Presence, Role
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.talks.conftest import Floor


async def test_one_of_two_who_take_at_once_has_it(floor: Floor, open_console: OpenConsole) -> None:
    first = await open_console(Role.AGENT, name="小王")
    second = await open_console(Role.AGENT, name="小李")
    talk = await floor.hears()
    seen = str((await floor.row(talk)).epoch)

    won = await floor.act(first, talk, "take", epoch=seen)
    lost = await floor.act(second, talk, "take", epoch=seen)

    assert (won.status, lost.status) == (204, 409)
    assert "小王刚刚接走了" in lost.text
    assert (await floor.row(talk)).owner == f"staff:{first.staff_id}"


async def test_an_agent_takes_nothing_from_a_colleague_but_an_operator_may(
    floor: Floor, open_console: OpenConsole
) -> None:
    holder, agent = await open_console(Role.AGENT), await open_console(Role.AGENT)
    operator = await open_console(Role.OPERATOR)
    talk = await floor.hears()
    await floor.act(holder, talk, "take")

    assert (await floor.act(agent, talk, "take")).status == 409
    assert (await floor.act(operator, talk, "take")).status == 204
    assert (await floor.row(talk)).owner == f"staff:{operator.staff_id}"


async def test_a_conversation_is_passed_to_a_colleague_who_is_there(
    floor: Floor, open_console: OpenConsole, desk: Desk
) -> None:
    giver = await open_console(Role.AGENT, name="小王")
    receiver = await open_console(Role.AGENT, name="小李")
    now = desk.clock.now()
    await desk.database.write(presence.be, receiver.staff_id, Presence.ONLINE, now)
    talk = await floor.hears()
    await floor.act(giver, talk, "take")
    assert "小李" in (await giver.get(f"/talks/{talk}/head")).text

    said = await floor.act(giver, talk, "transfer", to=str(receiver.staff_id))

    assert said.status == 204
    assert (await floor.row(talk)).owner == f"staff:{receiver.staff_id}"
    assert "小王 转给 小李" in (await giver.get(f"/talks/{talk}/lines")).text


@pytest.mark.parametrize("action", ["hand-back", "end"])
async def test_the_bot_goes_on_after_a_person_has_let_go(
    floor: Floor, open_console: OpenConsole, action: str
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")
    quiet = len(await floor.posts())
    await floor.hears("还在吗")
    assert len(await floor.posts()) == quiet

    assert (await floor.act(agent, talk, action)).status == 204

    assert (await floor.row(talk)).owner == "bot"
    handed = len(await floor.posts())
    await floor.hears("找鞋")
    assert len(await floor.posts()) > handed


@pytest.mark.parametrize("action", ["hand-back", "end", "transfer"])
async def test_nobody_lets_go_what_a_colleague_has(
    floor: Floor, open_console: OpenConsole, action: str
) -> None:
    holder, other = await open_console(Role.AGENT), await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(holder, talk, "take")

    said = await floor.act(other, talk, action, to=str(other.staff_id))

    assert said.status == 409
    assert (await floor.row(talk)).owner == f"staff:{holder.staff_id}"


async def test_what_a_servicer_has_in_wecom_can_only_be_read_here(
    floor: Floor, open_console: OpenConsole, desk: Desk
) -> None:
    agent = await open_console(Role.OWNER)
    talk = await floor.hears()

    def taken(session: Session) -> None:
        owning.taken_by_servicer(session, talk, "LiMing", desk.clock.now())

    await desk.database.write(taken)

    page = (await agent.get(f"/talks/{talk}")).text
    assert "正在企业微信里由LiMing（企业微信）接待" in page
    assert (await floor.act(agent, talk, "take")).status == 422
    assert (await floor.act(agent, talk, "replies", content="在")).status in (409, 422)


@pytest.mark.parametrize("action", ["take", "transfer", "hand-back", "end", "replies", "cards"])
async def test_a_page_that_has_not_said_what_it_saw_changes_nothing(
    floor: Floor, open_console: OpenConsole, action: str
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()

    assert (await floor.act(agent, talk, action, epoch="")).status == 422
    assert (await floor.row(talk)).owner == "bot"
