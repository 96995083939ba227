"""What stands in the editor is shown and counted before it is kept, and nothing is kept by it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import pytest
from sqlmodel import Session, func, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.staff.tables import Role
from campaigns.segments import saving
from campaigns.segments.rules import read_rule
from campaigns.tables import Campaign
from commerce.customers.identities import identify
from commerce.inserting import id_of
from tests.bot.console.campaigns.forms import GROUP_SOP, JOURNEY, ONCE, with_fields
from tests.bot.console.conftest import OpenConsole
from tests.campaigns.campaigning import new_campaign

REFUSED: Final[Sequence[tuple[dict[str, str | None], str]]] = (
    ({"nodes__0__arms__0__text": "你好，{昵称}\n回复退订"}, "发什么：没有“{昵称}”"),
    ({"plan__at": ""}, "什么时候：请填写发送时间"),
    ({"segment_id": "99"}, "发给哪些顾客：这个人群已经不在了"),
    ({"routes": None}, "走哪些渠道：这一项不能为空"),
    ({"holdout_percent": "80"}, "效果怎么算：不能大于50"),
)


def customers(database: Database, clock: FrozenClock, number: int) -> list[int]:
    with database.writing() as session:
        return [
            id_of(identify(session, "official_account", "wx", f"o{each}", clock.now()))
            for each in range(number)
        ]


def campaigns(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(Campaign)).one()


async def test_a_draft_without_a_name_is_shown_and_not_kept(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    first, second = customers(database, frozen_clock, 2)
    browser = await open_console(Role.OPERATOR)
    form = with_fields(ONCE, name="", customer=str(second))

    shown = (await browser.post("/campaigns/preview", form)).text
    counted = (await browser.post("/campaigns/tally", form)).text

    assert "亲，周末上新了" in shown
    assert f'value="{second}"' in shown
    assert f'value="{first}">' in shown
    assert 'hx-post="/console/campaigns/preview"' in shown
    assert "符合条件的顾客共 2 人" in counted
    assert campaigns(database) == 0


async def test_what_is_asked_of_a_segment_is_counted_and_shown_of_it_alone(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        a_week_ago = frozen_clock.now() - timedelta(days=7)
        first = id_of(identify(session, "official_account", "wx", "once", a_week_ago))
    (second,) = customers(database, frozen_clock, 1)
    rule = read_rule({"kind": "fact", "fact": "last_seen", "op": "within", "value": 1})
    with database.writing() as session:
        segment = saving.save(session, "刚来过", rule, by="staff:1", now=frozen_clock.now())
        form = with_fields(ONCE, segment_id=str(segment.id))
    browser = await open_console(Role.OPERATOR)

    shown = (await browser.post("/campaigns/preview", form)).text
    counted = (await browser.post("/campaigns/tally", form)).text

    assert f'name="customer" value="{second}"' in shown
    assert f"顾客 {first}<" not in shown
    assert "符合条件的顾客共 1 人" in counted


@pytest.mark.parametrize(("changed", "words"), REFUSED)
async def test_what_is_not_ready_says_what_to_mend(
    open_console: OpenConsole,
    database: Database,
    frozen_clock: FrozenClock,
    changed: dict[str, str | None],
    words: str,
) -> None:
    customers(database, frozen_clock, 1)
    browser = await open_console(Role.OPERATOR)
    form = with_fields(ONCE, **changed)

    shown = await browser.post("/campaigns/preview", form)
    counted = await browser.post("/campaigns/tally", form)

    assert (shown.status, counted.status) == (200, 200)
    assert words in shown.text
    assert words in counted.text


async def test_the_step_that_is_not_ready_is_named(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OPERATOR)
    form = with_fields(JOURNEY, nodes__2__segment="", nodes__new1__arms__0__text="")
    del form["nodes.2.id"], form["nodes.2.kind"], form["nodes.2.segment"]

    shown = (await browser.post("/campaigns/preview", form)).text

    assert "第3步：文字和附件至少要有一样" in shown


async def test_the_lint_is_told_before_saving(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    customers(database, frozen_clock, 1)
    browser = await open_console(Role.OPERATOR)
    form = with_fields(ONCE, nodes__0__arms__0__text="全网最低价，快来")

    shown = (await browser.post("/campaigns/preview", form)).text

    assert "缺少退订方式" in shown
    assert "最低价" in shown.partition("</ul>")[0]


async def test_groups_are_shown_what_all_of_them_get(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OPERATOR)

    shown = (await browser.post("/campaigns/preview", with_fields(GROUP_SOP))).text
    second = (await browser.post("/campaigns/preview", with_fields(GROUP_SOP, node="s1"))).text
    counted = (await browser.post("/campaigns/tally", with_fields(GROUP_SOP))).text

    assert "群里的朋友好" in shown
    assert 'name="customer"' not in shown
    assert '<option value="s1" selected>第2条' in second
    assert "请在“群发任务”里看人数" in counted


async def test_who_is_no_customer_is_said_so(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    customers(database, frozen_clock, 1)
    browser = await open_console(Role.OPERATOR)

    for rubbish in ("999", "小王", "-1"):
        shown = await browser.post("/campaigns/preview", with_fields(ONCE, customer=rubbish))
        assert shown.status == 200
        assert "没有这位顾客" in shown.text


async def test_a_changed_campaign_draws_the_variants_it_will_send(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock
) -> None:
    """Of a campaign that is there, its own lots decide who gets which variant."""
    people = customers(database, frozen_clock, 12)
    with database.writing() as session:
        number = id_of(_with_arms(session, frozen_clock))
    browser = await open_console(Role.OPERATOR)
    arms: dict[str, Any] = {
        f"nodes.0.arms.{at}.{name}": value
        for at, arm in enumerate("AB")
        for name, value in {
            "name": arm,
            "weight": "50",
            "text": f"版本{arm}\n回复退订不再打扰",
        }.items()
    }
    form = {**ONCE, **arms, "campaign": str(number)}

    tried, kept = [], []
    for each in people:
        edited = await browser.post("/campaigns/preview", {**form, "customer": str(each)})
        saved = await browser.get(f"/campaigns/{number}/preview?customer={each}", partial=True)
        tried.append("版本A\n" in edited.text)
        kept.append("版本A\n" in saved.text)

    assert tried == kept
    assert len(set(tried)) == 2


def _with_arms(session: Session, clock: FrozenClock) -> Campaign:
    arms = [
        {"name": arm, "weight": 50, "content": {"text": f"版本{arm}\n回复退订不再打扰"}}
        for arm in "AB"
    ]
    node = {"kind": "send", "id": "s1", "arms": arms}
    return new_campaign(session, clock.now(), nodes=[node], state="draft")
