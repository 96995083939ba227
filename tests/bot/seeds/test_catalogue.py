"""The demo catalogue holds what a customer's first questions ask for, and nothing forbidden."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal

import pytest

from bot.seeds import PRODUCTS_CSV, SALES_CSV

CATEGORIES = {
    "女装", "男装", "鞋靴箱包", "美妆护肤", "数码家电",
    "食品生鲜", "母婴玩具", "家居日用", "运动户外", "宠物用品",
}  # fmt: skip

# Words that 《广告法》 article 9 forbids, and health claims that its article 17 does.
FORBIDDEN_CLAIMS = re.compile(
    "最|第一|顶级|顶尖|极品|极致|国家级|世界级|唯一|独家|首选|全网|绝对|万能|100%|"
    "根治|治疗|治愈|养胃|降压|减肥|抗癌"
)

REAL_BRANDS = (
    "华为", "荣耀", "三星", "索尼", "漫步者", "小度", "美的", "格力", "海尔", "苏泊尔", "戴森",
    "耐克", "阿迪", "安踏", "李宁", "特步", "鸿星尔克", "优衣库", "海澜之家", "波司登", "骆驼",
    "兰蔻", "雅诗兰黛", "欧莱雅", "珀莱雅", "薇诺娜", "百雀羚", "自然堂", "完美日记", "花西子",
    "伊利", "蒙牛", "三只松鼠", "良品铺子", "百草味", "洽洽", "农夫山泉", "金龙鱼", "星巴克",
    "帮宝适", "好奇", "花王", "贝亲", "乐高", "皇家", "渴望", "网易严选", "名创优品", "宜家",
    "维达", "清风", "蓝月亮", "立白", "膳魔师", "迪卡侬", "苹果手机", "iPhone", "小米手机", "云栖",
)  # fmt: skip

type Row = dict[str, str]


def rows() -> list[Row]:
    with PRODUCTS_CSV.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def attributes(row: Row) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in row["attributes"].split(";"))


def products() -> dict[tuple[str, str], list[Row]]:
    variants = defaultdict(list)
    for row in rows():
        variants[row["title"], row["brand"]].append(row)
    return variants


def titles_where(matches: Callable[[Row], bool]) -> set[str]:
    return {row["title"] for row in rows() if matches(row)}


def test_the_columns_are_those_that_import_products_reads() -> None:
    header = PRODUCTS_CSV.read_text("utf-8").splitlines()[0]

    assert header == "sku,title,category,brand,price,stock,attributes,image"


def test_the_shop_is_big_enough_to_page_through() -> None:
    assert len(products()) >= 240
    assert 600 <= len(rows()) <= 850
    assert len({row["brand"] for row in rows()}) >= 25


def test_every_category_has_a_shelf_of_its_own() -> None:
    shelf = Counter(variants[0]["category"] for variants in products().values())

    assert set(shelf) == CATEGORIES
    assert min(shelf.values()) >= 20


def test_a_brand_is_at_home_in_few_categories() -> None:
    homes = defaultdict(set)
    for row in rows():
        homes[row["brand"]].add(row["category"])

    assert {brand: home for brand, home in homes.items() if len(home) > 4} == {}


def test_no_sku_is_given_twice() -> None:
    counted = Counter(row["sku"] for row in rows())

    assert [sku for sku, times in counted.items() if times > 1] == []


def test_variants_of_a_product_agree_on_category_and_picture() -> None:
    for variants in products().values():
        assert len({(row["category"], row["image"]) for row in variants}) == 1


def test_variants_of_a_product_can_be_told_apart_by_attributes_of_the_same_names() -> None:
    for (title, _), variants in products().items():
        assert len({row["attributes"] for row in variants}) == len(variants), title
        assert len({tuple(attributes(row)) for row in variants}) == 1, title


def test_no_two_products_share_a_picture() -> None:
    counted = Counter(variants[0]["image"] for variants in products().values())

    assert max(counted.values()) == 1
    assert all(re.fullmatch(r"[a-z]{2}\d{3}\.jpg", image) for image in counted)


def test_prices_are_yuan_with_two_decimals_and_above_zero() -> None:
    for row in rows():
        assert re.fullmatch(r"\d+\.\d\d", row["price"]), row["sku"]
        assert Decimal(row["price"]) > 0, row["sku"]


def test_stock_is_a_count_and_some_of_it_is_short() -> None:
    stock = [int(row["stock"]) for row in rows()]

    assert min(stock) == 0
    assert 10 <= stock.count(0) <= len(stock) // 10
    assert sum(1 <= left <= 3 for left in stock) >= 10


def test_every_attribute_has_a_name_and_a_value() -> None:
    for row in rows():
        pairs = row["attributes"].split(";")
        assert len(pairs) >= 2, row["sku"]
        assert all(re.fullmatch(r"[^=;,\s]+=[^=;,]+", pair) for pair in pairs), row["attributes"]
        assert len(attributes(row)) == len(pairs), row["attributes"]


def test_titles_start_with_the_brand_and_stay_short_enough_for_a_phone() -> None:
    for title, brand in products():
        assert title.startswith(f"{brand} "), title
        assert 12 <= len(title) <= 36, title


def test_nothing_in_the_shop_claims_what_the_law_forbids() -> None:
    claims = [row["sku"] for row in rows() if FORBIDDEN_CLAIMS.search(",".join(row.values()))]

    assert claims == []


def test_no_real_brand_is_used() -> None:
    shop = PRODUCTS_CSV.read_text("utf-8")

    assert [brand for brand in REAL_BRANDS if brand in shop] == []


def test_bluetooth_earphones_lie_on_both_sides_of_two_hundred_yuan() -> None:
    cheaper = titles_where(lambda r: "蓝牙耳机" in r["title"] and Decimal(r["price"]) <= 200)
    dearer = titles_where(lambda r: "蓝牙耳机" in r["title"] and Decimal(r["price"]) > 200)

    assert len(cheaper) >= 5
    assert len(dearer) >= 3


@pytest.mark.parametrize(
    ("words", "name", "value", "at_least"),
    [
        ("连衣裙", "颜色", "红", 4),
        ("洗面奶", "适用肤质", "敏感肌", 2),
        ("洁面乳", "适用肤质", "敏感肌", 1),
        ("口红", "适用人群", "女友", 2),
        ("纸尿裤", "尺码", "L", 2),
        ("猫粮", "保质期", "月", 4),
        ("跑鞋", "尺码", "42", 2),
        ("保温杯", "容量", "500ml", 2),
        ("手机壳", "适用机型", "X20", 2),
        ("保护套", "适用机型", "X20", 2),
        ("牛奶", "规格", "一箱", 3),
        ("坚果礼盒", "包装", "礼盒", 2),
        ("行李箱", "尺寸", "20寸", 3),
    ],
)
def test_a_first_question_finds_something_in_stock(
    words: str, name: str, value: str, at_least: int
) -> None:
    found = titles_where(
        lambda row: (
            words in row["title"]
            and value in attributes(row).get(name, "")
            and int(row["stock"]) > 0
        )
    )

    assert len(found) >= at_least


def test_sales_are_given_for_every_product_and_for_nothing_else() -> None:
    with SALES_CSV.open(encoding="utf-8", newline="") as file:
        sold = {(row["title"], row["brand"]): int(row["sales"]) for row in csv.DictReader(file)}

    assert sold.keys() == products().keys()
    assert min(sold.values()) >= 0


def test_a_fifth_of_the_products_makes_most_of_the_sales() -> None:
    with SALES_CSV.open(encoding="utf-8", newline="") as file:
        sales = sorted((int(row["sales"]) for row in csv.DictReader(file)), reverse=True)

    head = sum(sales[: len(sales) // 5])
    assert 0.6 <= head / sum(sales) <= 0.9
