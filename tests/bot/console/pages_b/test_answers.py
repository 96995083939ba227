"""Pages of the knowledge base, through the real console."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from bot.console.desk import Desk
from bot.knowledge.answering import Answering
from bot.staff.tables import Role
from commerce.knowledge import queries
from commerce.knowledge.entries import find_entry
from commerce.knowledge.facts import facts
from commerce.knowledge.tables import KnowledgeEntry
from tests.bot.console.conftest import Browser, OpenConsole
from tests.bot.console.pages_b.test_products import upload

FREIGHT = {
    "key": "freight",
    "category": "配送",
    "title": "包邮吗",
    "answer": "{店名}满99元包邮",
    "questions": "运费多少\r\n邮费怎么算",
    "is_live": "yes",
    "is_new": "yes",
}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a knowledge base that is asked by letters alone."""
    answering = Answering(desk.shop.search.tokenise)
    return replace(desk, shop=replace(desk.shop, answering=answering))


@pytest.fixture
async def operator(open_console: OpenConsole) -> Browser:
    """Somebody who has written one entry."""
    browser = await open_console(Role.OPERATOR)
    assert (await browser.post("/knowledge/entries", FREIGHT)).location
    return browser


async def entry(desk: Desk, key: str = "freight") -> KnowledgeEntry | None:
    return await desk.database.read(find_entry, key)


async def test_an_entry_is_written_and_every_reader_reads_again(
    operator: Browser, desk: Desk
) -> None:
    before = await desk.database.read(queries.edition)
    again = {**FREIGHT, "is_new": "", "answer": "满88元包邮"}

    await operator.post("/knowledge/entries", again)

    kept = await entry(desk)
    assert kept is not None
    assert kept.answer == "满88元包邮"
    assert await desk.database.read(queries.edition) > before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answer": "{没有这个}"}, "answer"),
        ({"answer": "{店名"}, "answer"),
        ({"answer": ""}, "answer"),
        ({"answer": "转发到朋友圈领红包"}, "answer"),
        ({"title": ""}, "title"),
        ({"priority": "高"}, "priority"),
        ({"valid_from": "2026-11-23T10:00", "valid_until": "2026-11-23T09:00"}, "valid_until"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(
    operator: Browser, change: dict[str, str], field: str
) -> None:
    answer = await operator.post("/knowledge/entries", {**FREIGHT, "is_new": "", **change})

    assert answer.status == 422
    assert f'data-field="{field}"' in answer.text


async def test_a_new_entry_does_not_overwrite_one_of_its_key(operator: Browser) -> None:
    assert (await operator.post("/knowledge/entries", FREIGHT)).status == 422


async def test_a_preview_fills_placeholders_and_names_what_is_missing(operator: Browser) -> None:
    form = {"answer": "{店名}的电话是{联系电话}"}

    shown = await operator.post("/knowledge/preview", form)

    assert "掌柜的店的电话是（联系电话：现在没有）" in shown.text


async def test_a_question_is_tried_with_its_score_and_threshold(operator: Browser) -> None:
    exact = await operator.get("/knowledge?ask=运费多少")
    far = await operator.get("/knowledge?ask=今天天气")

    assert "会直接回答" in exact.text
    assert "1.000" in exact.text
    assert "掌柜的店满99元包邮" in exact.text
    assert "会直接回答" not in far.text
    assert "0.95" in far.text or "没有接近的问答" in far.text


async def test_entries_are_searched_by_what_is_asked_and_answered(operator: Browser) -> None:
    other = {**FREIGHT, "key": "pay", "title": "怎么付款", "answer": "微信支付", "questions": ""}
    await operator.post("/knowledge/entries", other)

    page = await operator.get("/knowledge?q=邮费")

    assert "包邮吗" in page.text
    assert "怎么付款" not in page.text


async def test_what_is_exported_may_be_handed_in_again_and_changes_nothing(
    operator: Browser,
) -> None:
    file = await operator.get("/knowledge.csv")

    answer = await operator.post("/knowledge/import", upload(file.text.encode()), htmx=False)

    assert "没变 1" in answer.text
    assert "更新 0" in answer.text


async def test_a_bad_row_is_told_and_the_others_are_kept(operator: Browser, desk: Desk) -> None:
    rows = "key,category,title,answer\ngood,店里,几点开门,九点\nbad,店里,坏,{没有}\n"

    answer = await operator.post("/knowledge/import", upload(rows.encode()), htmx=False)

    assert "新增 1" in answer.text
    assert "跳过 1" in answer.text
    assert await entry(desk, "good") is not None
    assert await entry(desk, "bad") is None


async def test_facts_are_written_and_refused_in_words(operator: Browser, desk: Desk) -> None:
    refused = await operator.post("/knowledge/facts", {"name": "客服时间", "value": "早上到晚上"})
    done = await operator.post("/knowledge/facts", {"name": "客服时间", "value": "09:00-21:00"})

    def read(session: Session) -> dict[str, str]:
        return facts(session)

    assert refused.status == 422
    assert 'data-field="value"' in refused.text
    assert done.location
    assert (await desk.database.read(read))["客服时间"] == "09:00-21:00"
    assert "09:00-21:00" in (await operator.get("/knowledge/facts")).text


async def test_agents_do_not_edit_answers(open_console: OpenConsole) -> None:
    agent = await open_console(Role.AGENT)

    assert (await agent.get("/knowledge")).status == 403
    assert (await agent.post("/knowledge/entries", FREIGHT)).status == 403
