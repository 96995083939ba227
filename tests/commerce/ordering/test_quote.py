"""Quotes: parts that sum to the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from commerce.errors import InvalidInput, NotFound, OutOfStock
from commerce.money import LARGEST_ORDER, LARGEST_PRICE
from commerce.ordering.lines import MOST_PIECES, PricedLine, price_lines, refuse_shortage
from commerce.ordering.quote import quote
from tests.commerce.shop import put_on_sale


def line(price: int, quantity: int, variant_id: int = 1) -> PricedLine:
    return PricedLine(variant_id, 1, "SKU", "拖鞋", "", "1.jpg", price, quantity, available=999)


priced = st.builds(line, st.integers(0, 100_000), st.integers(1, MOST_PIECES))


@given(st.lists(priced, max_size=10))
def test_steps_and_lines_sum_to_what_is_payable(lines: list[PricedLine]) -> None:
    result = quote(lines)

    assert sum(step.amount for step in result.steps) == result.payable
    assert sum(each.total for each in result.lines) == result.payable - result.freight
    assert result.payable == result.goods_total - result.discount + result.freight
    assert result.goods_total == sum(each.price * each.quantity for each in result.lines)


def test_a_quote_is_plain_json() -> None:
    assert quote([line(3900, 2)]).as_json() == {
        "lines": (
            {
                "variant_id": 1,
                "title": "拖鞋",
                "label": "",
                "price": 3900,
                "quantity": 2,
                "total": 7800,
            },
        ),
        "steps": ({"name": "商品金额", "amount": 7800}, {"name": "运费", "amount": 0}),
        "goods_total": 7800,
        "discount": 0,
        "freight": 0,
        "payable": 7800,
    }


def test_one_order_has_a_largest_amount() -> None:
    assert quote([line(LARGEST_PRICE, 10)]).payable == LARGEST_ORDER
    with pytest.raises(InvalidInput, match="分开下单"):
        quote([line(LARGEST_PRICE, 10), line(1, 1, variant_id=2)])


def test_lines_are_priced_in_the_order_given(session: Session) -> None:
    cheap = put_on_sale(session, "水杯", price=100)
    dear = put_on_sale(session, "耳机", price=90_000, 颜色="黑色")

    lines = price_lines(session, {dear: 1, cheap: 2})

    assert [(each.title, each.label, each.total) for each in lines] == [
        ("耳机", "黑色", 90_000),
        ("水杯", "", 200),
    ]


def test_an_unknown_variant_cannot_be_priced(session: Session) -> None:
    known = put_on_sale(session)

    with pytest.raises(NotFound) as missing:
        price_lines(session, {known: 1, 99_999: 1})

    assert missing.value.details["field"] == "lines[1].variant_id"


def test_every_short_line_is_named(session: Session) -> None:
    few, none = put_on_sale(session, "水杯", pieces=1), put_on_sale(session, "耳机", on_sale=False)

    with pytest.raises(OutOfStock, match=r"“水杯”只剩1件了；“耳机”已经卖完了") as short:
        refuse_shortage(price_lines(session, {few: 2, none: 1}))

    assert short.value.details["lines"] == [
        {"variant_id": few, "available": 1},
        {"variant_id": none, "available": 0},
    ]
