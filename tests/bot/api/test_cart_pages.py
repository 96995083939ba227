"""One's own cart, and a card that was passed on."""

from datetime import timedelta

import pytest

from bot.clock import FrozenClock
from bot.database import Database
from tests.bot.api.conftest import IssueCard, NewPhone
from tests.bot.api.phone import ADDRESS, Phone
from tests.commerce.shop import put_on_sale


async def test_lines_are_set_and_taken_out(phone: Phone, database: Database) -> None:
    with database.writing() as session:
        slippers = put_on_sale(session, price=3900, 颜色="白色")
        cup = put_on_sale(session, "玻璃杯", price=1500)

    await phone.put(f"/cart/lines/{slippers}", {"quantity": 2})
    await phone.put(f"/cart/lines/{cup}", {"quantity": 1})
    both = await phone.put(f"/cart/lines/{slippers}", {"quantity": 3})
    one = await phone.put(f"/cart/lines/{slippers}", {"quantity": 0})

    assert both.json["total"] == 3 * 3900 + 1500
    line = both.json["lines"][0]
    assert (line["variant_id"], line["label"], line["quantity"], line["available"]) == (
        slippers,
        "白色",
        3,
        10,
    )
    assert line["picture"].startswith("/pictures/")
    assert [each["variant_id"] for each in one.json["lines"]] == [cup]
    assert (await phone.get("/cart")).json == one.json
    assert one.json["shared"] is False


async def test_more_than_there_is_cannot_be_put_in(phone: Phone, database: Database) -> None:
    with database.writing() as session:
        slippers = put_on_sale(session, pieces=2)

    answer = await phone.put(f"/cart/lines/{slippers}", {"quantity": 3})

    assert (answer.status, answer.error["code"]) == (409, "out_of_stock")
    assert answer.error["lines"] == [{"variant_id": slippers, "available": 2}]
    assert (await phone.get("/cart")).json["lines"] == []


async def test_an_unknown_variant_is_not_found(phone: Phone) -> None:
    answer = await phone.put("/cart/lines/4711", {"quantity": 1})

    assert (answer.status, answer.error["code"], answer.error["field"]) == (
        404,
        "not_found",
        "variant_id",
    )


async def test_the_card_of_one_s_own_chat_opens_one_s_own_cart(
    new_phone: NewPhone, database: Database, frozen_clock: FrozenClock, issue_card: IssueCard
) -> None:
    with database.writing() as session:
        slippers = put_on_sale(session)
    token = issue_card({slippers: 2})
    bob = await new_phone("o-mini-bob", unionid="u-bob")

    by_card = await bob.get("/cart", cart=token)

    assert by_card.json["shared"] is False
    assert by_card.json == (await bob.get("/cart")).json


async def test_a_card_that_was_passed_on_shows_its_lines_and_changes_nothing(
    new_phone: NewPhone, database: Database, frozen_clock: FrozenClock, issue_card: IssueCard
) -> None:
    with database.writing() as session:
        slippers = put_on_sale(session, price=3900)
    token = issue_card({slippers: 2})
    alice = await new_phone()

    seen = await alice.get("/cart", cart=token)

    assert (seen.json["shared"], seen.json["total"]) == (True, 7800)
    assert (await alice.get("/cart")).json["lines"] == []


async def test_a_card_that_was_passed_on_is_refused_once_its_cart_changed(
    new_phone: NewPhone, issue_card: IssueCard, slippers: int
) -> None:
    token = issue_card({slippers: 2})
    bob, alice = await new_phone("o-mini-bob", unionid="u-bob"), await new_phone()
    await bob.put(f"/cart/lines/{slippers}", {"quantity": 3})

    refusals = [
        await alice.get("/cart", cart=token),
        await alice.post("/quote", {"cart": token}),
        await alice.order({"cart": token, "address": ADDRESS, "payable": 3 * 3900}),
    ]

    for refusal in refusals:
        assert (refusal.status, refusal.error["field"]) == (400, "cart")
        assert "重新发一张" in refusal.error["message"]
    assert (await bob.get("/cart", cart=token)).json["total"] == 3 * 3900


@pytest.mark.parametrize("token", ["nonsense", "1~~x~~9.sig", "x" * 200])
async def test_a_forged_card_is_refused(phone: Phone, token: str) -> None:
    answer = await phone.get("/cart", cart=token)

    assert (answer.status, answer.error["code"], answer.error["field"]) == (
        400,
        "invalid_input",
        "cart",
    )


async def test_a_card_lapses(
    phone: Phone, database: Database, frozen_clock: FrozenClock, issue_card: IssueCard
) -> None:
    with database.writing() as session:
        slippers = put_on_sale(session)
    token = issue_card({slippers: 1})
    frozen_clock.advance(seconds=timedelta(hours=48).total_seconds())

    answer = await phone.get("/cart", cart=token)

    assert (answer.status, answer.error["field"]) == (400, "cart")
    assert "过期" in answer.error["message"]
