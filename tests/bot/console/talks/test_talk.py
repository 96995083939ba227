"""One conversation as its page shows it."""

import re

from bot.clock import FrozenClock
from bot.staff.tables import Role
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.talks.conftest import Floor


async def test_a_transcript_tells_customer_bot_staff_notes_and_moves_apart(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT, name="小王")
    talk = await floor.hears("有雨伞吗")
    await floor.act(agent, talk, "take")
    await floor.act(agent, talk, "replies", content="有的，三种颜色")
    await floor.act(agent, talk, "notes", content="老顾客")

    page = (await agent.get(f"/talks/{talk}")).text

    for form in ("line-customer", "line-bot", "line-staff", "line-note", "line-move"):
        assert form in page
    assert "小王 接入" in page
    assert "小王 的内部备注" in page


async def test_a_line_says_what_became_of_it(
    floor: Floor, open_console: OpenConsole, frozen_clock: FrozenClock
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")
    await floor.act(agent, talk, "replies", content="马上看")
    assert "发送中" in (await agent.get(f"/talks/{talk}/lines")).text

    frozen_clock.advance(seconds=6)  # What may ride in an answer to WeChat is held so long.
    await floor.counter.send_all()

    assert "已发送" in (await agent.get(f"/talks/{talk}/lines")).text


async def test_what_the_bot_understood_is_shown_when_asked_for(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears("找鞋")
    page = (await agent.get(f"/talks/{talk}")).text
    asked = re.search(r'data-understood="/console([^"]+)"', page)
    assert asked is not None

    understood = (await agent.get(asked[1])).text

    assert "search_product" in understood
    assert "100%" in understood
    assert (await agent.get("/talks/999/lines/1/understood")).status == 404


async def test_earlier_lines_come_in_stretches_that_neither_overlap_nor_leave_out(
    floor: Floor, open_console: OpenConsole, frozen_clock: FrozenClock
) -> None:
    agent = await open_console(Role.AGENT)
    for number in range(45):
        talk = await floor.hears(f"话{number}")
        frozen_clock.advance(seconds=30)
    seen: list[str] = []
    before = ""
    while True:
        part = await agent.get(f"/talks/{talk}/lines{before}")
        seen = re.findall(r'data-line="(\d+)"', part.text) + seen
        before = f"?before={part.headers['X-First-Line']}"
        if part.headers["X-Has-Earlier"] == "no":
            break

    assert len(seen) == 90
    assert seen == sorted(set(seen), key=int)


async def test_fresh_lines_begin_where_the_page_began(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears("一")
    first = int((await agent.get(f"/talks/{talk}/lines")).headers["X-First-Line"])
    await floor.hears("二")

    fresh = (await agent.get(f"/talks/{talk}/lines?since={first + 2}")).text

    assert ">二<" in fresh
    assert ">一<" not in fresh


async def test_a_conversation_that_is_not_there_is_not_found(open_console: OpenConsole) -> None:
    agent = await open_console(Role.AGENT)

    assert (await agent.get("/talks/4711")).status == 404


async def test_words_of_a_customer_are_shown_as_words(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears("<script>alert(1)</script>")

    for path in (f"/talks/{talk}", f"/talks/{talk}/lines", "/inbox?tab=all"):
        shown = (await agent.get(path)).text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown
