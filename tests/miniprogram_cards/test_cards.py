"""Cards: titles that keep their price, paths that lead back."""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.errors import InvalidInput
from commerce.ordering.cart import CartView
from commerce.ordering.cart_token import CartTokens
from commerce.ordering.lines import PricedLine
from commerce.ordering.tables import OrderLine
from miniprogram_cards.cards import checkout_card, order_card, product_card
from miniprogram_cards.limits import TITLE_BYTES
from miniprogram_cards.paths import CHECKOUT_PAGE, INDEX_PAGE, PAGES, CardPath, build, parse
from miniprogram_cards.payloads import official_account_card
from tests.commerce.shop import NOW

LONG = "轻软云朵居家防滑静音加厚底情侣款四季通用室内凉拖鞋男女同款浴室洗澡外穿新款"


def cart_of(*titles: str) -> CartView:
    return CartView(
        tuple(
            PricedLine(number, number, f"S{number}", title, "", f"{number}.jpg", 3900, 2, 9)
            for number, title in enumerate(titles, 1)
        )
    )


@dataclass(frozen=True)
class Shown:
    id: int = 7
    title: str = LONG
    price: int = 15900
    picture: str = "7.jpg"


def test_a_checkout_card_says_how_much_and_leads_to_the_cart() -> None:
    cart = cart_of("云朵拖鞋", "水杯")
    tokens = CartTokens("a secret of the tests")
    token = tokens.issue(
        customer_id=1,
        conversation_id=2,
        lines=cart.wanted(),
        source="official_account.chat",
        now=NOW,
    )

    card = checkout_card(cart, token, "official_account.chat", cart.total)

    assert card.title == "去结算：云朵拖鞋 共4件 ¥156"
    assert card.picture == "1.jpg"
    assert card.path.startswith("pages/checkout/index?cart=")
    path = parse(card.path)
    assert path == CardPath(CHECKOUT_PAGE, token, "official_account.chat")
    assert tokens.read(path.subject, NOW).customer_id == 1


def test_there_is_no_card_for_an_empty_cart() -> None:
    with pytest.raises(InvalidInput):
        checkout_card(CartView(()), "token", "chat", 0)


def test_long_titles_are_cut_but_not_their_price() -> None:
    order: Any = SimpleNamespace(order_no="202611110123456789", state="unpaid", payable=15900)
    line = OrderLine(
        order_id=1, variant_id=1, product_id=1, title=LONG, label="", price=1, quantity=1, total=1
    )
    for title, end in (
        (checkout_card(cart_of(LONG), "token", "chat", 7800).title, "… 共2件 ¥78"),
        (product_card(Shown(), "chat").title, "… ¥159"),
        (order_card(order, [line], "1.jpg", "chat").title, "… 待付款 ¥159"),
    ):
        assert title.endswith(end)
        assert len(title.encode()) <= TITLE_BYTES


@given(
    st.builds(
        CardPath,
        st.sampled_from(sorted(PAGES)),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(str.strip),
        st.text(st.characters(codec="utf-8"), max_size=20),
        st.text(st.characters(codec="utf-8"), max_size=12),
    )
)
def test_paths_lead_back_to_what_they_were_built_from(path: CardPath) -> None:
    built = build(path)

    assert built.isascii()
    says_it_once = replace(path, promoter="") if path.page == INDEX_PAGE else path
    assert parse(built) == parse(f"/{built}") == says_it_once


@pytest.mark.parametrize(
    "path",
    [
        "",
        "pages/admin/index?id=1",
        "pages/checkout/index",
        "pages/checkout/index?cart=",
        "pages/checkout/index?id=1",
        "?cart=1",
        "pages/checkout/index?cart=" + "x" * 2_000,
    ],
)
def test_a_path_that_is_not_ours_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        parse(path)


def test_the_official_account_wants_these_four_fields() -> None:
    card = product_card(Shown(title="水杯"), "official_account.chat")

    assert official_account_card(card, "wx_app", "MEDIA") == {
        "title": "水杯 ¥159",
        "appid": "wx_app",
        "pagepath": "pages/product/index?id=7&source=official_account.chat",
        "thumb_media_id": "MEDIA",
    }
