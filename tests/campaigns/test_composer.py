"""From content to what a customer reads: placeholders, bytes, cards with their touch."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from campaigns.composer import (
    TEXT_BYTES,
    Marks,
    NothingToShow,
    compose,
    compose_task,
    cut_words,
    with_marks,
)
from campaigns.placeholders import PLACEHOLDERS, personal_in, unknown_in, used_in
from campaigns.ports import CHATS, Route
from campaigns.shapes import Content
from campaigns.touches import Touch, TouchKind, read_touch, touch_of_delivery, touch_of_task
from commerce.catalogue.tables import Variant
from commerce.customers.identities import identify, list_identities
from commerce.customers.nicknames import note_nickname
from commerce.inserting import id_of
from commerce.ordering import cart
from miniprogram_cards.limits import TITLE_BYTES
from miniprogram_cards.paths import COUPON_PAGE, INDEX_PAGE, PRODUCT_PAGE, parse
from tests.commerce.group_buys.grouping import start_activity
from tests.commerce.promotions.coupons import coupon_template
from tests.commerce.shop import NOW, SEALER, new_customer, put_on_sale

MARKS = Marks(touch_of_delivery(7), "abc")
SHOP = "云朵小店"


def said(session: Session, customer_id: int, text: str) -> str:
    content = Content(text=text)
    return compose(session, SEALER, content, customer_id, MARKS, SHOP, NOW).texts[Route.KF]


def product_id(session: Session, **columns: object) -> int:
    return session.get_one(Variant, put_on_sale(session, **columns)).product_id  # type: ignore[arg-type]


def test_placeholders_say_what_the_shop_knows(session: Session) -> None:
    customer = identify(session, "wecom", "kf", "wm1", NOW)
    customer_id = id_of(customer)
    (identity,) = list_identities(session, customer_id)
    note_nickname(session, SEALER, id_of(identity), "小满", NOW)
    cart.add(session, customer_id, put_on_sale(session, "云朵拖鞋"), 1, NOW)

    words = said(session, customer_id, "{称呼}，{购物车商品}还在等您，您有{积分}积分。{店名}")

    assert words == "小满，云朵拖鞋还在等您，您有0积分。云朵小店"


def test_of_a_stranger_every_placeholder_says_something(session: Session) -> None:
    text = "".join(f"{{{name}}}|" for name in PLACEHOLDERS)

    values = said(session, new_customer(session), text).split("|")[:-1]

    assert values == [
        each.otherwise if name != "店名" else SHOP for name, each in PLACEHOLDERS.items()
    ]


def test_a_nickname_brings_no_placeholder_of_its_own(session: Session) -> None:
    customer = identify(session, "wecom", "kf", "wm1", NOW)
    (identity,) = list_identities(session, id_of(customer))
    note_nickname(session, SEALER, id_of(identity), "{积分}", NOW)

    assert said(session, id_of(customer), "{称呼}好") == "{积分}好"


def test_what_stands_in_braces_is_told_apart() -> None:
    text = "{称呼}，{店名}的{价格}，{称呼}"

    assert used_in(text) == ("称呼", "店名", "价格")
    assert unknown_in(text) == ("价格",)
    assert personal_in(text) == ("称呼",)


def test_other_words_are_said_by_a_route_that_has_them(session: Session) -> None:
    content = Content(text="短", by_route={"wecom": {"text": "长一些"}})

    texts = compose(session, SEALER, content, new_customer(session), MARKS, SHOP, NOW).texts

    assert texts == {route: "长一些" if route == Route.KF else "短" for route in CHATS}


def test_cards_carry_the_touch_and_the_promoter(session: Session) -> None:
    activity = start_activity(session)
    template = coupon_template(session)
    kinds = [
        {"kind": "product", "ref": str(product_id(session))},
        {"kind": "coupon", "ref": template.code},
        {"kind": "page", "title": "新店开张"},
        {"kind": "group_buy", "ref": str(activity.id)},
    ]
    content = Content.model_validate({"attachments": kinds})

    cards = compose_task(session, content, MARKS, SHOP, NOW).cards

    paths = [parse(card.path) for card in cards]
    assert [(path.source, path.promoter) for path in paths[:2]] == [("cp-d7", "abc")] * 2
    assert [path.page for path in paths[:3]] == [PRODUCT_PAGE, COUPON_PAGE, INDEX_PAGE]
    assert (paths[2].source, paths[2].subject) == ("cp-d7", "abc")
    assert paths[3].source == "cp-d7"
    assert cards[2].title == "新店开张"
    assert all(len(card.title.encode()) <= TITLE_BYTES and card.picture for card in cards)


@pytest.mark.parametrize("kind", ["product", "group_buy", "coupon"])
def test_what_is_gone_is_named(session: Session, kind: str) -> None:
    content = Content.model_validate({"text": "看看", "attachments": [{"kind": kind, "ref": "99"}]})

    with pytest.raises(NothingToShow) as refused:
        compose_task(session, content, MARKS, SHOP, NOW)

    assert refused.value.details["field"] == "attachments.0"


def test_a_product_that_is_off_the_shelf_is_gone(session: Session) -> None:
    found = product_id(session)
    for variant in session.exec(select(Variant).where(Variant.product_id == found)):
        variant.on_sale = False
    session.flush()
    content = Content.model_validate({"attachments": [{"kind": "product", "ref": str(found)}]})

    with pytest.raises(NothingToShow):
        compose_task(session, content, MARKS, SHOP, NOW)


def test_a_coupon_that_can_no_more_be_taken_is_gone(session: Session) -> None:
    template = coupon_template(session, takeable_until=NOW)
    content = Content.model_validate({"attachments": [{"kind": "coupon", "ref": template.code}]})

    with pytest.raises(NothingToShow):
        compose_task(session, content, MARKS, SHOP, NOW + timedelta(seconds=1))


def test_links_stand_before_the_line_that_tells_how_to_unsubscribe(session: Session) -> None:
    link = {"kind": "link", "ref": "https://shop.example/a?b=1&source=x", "title": "攻略"}
    content = Content.model_validate({"text": "看看\n回复退订不再打扰", "attachments": [link]})

    text = compose(session, SEALER, content, new_customer(session), MARKS, SHOP, NOW).texts[
        Route.KF
    ]

    address = "https://shop.example/a?b=1&source=cp-d7&p=abc"
    assert text == f"看看\n攻略\n{address}\n回复退订不再打扰"


def test_a_link_is_whole_however_long_the_words_are(session: Session) -> None:
    link = {"kind": "link", "ref": "https://shop.example/a", "title": "攻略"}
    words = "茶" * 700 + "\n回复退订不再打扰"
    content = Content.model_validate({"text": words, "attachments": [link]})

    said = compose(session, SEALER, content, new_customer(session), MARKS, SHOP, NOW)

    for route, text in said.texts.items():
        assert len(text.encode()) <= TEXT_BYTES[route]
        assert text.endswith("\n攻略\nhttps://shop.example/a?source=cp-d7&p=abc\n回复退订不再打扰")


def test_a_link_keeps_what_is_its_own() -> None:
    assert (
        with_marks("https://a.example/x#end", Marks("cp-t1"))
        == "https://a.example/x?source=cp-t1#end"
    )


@given(st.text(max_size=80), st.integers(20, 120))
def test_words_that_are_too_long_keep_the_line_that_tells_how_to_unsubscribe(
    before: str, limit: int
) -> None:
    last = "\n退订回T"
    cut = cut_words(before + last, limit)

    assert len(cut.encode("utf-8", "surrogatepass")) <= limit
    assert cut.endswith(last) or limit < 2 * len(last.encode())


@given(st.integers(1, 2**63 - 1), st.sampled_from(TouchKind))
def test_a_touch_is_read_back(number: int, kind: TouchKind) -> None:
    written = touch_of_delivery(number) if kind is TouchKind.DELIVERY else touch_of_task(number)

    assert read_touch(written) == Touch(kind, number)
    assert len(written) <= 17


@pytest.mark.parametrize(
    "source", ["", "chat", "cp-", "cp-d", "cp-x1", "cp-dA", "cp-d0", "cp-d" + "z" * 13, "cp-d٣"]
)
def test_what_is_no_touch_is_none(source: str) -> None:
    assert read_touch(source) is None
