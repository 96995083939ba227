"""Baskets and regions with the freight that a person reckoned, in fen."""

import pytest

from commerce.pricing.values import Consigned
from tests.commerce.freight.shop import TERMS, bulky, heavy, light

type Goods = tuple[Consigned, ...]
type Shares = dict[int, int]

CHARGED: list[tuple[str, Goods, str, int, Shares]] = [
    # By pieces: 8 yuan for the first, 2 for each more; near by 6 and 1 for each two.
    ("one piece", (light(1, 3900),), "广东省 深圳市 南山区", 800, {1: 800}),
    ("three pieces", (light(3, 3900),), "广东省 深圳市 南山区", 1200, {1: 1200}),
    ("near by", (light(1, 2000),), "浙江省 杭州市 西湖区", 600, {1: 600}),
    ("near by, a step begun", (light(2, 4000),), "江苏省 南京市 鼓楼区", 700, {1: 700}),
    ("near by, a step full", (light(3, 4000),), "江苏省 南京市 鼓楼区", 700, {1: 700}),
    ("near by, two steps", (light(4, 4000),), "上海市 浦东新区", 800, {1: 800}),
    ("an island of its own rate", (light(2, 3000),), "浙江省 舟山市 嵊泗县", 2000, {1: 2000}),
    ("the next island has its province's", (light(2, 3000),), "浙江省 舟山市 岱山县", 700,
     {1: 700}),
    # 新疆 and 西藏 pay more, and are never free.
    ("新疆", (light(1, 3900),), "新疆维吾尔自治区 乌鲁木齐市 天山区", 2500, {1: 2500}),
    ("新疆, written short", (light(1, 3900),), "新疆乌鲁木齐", 2500, {1: 2500}),
    ("新疆, dear goods", (light(1, 9900),), "新疆维吾尔自治区 喀什地区", 2500, {1: 2500}),
    ("新疆, a town of its own", (light(2, 3900),), "新疆维吾尔自治区 石河子市", 3500, {1: 3500}),
    ("西藏, dear goods", (light(3, 50000),), "西藏自治区 拉萨市", 4500, {1: 4500}),
    # Free over 99 yuan for the whole order, over 50 with two pieces near by.
    ("a fen short of free", (light(1, 9899),), "广东省 深圳市", 800, {1: 800}),
    ("exactly free", (light(1, 9900),), "广东省 深圳市", 0, {1: 0}),
    ("near by, a fen short", (light(2, 4999),), "浙江省 杭州市", 700, {1: 700}),
    ("near by, exactly free", (light(2, 5000),), "浙江省 杭州市", 0, {1: 0}),
    ("near by, a piece short", (light(1, 5000),), "浙江省 杭州市", 600, {1: 600}),
    ("near by, more than both", (light(3, 9899),), "江苏省 苏州市 昆山市", 0, {1: 0}),
    ("not near, both reached", (light(2, 5000),), "安徽省 合肥市", 1000, {1: 1000}),
    ("the island is near by too", (light(2, 5000),), "浙江省 舟山市 嵊泗县", 0, {1: 0}),
    ("two templates make the sum", (light(1, 5000), heavy(1, 1000, 4900)), "北京市 朝阳区", 0,
     {1: 0, 2: 0}),
    ("two templates miss it by a fen", (light(1, 5000), heavy(1, 1000, 4899)), "北京市 朝阳区",
     1800, {1: 800, 2: 1000}),
    # By weight: 10 yuan for the first kilogram, 3 for each pound begun.
    ("a kilogram", (heavy(1, 1000, 4000),), "北京市 朝阳区", 1000, {2: 1000}),
    ("a gram more", (heavy(1, 1001, 4000),), "北京市 朝阳区", 1300, {2: 1300}),
    ("a step full", (heavy(1, 1500, 4000),), "北京市 朝阳区", 1300, {2: 1300}),
    ("a gram into the next", (heavy(1, 1501, 4000),), "北京市 朝阳区", 1600, {2: 1600}),
    ("pieces are weighed together", (heavy(3, 500, 6000),), "北京市 朝阳区", 1300, {2: 1300}),
    ("nobody weighed it", (heavy(1, 0, 4000),), "北京市 朝阳区", 1000, {2: 1000}),
    ("two kilograms", (heavy(1, 2000, 4000),), "内蒙古自治区 包头市", 1600, {2: 1600}),
    ("a piece short of free", (heavy(2, 400, 3000),), "广东省 广州市", 1000, {2: 1000}),
    ("three pieces are free there", (heavy(3, 400, 3000),), "广东省 广州市", 0, {2: 0}),
    ("three pieces are not free elsewhere", (heavy(3, 400, 3000),), "湖南省 长沙市", 1300,
     {2: 1300}),
    ("weight to 新疆", (heavy(2, 1200, 30000),), "新疆维吾尔自治区 哈密市", 6000, {2: 6000}),
    # By volume: 12 yuan for ten litres, 4 for each five begun.
    ("ten litres", (bulky(1, 10_000, 8000),), "北京市 朝阳区", 1200, {3: 1200}),
    ("a thimble more", (bulky(1, 10_001, 8000),), "北京市 朝阳区", 1600, {3: 1600}),
    ("three steps", (bulky(2, 12_500, 8000),), "北京市 朝阳区", 2400, {3: 2400}),
    ("the island's neighbour", (bulky(1, 10_000, 8000),), "海南省 海口市", 1200, {3: 1200}),
    # Several lines: a template's goods together, then the templates; shares by what is paid.
    ("two lines of one template", (light(2, 2000), light(1, 1000, variant=5)), "广东省 深圳市",
     1200, {1: 800, 5: 400}),
    ("and one of another", (light(2, 2000), light(1, 1000, variant=5), heavy(1, 1600, 3000)),
     "北京市 朝阳区", 2800, {1: 800, 5: 400, 2: 1600}),
    ("all three", (light(1, 1000), heavy(1, 1001, 1000), bulky(1, 10_001, 1000)),
     "北京市 朝阳区", 3700, {1: 800, 2: 1300, 3: 1600}),
    ("a free rule frees its own goods", (light(2, 5000), heavy(1, 500, 1000)), "浙江省 杭州市",
     1000, {1: 0, 2: 1000}),
    ("the odd fen goes where most was cut",
     (light(1, 999), light(1, 1, variant=5), light(1, 1000, variant=6)), "广东省 深圳市", 1200,
     {1: 599, 5: 1, 6: 600}),
    ("what is given away shares by pieces", (light(1, 0), light(3, 0, variant=5)),
     "广东省 深圳市", 1400, {1: 350, 5: 1050}),
    ("the default by its own name", (light(1, 1000), light(1, 1000, variant=5, template=1)),
     "广东省 深圳市", 1000, {1: 500, 5: 500}),
    ("a template that is gone", (light(1, 1000), light(1, 1000, variant=5, template=99)),
     "广东省 深圳市", 1000, {1: 500, 5: 500}),
    ("nothing at all", (), "广东省 深圳市", 0, {}),
]  # fmt: skip

