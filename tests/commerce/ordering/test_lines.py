"""Lines: priced in the order given, and what is short is named."""

import pytest
from sqlmodel import Session

from commerce.errors import NotFound, OutOfStock
from commerce.ordering.lines import price_lines, refuse_shortage
from tests.commerce.shop import put_on_sale


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
