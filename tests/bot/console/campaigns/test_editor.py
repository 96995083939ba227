"""Writing campaigns in the console: what is sent is kept, what is refused comes back whole."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp
import pytest
from PIL import Image
from sqlmodel import Session, col, select

from bot.console.desk import Desk
from bot.console.pages.campaigns import editing
from bot.console.pages.campaigns.editing import BEGINNINGS
from bot.database import Database
from bot.staff.tables import Role
from campaigns.segment_tables import Segment
from campaigns.segments import saving
from campaigns.segments.rules import read_rule
from campaigns.tables import Campaign, CampaignState
from tests.bot.console.campaigns.forms import (
    GROUP_SOP,
    JOURNEY,
    ONCE,
    fields_of,
    with_fields,
    wrong_in,
)
from tests.bot.console.conftest import Browser, OpenConsole

LINK: Final = "nodes__0__arms__0__attachments__0__"
REFUSED: Final[Sequence[tuple[dict[str, str], str, str]]] = (
    ({"name": ""}, "name", "这一项没有填"),
    ({"plan__at": ""}, "plan.at", "请填写发送时间"),
    ({"routes": "sms"}, "routes", "短信只能发服务通知，不能发营销内容，请去掉"),
    ({"holdout_percent": "80"}, "holdout_percent", "不能大于50"),
    ({"nodes__0__arms__0__weight": "40"}, "nodes.0.arms", "各版本的比例加起来要等于100"),
    ({"nodes__0__arms__0__text": ""}, "nodes.0.arms.0.text", "文字和附件至少要有一样"),
    (
        {"routes": "subscription"},
        "nodes.0.arms.0.notice.title",
        "要走订阅消息、模板消息或短信，请写标题和说明",
    ),
    (
        {f"{LINK}kind": "link", f"{LINK}ref": "ftp://x"},
        "nodes.0.arms.0.attachments.0.ref",
        "链接要以https://开头",
    ),
    (
        {"nodes__0__arms__0__by_route__official_account": "字" * 700},
        "nodes.0.arms.0.by_route.official_account",
        "公众号客服消息的文字最多2048字节，现在是2100字节（一个汉字占3字节），请缩短或单独写一份",
    ),
)
RUBBISH: Final[Sequence[dict[str, str]]] = (
    {"nodes": "x", "plan": "y"},
    {"nodes.0": "x", "nodes.0.arms.0.attachments.0.kind.more": "z"},
    {"kind": "sop", "nodes.0.at": "x", "groups.tags.x": "y", "routes.0": "z"},
    {"kind": "journey", "nodes.0.kind": "condition", "nodes.0.segment": "~kept"},
    {"kind": "nothing", "audience": "nobody", "name": "x" * 5000},
)


def kept_of(database: Database) -> Campaign:
    with database.reading() as session:
        return session.exec(select(Campaign)).one()


def with_segment(database: Database, clock: Any) -> int:
    """A segment of who was here lately."""
    rule = read_rule({"kind": "fact", "fact": "last_seen", "op": "within", "value": 30})
    with database.writing() as session:
        return saving.save(session, "最近来过", rule, by="staff:1", now=clock.now()).id or 0


async def entered(browser: Browser, form: dict[str, str] = ONCE) -> str:
    """The address of a draft that this form made."""
    answer = await browser.post("/campaigns", form, htmx=False)
    assert answer.status == 303, answer.text
    return answer.location.removeprefix("/console")


async def test_a_campaign_is_kept_as_a_draft(open_console: OpenConsole, database: Database) -> None:
    browser = await open_console(Role.OPERATOR)

    address = await entered(browser)

    kept = kept_of(database)
    assert address == f"/campaigns/{kept.id}"
    assert (kept.name, kept.state, kept.holdout_percent) == ("周末上新", "draft", 10)
    page = (await browser.get(address)).text
    assert "2030-06-01 10:00发送" in page
    assert "公众号客服消息" in page


async def test_every_kind_has_an_editor(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OPERATOR)

    answers = {
        (kind, audience): await browser.get(f"/campaigns/new?kind={kind}&audience={audience}")
        for kind, audience, _ in BEGINNINGS
    }

    assert {each.status for each in answers.values()} == {200}
    assert all('name="nodes.0.arms.0.text"' in each.text for each in answers.values())
    assert "挑一群顾客" in (await browser.get("/campaigns/new")).text


async def test_what_is_refused_comes_back_whole_with_the_error_beside_its_field(
    open_console: OpenConsole, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)

    for changed, place, words in REFUSED:
        form = with_fields(ONCE, **changed)
        answer = await browser.post("/campaigns", form, htmx=False)

        assert answer.status == 422, place
        assert wrong_in(answer.text) == {place: words}
        typed = {each for each in form.items() if each[1]}
        assert typed - fields_of(answer.text) == set(), place
    with database.reading() as session:
        assert session.exec(select(Campaign)).all() == []


async def test_the_editor_of_a_draft_holds_what_was_entered(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OPERATOR)
    address = await entered(browser)

    page = (await browser.get(f"{address}/edit")).text

    assert fields_of(page) >= set(with_fields(ONCE, version="1", segment_id=None).items())


async def test_another_s_change_meanwhile_is_not_written_over(
    open_console: OpenConsole, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)
    address = await entered(browser)
    first = with_fields(ONCE, version="1", name="我改的")
    second = with_fields(ONCE, version="1", name="他改的")

    answers = [await browser.post(address, form, htmx=False) for form in (first, second)]

    assert [each.status for each in answers] == [303, 422]
    assert "刚刚有人改过这个活动" in answers[1].text
    assert ("name", "他改的") in fields_of(answers[1].text)
    assert kept_of(database).name == "我改的"


async def test_routes_are_tried_in_the_order_of_the_form(
    open_console: OpenConsole, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)
    form = [each for each in ONCE.items() if each[0] != "routes"]
    form += [("routes", "wecom"), ("routes", "official_account")]

    await browser.post("/campaigns", form, htmx=False)

    assert kept_of(database).routes == ["wecom", "official_account"]


async def test_a_journey_s_steps_lead_where_the_form_says(
    open_console: OpenConsole, database: Database, desk: Desk
) -> None:
    browser = await open_console(Role.OPERATOR)
    segment = with_segment(database, desk.clock)

    address = await entered(browser, with_fields(JOURNEY, nodes__2__segment=str(segment)))

    nodes = {each["id"]: each for each in kept_of(database).nodes}
    assert kept_of(database).plan["after_minutes"] == 120
    assert (nodes["s1"]["next"], nodes["s2"]["next"]) == ("s2", "s3")
    assert nodes["s2"]["minutes"] == 24 * 60
    assert (nodes["s3"]["yes"], nodes["s3"]["no"]) == ("s4", "")
    assert nodes["s3"]["rule"]["fact"] == "last_seen"
    page = (await browser.get(f"{address}/edit")).text
    assert {("nodes.1.wait", "1"), ("nodes.2.segment", "~kept")} <= fields_of(page)


async def test_a_condition_keeps_its_rule_when_the_segment_is_changed_later(
    open_console: OpenConsole, database: Database, desk: Desk
) -> None:
    browser = await open_console(Role.OPERATOR)
    segment = with_segment(database, desk.clock)
    address = await entered(browser, with_fields(JOURNEY, nodes__2__segment=str(segment)))
    with database.writing() as session:
        session.get_one(Segment, segment).rule = {"kind": "fact", "fact": "cart", "op": "left"}
    rule = '{"kind": "fact", "fact": "last_seen", "op": "within", "value": 30}'

    form = with_fields(JOURNEY, version="1", nodes__2__segment="~kept", nodes__2__rule=rule)
    await browser.post(address, form, htmx=False)

    assert kept_of(database).version == 2
    assert kept_of(database).nodes[2]["rule"]["fact"] == "last_seen"


async def test_a_sop_s_steps_have_days_and_times(
    open_console: OpenConsole, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)

    await entered(browser, GROUP_SOP)

    kept = kept_of(database)
    assert (kept.audience, kept.routes, kept.groups["tags"]) == ("groups", ["mass"], ["老客"])
    assert [each["at"]["day"] for each in kept.nodes] == [0, 3]
    assert kept.plan["from_each"] is False


async def test_a_picture_is_kept_even_when_the_form_is_refused(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.OPERATOR)
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(drawn, "PNG")
    form = aiohttp.FormData()
    place = "nodes.0.arms.0.attachments.0"
    for name, value in (*with_fields(ONCE, name="").items(), (f"{place}.kind", "picture")):
        form.add_field(name, value)
    form.add_field(f"{place}.file", drawn.getvalue(), filename="a.png", content_type="image/png")

    answer = await browser.post("/campaigns", form, htmx=False)

    assert answer.status == 422
    (name,) = [value for key, value in fields_of(answer.text) if key == f"{place}.ref" and value]
    assert (desk.settings.picture_folder / name).is_file()


@pytest.mark.parametrize(
    ("size", "words"),
    [(10, "没有收下"), (editing.LARGEST_PICTURE + 1, "最多8MB")],
)
async def test_a_picture_that_is_refused_costs_nothing_that_was_entered(
    open_console: OpenConsole, size: int, words: str
) -> None:
    browser = await open_console(Role.OPERATOR)
    place = "nodes.0.arms.0.attachments.0"
    for path in ("/campaigns", "/campaigns/preview"):
        form = aiohttp.FormData()
        for name, value in (*ONCE.items(), (f"{place}.kind", "picture")):
            form.add_field(name, value)
        file = io.BytesIO(bytes(size))
        form.add_field(f"{place}.file", file, filename="poster.png", content_type="image/png")

        answer = await browser.post(path, form, htmx=path.endswith("preview"))

        assert "poster.png" in answer.text
        assert words in answer.text
        if path == "/campaigns":
            assert answer.status == 422
            assert ONCE["name"] in answer.text


async def test_rubbish_is_refused_with_the_form(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OPERATOR)

    answers = [await browser.post("/campaigns", form, htmx=False) for form in RUBBISH]

    assert [each.status for each in answers] == [422] * len(RUBBISH)
    assert all('name="name"' in each.text for each in answers)


async def test_what_runs_is_not_edited(open_console: OpenConsole, database: Database) -> None:
    browser = await open_console(Role.OPERATOR)
    address = await entered(browser)

    def activate(session: Session) -> None:
        campaign = session.exec(select(Campaign).order_by(col(Campaign.id))).one()
        campaign.state = CampaignState.ACTIVE
        session.add(campaign)

    with database.writing() as session:
        activate(session)

    answers = [
        await browser.get(f"{address}/edit"),
        await browser.post(address, with_fields(ONCE, version="1"), htmx=False),
    ]

    assert [each.status for each in answers] == [422, 422]
    assert all("先暂停再修改" in each.text for each in answers)


async def test_the_editor_counts_who_is_chosen(
    open_console: OpenConsole, database: Database, desk: Desk
) -> None:
    browser = await open_console(Role.OPERATOR)
    segment = with_segment(database, desk.clock)

    answer = await browser.get(f"/campaigns/count?segment_id={segment}")

    assert "现在有 <b>0</b> 人符合：30天内来过" in answer.text


async def test_a_group_that_is_gone_stays_chosen_so_that_one_does_not_become_all(
    open_console: OpenConsole, database: Database
) -> None:
    """No group and no tag of these is known to the shop."""
    form = with_fields(GROUP_SOP, groups__chat_ids="wr-gone", groups__owners="LinZhiXia")
    browser = await open_console(Role.OPERATOR)
    await browser.post("/campaigns", form)
    with database.reading() as session:
        number = session.exec(select(Campaign.id)).one()

    page = (await browser.get(f"/campaigns/{number}/edit")).text

    chosen = {
        ("groups.chat_ids", "wr-gone"),
        ("groups.tags", "老客"),
        ("groups.owners", "LinZhiXia"),
    }
    assert chosen <= fields_of(page)


@pytest.mark.parametrize(("trigger", "minutes"), [("cart_left", 120), ("welcome", 0)])
async def test_a_delay_that_is_not_shown_is_not_kept(
    open_console: OpenConsole, database: Database, trigger: str, minutes: int
) -> None:
    with database.writing() as session:
        rule = read_rule({"kind": "fact", "fact": "orders", "op": "at_least", "value": 1})
        saving.save(session, "买过", rule, by="staff:1", now=datetime(2026, 11, 1, tzinfo=UTC))
    browser = await open_console(Role.OPERATOR)

    answer = await browser.post("/campaigns", with_fields(JOURNEY, plan__trigger=trigger))

    assert answer.location, wrong_in(answer.text)
    with database.reading() as session:
        assert session.exec(select(Campaign)).one().plan["after_minutes"] == minutes


async def test_weekdays_and_days_of_the_month_that_add_up_are_both_said(
    open_console: OpenConsole, database: Database
) -> None:
    plan = {"plan.time": "10:00", "plan.weekdays": "1", "plan.month_days": "15"}
    form = {**ONCE, **plan, "kind": "recurring", "plan.from_day": "2030-06-01"}
    browser = await open_console(Role.OPERATOR)
    answer = await browser.post("/campaigns", form)

    page = (await browser.get(answer.location.removeprefix("/console"))).text

    assert "每周一和每月15日" in page


async def test_an_end_by_a_tag_wants_to_know_which(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OPERATOR)
    form = with_fields(JOURNEY, plan__ends_by="tag", plan__end_tag_id="")
    for name in [each for each in form if each.startswith(("nodes.1", "nodes.2", "nodes.new1"))]:
        del form[name]

    answer = await browser.post("/campaigns", form)

    assert wrong_in(answer.text) == {"plan.end_tag_id": "选了打上标签时提前结束，请选哪个标签"}


async def test_a_rule_goes_with_the_variant_that_it_compared(
    open_console: OpenConsole, database: Database
) -> None:
    browser = await open_console(Role.OPERATOR)
    ruled = {"stop_rule__is_on": "yes", "stop_rule__metric": "visit", "stop_rule__looks": "1"}

    await entered(browser, with_fields(ONCE, **ruled))

    assert kept_of(database).stop_rule is None
