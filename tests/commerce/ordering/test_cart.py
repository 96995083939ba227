"""The cart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from commerce.errors import InvalidInput, NotFound, OutOfStock
from commerce.ordering import cart
from commerce.ordering.lines import MOST_LINES, MOST_PIECES, WantedLine, sum_by_variant
from tests.commerce.shop import NOW, new_customer, put_on_sale


def test_what_is_added_twice_is_one_line(session: Session) -> None:
    customer, slippers = new_customer(session), put_on_sale(session, 颜色="白色", 尺码="40")

    cart.add(session, customer, slippers, 2, NOW)
    view = cart.add(session, customer, slippers, 3, NOW)

    (line,) = view.lines
    assert (line.title, line.label, line.quantity, line.total) == (
        "云朵拖鞋",
        "白色 40",
        5,
        5 * 3900,
    )
    assert (view.pieces, view.total) == (5, 5 * 3900)


def test_each_customer_has_a_cart_of_their_own(session: Session) -> None:
    one, other, slippers = new_customer(session), new_customer(session), put_on_sale(session)

    cart.add(session, one, slippers, 1, NOW)

    assert cart.view(session, other).lines == ()


def test_lines_stay_in_the_order_they_came(session: Session) -> None:
    customer = new_customer(session)
    ids = [put_on_sale(session, title) for title in ("拖鞋", "耳机", "水杯")]
    for variant in reversed(ids):
        cart.add(session, customer, variant, 1, NOW)

    view = cart.set_quantity(session, customer, ids[2], 4, NOW)

    assert [line.title for line in view.lines] == ["水杯", "耳机", "拖鞋"]


def test_a_quantity_of_zero_takes_the_line_out(session: Session) -> None:
    customer, slippers = new_customer(session), put_on_sale(session)
    cart.add(session, customer, slippers, 2, NOW)

    assert cart.set_quantity(session, customer, slippers, 0, NOW).lines == ()


def test_clearing_empties_the_cart(session: Session) -> None:
    customer = new_customer(session)
    for title in ("拖鞋", "耳机"):
        cart.add(session, customer, put_on_sale(session, title), 1, NOW)

    cart.clear(session, customer, NOW)

    assert cart.view(session, customer) == cart.CartView(())


@pytest.mark.parametrize("quantity", [0, -1, MOST_PIECES + 1, 10**12])
def test_an_odd_quantity_is_refused(session: Session, quantity: int) -> None:
    customer, slippers = new_customer(session), put_on_sale(session, pieces=10_000)

    with pytest.raises(InvalidInput) as refused:
        cart.add(session, customer, slippers, quantity, NOW)

    assert refused.value.details["field"] == "quantity"
    assert cart.view(session, customer).lines == ()


def test_pieces_on_top_of_others_keep_to_the_limit(session: Session) -> None:
    customer, slippers = new_customer(session), put_on_sale(session, pieces=10_000)
    cart.add(session, customer, slippers, MOST_PIECES, NOW)

    with pytest.raises(InvalidInput):
        cart.add(session, customer, slippers, 1, NOW)


def test_more_than_is_left_is_refused_with_what_is_left(session: Session) -> None:
    customer, slippers = new_customer(session), put_on_sale(session, pieces=3)
    cart.add(session, customer, slippers, 2, NOW)

    with pytest.raises(OutOfStock, match="只剩3件") as refused:
        cart.add(session, customer, slippers, 2, NOW)

    assert refused.value.details["lines"] == [{"variant_id": slippers, "available": 3}]
    assert cart.view(session, customer).pieces == 2


def test_what_is_not_on_sale_cannot_be_added(session: Session) -> None:
    customer, old = new_customer(session), put_on_sale(session, on_sale=False)

    with pytest.raises(OutOfStock):
        cart.add(session, customer, old, 1, NOW)


@pytest.mark.parametrize("variant", [0, -5, 987_654, 2**31, 2**70])
def test_an_unknown_variant_is_not_found(session: Session, variant: int) -> None:
    customer = new_customer(session)

    with pytest.raises(NotFound):
        cart.add(session, customer, variant, 1, NOW)


def test_a_cart_holds_a_bounded_number_of_lines(session: Session) -> None:
    customer = new_customer(session)
    for number in range(MOST_LINES):
        cart.add(session, customer, put_on_sale(session, f"商品{number}"), 1, NOW)

    with pytest.raises(InvalidInput, match=f"{MOST_LINES}种"):
        cart.add(session, customer, put_on_sale(session, "再来一种"), 1, NOW)


def test_what_was_bought_leaves_the_cart_and_the_rest_stays(session: Session) -> None:
    customer = new_customer(session)
    slippers, phones, cup = (put_on_sale(session, title) for title in ("拖鞋", "耳机", "水杯"))
    for variant in (slippers, phones, cup):
        cart.add(session, customer, variant, 3, NOW)

    cart.take_out(session, customer, {slippers: 3, phones: 1}, NOW)

    left = {line.variant_id: line.quantity for line in cart.view(session, customer).lines}
    assert left == {phones: 2, cup: 3}


edits = st.lists(
    st.tuples(st.sampled_from(["add", "set", "remove"]), st.integers(0, 3), st.integers(-1, 1_000)),
    max_size=40,
)


def test_any_edits_lead_to_the_cart_that_they_describe(session: Session) -> None:
    prices = (100, 2_590, 39_900, 1)
    variants = [
        put_on_sale(session, f"商品{price}", price=price, pieces=MOST_PIECES) for price in prices
    ]

    @given(edits)
    def edit(steps: list[tuple[str, int, int]]) -> None:
        customer = new_customer(session)
        expected: dict[int, int] = {}
        for verb, place, quantity in steps:
            variant = variants[place]
            now_there = expected.get(variant, 0)
            wanted = {"add": now_there + quantity, "set": quantity, "remove": 0}[verb]
            try:
                if verb == "remove":
                    cart.remove(session, customer, variant, NOW)
                else:
                    change = cart.add if verb == "add" else cart.set_quantity
                    change(session, customer, variant, quantity, NOW)
            except InvalidInput:
                assert not 0 < wanted <= MOST_PIECES or quantity < 1
                continue
            expected[variant] = wanted
        view = cart.view(session, customer)
        filled = {each: n for each, n in expected.items() if n}
        assert {line.variant_id: line.quantity for line in view.lines} == filled
        assert view.pieces == sum(filled.values())
        assert view.total == sum(prices[variants.index(each)] * n for each, n in filled.items())

    edit()


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 30)), min_size=1, max_size=20))
def test_lines_of_one_variant_are_summed(lines: list[tuple[int, int]]) -> None:
    summed = sum_by_variant([WantedLine(*line) for line in lines])

    assert sum(summed.values()) == sum(quantity for _, quantity in lines)
    assert list(summed) == list(dict.fromkeys(variant for variant, _ in lines))


def test_lines_of_one_variant_together_keep_to_the_limit() -> None:
    with pytest.raises(InvalidInput) as refused:
        sum_by_variant([WantedLine(1, MOST_PIECES), WantedLine(2, 1), WantedLine(1, 1)])

    assert refused.value.details["field"] == "lines[2].quantity"


def test_nothing_wanted_is_refused() -> None:
    with pytest.raises(InvalidInput):
        sum_by_variant([])
