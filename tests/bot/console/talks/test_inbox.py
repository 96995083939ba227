"""The list of conversations: the queue, one's own, all of them."""

from sqlmodel import Session

from bot.clock import FrozenClock
from bot.handover.episodes import begin
from bot.handover.tables import HandoverState, Reason
from bot.staff.tables import Role
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.talks.conftest import Floor


async def test_the_queue_shows_place_reason_and_who_is_upset_first(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    first = await floor.hears("在吗", "o-first")
    await floor.queues(first)
    second = await floor.hears("我很生气", "o-second")
    await floor.queues(second, Reason.COMPLAINT)

    page = (await agent.get("/inbox?tab=queue")).text

    assert page.index(f'data-id="{second}"') < page.index(f'data-id="{first}"')
    assert "第1位" in page
    assert "第2位" in page
    assert "投诉" in page
    assert "优先" in page


async def test_a_wait_turns_red_when_the_promised_time_is_over(
    floor: Floor, open_console: OpenConsole, frozen_clock: FrozenClock
) -> None:
    agent = await open_console(Role.AGENT)
    await floor.queues(await floor.hears())

    assert "is-calm" in (await agent.get("/talks/rows")).text
    frozen_clock.advance(minutes=3)
    assert "is-soon" in (await agent.get("/talks/rows")).text
    frozen_clock.advance(minutes=3)
    assert "is-late" in (await agent.get("/talks/rows")).text


async def test_own_conversations_show_how_much_is_unanswered(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent, colleague = await open_console(Role.AGENT), await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.gives(talk, agent.staff_id)
    await floor.hears("还在吗")
    await floor.hears("请回一下")

    own = (await agent.get("/talks/rows?tab=mine")).text

    assert 'title="还没回的话">2<' in own
    assert "请回一下" in own
    assert f'data-id="{talk}"' not in (await colleague.get("/talks/rows?tab=mine")).text


async def test_all_conversations_are_found_by_owner_and_channel_and_turned_by_pages(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talks = [await floor.hears("你好", f"o-{number}") for number in range(21)]
    await floor.gives(talks[4], agent.staff_id)

    everybody = (await agent.get("/talks/rows?tab=all")).text
    rest = (await agent.get("/talks/rows?tab=all&page=2")).text
    with_staff = (await agent.get("/talks/rows?tab=all&owner=staff")).text
    in_wecom = (await agent.get("/talks/rows?tab=all&channel=wecom")).text

    assert everybody.count("data-id=") == 20
    assert "共21个" in everybody
    assert rest.count("data-id=") == 1
    assert with_staff.count("data-id=") == 1
    assert f'data-id="{talks[4]}"' in with_staff
    assert "没有找到" in in_wecom


async def test_a_conversation_is_found_by_what_was_said_and_by_the_customers_number(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    umbrella = await floor.hears("想买雨伞", "o-umbrella")
    await floor.hears("想买拖鞋", "o-slippers")
    number = (await floor.row(umbrella)).customer_id

    by_words = (await agent.get("/talks/rows?tab=all&q=雨伞")).text
    by_number = (await agent.get(f"/talks/rows?tab=all&q=顾客{number}")).text

    for found in (by_words, by_number):
        assert found.count("data-id=") == 1
        assert f'data-id="{umbrella}"' in found


async def test_somebody_is_given_customers_once_they_say_so(
    open_console: OpenConsole,
) -> None:
    agent = await open_console(Role.AGENT)
    assert "已暂停" in (await agent.get("/inbox")).text

    said = await agent.post("/inbox/presence", {"presence": "online"})

    assert said.status == 204
    assert "在线，会分到新顾客" in (await agent.get("/inbox")).text


async def test_a_second_agent_sees_who_has_a_conversation(
    floor: Floor, open_console: OpenConsole
) -> None:
    first = await open_console(Role.AGENT, name="小王")
    second = await open_console(Role.AGENT, name="小李")
    talk = await floor.hears()
    await floor.queues(talk)

    await floor.act(first, talk, "take")

    assert f'data-id="{talk}"' not in (await second.get("/talks/rows?tab=queue")).text
    assert "小王在接待" in (await second.get(f"/talks/{talk}/head")).text


async def test_messages_left_out_of_hours_are_listed_until_somebody_takes_them_up(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    await floor.hears("你好", "o-bob")
    talk = await floor.hears()
    now = floor.desk.clock.now()

    def leave_word(session: Session) -> None:
        begin(session, talk, Reason.ASKED, HandoverState.LEFT_WORD, now)

    await floor.desk.database.write(leave_word)

    left = (await agent.get("/talks/rows?tab=all&owner=left_word")).text
    await floor.act(agent, talk, "take")
    taken = (await agent.get("/talks/rows?tab=all&owner=left_word")).text

    assert left.count("data-id=") == 1
    assert f'data-id="{talk}"' in left
    assert "data-id=" not in taken


async def test_the_menu_shows_where_one_is_in_a_conversation(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()

    for path in ("/inbox", f"/talks/{talk}"):
        page = (await agent.get(path)).text
        assert 'href="/console/inbox" aria-current="page"' in page
