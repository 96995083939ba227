"""Cards of deals: what is missing, the time left and the price survive any length of a title."""

from dataclasses import replace
from datetime import timedelta

import pytest

from commerce.bargains.tables import Bargain
from commerce.flash_sales.queries import ItemSeen, SaleSeen
from commerce.group_buys.activities import Tier, Tiers
from commerce.group_buys.queries import ActivitySeen, GroupSeen
from commerce.group_buys.tables import GroupState
from miniprogram_cards.deal_cards import (
    activity_card,
    bargain_card,
    flash_card,
    group_card,
    time_left,
)
from miniprogram_cards.limits import TITLE_BYTES
from miniprogram_cards.paths import GROUP_PAGE, CardPath, parse
from tests.commerce.shop import NOW

LONG = "轻软云朵居家防滑静音加厚底情侣款四季通用室内凉拖鞋男女同款浴室洗澡外穿新款"
TIERS = Tiers((Tier(3, {1: 3000, 2: 3200}), Tier(5, {1: 2500, 2: 2700})))
ACTIVITY = ActivitySeen(
    id=4,
    name="拖鞋拼团",
    product_id=7,
    title=LONG,
    tiers=TIERS,
    lifetime=timedelta(hours=24),
    pieces_per_order=1,
    orders_per_customer=1,
    starts_at=None,
    ends_at=None,
    is_on=True,
    may_be_virtual=False,
)
GROUP = GroupSeen(
    group_no="AB23CD45",
    activity=ACTIVITY,
    state=GroupState.OPEN,
    seats=5,
    paid=1,
    expires_at=NOW + timedelta(hours=2),
    reached=None,
    is_virtual=False,
    initials=("王",),
)
SALE = SaleSeen(3, "晚八点场", NOW, NOW + timedelta(hours=2), is_running=True)
ITEM = ItemSeen(9, SALE, 1, 7, LONG, "红色", "7.jpg", 1900, 3900, 30, 12, 1)


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({}, "… ¥30起 还差2人 剩2小时"),
        ({"paid": 3}, "… 还差2人到¥25起 剩2小时"),
        ({"paid": 5}, "… 已满员"),
        ({"state": GroupState.SUCCEEDED}, "… 已成团"),
        ({"state": GroupState.FAILED}, "… 已结束"),
    ],
)
def test_a_groups_card_says_where_it_is(changes: dict[str, object], ending: str) -> None:
    card = group_card(replace(GROUP, **changes), NOW, "oa-chat", "K7M2")  # type: ignore[arg-type]

    assert card.title.endswith(ending)
    assert len(card.title.encode()) <= TITLE_BYTES
    assert parse(card.path) == CardPath(GROUP_PAGE, "AB23CD45", "oa-chat", "K7M2")


def test_a_groups_picture_changes_with_who_is_in_it_and_not_with_the_time() -> None:
    alone = group_card(GROUP, NOW, "x").picture
    later = group_card(GROUP, NOW + timedelta(minutes=1), "x").picture
    joined = group_card(replace(GROUP, paid=2, initials=("王", "李")), NOW, "x").picture

    assert alone == later != joined
    assert GROUP.group_no not in alone


def test_the_other_deals_keep_their_prices_and_lead_to_their_pages() -> None:
    bargain = Bargain(
        bargain_no="k7m2", activity_id=1, customer_id=1, variant_id=1, start_price=3900,
        floor=900, price=2000, helpers=3, helped=1, started_at=NOW, expires_at=NOW,
    )  # fmt: skip
    tonight = replace(SALE, is_running=False, starts_at=NOW + timedelta(hours=8))
    seen = [
        (activity_card(ACTIVITY, "7.jpg", "oa"), "… 3人团¥30起", "pages/group-buy/index?id=4"),
        (flash_card(ITEM, NOW, "oa"), "… 秒杀¥19 剩12件", "pages/flash-sale/index?id=3"),
        (flash_card(replace(ITEM, left=0), NOW, "oa"), "… 秒杀¥19 抢完了", "pages/flash"),
        (flash_card(replace(ITEM, sale=tonight), NOW, "oa"), " 今天20:00开抢", "pages/flash"),
        (bargain_card(bargain, LONG, "7.jpg", "oa"), "… 现价¥20 还差2人", "pages/bargain"),
    ]
    for card, ending, path in seen:
        assert card.title.endswith(ending)
        assert len(card.title.encode()) <= TITLE_BYTES
        assert card.path.startswith(path)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1分钟"),
        (1800, "30分钟"),
        (7190, "2小时"),
        (3900, "1小时5分钟"),
        (86_400, "1天"),
        (97_200, "1天3小时"),
    ],
)
def test_time_left_is_told_to_the_minute(seconds: int, words: str) -> None:
    assert time_left(NOW + timedelta(seconds=seconds), NOW) == words
