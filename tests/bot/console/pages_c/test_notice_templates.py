"""The page where templates of subscription messages are entered."""

from sqlmodel import select

from bot.database import Database
from bot.notices.tables import NoticeTemplate
from bot.staff.tables import Role
from tests.bot.console.conftest import OpenConsole

FORM = {
    "kind": "order_shipped",
    "channel": "mini_program",
    "template_id": "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1",
    "fields": "thing1 = 商品\ncharacter_string2＝快递单号",
    "is_active": "yes",
}


async def test_a_template_is_entered_in_words(
    open_console: OpenConsole, database: Database
) -> None:
    owner = await open_console(Role.OWNER)
    await owner.get("/notice-templates")
    answer = await owner.post("/notice-templates", FORM)
    assert answer.location == "/console/notice-templates", answer.text

    kept = await database.read(lambda s: s.exec(select(NoticeTemplate)).one())
    assert kept.fields == {"thing1": "goods", "character_string2": "tracking_no"}
    assert "thing1 = 商品" in (await owner.get("/notice-templates")).text


async def test_an_id_taken_out_ends_it(open_console: OpenConsole, database: Database) -> None:
    owner = await open_console(Role.OWNER)
    await owner.get("/notice-templates")
    await owner.post("/notice-templates", FORM)
    await owner.post("/notice-templates", {**FORM, "template_id": ""})

    assert await database.read(lambda s: s.exec(select(NoticeTemplate)).all()) == []


async def test_a_wrong_field_is_named(open_console: OpenConsole) -> None:
    owner = await open_console(Role.OWNER)
    await owner.get("/notice-templates")
    answer = await owner.post("/notice-templates", {**FORM, "fields": "thing1 = 口令"})

    assert answer.status == 422
    assert "第1行" in answer.text
    assert "快递单号" in answer.text


async def test_who_answers_customers_does_not_enter_templates(open_console: OpenConsole) -> None:
    agent = await open_console(Role.AGENT)

    assert (await agent.get("/notice-templates")).status == 403