REFUSED: list[tuple[str, Goods, str, int, Shares, tuple[int, ...]]] = [
    ("台湾", (light(1, 3900),), "台湾省 台北市", 0, {1: 0}, (1,)),
    ("香港, dear goods", (light(1, 99000),), "香港特别行政区 观塘区", 0, {1: 0}, (1,)),
    ("澳门", (light(1, 3900), heavy(1, 1, 1)), "澳门特别行政区", 0, {1: 0, 2: 0}, (1, 2)),
    ("weight to 西藏", (heavy(1, 500, 3900),), "西藏自治区 那曲市", 0, {2: 0}, (2,)),
    ("an island", (bulky(1, 500, 3900),), "海南省 三沙市 西沙区", 0, {3: 0}, (3,)),
    ("only some of it", (light(1, 3900), bulky(1, 500, 3900)), "新疆维吾尔自治区 和田地区", 2500,
     {1: 2500, 3: 0}, (3,)),
]  # fmt: skip

ESTIMATED: list[tuple[str, Goods, str | None, int]] = [
    ("no address yet", (light(2, 3000),), None, 1000),
    ("an empty one", (light(2, 3000),), "", 1000),
    ("no region of ours", (light(1, 3000),), "火星", 800),
    ("free everywhere", (light(2, 9900),), None, 0),
    ("free near by, if it is near by", (light(2, 5000),), None, 1000),
    ("refused somewhere, perhaps", (bulky(1, 500, 3000),), None, 1200),
]


@pytest.mark.parametrize(
    ("goods", "region", "amount", "shares"),
    [each[1:] for each in CHARGED],
    ids=[each[0] for each in CHARGED],
)
def test_freight_is_what_a_person_reckons(
    goods: Goods, region: str, amount: int, shares: Shares
) -> None:
    freight = TERMS.reckon(goods, region, is_free=False)

    assert (freight.amount, freight.shares) == (amount, shares)
    assert (freight.refused, freight.is_estimate) == ((), False)


@pytest.mark.parametrize(
    ("goods", "region", "amount", "shares", "refused"),
    [each[1:] for each in REFUSED],
    ids=[each[0] for each in REFUSED],
)
@pytest.mark.parametrize("is_free", [False, True])
def test_what_is_not_sent_there_is_named_and_costs_nothing(
    goods: Goods, region: str, amount: int, shares: Shares, refused: tuple[int, ...], *,
    is_free: bool,
) -> None:  # fmt: skip
    freight = TERMS.reckon(goods, region, is_free=is_free)

    assert freight.refused == refused
    assert freight.amount == (0 if is_free else amount)
    assert freight.shares == (dict.fromkeys(shares, 0) if is_free else shares)


@pytest.mark.parametrize(
    ("goods", "region", "amount"),
    [each[1:] for each in ESTIMATED],
    ids=[each[0] for each in ESTIMATED],
)
def test_without_a_region_the_default_rates_give_an_estimate(
    goods: Goods, region: str | None, amount: int
) -> None:
    freight = TERMS.reckon(goods, region, is_free=False)

    assert (freight.amount, freight.is_estimate, freight.refused) == (amount, True, ())


@pytest.mark.parametrize("region", ["广东省 深圳市", "新疆维吾尔自治区 哈密市"])
def test_an_order_that_a_reward_frees_costs_nothing_anywhere(region: str) -> None:
    freight = TERMS.reckon((light(3, 3000), heavy(1, 9000, 10)), region, is_free=True)

    assert (freight.amount, freight.shares, freight.why) == (0, {1: 0, 2: 0}, "本单包邮")
