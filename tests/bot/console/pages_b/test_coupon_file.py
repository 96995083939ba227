"""Coupons by file, through the real console."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from bot.console.desk import Desk
from bot.console.pages.file_rows import MOST_ROWS
from bot.staff.audit_tables import AuditEntry
from bot.staff.tables import Role
from commerce.catalogue.tables import Category
from commerce.pricing.values import CouponKind
from commerce.promotions.drafts import CouponDraft
from commerce.promotions.entries import save_coupon, seed_promotions
from commerce.promotions.tables import Audience, Author, CouponTemplate
from tests.bot.console.conftest import Browser, OpenConsole
from tests.bot.console.handing_in import counts_of, faults_of, hand_in
from tests.bot.figures.rows import NOON, Rows

IMPORT = "/coupons/import"
HEAD = "编号,名字,减多少元,折扣,满多少元,领后有效几天\n"
TEN = "ten,满百减十,10,,100,7\n"


@pytest.fixture
async def operator(open_console: OpenConsole) -> Browser:
    return await open_console(Role.OPERATOR)


async def coupons(desk: Desk) -> dict[str, CouponTemplate]:
    def read(session: Session) -> dict[str, CouponTemplate]:
        return {each.code: each for each in session.exec(select(CouponTemplate))}

    return await desk.database.read(read)


async def take_one(desk: Desk, code: str) -> None:
    def write(session: Session) -> None:
        template = session.exec(select(CouponTemplate).where(CouponTemplate.code == code)).one()
        template.taken = 1
        session.add(template)

    await desk.database.write(write)


async def test_a_file_enters_coupons_with_one_row_of_the_audit_log(
    operator: Browser, desk: Desk
) -> None:
    answer = await hand_in(operator, IMPORT, HEAD + TEN + "half,八八折,,8.8折,,30\n")

    assert counts_of(answer) == {"新增": 2}
    found = await coupons(desk)
    assert (found["ten"].off, found["ten"].threshold, found["ten"].lasts_days) == (1000, 10000, 7)
    assert (found["half"].kind, found["half"].percent) == ("percent", 88)
    assert found["ten"].is_active

    def last(session: Session) -> AuditEntry | None:
        return session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()

    entry = await desk.database.read(last)
    assert entry is not None
    assert entry.did == "coupon_templates.imported"
    assert entry.about == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 0}


async def test_a_second_time_changes_nothing_and_a_changed_row_only_itself(
    operator: Browser, desk: Desk
) -> None:
    await hand_in(operator, IMPORT, HEAD + TEN)
    again = await hand_in(operator, IMPORT, HEAD + TEN)
    changed = await hand_in(operator, IMPORT, "编号,名字,总张数\nten,百元减十,500\n")

    assert (counts_of(again), counts_of(changed)) == ({"没变": 1}, {"更新": 1})
    (template,) = (await coupons(desk)).values()
    assert (template.name, template.total, template.off) == ("百元减十", 500, 1000)


def fill(session: Session) -> None:
    """Coupons of every shape, one of them with all that a spreadsheet might spoil."""
    shelf = Rows(session).add(Category(name="=上衣"))
    variant = Rows(session).variant("袜子")
    at = datetime(2026, 12, 1, 3, 4, 5, 678, tzinfo=UTC)
    until = datetime(2027, 1, 1, 3, 4, 5, 678, tzinfo=UTC)
    drafts = (
        CouponDraft("plain", "减五元", CouponKind.AMOUNT, off=500, lasts_days=7),
        CouponDraft(
            "12345678901234",
            "=1+1",
            CouponKind.PERCENT,
            percent=5,
            cap=1,
            threshold=999,
            categories=(shelf.id or 0,),
            products=(variant.product_id,),
            total=12,
            per_person=3,
            takeable_from=at,
            takeable_until=until,
            valid_from=at,
            valid_until=until,
            audience=Audience.NEW,
            is_listed=False,
            is_active=False,
        ),
    )
    for draft in drafts:
        save_coupon(session, draft, NOON)
    seeded = CouponDraft(
        "-seeded", "新客券", CouponKind.AMOUNT, off=1, starts_after_days=2, lasts_days=1
    )
    seed_promotions(session, [seeded], NOON)


async def test_what_is_exported_may_be_handed_in_again_and_changes_nothing(
    operator: Browser, desk: Desk
) -> None:
    await desk.database.write(fill)
    before = await coupons(desk)
    file = await operator.get("/coupons.csv")

    answer = await hand_in(operator, IMPORT, file.text)

    assert counts_of(answer) == {"没变": 3}
    assert "'=1+1" in file.text
    assert "0.5折" in file.text
    assert await coupons(desk) == before
    assert before["-seeded"].author == Author.SEED


async def test_what_is_exported_makes_the_same_coupons_elsewhere(
    operator: Browser, desk: Desk
) -> None:
    await desk.database.write(fill)
    before = {code: each.model_dump() for code, each in (await coupons(desk)).items()}
    file = await operator.get("/coupons.csv")

    def empty(session: Session) -> None:
        for each in session.exec(select(CouponTemplate)):
            session.delete(each)

    await desk.database.write(empty)
    answer = await hand_in(operator, IMPORT, file.text)

    assert counts_of(answer) == {"新增": 3}
    differ = {"id", "author", "updated_at", "takeable_from", "takeable_until"}
    differ |= {"valid_from", "valid_until"}
    for code, each in (await coupons(desk)).items():
        after = each.model_dump()
        assert {name: after[name] for name in after.keys() - differ} == {
            name: before[code][name] for name in after.keys() - differ
        }
    (begins,) = [each.valid_from for each in (await coupons(desk)).values() if each.valid_from]
    assert begins == datetime(2026, 12, 1, 3, 4, tzinfo=UTC)


async def test_the_blank_file_may_be_handed_in(operator: Browser, desk: Desk) -> None:
    file = await operator.get(f"{IMPORT}.csv")

    answer = await hand_in(operator, IMPORT, file.text)

    assert counts_of(answer) == {"新增": 2}
    winter = (await coupons(desk))["winter-88"]
    assert winter.valid_until == datetime(2027, 1, 15, 16, tzinfo=UTC)
    assert not winter.is_active


BAD_ROWS = (
    (",没有编号,10,,,7", "编号", "编号要写"),
    ("满百,汉字编号,10,,,7", "编号", "字母、数字"),
    ("a1,,10,,,7", "名字", "名字要写"),
    ("a2,两样都填,10,9折,,7", "减多少元", "填一个"),
    ("a3,两样都没填,,,,7", "减多少元", "填一个"),
    ("a4,写成汉字,十块,,,7", "减多少元", "最多两位小数"),
    ("a5,减得太多,20,,10,7", "减多少元", "门槛"),
    ("a6,光写数字,,88,,7", "折扣", "8.8折"),
    ("a7,不打折,,10折,,7", "折扣", "9.9折"),
    ("a8,没有期限,10,,,", "有效期截止", "二选一"),
    ("a9,天数不对,10,,,一周", "领后有效几天", "整数"),
    ("a10,换\x00字符,10,,,7", "名字", "控制字符"),
    ("a11,多一格,10,,,7,8", "整行", "列数多于表头"),
)
MORE_HEAD = "编号,名字,减多少元,有效期截止,分类,货号,公开,状态,有效期开始\n"
MORE_BAD_ROWS = (
    ("b1,没有这天,1,2026-02-30", "有效期截止", "日期和时间"),
    ("b2,说不清,1,明天", "有效期截止", "日期和时间"),
    ("b3,太远,1,9999-12-31", "有效期截止", "2099年"),
    ("b4,哪一类,1,2026-11-01,没有的分类", "分类", "没有分类“没有的分类”"),
    ("b5,哪一件,1,2026-11-01,,NO-1", "货号", "NO-1"),
    ("b6,公不公开,1,2026-11-01,,,也许", "公开", "是或否"),
    ("b7,停没停,1,2026-11-01,,,,下架", "状态", "启用或已停用"),
    ("b8,先后颠倒,1,2026-11-01,,,,,2026-11-02", "有效期截止", "晚于"),
)


@pytest.mark.parametrize(
    ("head", "rows", "good"),
    [(HEAD, BAD_ROWS, TEN), (MORE_HEAD, MORE_BAD_ROWS, "ten,满百减十,10,2026-12-01\n")],
)
async def test_bad_rows_are_told_by_line_and_column_and_the_others_are_taken(
    operator: Browser,
    desk: Desk,
    head: str,
    rows: Sequence[tuple[str, str, str]],
    good: str,
) -> None:
    written = "".join(f"{row}\n" for row, _, _ in rows)

    answer = await hand_in(operator, IMPORT, head + written + good)

    told = faults_of(answer)
    expected = [(line, column) for line, (_, column, _) in enumerate(rows, 2)]
    assert [(line, column) for line, column, _ in told] == expected
    for (_, _, reason), (row, _, words) in zip(told, rows, strict=True):
        assert words in reason, row
    assert counts_of(answer) == {"新增": 1, "跳过": len(rows)}
    assert set(await coupons(desk)) == {"ten"}


async def test_days_are_read_as_spreadsheets_rewrite_them(operator: Browser, desk: Desk) -> None:
    head = "编号,名字,减多少元,有效期开始,有效期截止\n"
    rows = "a,减一元,1,2026/12/1 8:00,2026/12/31\nb,减一元,1,2026年12月1日,2026-12-31 23:59:59\n"

    await hand_in(operator, IMPORT, head + rows)

    found = await coupons(desk)
    assert found["a"].valid_from == datetime(2026, 12, 1, 0, tzinfo=UTC)
    assert found["a"].valid_until == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert found["b"].valid_from == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert found["b"].valid_until == datetime(2026, 12, 31, 15, 59, tzinfo=UTC)


async def test_an_empty_cell_takes_back_what_may_be_nothing_and_leaves_the_rest(
    operator: Browser, desk: Desk
) -> None:
    head = "编号,名字,减多少元,总张数,每人张数,状态,领后有效几天\n"
    await hand_in(operator, IMPORT, head + "a,减一元,1,5,2,已停用,7\n")
    answer = await hand_in(operator, IMPORT, head + "a,减一元,1,,,,7\n")
    trimmed = await hand_in(operator, IMPORT, "编号,名字,减多少元,总张数\na,减一元,1\n")

    template = (await coupons(desk))["a"]
    assert (counts_of(answer), counts_of(trimmed)) == ({"更新": 1}, {"没变": 1})
    assert (template.total, template.per_person, template.is_active) == (None, 2, False)


async def test_a_promise_is_not_changed_under_its_owners(operator: Browser, desk: Desk) -> None:
    await hand_in(operator, IMPORT, HEAD + TEN)
    await take_one(desk, "ten")

    answer = await hand_in(operator, IMPORT, HEAD + "ten,满百减五,5,,100,7\n")

    ((line, column, reason),) = faults_of(answer)
    assert (line, column) == (2, "编号")
    assert "已经有顾客领了" in reason
    assert (await coupons(desk))["ten"].off == 1000


async def test_a_code_counts_where_it_stands_first(operator: Browser, desk: Desk) -> None:
    answer = await hand_in(operator, IMPORT, HEAD + TEN + "ten,减九十,90,,100,7\n")

    assert faults_of(answer) == [(3, "编号", "编号和第2行一样，请删掉其中一行")]
    assert (await coupons(desk))["ten"].off == 1000


async def test_a_file_of_gb18030_is_read(operator: Browser, desk: Desk) -> None:
    await hand_in(operator, IMPORT, (HEAD + TEN).encode("gb18030"))

    assert (await coupons(desk))["ten"].name == "满百减十"


async def test_a_file_that_is_none_of_ours_is_refused_in_words(
    operator: Browser, desk: Desk
) -> None:
    for content, words in (
        (b"code,name\na,b\n", "表头缺少必填的列：编号、名字"),
        ("编号,名字,编号\na,b,c\n".encode(), "不止一次"),
        (b"\xff\xfe\x00\x01", "编码"),
        (b"", "请选择"),
        (b"a" * 140_000, "第一行读不出来"),
        ((HEAD + "a,b,1,,,7\n" * (MOST_ROWS + 1)).encode(), "一次最多导入"),
    ):
        answer = await hand_in(operator, IMPORT, content)

        assert answer.status == 422, words
        assert words in answer.text
    assert await coupons(desk) == {}


async def test_the_page_explains_its_columns_and_is_linked_for_who_may(
    open_console: OpenConsole,
) -> None:
    operator, agent = await open_console(Role.OPERATOR), await open_console(Role.AGENT)

    page = await operator.get(IMPORT)

    assert "领后有效几天" in page.text
    assert "/console/coupons/import.csv" in page.text
    assert "/console/coupons/import" in (await operator.get("/coupons")).text
    assert "/console/coupons/import" not in (await agent.get("/coupons")).text
    assert (await agent.get(IMPORT)).status == 403
    assert (await hand_in(agent, IMPORT, HEAD + TEN)).status == 403
