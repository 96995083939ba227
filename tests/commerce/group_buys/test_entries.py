"""What an operator or a file may write of a group-buy, and what stays as it was promised."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from commerce.catalogue.tables import Variant
from commerce.corrections import CorrectionKind, MoneyAudit
from commerce.errors import IllegalMove, InvalidInput
from commerce.group_buys import queries
from commerce.group_buys.activities import Tier, Tiers, tiers_of
from commerce.group_buys.drafts import GroupDraft
from commerce.group_buys.entries import save_activity, seed_activities, switch
from commerce.group_buys.importing import read_group_buys
from commerce.group_buys.tables import GroupActivity
from commerce.inserting import id_of
from tests.commerce.group_buys.grouping import (
    HOUR,
    join,
    open_one,
    start_activity,
    variant_of,
)
from tests.commerce.shop import NOW, SEALER, new_customer, put_on_sale

FILE = """
[[group_buy]]
key = "slippers"
name = "拖鞋三人团"
hours = 24
for_days = 7
tiers = [{ heads = 3, prices = { "SKU" = "29.9" } }, { heads = 5, prices = { "SKU" = "25" } }]
"""


def a_draft(
    session: Session, prices: Mapping[int, int] | None = None, **changes: Any
) -> GroupDraft:
    variant = session.get_one(Variant, put_on_sale(session))
    tiers = tuple(
        Tier(heads, {id_of(variant): price}) for heads, price in (prices or {2: 3000}).items()
    )
    draft = GroupDraft("slippers", "拖鞋拼团", variant.product_id, Tiers(tiers), HOUR)
    return replace(draft, **changes)


def save(session: Session, draft: GroupDraft) -> GroupActivity:
    return save_activity(session, draft, actor="agent:1", reason="试试", now=NOW)


def test_a_new_activity_is_off_never_virtual_and_written_down(session: Session) -> None:
    activity = save(session, a_draft(session))

    assert (activity.is_on, activity.virtual_percent) == (False, None)
    assert queries.list_running(session, NOW) == []
    (row,) = session.exec(select(MoneyAudit)).all()
    assert (row.kind, row.subject, row.actor) == (
        CorrectionKind.GROUP_BUY_SAVED,
        "slippers",
        "agent:1",
    )


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": "全网最低价拼团"}),
        ("lifetime", {"lifetime": timedelta(minutes=4)}),
        ("lifetime", {"lifetime": timedelta(days=7, seconds=1)}),
        ("pieces_per_order", {"pieces_per_order": 0}),
        ("orders_per_customer", {"orders_per_customer": 0}),
        ("ends_at", {"starts_at": NOW, "ends_at": NOW}),
        ("tiers", {"tiers": Tiers(())}),
        ("tiers", {"prices": {1: 3000}}),
        ("tiers", {"prices": {3: 3000, 2: 2000}}),
        ("tiers", {"prices": {2: 3000, 3: 3000}}),
        ("tiers", {"prices": {2: 3900}}),
        ("tiers", {"prices": {2: 3000, 101: 2000}}),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(
    session: Session, field: str, change: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        save(session, a_draft(session, **change))

    assert refusal.value.details["field"] == field


def test_prices_stay_once_somebody_took_part_and_the_rest_may_change(session: Session) -> None:
    activity = start_activity(session)
    variant_id = variant_of(session, activity)
    draft = GroupDraft(
        activity.key, activity.name, activity.product_id, tiers_of(session, activity), HOUR
    )
    cheaper = replace(draft, tiers=Tiers((Tier(2, {variant_id: 1000}),)))
    save(session, replace(draft, pieces_per_order=5))
    open_one(session, activity)

    with pytest.raises(IllegalMove, match="已经有人参团"):
        save(session, cheaper)

    assert save(session, replace(draft, orders_per_customer=4)).orders_per_customer == 4
    assert activity.is_on


def test_a_file_leaves_alone_what_an_operator_touched(session: Session, tmp_path: Path) -> None:
    variant = session.get_one(Variant, put_on_sale(session))
    path = tmp_path / "group_buys.toml"
    path.write_text(FILE.replace("SKU", variant.sku), encoding="utf-8")

    first = seed_activities(session, read_group_buys(session, path, NOW), NOW)
    again = seed_activities(session, read_group_buys(session, path, NOW + HOUR), NOW + HOUR)
    switch(session, "slippers", is_on=False, actor="agent:1", reason="卖完了", now=NOW)
    touched = seed_activities(session, read_group_buys(session, path, NOW + HOUR), NOW + HOUR)

    assert (first.created, again.unchanged, touched.kept) == (1, 1, ["拖鞋三人团"])
    activity = session.exec(select(GroupActivity)).one()
    assert (activity.is_on, activity.ends_at) == (False, NOW + timedelta(days=7))


def test_a_group_is_seen_with_first_characters_and_what_it_lacks(session: Session) -> None:
    activity = start_activity(session)
    group = open_one(session, activity)
    (order,) = join(session, activity, group, 1)

    seen = queries.find_group(
        session, group.group_no.lower(), sealer=SEALER, customer_id=order.customer_id
    )
    assert seen is not None
    assert (seen.missing, seen.missing_to_next, seen.left, seen.initials) == (1, 1, 8, ("王", "王"))
    assert (seen.is_leader, seen.order_no) == (False, order.order_no)
    (listed,) = queries.list_open_groups(session, id_of(activity), NOW)
    assert (listed.group_no, listed.initials, listed.own_state) == (group.group_no, (), None)
    (own,) = queries.list_own(session, order.customer_id)
    assert own.order_no == order.order_no
    assert queries.list_own(session, new_customer(session)) == []
    assert queries.list_open_groups(session, id_of(activity), group.expires_at) == []


def test_the_activity_of_a_product_is_found_while_it_runs(session: Session) -> None:
    activity = start_activity(session, ends_at=NOW + HOUR)

    found = queries.find_by_product(session, activity.product_id, NOW)
    assert found is not None
    assert [tier.heads for tier in found.tiers.all] == [3, 5, 10]
    assert queries.find_by_product(session, activity.product_id, NOW + HOUR) is None
    audits = session.exec(select(MoneyAudit).order_by(col(MoneyAudit.id))).all()
    assert [row.kind for row in audits] == ["group_buy_saved", "group_buy_switched"]
