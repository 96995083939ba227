"""Customer groups in the console: the list, one group, codes into them, words for newcomers."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.staff.tables import Role
from bot.tables import OutboxMessage
from commerce.community import mirroring, tags, welcomes
from commerce.community.tables import CommunityCode, CommunityGroup, CommunityWelcome
from commerce.community.welcomes import WelcomeDraft
from commerce.customers.tags import save_tag
from commerce.inserting import id_of
from tests.bot.console.conftest import OpenConsole
from tests.commerce.community.groups import read, stay, whole

CODE = {
    "name": "包裹卡片",
    "key": "parcel",
    "group": "wr-1",
    "opens_more": "yes",
    "base_name": "小鹿群",
    "is_active": "yes",
}
WELCOME = {"name": "通用", "words": "欢迎%NICKNAME%", "kind": "", "is_active": "yes"}


@dataclass
class Groups:
    """小鹿一群 of wang with three customers, one of whom left; 小鹿二群 of li; 旧群, dissolved."""

    first: int
    second: int


@pytest.fixture
async def groups(database: Database, frozen_clock: FrozenClock) -> Groups:
    now = frozen_clock.now()
    came = [stay(f"wm-{each}", at=now, scene=3, key="parcel") for each in range(3)]

    def write(session: Session) -> Groups:
        ids = []
        there = (1, "小鹿一群", "wang"), (2, "小鹿二群", "li"), (3, "旧群", "li")
        for number, name, owner in there:
            told: dict[str, Any] = {"chat_id": f"wr-{number}", "name": name, "owner": owner}
            members = [stay("wang", at=now), *(came if number == 1 else ())]
            ids.append(id_of(read(session, whole(*members, asked_at=now, **told), now)))
        later = now + timedelta(minutes=5)
        left = whole(stay("wang", at=now), *came[1:], version="v2", asked_at=later, name="小鹿一群")
        read(session, left, later)
        mirroring.dissolve(session, "wr-3", later)
        tags.set_tags(session, ids[0], ["母婴"])
        return Groups(ids[0], ids[1])

    made = await database.write(write)
    frozen_clock.advance(minutes=10)
    return made


async def test_the_list_shows_groups_and_is_narrowed(
    open_console: OpenConsole, groups: Groups
) -> None:
    agent = await open_console(Role.AGENT)
    shown = (await agent.get("/communities")).text
    assert "小鹿一群" in shown
    assert "小鹿二群" in shown
    assert "旧群" not in shown
    assert 'data-label="近7天进群">3<' in shown
    assert 'data-label="近7天退群">1<' in shown

    for query, found in (
        ("q=二群", "小鹿二群"),
        ("tag=母婴", "小鹿一群"),
        ("owner=li", "小鹿二群"),
        ("state=dissolved", "旧群"),
    ):
        narrowed = (await agent.get(f"/communities?{query}")).text
        names = [each for each in ("小鹿一群", "小鹿二群", "旧群") if each in narrowed]
        assert names == [found], query


async def test_the_same_groups_come_as_a_file_to_who_may_take_it(
    open_console: OpenConsole, groups: Groups
) -> None:
    agent, operator = await open_console(Role.AGENT), await open_console(Role.OPERATOR)

    assert (await agent.get("/communities.csv")).status == 403
    lines = (await operator.get("/communities.csv?tag=母婴")).text.splitlines()
    assert lines[0].lstrip("\ufeff").startswith("群名,群主,标签,顾客数")
    assert lines[1].startswith("小鹿一群,wang,母婴,2,1,3,1,")
    assert len(lines) == 2


async def test_one_group_shows_how_its_customers_came_and_when(
    open_console: OpenConsole, groups: Groups
) -> None:
    agent = await open_console(Role.AGENT)
    shown = (await agent.get(f"/communities/{groups.first}")).text
    assert "扫码进群 · parcel 2 人" in shown
    assert 'name="tags"' not in shown

    figures = json.loads((await agent.get(f"/communities/{groups.first}/charts")).text)
    joined, left = figures["talks"]
    assert (joined["counts"][-1], left["counts"][-1], len(figures["days"])) == (3, -1, 30)
    assert figures["reasons"] == [{"name": "扫码进群 · parcel", "value": 2}]
    assert (await agent.get("/communities/99")).status == 404


async def test_tags_and_the_welcome_of_a_group_are_kept(
    open_console: OpenConsole, database: Database, frozen_clock: FrozenClock, groups: Groups
) -> None:
    draft = WelcomeDraft("通用", "欢迎")
    welcome = await database.write(welcomes.save_welcome, draft, frozen_clock.now())
    operator = await open_console(Role.OPERATOR)
    await operator.get(f"/communities/{groups.second}")
    form = {"tags": "老客，华东、老客", "welcome_id": str(welcome.id)}
    answer = await operator.post(f"/communities/{groups.second}", form)
    assert answer.location == f"/console/communities/{groups.second}", answer.text

    def kept(session: Session) -> tuple[Any, ...]:
        group = session.get_one(CommunityGroup, groups.second)
        return group.welcome_id, tags.tags_of(session, [groups.second])[groups.second]

    assert await database.read(kept) == (welcome.id, ["华东", "老客"])
    wrong = await operator.post(f"/communities/{groups.second}", {"tags": "长" * 21})
    assert wrong.status == 422


async def test_a_group_is_read_again_when_somebody_asks(
    open_console: OpenConsole, database: Database, groups: Groups
) -> None:
    operator = await open_console(Role.OPERATOR)
    await operator.get(f"/communities/{groups.first}")
    await operator.post(f"/communities/{groups.first}/read")

    (row,) = await database.read(lambda session: session.exec(select(OutboxMessage)).all())
    assert row.kind == "wecom.community"


async def test_a_code_is_made_and_changed(
    open_console: OpenConsole, database: Database, groups: Groups
) -> None:
    tag = await database.write(save_tag, "来源", "包裹")
    operator = await open_console(Role.OPERATOR)
    assert (await operator.get("/community-codes/new/")).status == 200
    answer = await operator.post("/community-codes", {**CODE, "tag": str(tag.id)})
    assert answer.location == "/console/community-codes", answer.text

    code = await database.read(lambda session: session.exec(select(CommunityCode)).one())
    assert (code.chat_ids, code.tag_ids, code.opens_more) == (["wr-1"], [tag.id], True)
    shown = (await operator.get("/community-codes")).text
    assert "小鹿一群" in shown
    assert 'data-label="扫码进群">3<' in shown
    assert "生成中" in shown
    assert "小鹿群" in (await operator.get("/community-codes/parcel")).text

    await operator.post("/community-codes", {**CODE, "is_active": ""})
    assert "停用" in (await operator.get("/community-codes")).text
    refused = await operator.post("/community-codes", {**CODE, "group": ""})
    assert refused.status == 422
    assert "请选1到5个群" in refused.text


async def test_a_welcome_is_made_and_changed(open_console: OpenConsole, database: Database) -> None:
    operator = await open_console(Role.OPERATOR)
    assert (await operator.get("/community-welcomes/new")).status == 200
    link = {"kind": "link", "ref": "https://shop.example", "title": "进店"}
    answer = await operator.post("/community-welcomes", {**WELCOME, **link})
    assert answer.location == "/console/community-welcomes", answer.text

    kept = await database.read(lambda session: session.exec(select(CommunityWelcome)).one())
    assert kept.attachment == link
    assert "网页链接" in (await operator.get("/community-welcomes")).text
    assert "进店" in (await operator.get(f"/community-welcomes/{kept.id}")).text
    await operator.post(f"/community-welcomes/{kept.id}", {**WELCOME, "words": "您好呀"})
    shown = (await operator.get("/community-welcomes")).text
    assert "您好呀" in shown
    assert "网页链接" not in shown
    assert (await operator.get(f"/community-welcomes/{kept.id}")).status == 200


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"words": ""}, "文字和附件至少要有一样"),
        ({"kind": "link", "ref": "shop", "title": "进店"}, "链接要以 https:// 开头"),
        ({"kind": "link", "ref": "https://shop.example"}, "链接要写标题"),
        ({"kind": "product", "ref": "99"}, "这件商品已经下架，请换一件"),
        ({"kind": "picture", "ref": "a.png"}, "请选附件是什么"),
    ],
)
async def test_a_welcome_that_will_not_do_says_why(
    open_console: OpenConsole, changes: dict[str, str], told: str
) -> None:
    operator = await open_console(Role.OPERATOR)
    await operator.get("/community-welcomes/new")
    answer = await operator.post("/community-welcomes", {**WELCOME, **changes})

    assert answer.status == 422
    assert told in answer.text
