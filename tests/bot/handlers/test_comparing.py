"""Products side by side, as a phone shows it."""

from bot.handlers.comparing import compared
from commerce.catalogue.views import ProductView, VariantView


def a_product(
    number: int, title: str, price: int, sales: int = 5, stock: int = 3, **attributes: str
) -> ProductView:
    variant = VariantView(number, number, f"S{number}", "", {}, price, stock, "")
    return ProductView(number, title, "棠里", "女装", attributes, "", sales, (variant,))


CUP = a_product(1, "小满集 直身保温杯 不锈钢大容量", 9900, 120, 材质="304不锈钢", 容量="500ml")
MUG = a_product(
    2, "小满集 咖啡保温杯", 7900, 30, 0, 材质="316医用不锈钢", 容量="500ml", 产地="永康"
)


def test_what_differs_comes_first_and_what_is_alike_in_one_line() -> None:
    assert compared([CUP, MUG], [1, 3], "哪个好") == "\n".join(
        [
            "① 小满集 直身保温杯",
            "③ 小满集 咖啡保温杯",
            "价格 ①¥99  ③¥79",
            "材质 ①304不锈钢",
            "　　 ③316医用不锈钢",
            "销量 ①120  ③30",
            "库存 ①有货  ③暂时缺货",
            "产地 ①未注明  ③永康",
            "都一样：品牌 棠里；容量 500ml；可选 只有一种",
            "第1个卖得更多。",
            "看中哪个说“第几个”，我帮您加进购物车。",
        ]
    )


def test_who_asks_for_the_price_is_told_the_difference() -> None:
    assert "第3个便宜¥20。" in compared([CUP, MUG], [1, 3], "哪个便宜")
    assert "价格一样。" in compared([CUP, CUP], [1, 2], "哪个划算")


def test_three_stand_side_by_side() -> None:
    words = compared([CUP, MUG, a_product(3, "山谷记 茶杯", 1900)], [1, 2, 3], "区别")

    assert "价格 ①¥99  ②¥79  ③¥19" in words
    assert "材质 ①304不锈钢" in words
    assert "③未注明" in words
