"""A flash sale is planned, stocked, ended; nothing is lost on the way."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from commerce.catalogue import stock
from commerce.catalogue.tables import Variant
from commerce.errors import IllegalMove, InvalidInput
from commerce.flash_sales.drafts import ItemDraft
from commerce.flash_sales.importing import read_sales
from commerce.flash_sales.planning import (
    AHEAD,
    call_off,
    end_over,
    list_over,
    list_to_switch_on,
    plan,
    seed_sales,
    switch_on,
)
from commerce.flash_sales.queries import (
    find_item_by_product,
    list_items,
    moment_in_words,
    next_sale,
    running,
)
from commerce.inserting import id_of
from tests.commerce.flash_sales.sales import (
    LASTS,
    PRICE,
    buy,
    item_of,
    left_of,
    planned_sale,
    running_sale,
    sale_draft,
)
from tests.commerce.shop import (
    NOW,
    assert_stock_adds_up,
    events,
    new_customer,
    put_on_sale,
    stock_of,
)

SOON = NOW + timedelta(hours=1)


@pytest.fixture
def slippers(session: Session) -> int:
    return put_on_sale(session, pieces=8)


def test_pieces_are_set_aside_a_little_before_it_starts_and_return_when_it_ends(
    session: Session, slippers: int
) -> None:
    sale = planned_sale(session, slippers, starts_at=SOON)
    assert list_to_switch_on(session, SOON - AHEAD - timedelta(seconds=1)) == []
    assert list_to_switch_on(session, SOON - AHEAD) == [sale]

    assert [switch_on(session, sale, SOON - AHEAD) for _ in range(2)] == [True, False]
    assert stock_of(session, slippers) == 3
    assert list_over(session, SOON + LASTS - timedelta(seconds=1)) == []
    assert not end_over(session, sale, SOON + LASTS - timedelta(seconds=1))
    assert list_over(session, SOON + LASTS) == [sale]
    assert [end_over(session, sale, SOON + LASTS) for _ in range(2)] == [True, False]

    assert stock_of(session, slippers) == 8
    assert list_over(session, SOON + LASTS) == []
    assert_stock_adds_up(session)


def test_a_sale_that_is_called_off_returns_what_is_left_once_and_keeps_its_orders(
    session: Session, slippers: int
) -> None:
    item = running_sale(session, slippers)
    sale = list_over(session, NOW + LASTS)[0]
    buy(session, new_customer(session), item, 2)

    assert call_off(session, sale, actor="agent:1", now=NOW)
    assert not call_off(session, sale, actor="agent:1", now=NOW)
    assert not switch_on(session, sale, NOW)

    assert (left_of(session, item), stock_of(session, slippers)) == (0, 6)
    assert events(session, "flash_sale_called_off")[0].subject["actor"] == "agent:1"
    assert_stock_adds_up(session)


def test_of_goods_that_run_short_it_has_what_there_is_and_says_what_is_missing(
    session: Session,
) -> None:
    few, none = put_on_sale(session, "水杯", pieces=2), put_on_sale(session, "碗", pieces=0)
    drafts = {each: ItemDraft(each, PRICE, 5) for each in (few, none)}
    sale = id_of(plan(session, sale_draft(drafts), NOW))

    switch_on(session, sale, NOW)

    assert [each.left for each in list_items(session, sale, NOW)] == [2, 0]
    assert events(session, "flash_sale_switched_on")[0].subject["missing"] == [
        {"variant_id": few, "pieces": 3},
        {"variant_id": none, "pieces": 5},
    ]
    assert_stock_adds_up(session)


def test_a_plan_can_be_changed_until_its_pieces_are_set_aside(
    session: Session, slippers: int
) -> None:
    draft = sale_draft(slippers, starts_at=SOON)
    sale = id_of(plan(session, draft, NOW))
    cup = put_on_sale(session, "水杯")

    again = plan(session, replace(draft, items=(ItemDraft(cup, PRICE, 3),)), NOW)

    assert id_of(again) == sale
    assert [each.variant_id for each in list_items(session, sale, NOW)] == [cup]
    switch_on(session, sale, SOON)
    with pytest.raises(IllegalMove, match="已经备货"):
        plan(session, draft, NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": ""}, "key"),
        ({"name": "全网第一场"}, "name"),
        ({"ends_at": SOON}, "ends_at"),
        ({"starts_at": NOW - 2 * LASTS, "ends_at": NOW}, "ends_at"),
        ({"items": ()}, "items"),
        ({"items": (ItemDraft(1, PRICE, 5), ItemDraft(1, PRICE, 5))}, "items"),
        ({"items": (ItemDraft(1, 0, 5),)}, "price"),
        ({"items": (ItemDraft(1, 3900, 5),)}, "price"),
        ({"items": (ItemDraft(1, PRICE, 0),)}, "pieces"),
        ({"items": (ItemDraft(1, PRICE, 5, 6),)}, "per_customer"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    session: Session, slippers: int, changes: dict[str, object], field: str
) -> None:
    draft = replace(sale_draft(slippers, starts_at=SOON), **changes)  # type: ignore[arg-type]
    items = tuple(replace(each, variant_id=slippers) for each in draft.items)

    with pytest.raises(InvalidInput) as refused:
        plan(session, replace(draft, items=items), NOW)

    assert refused.value.details["field"] == field


def test_customers_see_what_runs_what_is_next_and_the_best_item_of_a_product(
    session: Session, slippers: int
) -> None:
    now_on = running_sale(session, slippers, pieces=1, per_customer=1)
    later = planned_sale(session, slippers, starts_at=SOON + LASTS, name="下一场")
    product = session.get_one(Variant, slippers).product_id

    (seen,) = running(session, NOW)
    following = next_sale(session, NOW)

    assert (seen.is_running, seen.ends_at) == (True, NOW + LASTS)
    assert following is not None
    assert (following.sale_id, following.name, following.is_running) == (later, "下一场", False)
    best = find_item_by_product(session, product, NOW)
    assert best is not None
    assert (best.item_id, best.usual_price, best.left) == (now_on, 3900, 1)
    buy(session, new_customer(session), now_on)
    best = find_item_by_product(session, product, NOW)
    assert best is not None
    assert (best.item_id, best.left) == (item_of(session, later), 5)
    assert running(session, NOW + LASTS) == ()
    assert next_sale(session, SOON + LASTS) is None


def test_the_file_of_a_week_is_read_on_any_day_without_planning_a_sale_twice(
    session: Session, slippers: int, tmp_path: Path
) -> None:
    sku = session.get_one(Variant, slippers).sku
    file = tmp_path / "sales.toml"
    file.write_text(
        "[[sale]]\nkey='night'\nname='晚场'\ndaily=3\nstarts_at=20:00:00\nends_at=00:00:00\n"
        f"items=[{{sku='{sku}', price='19', pieces=2}}]\n"
        "[[sale]]\nkey='once'\nname='一次'\nstarts_at=2026-11-12T10:00:00\n"
        f"ends_at=2026-11-12T12:00:00\nitems=[{{sku='{sku}', price='19', pieces=2}}]\n",
        encoding="utf-8",
    )
    tomorrow = NOW + timedelta(days=1)

    counts = [
        seed_sales(session, read_sales(session, file, now), now) for now in (NOW, NOW, tomorrow)
    ]

    assert counts == [4, 0, 1]
    tonight = next_sale(session, NOW)
    assert tonight is not None
    assert tonight.starts_at == datetime(2026, 11, 11, 12, tzinfo=UTC)
    assert tonight.ends_at - tonight.starts_at == timedelta(hours=4)


def test_a_file_with_a_mistake_names_the_sale(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "sales.toml"
    for written, complaint in (
        ("[[sale]]\nname='晚场'\nkey='x'\nitems=[{sku='NONE'}]", "“晚场”：没有商品“NONE”"),
        ("[[sale]]\nname='晚场'\nkey='x'\ndaily=1\nitems=[]\nstarts_at=1\nends_at=1", "每天的时间"),
        ("[[sale]]\nname='晚场'", "有一项写得不对"),
        ("[[sale", "读不出来"),
    ):
        file.write_text(written, encoding="utf-8")
        with pytest.raises(InvalidInput, match=complaint):
            read_sales(session, file, NOW)


def test_moments_are_told_as_people_say_them() -> None:
    noon = datetime.combine(NOW.date(), time(4), UTC)
    assert moment_in_words(noon + timedelta(hours=8), noon) == "今天20:00"
    assert moment_in_words(noon + timedelta(hours=12), noon) == "明天00:00"
    assert moment_in_words(noon + timedelta(days=3), noon) == "11月14日12:00"


def test_what_people_correct_meanwhile_is_not_counted_as_the_sales(
    session: Session, slippers: int
) -> None:
    running_sale(session, slippers)
    sale = list_over(session, NOW + LASTS)[0]
    stock.correct_by_hand(session, slippers, -3, actor="agent:1", reason="盘点", now=NOW)

    end_over(session, sale, NOW + LASTS)

    assert stock_of(session, slippers) == 5
    assert_stock_adds_up(session)
