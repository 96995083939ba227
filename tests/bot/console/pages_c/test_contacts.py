"""Pages of codes, welcomes and tags, as an operator uses them."""

from sqlmodel import select

from bot.contacts.tables import ChannelCode, Welcome
from bot.contacts.written import shifts_as_text, shifts_from
from bot.database import Database
from bot.staff.tables import Role
from tests.bot.console.conftest import OpenConsole

CODE = {
    "name": "包裹卡片",
    "key": "parcel",
    "shifts": "周一-周五 09:00-18:00 wang，li\n周末 10:00-16:00 li",
    "backup": "boss",
    "daily_limit": "30",
    "is_active": "yes",
}
WELCOME = {
    "place": "contact",
    "days": "每天",
    "from": "00:00",
    "to": "24:00",
    "words": "您好，欢迎来到小店。",
    "is_active": "yes",
}


async def test_a_code_is_kept_with_its_shifts(
    open_console: OpenConsole, database: Database
) -> None:
    operator = await open_console(Role.OPERATOR)
    await operator.get("/contact-codes")
    answer = await operator.post("/contact-codes", CODE)
    assert answer.location == "/console/contact-codes", answer.text

    code = await database.read(lambda s: s.exec(select(ChannelCode)).one())
    assert code.shifts[0] == {
        "weekdays": [1, 2, 3, 4, 5],
        "from": "09:00",
        "to": "18:00",
        "userids": ["wang", "li"],
    }
    assert (code.daily_limit, code.backup) == (30, ["boss"])
    shown = (await operator.get("/contact-codes")).text
    assert "包裹卡片" in shown
    assert "工作日 09:00-18:00 wang,li" in shown
    form = (await operator.get("/contact-codes/parcel")).text
    assert "周末 10:00-16:00 li" in form


async def test_a_shift_that_cannot_be_read_names_its_line(open_console: OpenConsole) -> None:
    operator = await open_console(Role.OPERATOR)
    await operator.get("/contact-codes")
    wrong = {**CODE, "shifts": "周末 10:00-16:00 li\n周八 10:00-16:00 li"}
    answer = await operator.post("/contact-codes", wrong)

    assert answer.status == 422
    assert "第2行的“周八”不是星期几" in answer.text


async def test_a_welcome_is_entered_and_changed(
    open_console: OpenConsole, database: Database
) -> None:
    operator = await open_console(Role.OPERATOR)
    await operator.get("/welcomes")
    await operator.post("/welcomes", WELCOME)
    kept = await database.read(lambda s: s.exec(select(Welcome)).one())
    await operator.get(f"/welcomes/{kept.id}")
    await operator.post(f"/welcomes/{kept.id}", {**WELCOME, "words": "晚上好", "from": "18:00"})

    found = await database.read(lambda s: s.exec(select(Welcome)).all())
    assert [(each.words, each.from_minute, each.to_minute) for each in found] == [
        ("晚上好", 1080, 1440)
    ]


async def test_words_that_the_law_forbids_are_refused_where_they_stand(
    open_console: OpenConsole,
) -> None:
    operator = await open_console(Role.OPERATOR)
    await operator.get("/welcomes")
    answer = await operator.post("/welcomes", {**WELCOME, "words": "全国第一的小店"})

    assert answer.status == 422


async def test_a_tag_is_added_once(open_console: OpenConsole) -> None:
    operator = await open_console(Role.OPERATOR)
    await operator.get("/tags")
    for _ in range(2):
        await operator.post("/tags", {"group_name": "来源", "name": "小红书"})

    assert (await operator.get("/tags")).text.count("小红书</td>") == 1


def test_shifts_read_as_they_were_written() -> None:
    written = "每天 00:00-24:00 a,b\n周二-周四 22:00-06:00 c"

    assert shifts_as_text(shifts_from(written)) == written
