"""Group-buys by file, through the real console."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, delete, select

from bot.console.desk import Desk
from bot.staff.audit_tables import AuditEntry
from bot.staff.tables import Role
from commerce.catalogue.tables import Variant
from commerce.corrections import MoneyAudit
from commerce.group_buys.activities import Tier, Tiers, list_tiers
from commerce.group_buys.drafts import GroupDraft
from commerce.group_buys.entries import seed_activities, switch
from commerce.group_buys.tables import GroupActivity, GroupPrice, GroupTier
from commerce.inserting import id_of
from commerce.promotions.tables import Author
from tests.bot.console.conftest import Browser, OpenConsole
from tests.bot.console.handing_in import counts_of, faults_of, hand_in
from tests.commerce.group_buys.grouping import open_one, start_activity
from tests.commerce.shop import NOW, put_on_sale

IMPORT = "/group-buys/import"
HEAD = "编号,名称,第1档人数,第1档价格,第2档人数,第2档价格,一个团几小时,结束\n"


@dataclass(frozen=True)
class Goods:
    """A product in two sizes, and another one: skus, the sizes' ids and their product's."""

    small: str
    large: str
    other: str
    ids: tuple[int, int]
    product: int


@pytest.fixture
async def goods(desk: Desk) -> Goods:
    def write(session: Session) -> Goods:
        numbers = [put_on_sale(session, "云朵拖鞋", 尺码=size) for size in ("小", "大")]
        small, large = (session.get_one(Variant, each) for each in numbers)
        other = session.get_one(Variant, put_on_sale(session, "毛巾"))
        large.sku = "=L-1"
        session.add(large)
        return Goods(
            small.sku, large.sku, other.sku, (id_of(small), id_of(large)), small.product_id
        )

    return await desk.database.write(write)


@pytest.fixture
async def operator(open_console: OpenConsole) -> Browser:
    return await open_console(Role.OPERATOR)


async def written(desk: Desk) -> dict[str, tuple[dict[str, Any], Tiers]]:
    """Every group-buy with its tiers, by key."""

    def read(session: Session) -> dict[str, tuple[dict[str, Any], Tiers]]:
        found = session.exec(select(GroupActivity)).all()
        tiers = list_tiers(session, [id_of(each) for each in found])
        return {each.key: (each.model_dump(), tiers[id_of(each)]) for each in found}

    return await desk.database.read(read)


async def test_a_file_enters_group_buys_that_are_off(
    operator: Browser, desk: Desk, goods: Goods
) -> None:
    prices = f"{goods.small}=30;{goods.large}=31.5"
    row = f"pt-1,拖鞋团,2,{prices},5,{goods.small}＝25；{goods.large}＝26,48,2026-12-31\n"

    answer = await hand_in(operator, IMPORT, HEAD + row)

    assert counts_of(answer) == {"新增": 1}
    activity, tiers = (await written(desk))["pt-1"]
    small, large = goods.ids
    assert tiers == Tiers(
        (Tier(2, {small: 3000, large: 3150}), Tier(5, {small: 2500, large: 2600}))
    )
    assert activity["product_id"] == goods.product
    assert activity["lifetime_seconds"] == 48 * 3600
    assert activity["ends_at"] == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert (activity["is_on"], activity["pieces_per_order"]) == (False, 1)

    def left(session: Session) -> tuple[AuditEntry | None, list[MoneyAudit]]:
        last = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
        return last, list(session.exec(select(MoneyAudit)))

    entry, corrections = await desk.database.read(left)
    assert entry is not None
    assert entry.did == "group_buys.imported"
    assert entry.about["created"] == 1
    assert [each.reason for each in corrections] == ["从文件导入"]


def seed(session: Session, goods: Goods) -> None:
    """Group-buys of a file, one of them with all that a spreadsheet might spoil."""
    small, large = goods.ids
    odd = timedelta(days=7, seconds=-1)
    tiers = Tiers((Tier(2, {small: 3000, large: 3150}), Tier(5, {small: 2500, large: 2600})))
    begins = datetime(2026, 11, 20, 3, 4, 5, 678, tzinfo=UTC)
    window: dict[str, Any] = {"starts_at": begins, "ends_at": begins + timedelta(days=30)}
    drafts = (
        GroupDraft("=pt", "+拖鞋团", goods.product, tiers, odd, **window, pieces_per_order=3),
        GroupDraft("12345678901234", "一档", goods.product, Tiers(tiers.all[:1]), odd),
    )
    seed_activities(session, drafts, NOW)


async def test_what_is_exported_may_be_handed_in_again_and_changes_nothing(
    operator: Browser, desk: Desk, goods: Goods
) -> None:
    await desk.database.write(seed, goods)
    before = await written(desk)
    file = await operator.get("/group-buys.csv")

    answer = await hand_in(operator, IMPORT, file.text)

    assert counts_of(answer) == {"没变": 2}
    assert "'=pt,'+拖鞋团" in file.text
    assert "2人¥30.00；5人¥25.00" in file.text
    assert await written(desk) == before
    assert before["=pt"][0]["author"] == Author.SEED


async def test_what_is_exported_makes_the_same_group_buys_elsewhere(
    operator: Browser, desk: Desk, goods: Goods
) -> None:
    await desk.database.write(seed, goods)
    before = await written(desk)
    file = await operator.get("/group-buys.csv")

    def empty(session: Session) -> None:
        for table in (GroupPrice, GroupTier, GroupActivity):
            session.exec(delete(table))

    await desk.database.write(empty)
    answer = await hand_in(operator, IMPORT, file.text)

    assert counts_of(answer) == {"新增": 2}
    after = await written(desk)
    same = ("name", "product_id", "lifetime_seconds", "pieces_per_order", "orders_per_customer")
    for key, (activity, tiers) in before.items():
        assert after[key][1] == tiers
        assert [after[key][0][name] for name in same] == [activity[name] for name in same]
    assert after["=pt"][0]["starts_at"] == datetime(2026, 11, 20, 3, 4, tzinfo=UTC)


async def test_a_changed_row_updates_and_leaves_what_the_file_does_not_have(
    operator: Browser, desk: Desk, goods: Goods
) -> None:
    await desk.database.write(seed, goods)
    before = await written(desk)

    answer = await hand_in(
        operator,
        IMPORT,
        "编号,名称,第1档人数,第1档价格,第2档人数,第2档价格,每单件数\n"
        f"'=pt,大家拼,3,{goods.small}=28,,,\n",
    )

    assert counts_of(answer) == {"更新": 1}
    activity, tiers = (await written(desk))["=pt"]
    assert tiers == Tiers((Tier(3, {goods.ids[0]: 2800}),))
    kept = ("starts_at", "ends_at", "lifetime_seconds", "pieces_per_order", "is_on")
    assert [activity[name] for name in kept] == [before["=pt"][0][name] for name in kept]
    assert (activity["name"], activity["author"]) == ("大家拼", Author.OPERATOR)


async def test_bad_rows_are_told_by_line_and_column_and_the_others_are_taken(
    operator: Browser, desk: Desk, goods: Goods
) -> None:
    small, other = goods.small, goods.other
    rows = (
        (f",没有编号,2,{small}=30", "编号", "编号要写"),
        (f"a1,,2,{small}=30", "名称", "名字要写"),
        (f"a2,全网最低价,2,{small}=30", "名称", "最低"),
        (f"a3,没有人数,,{small}=30", "第1档人数", "一起填"),
        ("a4,没有价格,2,", "第1档人数", "一起填"),
        ("a5,一档没有,,", "第1档人数", "至少填一档"),
        (f"a6,人数不对,两,{small}=30", "第1档人数", "整数"),
        ("a7,光写价格,2,30", "第1档价格", "货号=价格"),
        (f"a8,价格不对,2,{small}=三十", "第1档价格", "最多两位小数"),
        ("a9,没这货,2,NO-1=30", "第1档价格", "没有货号“NO-1”"),
        (f"a10,写两次,2,{small}=30;{small}=31", "第1档价格", "写了两次"),
        (f"a11,两件商品,2,{small}=30;{other}=30", "各档人数和价格", "都是这件商品"),
        (f"a12,不便宜,2,{small}=39", "各档人数和价格", "便宜"),
        (f"a13,越多越贵,2,{small}=30,5,{small}=31", "各档人数和价格", "便宜"),
        (f"a14,半截第二档,2,{small}=30,5,", "第2档人数", "第2档的人数和价格要一起填"),
        (f"a15,太久,2,{small}=30,,,200", "一个团几小时", "7天"),
        (f"a16,不是小时,2,{small}=30,,,一天", "一个团几小时", "小时数"),
        (f"a17,哪天结束,2,{small}=30,,,24,月底", "结束", "日期和时间"),
        (f"a18,多一格,2,{small}=30,,,24,,x", "整行", "列数多于表头"),
    )
    good = f"pt-9,好好的,2,{small}=30\n"

    answer = await hand_in(operator, IMPORT, HEAD + "\n".join(r[0] for r in rows) + f"\n{good}")

    told = faults_of(answer)
    expected = [(line, column) for line, (_, column, _) in enumerate(rows, 2)]
    assert [(line, column) for line, column, _ in told] == expected
    for (_, _, reason), (row, _, words) in zip(told, rows, strict=True):
        assert words in reason, row
    assert counts_of(answer) == {"新增": 1, "跳过": len(rows)}
    assert set(await written(desk)) == {"pt-9"}


async def test_terms_are_not_changed_under_those_who_took_part(
    operator: Browser, desk: Desk
) -> None:
    def write(session: Session) -> tuple[str, str]:
        activity = start_activity(session, {3: 3000})
        open_one(session, activity)
        variant = session.exec(
            select(Variant).where(Variant.product_id == activity.product_id)
        ).first()
        assert variant is not None
        return activity.key, variant.sku

    key, sku = await desk.database.write(write)
    before = await written(desk)

    answer = await hand_in(operator, IMPORT, f"{HEAD}{key},大家拼,2,{sku}=0.01\n")

    ((line, column, reason),) = faults_of(answer)
    assert (line, column) == (2, "整行")
    assert "已经有人参团" in reason
    assert await written(desk) == before


async def test_importing_neither_switches_on_nor_off(
    operator: Browser, desk: Desk, goods: Goods
) -> None:
    row = f"pt-1,拖鞋团,2,{goods.small}=30\n"
    await hand_in(operator, IMPORT, HEAD + row)
    await desk.database.write(
        lambda session: switch(session, "pt-1", is_on=True, actor="a", reason="上", now=NOW)
    )

    answer = await hand_in(operator, IMPORT, HEAD + row.replace("拖鞋团", "大家拼"))

    assert counts_of(answer) == {"更新": 1}
    assert (await written(desk))["pt-1"][0]["is_on"]


async def test_the_page_explains_its_columns_and_its_blank_file_has_them(
    open_console: OpenConsole, goods: Goods
) -> None:
    operator, agent = await open_console(Role.OPERATOR), await open_console(Role.AGENT)

    page, file = await operator.get(IMPORT), await operator.get(f"{IMPORT}.csv")
    ours = file.text.replace("TX-001-M", goods.small).replace("TX-001-L", goods.large)
    answer = await hand_in(operator, IMPORT, ours.replace("59.00", "29").replace("49.00", "19"))

    assert "第5档价格" in page.text
    assert "/console/group-buys/import.csv" in page.text
    assert counts_of(answer) == {"新增": 1}
    assert "/console/group-buys/import" in (await operator.get("/group-buys")).text
    assert "/console/group-buys/import" not in (await agent.get("/group-buys")).text
    assert (await agent.get(IMPORT)).status == 403
    assert (await hand_in(agent, IMPORT, HEAD)).status == 403
