"""What freight says of itself, and what holds for every basket."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.freight.terms import Terms
from commerce.pricing.values import Consigned
from tests.commerce.freight.shop import HEAVY, LIGHT, TERMS, bulky, heavy, light

HERE, FAR = "广东省 深圳市", "新疆维吾尔自治区 哈密市"
LINES = st.lists(
    st.builds(
        Consigned,
        variant_id=st.integers(1, 10_000),
        template_id=st.sampled_from([None, 1, 2, 3, 99]),
        quantity=st.integers(1, 999),
        weight=st.integers(0, 50_000),
        volume=st.integers(0, 500_000),
        amount=st.integers(0, 1_000_000),
    ),
    max_size=8,
    unique_by=lambda line: line.variant_id,
).map(tuple)
PLACES = st.sampled_from(
    [None, HERE, FAR, "西藏自治区", "台湾省", "海南省 三沙市", "浙江省 舟山市 嵊泗县", "火星"]
)


@pytest.mark.parametrize(
    ("goods", "region", "why"),
    [
        ((light(1, 100),), HERE, "首件¥8；再买¥98包邮"),
        ((light(3, 100),), HERE, "共3件，首件¥8，每多1件加¥2；再买¥98包邮"),
        ((light(1, 9900),), HERE, "满¥99包邮"),
        ((light(1, 9900),), FAR, "首件¥25；新疆不参加满¥99包邮"),
        ((light(2, 5000),), "浙江省 杭州市", "满¥50、2件包邮"),
        ((heavy(1, 2500, 100),), HERE, "共2.5公斤，1公斤内¥10，每多500克加¥3；再买¥98包邮"),
        ((bulky(2, 12_500, 100),), HERE,
         "共0.025立方米，0.01立方米内¥12，每多5000立方厘米加¥4；再买¥98包邮"),
        ((light(1, 1), heavy(1, 1, 1)), HERE, "首件¥8；1公斤内¥10；再买¥98.98包邮"),
        ((light(1, 100),), "香港", "暂时不发香港"),
        ((light(1, 100),), "台湾省 台北市", "暂时不发台北"),
    ],
)  # fmt: skip
def test_freight_tells_why(goods: tuple[Consigned, ...], region: str, why: str) -> None:
    assert TERMS.reckon(goods, region, is_free=False).why == why


def test_a_shop_without_templates_sends_everything_for_nothing() -> None:
    freight = Terms().reckon((light(3, 100), heavy(2, 9000, 1)), "台湾省", is_free=False)

    assert (freight.amount, freight.shares, freight.refused) == (0, {1: 0, 2: 0}, ())
    assert freight.why == "包邮"


def test_without_a_default_only_named_templates_charge() -> None:
    terms = Terms(templates={2: HEAVY})

    freight = terms.reckon((light(3, 100), heavy(1, 900, 100)), HERE, is_free=False)

    assert (freight.amount, freight.shares) == (1000, {1: 0, 2: 1000})
    assert freight.why == "1公斤内¥10"


def test_without_a_sum_for_the_whole_shop_nothing_is_promised() -> None:
    terms = replace(TERMS, free_over=None)

    assert terms.reckon((light(1, 99_000),), HERE, is_free=False).why == "首件¥8"


@given(LINES, PLACES, st.booleans())
def test_shares_sum_to_the_freight_and_nothing_is_negative(
    lines: tuple[Consigned, ...], region: str | None, is_free: bool
) -> None:
    freight = TERMS.reckon(lines, region, is_free=is_free)

    assert sum(freight.shares.values()) == freight.amount >= 0
    assert set(freight.shares) == {line.variant_id for line in lines}
    assert all(share >= 0 for share in freight.shares.values())
    assert all(freight.shares[variant] == 0 for variant in freight.refused)
    assert not (is_free and freight.amount)


@given(LINES, PLACES)
def test_the_order_of_lines_changes_no_amount(
    lines: tuple[Consigned, ...], region: str | None
) -> None:
    forward = TERMS.reckon(lines, region, is_free=False)
    backward = TERMS.reckon(lines[::-1], region, is_free=False)

    assert forward.amount == backward.amount
    assert set(forward.refused) == set(backward.refused)


@given(st.integers(1, 500), st.integers(1, 500))
def test_more_pieces_never_travel_cheaper(few: int, more: int) -> None:
    terms = Terms(default=LIGHT)
    fewer, all_of_them = (
        terms.reckon((light(pieces, 0),), HERE, is_free=False).amount
        for pieces in (few, few + more)
    )

    assert fewer < all_of_them
